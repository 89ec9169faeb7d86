"""How you sign in: somebody's own passkeys, authenticator app and recovery codes."""

from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.services import own_factors
from intake.services.own_factors import (
    Changed,
    FactorsDamaged,
    LastWayIn,
    NothingToRecover,
    Overview,
    SessionOver,
    TooMany,
)
from intake.services.passkeys import PasskeyRefused, address_of
from intake.storage.passkeys import NoSuchPasskey
from intake.web.clinic import sessions
from intake.web.clinic.factor_forms import PasskeyForm
from intake.web.clinic.forms import typed
from intake.web.clinic.passkey_sent import asks_for_json, handed, passkey_sent
from intake.web.guard import changes_factors, open_while_due, requires

pages = Blueprint("own_factors", __name__)

_LAST = "Without it you could not sign in any more. Set up another way first, then remove this one"
_MOST = "You have as many passkeys as there may be. Remove one you no longer use first"
_NO_FACTOR = "Set up a passkey or an authenticator app first: recovery codes stand in for those"
_REFUSED = "The passkey was not added. Try again; if this device has one already, it needs no second"
_NEEDS_SCRIPT = "A passkey needs a browser that runs scripts. An authenticator app works in any"


@pages.get("/how-you-sign-in")
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def overview(member: StaffMember) -> ResponseReturnValue:
    """What you sign in with, and what may be changed of it."""
    return page_of(member)


@pages.post("/how-you-sign-in/passkeys")
@changes_factors
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def add_passkey(member: StaffMember) -> ResponseReturnValue:
    """Add a passkey: asked for first, kept when the browser made it."""
    form, sent = PasskeyForm(), passkey_sent()
    if not form.validate_on_submit():
        return page_of(member, 422, form=form)
    clinic = sessions.this_clinic()
    try:
        if sent is None or not sent.is_answered:
            if asks_for_json():
                return handed(own_factors.ask_for_new_passkey(clinic, member))
            return page_of(member, 422, form=form, problem=_NEEDS_SCRIPT)
        changed = own_factors.add_passkey(
            clinic, member, sessions.token(), sent.ceremony, sent.answer, typed(form.name)
        )
    except TooMany:
        return page_of(member, 409, form=form, problem=_MOST)
    except PasskeyRefused:
        return page_of(member, 422, form=form, problem=_REFUSED)
    except (FactorsDamaged, SessionOver):
        return damaged()
    return with_codes(member, changed)


@pages.post("/how-you-sign-in/passkeys/<uuid:passkey>")
@changes_factors
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def rename(member: StaffMember, passkey: UUID) -> ResponseReturnValue:
    """Give a passkey another name."""
    form = PasskeyForm()
    if not form.validate_on_submit():
        return page_of(member, 422, problem=str(next(iter(form.name.errors), "Type a name")))
    clinic = sessions.this_clinic()
    try:
        changed = own_factors.rename_passkey(clinic, member, sessions.token(), passkey, typed(form.name))
    except NoSuchPasskey:
        abort(404)
    except (FactorsDamaged, SessionOver):
        return damaged()
    return back(changed)


@pages.post("/how-you-sign-in/passkeys/<uuid:passkey>/remove")
@changes_factors
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def remove(member: StaffMember, passkey: UUID) -> ResponseReturnValue:
    """Remove a passkey; never the last way in."""
    try:
        changed = own_factors.remove_passkey(sessions.this_clinic(), member, sessions.token(), passkey)
    except NoSuchPasskey:
        abort(404)
    except LastWayIn:
        return page_of(member, 409, problem=_LAST)
    except (FactorsDamaged, SessionOver):
        return damaged()
    return back(changed)


@pages.post("/how-you-sign-in/codes")
@changes_factors
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def codes(member: StaffMember) -> ResponseReturnValue:
    """Ten new recovery codes, shown now and never again."""
    try:
        changed = own_factors.make_recovery_codes(sessions.this_clinic(), member, sessions.token())
    except NothingToRecover:
        return page_of(member, 409, problem=_NO_FACTOR)
    except (FactorsDamaged, SessionOver):
        return damaged()
    return _codes_page(changed)


@pages.post("/how-you-sign-in/done")
@open_while_due
@requires(Permission.OWN_ACCOUNT)
def done(member: StaffMember) -> ResponseReturnValue:
    """You have looked at it all: on to your work."""
    try:
        own_factors.finish_review(sessions.this_clinic(), member, sessions.token())
    except LastWayIn:
        return page_of(member, 409, problem=_NO_FACTOR)
    return redirect(url_for("review.home"), 303)


def page_of(
    member: StaffMember, status: int = 200, *, form: PasskeyForm | None = None, problem: str = ""
) -> ResponseReturnValue:
    """The page, with what could not be done."""
    clinic = sessions.this_clinic()
    try:
        found = own_factors.overview(clinic, member, sessions.token())
    except FactorsDamaged:
        return damaged()
    page = render_template(
        "account/how_you_sign_in.html",
        found=found,
        frame=frame_for(found),
        form=form or PasskeyForm(formdata=None),
        problem=problem,
        policy=clinic.settings.sign_in_policy,
        passkey_address=address_of(clinic.settings).origin,
        member=member,
    )
    return page, status


def frame_for(found: Overview) -> str:
    """The template a page hangs in: without the ways to the clinic's pages while none of them is open."""
    return "clinic/page.html" if found.due.value == "" else "account/page.html"


def with_codes(member: StaffMember, changed: Changed) -> ResponseReturnValue:
    """After a factor was added: recovery codes are shown if there are none yet."""
    clinic = sessions.this_clinic()
    sessions.renewed(changed.token)
    if own_factors.overview(clinic, member, changed.token).codes_left:
        return back(changed)
    return _codes_page(own_factors.make_recovery_codes(clinic, member, changed.token))


def back(changed: Changed) -> ResponseReturnValue:
    """To the page again, with the new session."""
    return sessions.begin(make_response(redirect(url_for("own_factors.overview"), 303)), changed.token)


@pages.app_errorhandler(FactorsDamaged)
def what_to_do(_error: FactorsDamaged) -> ResponseReturnValue:
    """What does not open says so wherever it is found: also at the door, and before somebody signs."""
    return damaged()


def damaged() -> ResponseReturnValue:
    """Something kept does not open, or the session ended meanwhile: nothing was changed."""
    return render_template("account/factors_damaged.html", at=request.endpoint), 409


def _codes_page(changed: Changed) -> ResponseReturnValue:
    page = make_response(render_template("account/recovery_codes.html", codes=changed.codes))
    return sessions.begin(page, changed.token)
