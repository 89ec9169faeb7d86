"""Earlier forms of the same person: looking for them, saying whether they are, and two side by side."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import AnyOf

from intake.domain.permissions import Permission, StaffMember
from intake.domain.same_person import Resemblance
from intake.services import persons
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires

pages = Blueprint("persons", __name__)

RESEMBLANCES = {
    Resemblance.NAME_AND_BIRTH: "Same name and date of birth",
    Resemblance.LIKE_NAME_AND_BIRTH: "Much the same name, same date of birth",
    Resemblance.NAME_ONLY: "Same name; the date of birth differs or is missing",
    Resemblance.BIRTH_AND_A_PART: "Same date of birth and a part of the name",
}


class SamePersonForm(FlaskForm):
    """Which of the two buttons was pressed."""

    says = StringField(validators=[AnyOf(("same", "other"), message="Press one of the two buttons")])


@pages.get("/submissions/<uuid:submission>/earlier")
@requires(Permission.REVIEW)
def earlier(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Forms that may be of the same person, for somebody to say whether they are."""
    try:
        found = persons.look_for(this_clinic(), member, submission)
    except NoSuchSubmission:
        abort(404)
    return render_template("clinic/earlier.html", found=found, words=RESEMBLANCES)


@pages.get("/submissions/<uuid:submission>/beside/<uuid:other>")
@requires(Permission.REVIEW)
def beside(member: StaffMember, submission: UUID, other: UUID) -> ResponseReturnValue:
    """Two forms side by side."""
    return _beside(member, submission, other, SamePersonForm(formdata=None))


@pages.post("/submissions/<uuid:submission>/beside/<uuid:other>")
@requires(Permission.REVIEW)
def say(member: StaffMember, submission: UUID, other: UUID) -> ResponseReturnValue:
    """Record whether one person sent both."""
    form = SamePersonForm()
    if not form.validate_on_submit():
        return _beside(member, submission, other, form, 422)
    try:
        persons.say(this_clinic(), member, submission, other, same=typed(form.says) == "same")
    except (NoSuchSubmission, ValueError):
        abort(404)
    return redirect(url_for("persons.beside", submission=submission, other=other), 303)


def _beside(
    member: StaffMember, submission: UUID, other: UUID, form: SamePersonForm, status: int = 200
) -> ResponseReturnValue:
    try:
        both = persons.side_by_side(this_clinic(), member, submission, other)
    except (NoSuchSubmission, ValueError):
        abort(404)
    page = render_template(
        "clinic/compare.html",
        submission=submission,
        other=other,
        both=both,
        form=form,
        only_other="all" not in request.args,
    )
    return page, status
