"""A patient's signature: under a form, and under whatever is sent after it."""

from wtforms import BooleanField, Form, StringField

from intake.domain.languages import mark
from intake.web.languages import say
from intake.web.patient import parse


class SignForm(Form):
    """The patient's signature: a tick and a typed name."""

    agree = BooleanField()
    typed_name = StringField(mark("Type your full name"), description=mark("This counts as your signature."))

    def sign_for_another(self) -> None:
        """Say in what role somebody signs who is not the patient."""
        self.typed_name.description = mark(
            "Your own name. This counts as your signature, as the one who helps."
        )

    def ask_to_call(self, words: str) -> None:
        """Say that nothing more is taken today, and whom to call; what was typed stays."""
        self.typed_name.errors = [words]

    def read(self) -> str | None:
        """The name that signs; None when something is to be checked first."""
        name = " ".join((self.typed_name.data or "").split())
        if not self.agree.data:
            self.agree.errors = [
                say("Tick the box if you agree. If you do not, you can stop here and call us")
            ]
        if not name:
            self.typed_name.errors = [say("Type your full name to sign")]
        try:
            parse.refuse_too_long(name, parse.LONGEST_SHORT_TEXT)
        except parse.Wrong as wrong:
            self.typed_name.errors = [wrong.words]
        return None if self.errors else name
