"""Proving who somebody is on the form itself: with a passkey, or with the password and a code."""

from dataclasses import dataclass

from flask_wtf import FlaskForm
from wtforms import PasswordField

from intake.domain.factors import Proven, app_is_taken
from intake.domain.permissions import StaffMember
from intake.services import second_steps
from intake.services.accounts import LockedOut
from intake.services.passkeys import Ceremony, address_of
from intake.web.clinic import sessions
from intake.web.clinic.factor_forms import code_box
from intake.web.clinic.forms import filled, typed
from intake.web.clinic.passkey_sent import NEEDS_SCRIPT, asks_for_json, passkey_sent

_WRONG_PASSWORD = "That is not your password. Type it again"  # noqa: S105 (words about one)
_WRONG_CODE = "That is not right. Type your password again, and the code your app shows now"
_WRONG_PASSKEY = "The passkey could not be used. Try again, or use another way"
# After a hundred wrong codes in a row (services/typed_codes) no waiting helps.
IF_WAITING_CHANGES_NOTHING = "If that changes nothing, sign in again with a recovery code"
_PASSKEY_ONLY = "Your clinic asks for your passkey here. Press the button that uses it"


@dataclass(frozen=True, slots=True)
class Ways:
    """With what somebody may prove who they are: a passkey, a password, and a code beside it."""

    passkey: bool
    password: bool
    code: bool
    address: str


class ProvingForm(FlaskForm):
    """A form that takes a proof of who sends it, beside whatever else it asks."""

    password = PasswordField(
        "Your password",
        description="Asked again, so that nobody else can do this in your name.",
        validators=[filled("Type your password")],
        render_kw={"autocomplete": "current-password"},
    )
    code = code_box("Code", "The six numbers your authenticator app shows now.")

    # Where what is wrong with a proof is said when nothing is typed for it.
    said_at = ""

    def ask(self, ways: Ways) -> None:
        """Ask for what counts for this person, and for nothing when the passkey was used instead."""
        if not ways.code:
            del self.code
        if not ways.password:
            del self.password
        if passkey_sent() is not None:
            for name in ("password", "code"):
                if name in self:
                    self[name].validators = ()

    def refuse(self, words: str) -> None:
        """Say what is wrong with the proof."""
        place = "password" if "password" in self else self.said_at
        self[place].errors = [words]


def ways_of(member: StaffMember) -> Ways:
    """What counts for this person."""
    clinic = sessions.this_clinic()
    has = second_steps.factors(clinic, member.id)
    by_app = app_is_taken(clinic.settings.sign_in_policy, has)
    return Ways(has.passkeys > 0, by_app or not has.any, by_app, address_of(clinic.settings).origin)


def with_password(member: StaffMember, form: ProvingForm, then: str) -> Proven | None:
    """What the password and the code prove; otherwise the form says what is wrong. ``then``: "sign"."""
    if "password" not in form:
        form.refuse(_PASSKEY_ONLY)
        return None
    code = typed(form.code) if "code" in form else ""
    try:
        proven = second_steps.confirms(
            sessions.this_clinic(), member, typed(form.password), code, sessions.source()
        )
    except LockedOut:
        if "code" in form:
            wait = f"Too many wrong passwords or codes. Wait 15 minutes, then {then}"
            form.refuse(f"{wait}. {IF_WAITING_CHANGES_NOTHING}")
        else:
            form.refuse(f"Too many wrong passwords. Wait 15 minutes, then {then}")
        return None
    if proven is None:
        form.refuse(_WRONG_CODE if "code" in form else _WRONG_PASSWORD)
    return proven


def proves(member: StaffMember, form: ProvingForm, then: str) -> bool | Ceremony:
    """Whether whoever sent the form proved who they are; or what their passkey is asked first."""
    sent, clinic = passkey_sent(), sessions.this_clinic()
    if sent is None:
        return with_password(member, form, then) is not None
    if not sent.is_answered:
        if asks_for_json():
            return second_steps.ask_again(clinic, member)
        form.refuse(NEEDS_SCRIPT)
        return False
    renewed = second_steps.again_with_passkey(
        clinic, member, sessions.token(), sent.ceremony, sent.answer, sessions.source()
    )
    if renewed is None:
        form.refuse(_WRONG_PASSKEY)
        return False
    sessions.renewed(renewed)
    return True
