"""The small forms of a saved form: coming back to it, and what is done with the way back."""

from wtforms import BooleanField, Form, StringField

from intake.domain.languages import mark
from intake.domain.mail_addresses import is_address
from intake.web.languages import say
from intake.web.patient import parse


def _visible(typed: str | None) -> str:
    return parse.visible(typed or "")


class ReturnForm(Form):
    """A link or a code, and four words, pasted or copied by hand."""

    link = StringField(
        mark("Your link, or your code"),
        description=mark(
            "If you opened your link, it is filled in. If not, paste the link, or type your code. "
            "A code looks like 7K4M-92QX-TR6P."
        ),
        filters=[_visible],
    )
    phrase = StringField(
        mark("Your four words"),
        description=mark("Small letters or capitals, spaces or dashes: all are fine."),
        filters=[_visible],
    )

    def refuse(self) -> None:
        """Say the one thing there is to say, whatever the reason."""
        self.phrase.errors = [
            say(
                "We could not open that. Check the link or code, and all four words. "
                "If you tried several times, wait an hour or call"
            )
        ]

    def ask_to_wait(self, minutes: str) -> None:
        """Say that there were too many tries from this network, and that nothing typed is lost."""
        self.phrase.errors = [
            say(
                "There were many tries from where you are. Wait %(minutes)s, then press the button again",
                minutes=minutes,
            )
        ]


class MailForm(Form):
    """Where to send the link."""

    email = StringField(
        mark("Your email (optional)"),
        description=mark("We send the link, and nothing else. Your words are not in it."),
        filters=[_visible],
    )

    def read(self) -> str | None:
        """The address; None when something is to be checked first."""
        typed = (self.email.data or "").strip()
        if not (parse.is_email(typed) and is_address(typed)):
            self.email.errors = [say("Check the email. It should look like name@example.com")]
        return None if self.errors else typed


class ChoiceForm(Form):
    """Whether the clinic may make new words."""

    may = BooleanField(
        mark("If I lose my words, the clinic may make me new ones"),
        description=mark(
            "You call them and read out your code. They see none of your answers. "
            "If you do not tick this, no one can help you back in."
        ),
    )
