"""Signing off: the whole form shown once more, and a signature for exactly what was shown."""

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.review import AlreadySignedOff, Changed, NotReady
from intake.services import accounts, reviewing
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic import sessions
from intake.web.clinic.forms import SignOffForm, typed
from intake.web.clinic.reading import Card, Reading
from intake.web.clinic.views import open_reading, show
from intake.web.guard import requires

pages = Blueprint("signing", __name__)

_SIGNED_BEFORE = "This form was signed off while you had it open, so nothing was recorded now."


@pages.get("/submissions/<uuid:submission>/sign-off")
@requires(Permission.REVIEW)
def sign_off(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """What would be signed for, or what still stands in the way."""
    reading = open_reading(member, submission)
    if reading.signed is not None:
        return redirect(url_for("review.submission", submission=submission), 303)
    return _page(member, reading, SignOffForm())


@pages.post("/submissions/<uuid:submission>/sign-off")
@requires(Permission.REVIEW)
def sign(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Sign, once the password was given again and if nothing has changed since it was shown."""
    form = SignOffForm()
    if not (form.validate_on_submit() and _is_still(member, form)):
        return _page(member, open_reading(member, submission), form, 422)
    try:
        reviewing.sign_off(sessions.this_clinic(), member, submission, typed(form.note), typed(form.shown))
    except NoSuchSubmission:
        abort(404)
    except (AlreadySignedOff, NotReady):
        return _page(member, open_reading(member, submission), form, 409)
    except Changed:
        return _changed(member, open_reading(member, submission), form)
    return redirect(url_for("review.submission", submission=submission, _anchor="signed"), 303)


def _is_still(member: StaffMember, form: SignOffForm) -> bool:
    # 21 CFR 11.200: a signature takes more than a screen that somebody walked away from.
    try:
        confirmed = accounts.confirms(sessions.this_clinic(), member, typed(form.password), sessions.source())
    except accounts.LockedOut:
        form.password.errors = ["Too many wrong passwords. Wait 15 minutes, then sign"]
        return False
    if not confirmed:
        form.password.errors = ["That is not your password. Type it again"]
    return confirmed


def _changed(member: StaffMember, reading: Reading, form: SignOffForm) -> ResponseReturnValue:
    news = reading.since(frozenset(typed(form.seen).split()))
    return _page(member, reading, form, 409, news=news, changed=True)


def _page(
    member: StaffMember,
    reading: Reading,
    form: SignOffForm,
    status: int = 200,
    *,
    news: tuple[Card, ...] = (),
    changed: bool = False,
) -> ResponseReturnValue:
    if reading.signed is not None:
        return show(reading, 409, notice=_SIGNED_BEFORE, note=typed(form.note))
    # What the next signature would cover is what this page shows, not what the last one did.
    form.shown.data = reading.review.fingerprint()
    form.seen.data = reading.keys
    page = render_template(
        "clinic/sign_off.html",
        reading=reading,
        review=reading.review,
        member=member,
        form=form,
        news=news,
        changed=changed,
        statement=reviewing.STATEMENT,
    )
    return page, status
