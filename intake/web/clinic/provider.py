"""Signing in at the clinic's provider: the button that leads there, and coming back.

Without a provider in the settings there are no such pages.
"""

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import provider_sign_in
from intake.services.accounts import LockedOut
from intake.services.entering import Begun
from intake.services.provider_sign_in import Back, Going, NotSignedIn, ProviderFailed, Refusal, Why
from intake.web.clinic import sessions
from intake.web.clinic.account_forms import HandedLinkForm
from intake.web.clinic.forms import typed
from intake.web.clinic.known_browser import known_as
from intake.web.guard import open_to_all, requires, sensitive
from intake.web.headers import also_sent_to
from intake.web.security import cookie_name

pages = Blueprint("provider", __name__)

_LASTS = 600  # seconds, as long as a sign-in there may take
# What to do about it, for each way it can go wrong.
_WORDS = {
    Why.UNREACHABLE: "{name} could not be reached, or took too long. Try again in a minute, or sign in "
    "another way.",
    Why.NOT_UNDERSTOOD: "{name} answered something we do not understand. Sign in another way, and tell "
    "your administrator.",
    Why.REFUSED: "{name} did not sign you in. Begin again, or sign in another way.",
    Why.NOT_TRUSTED: "What came back from {name} cannot be trusted, so we did not use it. Begin again. "
    "If it happens twice, tell your administrator.",
    Why.TOO_LONG_AGO: "{name} did not ask you who you are just now. Sign out there, then begin again.",
    Refusal.OVER: "This sign-in is over: it took too long, was used before, or was begun in another "
    "browser. Begin again.",
    Refusal.NOBODY: "Nobody here is linked to that sign-in at {name}. Sign in another way, and ask your "
    "administrator for a link.",
    Refusal.DAMAGED: "Something we keep of how you sign in does not open any more, as when somebody changed "
    "it in the database. Have an administrator press Start over how they sign in beside your name.",
    Refusal.ANOTHER: "That sign-in at {name} belongs to somebody else here. Sign in there as yourself, "
    "and ask for a new link.",
}


@pages.post("/sign-in/provider")
@open_to_all
def leave() -> ResponseReturnValue:
    """Send the browser to the provider. Only a button does: nothing signs anybody in unasked."""
    _need_one()
    try:
        clinic = sessions.this_clinic()
        return _gone(provider_sign_in.go(clinic, sessions.source(), known_as(clinic)))
    except ProviderFailed as refusal:
        return _refused(refusal.why)
    except LockedOut:
        return render_template("account/paused.html"), 429


@pages.get("/sign-in/provider/back")
@open_to_all
def back() -> ResponseReturnValue:
    """Come back from the provider. What is in the address is used up by this, whatever comes of it."""
    _need_one()
    given = request.args
    came = Back(given.get("state", ""), given.get("code", ""), given.get("iss", ""), error="error" in given)
    try:
        browser = request.cookies.get(_cookie(), "")
        begun = provider_sign_in.come_back(sessions.this_clinic(), came, browser, sessions.source())
    except NotSignedIn as refusal:
        return _forget(make_response(_refused(refusal.why)))
    # A page of our own and no redirect: the browser hands over its session only where we lead it ourselves.
    if begun is None:
        return _forget(make_response(render_template("account/provider_linked.html")))
    if isinstance(begun, Begun):
        page = make_response(render_template("account/provider_back.html", to="second_steps.second"))
        return _forget(sessions.begin_unfinished(page, begun.token))
    page = make_response(render_template("account/provider_back.html", to="review.home"))
    return _forget(sessions.begin(page, begun))


@pages.get("/account/provider")
@requires(Permission.OWN_ACCOUNT)
def link(_member: StaffMember) -> ResponseReturnValue:
    """What following the link comes to. Its secret stands behind the #, and is sent with the button."""
    _need_one()
    return _link_page(HandedLinkForm())


@pages.post("/account/provider")
@requires(Permission.OWN_ACCOUNT)
@sensitive
def follow(member: StaffMember) -> ResponseReturnValue:
    """Go to the provider, to be linked. The link is used up."""
    _need_one()
    form = HandedLinkForm()
    if not form.validate_on_submit():
        return _link_page(form, 422)
    try:
        going = provider_sign_in.follow_link(sessions.this_clinic(), member, typed(form.link))
    except ProviderFailed as refusal:
        return _refused(refusal.why)
    except LockedOut:
        return render_template("account/paused.html"), 429
    if going is None:
        return render_template("account/link_used_up.html"), 404
    return _gone(going)


def provider_name() -> str:
    """What the button on the page to sign in says; empty without a provider. Lets the page lead there."""
    settings = sessions.this_clinic().settings
    if not settings.provider_issuer:
        return ""
    _widen()
    return settings.provider_name


def _link_page(form: HandedLinkForm, status: int = 200) -> ResponseReturnValue:
    _widen()
    return render_template("account/provider_link.html", form=form), status


def _widen() -> None:
    also_sent_to(provider_sign_in.origin(sessions.this_clinic()))


def _need_one() -> None:
    if not sessions.this_clinic().settings.provider_issuer:
        abort(404)


def _gone(going: Going) -> Response:
    _widen()
    response = make_response(redirect(going.address, 303))
    secure = sessions.this_clinic().settings.secure_cookies
    # Lax: the browser comes back from another site, and has to bring it.
    response.set_cookie(
        _cookie(), going.browser, max_age=_LASTS, path="/", secure=secure, httponly=True, samesite="Lax"
    )
    return response


def _forget(response: Response) -> Response:
    secure = sessions.this_clinic().settings.secure_cookies
    response.delete_cookie(_cookie(), path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def _refused(why: Why | Refusal) -> tuple[str, int]:
    name = sessions.this_clinic().settings.provider_name
    status = 503 if why is Why.UNREACHABLE else 422
    words = _WORDS[why].format(name=name)
    return render_template("account/provider_refused.html", words=words), status


def _cookie() -> str:
    return cookie_name(sessions.this_clinic().settings, "provider")
