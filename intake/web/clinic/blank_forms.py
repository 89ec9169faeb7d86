"""The form to print for patients who would rather write: a page and a PDF, in normal and in large print."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import blank_forms
from intake.services.blank_forms import printable
from intake.web.clinic import sheets
from intake.web.clinic.sessions import this_clinic
from intake.web.clinic.sheets import Way
from intake.web.guard import requires
from intake.web.patient.box_fields import unit_words

pages = Blueprint("blank_forms", __name__)


@pages.get("/blank-form")
@requires(Permission.OWN_ACCOUNT)
def page(member: StaffMember) -> ResponseReturnValue:
    """The form in force, ready to print. Everybody may: nothing in it is about anybody."""
    del member
    return _page(large=False)


@pages.get("/blank-form/large")
@requires(Permission.OWN_ACCOUNT)
def page_large(member: StaffMember) -> ResponseReturnValue:
    """The same in large print."""
    del member
    return _page(large=True)


@pages.get("/blank-form/foot.css")
@requires(Permission.OWN_ACCOUNT)
def foot(member: StaffMember) -> ResponseReturnValue:
    """The edition for the foot of the printed form."""
    del member
    return Response(blank_forms.foot(this_clinic()), content_type="text/css; charset=utf-8")


@pages.get("/blank-form.pdf")
@requires(Permission.OWN_ACCOUNT)
def pdf(member: StaffMember) -> ResponseReturnValue:
    """The same as a PDF, with its edition and the number of the page in every foot."""
    del member
    return _pdf(large=False)


@pages.get("/blank-form-large.pdf")
@requires(Permission.OWN_ACCOUNT)
def pdf_large(member: StaffMember) -> ResponseReturnValue:
    """The PDF in large print."""
    del member
    return _pdf(large=True)


def _page(*, large: bool) -> str:
    form = printable(this_clinic(), large=large)
    return render_template("clinic/blank_form.html", form=form, unit_words=unit_words)


def _pdf(*, large: bool) -> ResponseReturnValue:
    print_page = url_for("blank_forms.page_large" if large else "blank_forms.page")
    way = Way(print_page, print_page, ("blank.css",), of_nobody=True)
    if not sheets.can_be_made():
        return sheets.instead(way, installed=False)
    form = printable(this_clinic(), large=large)
    name = f"blank-form-{form.edition}{'-large' if large else ''}.pdf"
    return sheets.pressed("papers/blank.html", name, way, form=form, unit_words=unit_words)
