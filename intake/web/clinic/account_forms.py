"""The forms of accounts: signing in, passwords, and the people of the clinic."""

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    Form,
    HiddenField,
    PasswordField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import DataRequired, EqualTo, Length, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from intake.domain.mail_addresses import is_address
from intake.domain.permissions import Role
from intake.services.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from intake.web.clinic.forms import filled, no_line_breaks, reason_box, stripped

ROLES = tuple(
    SelectChoice(role.value, words)
    for role, words in (
        (
            Role.FRONT_DESK,
            "Front desk: sees who sent a form and how to reach them. Sees no answers and no flags",
        ),
        (Role.CLINICIAN, "Clinician: reads forms, acknowledges flags, signs off"),
        (
            Role.ADMINISTRATOR,
            "Administrator: looks after people, rules and settings. Reads no forms unless also a clinician",
        ),
        (
            Role.TRANSCRIBER,
            "Transcriber: types in forms from paper. Sees what is on those papers, and no form that was sent",
        ),
        (Role.AUDITOR, "Auditor: reads the audit trail, which holds no answers and no names of patients"),
    )
)

NEEDS_REASON = "Say in a few words why they become an administrator"


def _not_empty(message: str) -> DataRequired:
    # Spaces alone are no name.
    return DataRequired(message=message)


def _username() -> StringField:
    return StringField(
        "Username",
        description="Small letters, numbers, dots or hyphens. Used to sign in.",
        filters=[stripped, str.lower],
        validators=[
            _not_empty("Type a username"),
            Length(min=2, max=40, message="Make the username 2 to 40 characters long"),
            Regexp(r"[a-z0-9][a-z0-9._-]*\Z", message="Use small letters, numbers, dots or hyphens only"),
        ],
        render_kw=_plain("username"),
    )


def _printed_name() -> StringField:
    return StringField(
        "Name as it is signed",
        description="For example: R. Chen, NP. It stands under every sign-off.",
        filters=[stripped],
        validators=[
            _not_empty("Type the name as it is signed"),
            Length(max=80, message="Keep the name to 80 characters"),
            no_line_breaks,
        ],
        render_kw={"autocomplete": "off"},
    )


def _new_password() -> PasswordField:
    return PasswordField(
        "New password",
        description=f"At least {SHORTEST_PASSWORD} characters. Four or five words work well. You can paste.",
        validators=[
            filled("Type a new password"),
            Length(min=SHORTEST_PASSWORD, message=f"Use at least {SHORTEST_PASSWORD} characters"),
            Length(max=LONGEST_PASSWORD, message=f"Use at most {LONGEST_PASSWORD} characters"),
        ],
        render_kw={"autocomplete": "new-password"},
    )


def _again() -> PasswordField:
    return PasswordField(
        "New password again",
        validators=[EqualTo("password", message="The two passwords are not the same. Type both again")],
        render_kw={"autocomplete": "new-password"},
    )


def _plain(autocomplete: str) -> dict[str, str]:
    return {"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"}


def _an_address_or_nothing(_form: Form, field: Field) -> None:
    if field.data and not is_address(field.data):
        raise ValidationError("Type an address like name@example.com, or leave it empty")


def _at_least_one(_form: Form, field: Field) -> None:
    if not field.data:
        raise ValidationError("Tick at least one")


class SignInForm(FlaskForm):
    """Username and password. What they must look like is nobody's business here."""

    username = StringField(
        "Username",
        filters=[stripped, str.lower],
        validators=[_not_empty("Type your username")],
        render_kw=_plain("username"),
    )
    password = PasswordField(
        "Password",
        validators=[filled("Type your password")],
        render_kw={"autocomplete": "current-password"},
    )


def _secret(link: str | None) -> str:
    """What stands behind the # of a link; a pasted secret is one as it is."""
    return "".join((link or "").split()).rpartition("#")[2]


class HandedLinkForm(FlaskForm):
    """A link that somebody was handed, which works once."""

    link = StringField(
        "Your link",
        description="If you opened your link, it is filled in. If not, paste the whole link.",
        filters=[_secret],
        validators=[_not_empty("Paste the link you were given")],
        render_kw=_plain("off"),
    )


class SetupForm(FlaskForm):
    """The first administrator of a new clinic."""

    link = HiddenField()
    username = _username()
    printed_name = _printed_name()
    reviews = BooleanField("I also review forms (clinician)")
    password = _new_password()
    again = _again()

    @property
    def roles(self) -> frozenset[Role]:
        """Administrator, and clinician when ticked."""
        return frozenset({Role.ADMINISTRATOR, *([Role.CLINICIAN] if self.reviews.data else [])})


class InvitationForm(FlaskForm):
    """The password of somebody who was invited."""

    link = HiddenField()
    password = _new_password()
    again = _again()


class PasswordForm(FlaskForm):
    """A new password in the place of one's own old one."""

    old = PasswordField(
        "Password you use now",
        validators=[filled("Type the password you use now")],
        render_kw={"autocomplete": "current-password"},
    )
    password = _new_password()
    again = _again()


class RolesForm(FlaskForm):
    """What somebody does in the clinic; for a new administrator, with the reason."""

    roles = SelectMultipleField(
        "What they do here",
        description="Tick all that fit. An auditor who also does other work reads lines of their own.",
        choices=list(ROLES),
        validators=[_at_least_one],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = reason_box(
        "Why they become an administrator",
        "Only if they become one. Another administrator reads it, and it stands in the audit trail.",
    )

    @property
    def chosen(self) -> frozenset[Role]:
        """The roles ticked."""
        return frozenset(Role(value) for value in self.roles.data or ())


class StaffForm(RolesForm):
    """Somebody new in the clinic."""

    username = _username()
    printed_name = _printed_name()


class RefuseForm(FlaskForm):
    """That somebody is not to become an administrator, and why not."""

    reason = reason_box("Why not", "It stands in the audit trail. Write nothing about a patient.")


class LeaveForm(FlaskForm):
    """That an account is to be taken away, and whose."""

    sure = BooleanField("I mean this person", validators=[DataRequired(message="Tick whom you mean")])


class NoticeAddressForm(FlaskForm):
    """Where one wants to be told of what happens with one's account."""

    address = StringField(
        "Your e-mail address",
        description="Only this program and its mail server use it. Leave it empty for no e-mail.",
        filters=[stripped],
        validators=[_an_address_or_nothing],
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )
