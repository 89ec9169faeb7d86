"""The small forms of typing in a paper: its edition, who signed it, and why it is thrown away."""

from datetime import date

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import Length

from intake.domain.answers import Day
from intake.domain.languages import SOURCE
from intake.domain.questionnaire import Kind, Question
from intake.domain.transcription import Discarding
from intake.web.clinic.forms import filled, note_box, stripped, typed
from intake.web.patient import parse

_REASONS = [
    SelectChoice(one.value, one.value.capitalize()) for one in Discarding if one is not Discarding.TIME_OVER
]
# What reads the date: a date of the past, in no particular boxes.
_DATE = Question("signed_on", Kind.DATE, "Date", "Date on the paper", past=True)
_LONGEST_NAME = 200


class EditionForm(FlaskForm):
    """The edition that stands in the foot of a paper."""

    edition = StringField(
        "Edition on the paper",
        description="The 8 letters and numbers in the foot of every page.",
        filters=[stripped],
        validators=[filled("Type the edition from the foot of the paper")],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )
    language = SelectField("Language of the paper", validate_choice=False, default=SOURCE)


class MarginForm(FlaskForm):
    """What stands on the paper beside the questions."""

    note = note_box("Written in the margin (optional)")


class PaperSignatureForm(FlaskForm):
    """What stands under the signature on the paper, and that somebody saw it."""

    printed_name = StringField(
        "Name printed under the signature",
        description="As written. If somebody signed for the patient: their name, and how they know them.",
        filters=[stripped],
        validators=[
            filled("Type the name that is printed under the signature"),
            Length(max=_LONGEST_NAME, message=f"Keep the name to {_LONGEST_NAME} letters"),
        ],
        render_kw={"autocomplete": "off"},
    )
    signed_on = StringField(
        "Date beside the signature",
        description="Like November 3 2026.",
        filters=[stripped],
        render_kw={"autocomplete": "off"},
    )
    no_date = BooleanField("There is no date, or it cannot be read")
    seen = BooleanField("I have the paper in front of me. It is signed, and the box “I agree” is ticked")

    def read_date(self, today: date) -> date | None:
        """The date written; None where none can be read, and where it is to be checked first."""
        words = typed(self.signed_on)
        if self.no_date.data:
            if words:
                self.signed_on.errors = ["You typed a date and ticked that there is none. Keep one"]
            return None
        try:
            answer = parse.day(_DATE, words, "", "", today)
        except parse.Wrong:
            self.signed_on.errors = ["Type the date like November 3 2026, or tick that it cannot be read"]
            return None
        if isinstance(answer.value, Day):
            return answer.value.day
        self.signed_on.errors = ["Type the date beside the signature, or tick that there is none"]
        return None

    def was_seen(self) -> bool:
        """Whether somebody says that they saw the signature; what to do otherwise stands beside it."""
        if not self.seen.data:
            self.seen.errors = [
                "Tick this when you saw the signature. If the paper is not signed, ask the patient to sign it"
            ]
        return bool(self.seen.data)


class DiscardForm(FlaskForm):
    """Why a paper is not typed in any further."""

    why = RadioField(
        "Why is it thrown away?",
        choices=_REASONS,
        validators=[filled("Choose why it is thrown away")],
    )
