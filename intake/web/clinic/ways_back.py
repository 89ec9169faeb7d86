"""New words for a patient who has lost theirs: the page to type their code on. No answers, and no name."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Permission, StaffMember
from intake.services import notice_words, renewing
from intake.services.renewing import Refused, Why
from intake.storage.ways_back import KEPT
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("ways_back", __name__)

REFUSALS = {
    Why.NOT_FOUND: "There is no saved form with this code. Check it with the patient, letter by letter. "
    f"A form that nobody opened for {KEPT.days} days was deleted; they can start again",
    Why.SENT: "This form was sent already. There is nothing left to go on with",
    Why.NOT_WANTED: "This patient did not say that the clinic may make new words. Nobody here can open "
    "the form or help them back in. If their words are lost, they can start a new form",
}


class CodeForm(FlaskForm):
    """The code of a saved form, as the patient reads it out."""

    code = StringField(
        "The code of the form",
        description="Twelve letters and digits, like 7K4M-92QX-TR6P. The patient has it beside their words.",
        filters=[lambda words: (words or "").strip()],
        validators=[DataRequired(message="Type the code that the patient reads out")],
    )


@pages.get("/saved-forms")
@requires(Permission.RENEW_WAYS_BACK)
def ask(member: StaffMember) -> ResponseReturnValue:
    """What new words are, and the box for the code."""
    del member
    return _page(CodeForm(formdata=None))


@pages.post("/saved-forms")
@requires(Permission.RENEW_WAYS_BACK)
def renew(member: StaffMember) -> ResponseReturnValue:
    """Make a new link and new words, shown once; the ones before stop working."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(form), 422
    clinic = this_clinic()
    made = renewing.renew(clinic, member, typed(form.code))
    if isinstance(made, Refused):
        form.code.errors = [REFUSALS[made.why]]
        return _page(form), 422
    return render_template(
        "clinic/saved_form_renewed.html",
        way=made,
        link=notice_words.link_of(clinic.settings, NoticeKind.SAVED_FORM, made.secret),
        door=clinic.settings.public_address + "/return",
        days=KEPT.days,
    )


def _page(form: CodeForm) -> str:
    return render_template("clinic/saved_forms.html", form=form, days=KEPT.days, back=url_for("desk.people"))
