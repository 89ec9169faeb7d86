"""Signing in with more than a password: a passkey alone, or a code after the password."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.factors import app_is_taken
from intake.services import second_steps
from intake.services.accounts import LockedOut
from intake.services.passkeys import address_of
from intake.services.second_steps import SignInOver
from intake.web.clinic import sessions
from intake.web.clinic.factor_forms import CodeForm
from intake.web.clinic.forms import typed
from intake.web.clinic.known_browser import known_as
from intake.web.clinic.passkey_sent import NEEDS_SCRIPT, asks_for_json, handed, passkey_sent
from intake.web.guard import open_to_all

pages = Blueprint("second_steps", __name__)

_WRONG_CODE = "The code is not right, or was used before. Wait for the next one your app shows, and type that"
_WRONG_PASSKEY = "The passkey could not be used to sign in. Try again, or use another way"


@pages.get("/sign-in/second")
@open_to_all
def second() -> ResponseReturnValue:
    """The second step, for whoever typed a right password."""
    return _page(CodeForm())


@pages.post("/sign-in/second")
@open_to_all
def prove() -> ResponseReturnValue:
    """A code, or a passkey: either begins the session."""
    form = CodeForm()
    sent = passkey_sent()
    try:
        if sent is not None:
            return _with_passkey(form, sent.ceremony, sent.answer)
        if not form.validate_on_submit():
            return _page(form, 422)
        clinic = sessions.this_clinic()
        token = second_steps.finish_with_code(clinic, sessions.unfinished_token(), typed(form.code))
    except SignInOver:
        return _over()
    except LockedOut:
        return render_template("account/codes_paused.html"), 429
    if token is None:
        form.code.errors = [_WRONG_CODE]
        return _page(form, 422)
    return _in(token)


@pages.post("/sign-in/passkey")
@open_to_all
def passkey() -> ResponseReturnValue:
    """Sign in with a passkey alone: it says who it is, and the device asked who was there."""
    sent = passkey_sent()
    clinic = sessions.this_clinic()
    if sent is None or not sent.is_answered:
        if not asks_for_json():
            return _passkey_refused(NEEDS_SCRIPT)
        try:
            asked = second_steps.ask_for_passkey(clinic, source=sessions.source(), known_as=known_as(clinic))
            return handed(asked)
        except LockedOut:
            return "{}", 429
    token = second_steps.finish_with_passkey(clinic, sent.ceremony, sent.answer, source=sessions.source())
    return _passkey_refused(_WRONG_PASSKEY) if token is None else _in(token)


def _with_passkey(form: CodeForm, ceremony: str, answer: str) -> ResponseReturnValue:
    clinic, begun = sessions.this_clinic(), sessions.unfinished_token()
    if not (ceremony and answer):
        if asks_for_json():
            return handed(second_steps.ask_for_passkey(clinic, _known(begun)))
        form.code.errors = [NEEDS_SCRIPT]
        return _page(form, 422)
    token = second_steps.finish_with_passkey(clinic, ceremony, answer, _known(begun))
    if token is None:
        form.code.errors = [_WRONG_PASSKEY]
        return _page(form, 422)
    return _in(token)


def _known(begun: str) -> str:
    # Without it, any passkey would do: here it is to be that of the person whose password was right.
    if not begun:
        raise SignInOver
    return begun


def _page(form: CodeForm, status: int = 200) -> ResponseReturnValue:
    clinic = sessions.this_clinic()
    try:
        member = second_steps.who_began(clinic, sessions.unfinished_token())
    except SignInOver:
        return _over()
    has = second_steps.factors(clinic, member)
    if not app_is_taken(clinic.settings.sign_in_policy, has):
        form.code.label.text = "Recovery code"
        form.code.description = "One of the codes you were shown when you set up how you sign in."
    page = render_template(
        "account/second_step.html",
        form=form,
        has=has,
        by_app=app_is_taken(clinic.settings.sign_in_policy, has),
        passkey_address=address_of(clinic.settings).origin,
    )
    return page, status


def _passkey_refused(words: str) -> ResponseReturnValue:
    return render_template("account/passkey_refused.html", words=words), 422


def _over() -> ResponseReturnValue:
    if asks_for_json() and request.method == "POST":
        return "{}", 409
    return render_template("account/sign_in_over.html"), 409


def _in(token: str) -> ResponseReturnValue:
    return sessions.begin(make_response(redirect(url_for("review.home"), 303)), token)
