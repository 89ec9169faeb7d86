"""Emergency access: saying why a form has to be read, and reading its answers for an hour."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from intake.domain.permissions import Permission, StaffMember
from intake.services import emergency
from intake.services.emergency import LONGEST_REASON, SHORTEST_REASON
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import stripped, typed
from intake.web.clinic.reading import labels_of
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires, sensitive

pages = Blueprint("emergency", __name__)


class EmergencyForm(FlaskForm):
    """Which form, and why."""

    reference = StringField(
        "Reference of the form",
        description="The patient or a colleague can read it to you. It looks like HL-7K4-92Q.",
        filters=[stripped],
        validators=[DataRequired(message="Type the reference of the form")],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    reason = TextAreaField(
        "Why this cannot wait for a clinician",
        description="Auditors and all administrators will read it. Do not type names or answers of patients.",
        filters=[stripped],
        validators=[
            Length(min=SHORTEST_REASON, message="Say in a sentence why this cannot wait for a clinician"),
            Length(max=LONGEST_REASON, message=f"Keep the reason to {LONGEST_REASON} characters"),
        ],
    )


@pages.get("/emergency")
@requires(Permission.EMERGENCY_ACCESS)
def ask(_member: StaffMember) -> ResponseReturnValue:
    """The form to say why, and what comes of it."""
    return _page(EmergencyForm())


@pages.post("/emergency")
@requires(Permission.EMERGENCY_ACCESS)
@sensitive
def take(member: StaffMember) -> ResponseReturnValue:
    """Record the reason, tell whoever should know, and lead to the answers."""
    form = EmergencyForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        submission = emergency.take(this_clinic(), member, typed(form.reference), typed(form.reason))
    except NoSuchSubmission:
        form.reference.errors = ["No form has this reference. It looks like HL-7K4-92Q"]
        return _page(form, 422)
    except emergency.ReasonTooShort:
        form.reason.errors = ["Say in a sentence why this cannot wait for a clinician"]
        return _page(form, 422)
    return redirect(url_for("emergency.answers", submission=submission), 303)


@pages.get("/emergency/<uuid:submission>")
@requires(Permission.EMERGENCY_ACCESS)
def answers(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """The answers, for whoever said why within the hour; else the way to say it."""
    try:
        review, until = emergency.read(this_clinic(), member, submission)
    except emergency.NotOpenedBefore:
        return redirect(url_for("emergency.ask"), 303)
    # What the rules made of it is not handed on: a page that does not hold it cannot show it.
    return render_template(
        "clinic/emergency_answers.html",
        submission=review.submission,
        labels=labels_of(review.submission),
        until=until,
    )


def _page(form: EmergencyForm, status: int = 200) -> ResponseReturnValue:
    return render_template("clinic/emergency.html", form=form), status
