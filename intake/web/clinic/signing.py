"""Signing off: the whole form shown once more, and a signature for exactly what was shown."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.permissions import Permission, StaffMember
from intake.domain.review_changes import ChangedAnswer, Shown, as_shown, review_changes
from intake.domain.review_refusals import AlreadySignedOff, Changed, NotReady
from intake.domain.standing import open_questions
from intake.services import accounts, reviewing
from intake.services.replies import ReplyWaits
from intake.services.review_told import Told, changes_told, flags_told
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic import paper_entries, sessions
from intake.web.clinic.forms import typed
from intake.web.clinic.reading import Card, Reading
from intake.web.clinic.signing_forms import SignOffForm
from intake.web.clinic.views import open_reading, show
from intake.web.guard import requires
from intake.web.languages import date_and_time

pages = Blueprint("signing", __name__)

_SIGNED_BEFORE = "This form was signed off while you had it open, so nothing was recorded now."


@dataclass(frozen=True, slots=True)
class News:
    """What came since a page was opened, in words; ``new_flags`` are those that were not on it."""

    acts: tuple[Told, ...] = ()
    new_flags: tuple[Card, ...] = ()
    flags: tuple[str, ...] = ()
    answers: tuple[ChangedAnswer, ...] = ()
    screened_again: bool = False


@pages.get("/submissions/<uuid:submission>/sign-off")
@requires(Permission.REVIEW)
def sign_off(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """What would be signed for, or what still stands in the way."""
    reading = open_reading(member, submission)
    if reading.signed is not None:
        return redirect(url_for("review.submission", submission=submission), 303)
    return _page(member, reading, _form())


@pages.post("/submissions/<uuid:submission>/sign-off")
@requires(Permission.REVIEW)
def sign(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Sign, once the password was given again and if nothing has changed since it was shown."""
    form = _form()
    if not (form.validate_on_submit() and _is_still(member, form)):
        return _page(member, open_reading(member, submission), form, 422)
    try:
        clinic = sessions.this_clinic()
        reviewing.sign_off(clinic, member, submission, typed(form.note), typed(form.shown), form.step)
    except NoSuchSubmission:
        abort(404)
    except ReplyWaits:
        return _page(member, open_reading(member, submission), form, 409, reply_waits=True)
    except (AlreadySignedOff, NotReady, Changed):
        reading = open_reading(member, submission)
        return _page(member, reading, form, 409, news=_news(reading, form))
    return redirect(url_for("review.submission", submission=submission, _anchor="signed"), 303)


def _form() -> SignOffForm:
    form = SignOffForm()
    form.offer(sessions.this_clinic().settings.next_steps)
    return form


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


def _news(reading: Reading, form: SignOffForm) -> News | None:
    """What came since the page was opened that was signed; None when nothing did."""
    shown = Shown.read(typed(form.seen))
    if shown is None:
        return News()
    before = as_shown(reading.review, shown)
    found = review_changes(before, reading.review)
    if found.nothing:
        return None if typed(form.shown) == reading.review.fingerprint() else News()
    seen = frozenset(flag.key for flag in before.flags)
    return News(
        changes_told(found), reading.since(seen), flags_told(found), found.answers, found.screened_again
    )


def _page(
    member: StaffMember,
    reading: Reading,
    form: SignOffForm,
    status: int = 200,
    *,
    news: News | None = None,
    reply_waits: bool = False,
) -> ResponseReturnValue:
    if reading.signed is not None:
        at = sessions.this_clinic().local(reading.signed.at)
        words = f"{_SIGNED_BEFORE} {reading.signed.printed_name} signed, {date_and_time(at)} {at.tzname()}."
        return show(reading, 409, notice=words, note=form.kept)
    # What the next signature would cover is what this page shows, not what the last one did.
    form.shown.data = reading.review.fingerprint()
    form.seen.data = str(Shown.of(reading.review))
    page = render_template(
        "clinic/sign_off.html",
        reading=reading,
        review=reading.review,
        member=member,
        form=form,
        news=news,
        reply_waits=reply_waits,
        questions=open_questions(reading.review.entries),
        statement=reviewing.STATEMENT,
        # All that the fingerprint covers stands on the page.
        asked=paper_entries.asked(reading.review),
        others=paper_entries.others(reading.review),
    )
    return page, status
