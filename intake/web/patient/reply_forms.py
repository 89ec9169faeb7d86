"""The small forms of a reply: link and reference, and words."""

from wtforms import Form, StringField, TextAreaField

from intake.domain.languages import mark
from intake.web.languages import say
from intake.web.patient import parse

PREFIX = "reply-"  # with a hyphen, so that no question of a form has the same name
_EXAMPLE = "7K4-92Q"


def _visible(typed: str | None) -> str:
    return parse.visible(typed or "")


class DoorForm(Form):
    """A link and a reference, pasted or copied by hand."""

    link = StringField(
        mark("The link from the clinic"),
        description=mark(
            "It is filled in when you open the link. If not, copy the whole link and paste it here."
        ),
        filters=[_visible],
    )
    reference = StringField(
        mark("Your reference"),
        filters=[_visible],
    )

    def describe(self, prefix: str) -> None:
        """Say what a reference of this clinic looks like."""
        self.reference.description = say(
            "You got it when you sent your form. For example: %(example)s. "
            "Small letters are fine, and you can leave out %(prefix)s and the dashes.",
            example=f"{prefix}-{_EXAMPLE}",
            prefix=prefix,
        )

    def refuse(self, prefix: str) -> None:
        """Say the one thing there is to say, whatever the reason."""
        self.reference.errors = [
            say(
                "We could not open that. Check the link and the reference. "
                "A reference looks like %(example)s. "
                "If you tried several times, wait an hour or call",
                example=f"{prefix}-{_EXAMPLE}",
            )
        ]

    def ask_to_wait(self, minutes: str) -> None:
        """Say that there were too many tries from this network, and that nothing typed is lost."""
        self.reference.errors = [
            say(
                "There were many tries from where you are. Wait %(minutes)s, then press the button again",
                minutes=minutes,
            )
        ]


class WordsForm(Form):
    """What the patient writes; its names begin with ``PREFIX``."""

    words = TextAreaField(mark("Your answer"), filters=[_visible])

    def ask(self, *, unasked: bool, beside: bool) -> None:
        """Say what the box is for: something new, something beside another answer, or the answer."""
        if unasked:
            self.words.label.text = say("What do you want to add?")
        elif beside:
            self.words.label.text = say("Do you want to say more? (optional)")

    def read(self, *, may_be_empty: bool, empty: str) -> str | None:
        """The words; None when something is to be checked first. ``empty`` says what is missing."""
        words = self.words.data or ""
        if not words and not may_be_empty:
            self.words.errors = [empty]
        try:
            parse.refuse_too_long(words, parse.LONGEST_TEXT)
        except parse.Wrong as wrong:
            self.words.errors = [wrong.words]
        return None if self.errors else words
