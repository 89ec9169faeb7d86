"""The form to print for patients who would rather write: a page and a PDF, in normal and in large print.

Each is there in every language the clinic offers; the page around it is in English, like all of the clinic's.
"""

from flask import Blueprint, Response, abort, get_template_attribute, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.languages import SOURCE
from intake.domain.permissions import Permission, StaffMember
from intake.services import blank_forms
from intake.services.blank_forms import printable
from intake.services.languages import offered, voice_of
from intake.web.clinic import sheets
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.sheets import Way
from intake.web.guard import requires
from intake.web.languages import speaking
from intake.web.patient.box_fields import unit_words

pages = Blueprint("blank_forms", __name__)

_IN_ENGLISH = {"code": SOURCE}


@pages.get("/blank-form", defaults=_IN_ENGLISH)
@pages.get("/blank-form/in/<code>")
@requires(Permission.OWN_ACCOUNT)
def page(member: StaffMember, code: str) -> ResponseReturnValue:
    """The form in force, ready to print. Everybody may: nothing in it is about anybody."""
    del member
    return _page(code, large=False)


@pages.get("/blank-form/large", defaults=_IN_ENGLISH)
@pages.get("/blank-form/large/in/<code>")
@requires(Permission.OWN_ACCOUNT)
def page_large(member: StaffMember, code: str) -> ResponseReturnValue:
    """The same in large print."""
    del member
    return _page(code, large=True)


@pages.get("/blank-form/foot.css", defaults=_IN_ENGLISH)
@pages.get("/blank-form/foot/in/<code>.css")
@requires(Permission.OWN_ACCOUNT)
def foot(member: StaffMember, code: str) -> ResponseReturnValue:
    """The edition for the foot of the printed form."""
    del member
    return Response(blank_forms.foot(this_clinic(), _known(code)), content_type="text/css; charset=utf-8")


@pages.get("/blank-form.pdf", defaults=_IN_ENGLISH)
@pages.get("/blank-form/in/<code>.pdf")
@requires(Permission.OWN_ACCOUNT)
def pdf(member: StaffMember, code: str) -> ResponseReturnValue:
    """The same as a PDF, with its edition and the number of the page in every foot."""
    del member
    return _pdf(code, large=False)


@pages.get("/blank-form-large.pdf", defaults=_IN_ENGLISH)
@pages.get("/blank-form/large/in/<code>.pdf")
@requires(Permission.OWN_ACCOUNT)
def pdf_large(member: StaffMember, code: str) -> ResponseReturnValue:
    """The PDF in large print."""
    del member
    return _pdf(code, large=True)


def _page(code: str, *, large: bool) -> str:
    clinic = this_clinic()
    form = printable(clinic, _known(code), large=large)
    # Only the form is in the patient's language; the page around it is for the clinic.
    with speaking(voice_of(code)):
        blank = get_template_attribute("components/blank_form.html", "blank_form")(
            form, clinic.settings, unit_words
        )
    return render_template(
        "clinic/blank_form.html", form=form, blank=blank, code=code, offered=offered(clinic.settings)
    )


def _pdf(code: str, *, large: bool) -> ResponseReturnValue:
    print_page = url_for("blank_forms.page_large" if large else "blank_forms.page", code=_known(code))
    way = Way(print_page, print_page, ("blank.css",), of_nobody=True)
    if not sheets.can_be_made():
        return sheets.instead(way, installed=False)
    form = printable(this_clinic(), code, large=large)
    language = "" if code == SOURCE else f"-{code}"
    name = f"blank-form-{form.edition}{language}{'-large' if large else ''}.pdf"
    with speaking(voice_of(code)):
        return sheets.pressed("papers/blank.html", name, way, form=form, unit_words=unit_words)


def _known(code: str) -> str:
    """The code, of a language this clinic offers."""
    if code not in {language.code for language in offered(this_clinic().settings)}:
        abort(404)
    return code
