"""Proving again that it is still the same person, before something that changes what others may do.

The page that asks stands in the place of what was sent, and keeps it: once whoever sent it has
proved who they are, it goes on as if nothing had happened.
"""

from datetime import timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.factors import Factors, app_is_taken
from intake.domain.permissions import StaffMember
from intake.services import second_steps
from intake.services.accounts import LockedOut
from intake.services.passkeys import address_of
from intake.web.clinic import sessions
from intake.web.clinic.factor_forms import AgainForm
from intake.web.clinic.forms import typed
from intake.web.clinic.passkey_sent import NEEDS_SCRIPT, asks_for_json, handed, passkey_sent
from intake.web.clinic.proving import IF_WAITING_CHANGES_NOTHING
from intake.web.guard import asks_at_once
from intake.web.typed import AGAIN, is_left_out

_WRONG = "That is not right. Type your password again, and the code your app shows now"
_WRONG_PASSWORD = "That is not your password. Type it again"  # noqa: S105 (words about one)
_WRONG_PASSKEY = "The passkey could not be used. Try again, or use another way"
_PAUSED = "Too many wrong passwords. Wait 15 minutes, then try again"
_PAUSED_WITH_CODES = f"Too many wrong ones. Wait 15 minutes, then try again. {IF_WAITING_CHANGES_NOTHING}"


def ask_again(member: StaffMember) -> ResponseReturnValue | None:
    """The page that asks; None once the person has proved it, or did so lately enough."""
    clinic = sessions.this_clinic()
    has = second_steps.factors(clinic, member.id)
    by_app = app_is_taken(clinic.settings.sign_in_policy, has)
    form = AgainForm(prefix=AGAIN)
    form.ask(for_code=by_app)
    sent = passkey_sent(AGAIN)
    if sent is not None and not sent.is_answered and asks_for_json():
        return handed(second_steps.ask_again(clinic, member))
    try:
        if sent is not None and sent.is_answered:
            renewed = second_steps.again_with_passkey(
                clinic, member, sessions.token(), sent.ceremony, sent.answer, sessions.source()
            )
            refusal = _WRONG_PASSKEY
        elif sent is not None:
            renewed, refusal = None, NEEDS_SCRIPT
        elif form.password.name in request.form:
            renewed, refusal = _with_password(member, form, by_app=by_app)
        elif second_steps.is_fresh(clinic, sessions.token(), sessions.source(), _lately(has)):
            return None
        else:
            return _page(form, has, "", 403, by_app=by_app)
    except LockedOut:
        renewed, refusal = None, _PAUSED_WITH_CODES if by_app else _PAUSED
    if renewed is None:
        return _page(form, has, refusal, 422, by_app=by_app)
    sessions.renewed(renewed)
    return None


def _lately(has: Factors) -> timedelta:
    # Whoever has no factor yet sets up the first one, and has nothing but the password to prove it with.
    at_once = has.any and asks_at_once(request.endpoint)
    return second_steps.FRESH_FOR_FACTORS if at_once else second_steps.FRESH


def _with_password(member: StaffMember, form: AgainForm, *, by_app: bool) -> tuple[str | None, str]:
    if not form.validate():
        return None, ""
    code = typed(form.code) if by_app else ""
    renewed = second_steps.again_with_password(
        sessions.this_clinic(), member, sessions.token(), typed(form.password), code, sessions.source()
    )
    return renewed, _WRONG if by_app else _WRONG_PASSWORD


def _page(form: AgainForm, has: Factors, refusal: str, status: int, *, by_app: bool) -> ResponseReturnValue:
    if refusal:
        form.password.errors = [refusal]
    clinic = sessions.this_clinic()
    proof = second_steps.proof_of(clinic, sessions.token(), sessions.source())
    page = render_template(
        "account/again.html",
        is_elsewhere=proof is not None and proof.is_elsewhere,
        form=form,
        has=has,
        # Where only a passkey counts there is nothing to type.
        by_password=by_app or not has.any,
        refusal=refusal,
        kept=_kept(),
        prefix=AGAIN,
        back=url_for("review.home"),
        passkey_address=address_of(clinic.settings).origin,
    )
    return page, status


def _kept() -> list[tuple[str, str]]:
    """Everything that was sent, to be sent on. Secrets are asked for anew rather than sent back in a page."""
    return [(name, value) for name, value in request.form.items(multi=True) if not is_left_out(name)]
