"""The forms about what patients ask for: writing it down, what came of it, that the patient was told."""

from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import InputRequired, Length

from intake.domain.patient_requests import Asks, RequestOutcome, Way
from intake.web.clinic.forms import note_box, stripped, typed

_PICK = "Pick one of these"
_ASKS = (
    SelectChoice(Asks.WITHDRAW.value, "To withdraw consent"),
    SelectChoice(Asks.ERASE.value, "To have the form deleted"),
    SelectChoice(Asks.BOTH.value, "Both"),
)
_WAYS = (
    SelectChoice(Way.PHONE.value, "By phone"),
    SelectChoice(Way.LETTER.value, "By letter or email"),
    SelectChoice(Way.IN_PERSON.value, "In person"),
)
_OUTCOMES = (
    SelectChoice(RequestOutcome.DONE.value, "Done"),
    SelectChoice(RequestOutcome.NOT_POSSIBLE.value, "Not possible"),
)


class WrittenDownForm(FlaskForm):
    """What a patient asked for on the phone, or otherwise. ``once`` keeps it from counting twice."""

    once = HiddenField()
    reference = StringField(
        "Reference of the form",
        description="It stands on the form and on the patient's copy.",
        filters=[stripped],
        validators=[
            InputRequired(message="Type the reference of the form"),
            Length(max=40, message="A reference is shorter. Check it"),
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    asks = RadioField("What did the patient ask for?", choices=list(_ASKS), validators=[InputRequired(_PICK)])
    came = RadioField("How did it reach you?", choices=list(_WAYS), validators=[InputRequired(_PICK)])
    words = note_box("In the patient’s words (optional)")

    @property
    def number(self) -> UUID:
        """The page it was typed on."""
        try:
            return UUID(typed(self.once))
        except ValueError:
            return uuid4()

    @property
    def asked(self) -> Asks:
        """What was picked."""
        return Asks(self.asks.data)

    @property
    def way(self) -> Way:
        """How it came."""
        return Way(self.came.data)


class _StepForm(FlaskForm):
    """Something recorded of a request; ``seen`` is how many steps of it the page showed."""

    seen = HiddenField()

    @property
    def steps(self) -> int:
        """How many steps were on the page; -1, which no page shows, for anything else."""
        words = typed(self.seen)
        return int(words) if words.isdecimal() and len(words) < 6 else -1


class HandledForm(_StepForm):
    """What came of a request, and how, or why not."""

    outcome = RadioField("What came of it?", choices=list(_OUTCOMES), validators=[InputRequired(_PICK)])
    words = note_box("How it was done, or why it is not possible")

    @property
    def what(self) -> RequestOutcome:
        """What was picked."""
        return RequestOutcome(self.outcome.data)


class ToldForm(_StepForm):
    """That the patient knows it."""

    told = RadioField("How was the patient told?", choices=list(_WAYS), validators=[InputRequired(_PICK)])

    @property
    def way(self) -> Way:
        """How they were told."""
        return Way(self.told.data)


class ProposedForm(_StepForm):
    """That the form is to be erased, and why."""

    words = note_box("Why it may be erased")


class ConfirmedForm(_StepForm):
    """That it is, by a second person."""


class RefusedForm(_StepForm):
    """That it is not, and why not."""

    words = note_box("Why it is not to be erased")
