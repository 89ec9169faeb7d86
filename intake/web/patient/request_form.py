"""What somebody who sent a form asks the clinic to do with it."""

from uuid import UUID, uuid4

from wtforms import Form, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from intake.domain.languages import mark
from intake.domain.patient_requests import Asks
from intake.web.languages import say
from intake.web.patient import parse


class RequestForm(Form):
    """One choice, and words for whoever wants to. ``once`` keeps a second press from asking twice."""

    once = HiddenField()
    asks = RadioField(
        mark("What do you want to ask for?"),
        choices=[
            SelectChoice(
                Asks.WITHDRAW.value, mark("I take back my consent. Do not use my answers any more.")
            ),
            SelectChoice(Asks.ERASE.value, mark("Delete what I sent.")),
            SelectChoice(Asks.BOTH.value, mark("Both of these.")),
        ],
        validate_choice=False,
    )
    words = TextAreaField(
        mark("Do you want to say more? (optional)"),
        filters=[lambda typed: parse.visible(typed or "")],
    )

    def ask_to_call(self, words: str) -> None:
        """Say that nothing more is taken today, and whom to call; what was typed stays."""
        self.words.errors = [words]

    def read(self) -> Asks | None:
        """What was asked for; None when something is to be checked first."""
        if self.asks.data not in {one.value for one in Asks}:
            self.asks.errors = [say("Choose what you want to ask for")]
        try:
            parse.refuse_too_long(self.words.data or "", parse.LONGEST_TEXT)
        except parse.Wrong as wrong:
            self.words.errors = [wrong.words]
        return None if self.errors else Asks(self.asks.data)

    @property
    def number(self) -> UUID:
        """The page it was asked on."""
        try:
            return UUID(self.once.data or "")
        except ValueError:
            return uuid4()
