"""What is asked before forms leave as files."""

from collections.abc import Callable
from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields import Field, SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.form import Form as BaseForm
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from intake.services.exports import LONGEST_PURPOSE, Form, Wanted, Which
from intake.web.clinic.forms import typed
from intake.web.clinic.proving import ProvingForm

_DAY = {"type": "date", "autocomplete": "off"}


def _without() -> BooleanField:
    return BooleanField("Leave out the part on alcohol and drugs, and what the rules made of it")


def _a_day(which: str) -> Callable[[BaseForm, Field], None]:
    def check(_form: BaseForm, field: Field) -> None:
        if _day(field) is None:
            raise ValidationError(f"Pick the {which} day, like 2026-12-01")

    return check


def _day(field: Field) -> date | None:
    try:
        return date.fromisoformat(typed(field).strip())
    except ValueError:
        return None


_FIRST, _LAST = _a_day("first"), _a_day("last")


class OneForm(FlaskForm):
    """As what to export one form."""

    form = RadioField(
        "What kind of file",
        choices=[
            SelectChoice(Form.JSON.value, "JSON: everything that was recorded, for another program"),
            SelectChoice(Form.CSV.value, "CSV: the answers as a table, for a spreadsheet"),
            SelectChoice(Form.PDF.value, "PDF: everything that was recorded, to read and print"),
        ],
        validators=[InputRequired(message="Choose a kind of file")],
    )
    without_substance_use = _without()

    @property
    def wanted(self) -> Form:
        """The kind of file chosen."""
        return Form(typed(self.form))


class ManyForm(ProvingForm):
    """Which forms to export, what for, and a proof of who exports."""

    since = StringField("Sent from", description="The first day.", validators=[_FIRST], render_kw=_DAY)
    until = StringField("Sent until", description="The last day.", validators=[_LAST], render_kw=_DAY)
    which = RadioField(
        "Which forms",
        choices=[
            SelectChoice(Which.ALL.value, "All of them"),
            SelectChoice(Which.DONE.value, "Those that are done: signed off, and nothing left to wait for"),
            SelectChoice(Which.IN_WORK.value, "Those that are not done yet"),
        ],
        default=Which.ALL.value,
        validators=[InputRequired(message="Choose which forms")],
    )
    without_substance_use = _without()
    purpose = StringField(
        "What the export is for",
        description="In a few words. It is kept for good: never write a patient’s name.",
        validators=[
            DataRequired(message="Say in a few words what the export is for"),
            Length(max=LONGEST_PURPOSE, message=f"Keep it to {LONGEST_PURPOSE} characters"),
        ],
        render_kw={"autocomplete": "off"},
    )
    said_at = "purpose"

    def validate_until(self, field: Field) -> None:
        """The last day is no earlier than the first."""
        first, last = _day(self.since), _day(field)
        if first is not None and last is not None and last < first:
            raise ValidationError("Choose a last day that is not before the first")

    @property
    def wanted(self) -> Wanted:
        """What was chosen; only once the form is valid."""
        first, last = _day(self.since), _day(self.until)
        if first is None or last is None:
            raise ValueError("a day is missing")
        return Wanted(first, last, Which(typed(self.which)), bool(self.without_substance_use.data))
