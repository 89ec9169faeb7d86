"""The forms of second factors: codes, names of passkeys, and proving again who somebody is."""

from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, HiddenField, PasswordField, StringField
from wtforms.validators import Length
from wtforms.widgets import TextInput

from intake.services.passkeys import LONGEST_NAME
from intake.web.clinic.forms import filled, no_line_breaks, stripped

# Longer than any code, however it is typed.
_LONGEST_CODE = 60


class _Untold(TextInput):
    """A box that is empty on every page, as one for a password is, and shows what is typed into it."""

    def __call__(self, field: Field, **kwargs: object) -> Markup:
        return super().__call__(field, **{**kwargs, "value": ""})


def code_box(label: str, description: str = "") -> StringField:
    """A box for a code."""
    return StringField(
        label,
        description=description,
        filters=[stripped],
        validators=[
            filled("Type the code"),
            Length(max=_LONGEST_CODE, message="That is longer than any code. Type the code alone"),
        ],
        widget=_Untold(),
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"},
    )


class CodeForm(FlaskForm):
    """A code of the app, or a recovery code, after the password."""

    code = code_box(
        "Code", "The six numbers your authenticator app shows now, or one of your recovery codes."
    )


class AppForm(FlaskForm):
    """The first code of an authenticator app that is being set up; ``carried`` is its sealed seed."""

    carried = HiddenField()
    code = code_box("Code", "The six numbers the app shows now. They change every 30 seconds.")


class PasskeyForm(FlaskForm):
    """What a passkey is called."""

    name = StringField(
        "Name of this device",
        description="For example: work laptop. Only you see it.",
        filters=[stripped],
        validators=[
            filled("Type a name"),
            Length(max=LONGEST_NAME, message=f"Keep the name to {LONGEST_NAME} characters"),
            no_line_breaks,
        ],
        render_kw={"autocomplete": "off"},
    )


class AgainForm(FlaskForm):
    """The password once more, with a code where there is an app."""

    class Meta:
        # The page it stands on was looked at already.
        csrf = False

    password = PasswordField(
        "Your password",
        validators=[filled("Type your password")],
        render_kw={"autocomplete": "current-password"},
    )
    code = code_box("Code", "The six numbers your authenticator app shows now.")

    def ask(self, *, for_code: bool) -> None:
        """Ask for the code only where there is an app."""
        if not for_code:
            del self.code
