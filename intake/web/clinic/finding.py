"""Finding a form by name, reference or date of birth. What is typed stands in no address and in no log."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from intake.domain.answers import Day
from intake.domain.finding import sought
from intake.domain.permissions import Permission, StaffMember
from intake.services import searching
from intake.services.clinic import Clinic
from intake.web.clinic.forms import typed
from intake.web.clinic.sessions import this_clinic
from intake.web.guard import requires
from intake.web.patient import parse

pages = Blueprint("finding", __name__)

_LONGEST = 100


class FindForm(FlaskForm):
    """One box for whatever is known of the form. ``further`` is where an earlier look stopped."""

    words = StringField(
        "Name, reference or date of birth",
        name="look_for",
        description="For example: Avery, 7K4-92Q, or July 4, 1988",
        filters=[lambda words: (words or "").strip()],
        validators=[
            DataRequired("Type a name, a reference or a date of birth"),
            Length(max=_LONGEST, message=f"Keep it to {_LONGEST} characters"),
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    further = HiddenField()


@pages.get("/queue/find")
@requires(Permission.REVIEW)
def find(_member: StaffMember) -> ResponseReturnValue:
    """Where to type what one looks for."""
    return render_template("clinic/find.html", form=FindForm(formdata=None), found=None)


@pages.post("/queue/find")
@requires(Permission.REVIEW)
def look(member: StaffMember) -> ResponseReturnValue:
    """What was found."""
    form = FindForm()
    if not form.validate_on_submit():
        return render_template("clinic/find.html", form=form, found=None), 422
    clinic = this_clinic()
    words = typed(form.words)
    wanted = sought(words, _born(clinic, words))
    found = searching.search(clinic, member, wanted, typed(form.further))
    return render_template("clinic/find.html", form=form, found=found)


def _born(clinic: Clinic, words: str) -> date | None:
    """The date the words say, in any of the ways in which patients may write theirs."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        pass
    questionnaire = clinic.library.questionnaire
    if not questionnaire.has("date_of_birth"):
        return None
    try:
        said = parse.day(questionnaire.question("date_of_birth"), words, "", "", clinic.today()).value
    except parse.Wrong:
        return None
    return said.day if isinstance(said, Day) else None
