"""Signing off: the whole form shown once more, and a signature for exactly what was shown."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from intake.domain.factors import Proven
from intake.domain.permissions import Permission, StaffMember
from intake.domain.review_changes import ChangedAnswer, Shown, as_shown, review_changes
from intake.domain.review_refusals import AlreadySignedOff, Changed, NotReady
from intake.domain.staff_signatures import SignedWith
from intake.domain.standing import open_questions
from intake.services import reviewing, signing_with
from intake.services.passkeys import PasskeyRefused
from intake.services.replies import ReplyWaits
from intake.services.review_told import Told, changes_told, flags_told
from intake.services.signing_with import Answer, Statement
from intake.storage.submissions import NoSuchSubmission
from intake.web.clinic import paper_entries, sessions
from intake.web.clinic.forms import typed
from intake.web.clinic.passkey_sent import NEEDS_SCRIPT, PasskeySent, asks_for_json, handed, passkey_sent
from intake.web.clinic.proving import ways_of, with_password
from intake.web.clinic.reading import Card, Reading
from intake.web.clinic.signing_forms import SignOffForm
from intake.web.clinic.views import open_reading, show
from intake.web.guard import requires
from intake.web.languages import date_and_time

pages = Blueprint("signing", __name__)

SIGNED_WITH = {
    Proven.PASSKEY: "Signed with a passkey, over exactly what was shown",
    Proven.PASSWORD_AND_APP: "Signed with a password and the code of an authenticator app",
}
_WRONG_PASSKEY = (
    "The passkey did not sign what is on this page, so nothing was signed. Read it again, and press again"
)
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
    return _page(member, reading, _form(member))


@pages.post("/submissions/<uuid:submission>/sign-off")
@requires(Permission.REVIEW)
def sign(member: StaffMember, submission: UUID) -> ResponseReturnValue:
    """Sign, once whoever signs has proved that it is them, and if nothing has changed since it was shown."""
    form, sent = _form(member), passkey_sent()
    if not form.validate_on_submit():
        return _page(member, open_reading(member, submission), form, 422)
    statement = Statement(submission, typed(form.shown), typed(form.note), form.step)
    try:
        if sent is None:
            signed = _with_password(member, form, statement)
        elif not sent.is_answered and asks_for_json():
            return handed(signing_with.ask(sessions.this_clinic(), member, statement))
        else:
            signed = _with_passkey(member, form, statement, sent)
        if not signed:
            return _page(member, open_reading(member, submission), form, 422)
    except NoSuchSubmission:
        abort(404)
    except ReplyWaits:
        return _page(member, open_reading(member, submission), form, 409, reply_waits=True)
    except (AlreadySignedOff, NotReady, Changed):
        reading = open_reading(member, submission)
        return _page(member, reading, form, 409, news=_news(reading, form))
    return redirect(url_for("review.submission", submission=submission, _anchor="signed"), 303)


def _form(member: StaffMember) -> SignOffForm:
    form = SignOffForm()
    form.offer(sessions.this_clinic().settings.next_steps)
    form.ask(ways_of(member))
    return form


def _with_password(member: StaffMember, form: SignOffForm, statement: Statement) -> bool:
    # 21 CFR 11.200: a signature takes more than a screen that somebody walked away from.
    proven = with_password(member, form, "sign")
    if proven is None:
        return False
    # Left out for a password alone, as in every record of before there was more.
    signed_with = SignedWith(proven) if proven is not Proven.PASSWORD else None
    reviewing.sign_off(
        sessions.this_clinic(),
        member,
        statement.submission,
        statement.note,
        statement.shown,
        statement.next_step,
        prove=lambda _session, _review: signed_with,
    )
    return True


def _with_passkey(member: StaffMember, form: SignOffForm, statement: Statement, sent: PasskeySent) -> bool:
    if not sent.is_answered:
        form.refuse(NEEDS_SCRIPT)
        return False
    try:
        answer = Answer(sent.ceremony, sent.answer)
        signing_with.sign_off(sessions.this_clinic(), member, statement, answer)
    except PasskeyRefused:
        form.refuse(_WRONG_PASSKEY)
        return False
    return True


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
        ways=ways_of(member),
    )
    return page, status
