"""Exporting: one submission as a file, or many at once, with the part on alcohol and drugs or without it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from intake.domain.events import Event, SubmissionExported, SubmissionsExported
from intake.domain.leaving_out import said_without_substance_use, without_substance_use
from intake.domain.permissions import StaffMember
from intake.domain.review import Review
from intake.domain.submissions import Submission
from intake.services import export_csv, export_json, export_zip, replies, viewing
from intake.services.clinic import Clinic
from intake.services.export_json import Exported
from intake.services.export_zip import Packed
from intake.storage import audit, every_submission, reviews, revisions
from intake.storage.codec_entries import UnknownEntry
from intake.storage.codec_record import UnknownRecord
from intake.storage.encryption import DecryptionFailed
from intake.storage.every_submission import Sent
from intake.storage.submissions import NoSuchSubmission

LONGEST_PURPOSE = 500
# Each leaves a line in the trail before anything leaves, while nobody else can write one.
MOST_AT_ONCE = 5000
# Records opened at a time: what one transaction holds, and what memory does.
_PAGE = 20


class Form(Enum):
    """What a record can be exported as."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


class Which(Enum):
    """Of an export of many: all submissions of a period, or those whose review stands so."""

    ALL = "all"
    IN_WORK = "in_work"
    DONE = "done"


_DONE = {Which.ALL: None, Which.IN_WORK: False, Which.DONE: True}


# One damaged record keeps no other from leaving.
_DAMAGED = (NoSuchSubmission, DecryptionFailed, UnknownRecord, UnknownEntry, KeyError, TypeError, ValueError)


class PurposeNeeded(Exception):
    """An export of many says in a few words what it is for."""


class NothingToExport(Exception):
    """No submission is as asked."""


class TooMany(Exception):
    """More submissions than may leave at once; ``found`` is how many."""

    def __init__(self, found: int) -> None:
        super().__init__(f"{found} submissions were found, and at most {MOST_AT_ONCE} leave at once")
        self.found = found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which submissions to export: sent on these days at the clinic, the last one included."""

    since: date
    until: date
    which: Which = Which.ALL
    without_substance_use: bool = False


def export_one(
    clinic: Clinic, member: StaffMember, submission: UUID, form: Form, *, without: bool = False
) -> Exported:
    """One record, ready to leave. Recorded in the same transaction. Raises ViewFirst and NoSuchSubmission."""
    replies.take_in(clinic, submission)
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        viewing.refuse_before_view(clinic, member, review)
        event = SubmissionExported(submission, form.value)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return _exported(clinic, member, review, clinic.now(), without=without)


def as_file(one: Exported, form: Form) -> bytes:
    """A record as JSON or CSV. Raises ValueError for a PDF, which is a page before it is a file."""
    match form:
        case Form.JSON:
            return export_json.as_json(one, indent=1)
        case Form.CSV:
            return export_csv.heading() + export_csv.rows(one.review.submission)
        case other:
            raise ValueError(f"a {other.value} is not made here")


def export_many(clinic: Clinic, member: StaffMember, wanted: Wanted, purpose: str) -> Iterator[bytes]:
    """Many records as a ZIP, piece by piece. That they leave is recorded before the first piece is made.

    Raises PurposeNeeded, NothingToExport and TooMany, all before anything leaves.
    """
    purpose = purpose.strip()
    if not 0 < len(purpose) <= LONGEST_PURPOSE or not purpose.isprintable():
        raise PurposeNeeded
    replies.take_in_all(clinic)
    now = clinic.now()
    begin, end = (_midnight(clinic, day) for day in (wanted.since, wanted.until + timedelta(days=1)))
    with clinic.database.write() as session:
        chosen = every_submission.sent_between(session, begin, end, done=_DONE[wanted.which])
        if not chosen:
            raise NothingToExport
        if len(chosen) > MOST_AT_ONCE:
            raise TooMany(len(chosen))
        leaving = [SubmissionExported(one.id, Form.JSON.value) for one in chosen]
        events: tuple[Event, ...] = (SubmissionsExported(len(chosen), purpose), *leaving)
        audit.record_all(session, clinic.keys, member.id, events, now)
    about = {
        "exported": {"at": now.isoformat(), "by": member.printed_name, "purpose": purpose},
        "sent": {"since": wanted.since.isoformat(), "until": wanted.until.isoformat()},
        "which": wanted.which.value,
        "without_substance_use": wanted.without_substance_use,
        "notice": clinic.settings.redisclosure_notice,
    }

    without = wanted.without_substance_use
    answers = _answers(clinic, chosen, without=without)
    records = _records(clinic, member, chosen, now, without=without)
    return export_zip.pack(answers, records, about, clinic.settings.redisclosure_notice, clinic.local(now))


def _answers(clinic: Clinic, chosen: Sequence[Sent], *, without: bool) -> Iterator[Submission]:
    # Only what was sent is opened for the table, not what rules and people made of it.
    for page in _pages(chosen):
        with clinic.database.read() as session:
            found = [_sent(clinic, session, one.id) for one in page]
        for submission in found:
            if submission is not None:
                yield said_without_substance_use(submission) if without else submission


def _records(
    clinic: Clinic, member: StaffMember, chosen: Sequence[Sent], now: datetime, *, without: bool
) -> Iterator[Packed]:
    for page in _pages(chosen):
        with clinic.database.read() as session:
            opened = [(one.reference, _review(clinic, session, one.id)) for one in page]
        for reference, review in opened:
            exported = None if review is None else _exported(clinic, member, review, now, without=without)
            yield Packed(reference, exported)


def _pages(chosen: Sequence[Sent]) -> Iterator[Sequence[Sent]]:
    return (chosen[first : first + _PAGE] for first in range(0, len(chosen), _PAGE))


def _sent(clinic: Clinic, session: Session, submission: UUID) -> Submission | None:
    try:
        return revisions.newest(session, clinic.keys, submission)
    except _DAMAGED:
        return None  # the manifest names it


def _review(clinic: Clinic, session: Session, submission: UUID) -> Review | None:
    try:
        return reviews.review(session, clinic.keys, submission)
    except _DAMAGED:
        return None  # the manifest names it


def _exported(
    clinic: Clinic, member: StaffMember, review: Review, now: datetime, *, without: bool
) -> Exported:
    kept, left_out = review, None
    if without:
        library = clinic.library
        kept, left_out = without_substance_use(review, library.questionnaire, library.rulebook)
    notice = clinic.settings.redisclosure_notice
    return Exported(kept, review.fingerprint(), member, now, notice, left_out)


def _midnight(clinic: Clinic, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(clinic.settings.timezone)).astimezone(UTC)
