"""What clinicians saw before the flags were shown, beside the tally of the screening that stood then."""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.domain.agreement import Compared
from intake.domain.review_entries import View
from intake.domain.viewing import counts
from intake.storage import submissions
from intake.storage.codec_record import UnknownRecord
from intake.storage.codec_reviews import entry_from_bytes, tally_from_bytes
from intake.storage.encryption import ClinicKeys, DecryptionFailed, SealingKey
from intake.storage.reviews import entry_place
from intake.storage.tables import RecordKeyRow, ReviewEntryRow, TallyRow

# How many submissions are asked for at once.
_AT_ONCE = 200


def compared(session: Session, keys: ClinicKeys, ids: Sequence[UUID]) -> Iterator[list[Compared] | None]:
    """The views of each of these submissions that counts; None for one that cannot be opened.

    A view whose screening has no tally yet is left out until it has one (``tallies``).
    """
    waiting, number = iter(ids), 0
    while some := tuple(islice(waiting, _AT_ONCE)):
        sealed = _entries(session, some)
        for one in some:
            number += 1
            yield _of(session, keys, one, sealed[one], number) if one in sealed else []


def _of(
    session: Session, keys: ClinicKeys, submission: UUID, rows: list[ReviewEntryRow], number: int
) -> list[Compared] | None:
    kept = session.get(RecordKeyRow, submission)
    if kept is None:
        return None
    try:
        key = submissions.open_record_key(keys, submission, kept.sealed)
        entries = (
            entry_from_bytes(key.open(row.sealed, entry_place(submission, row.number))) for row in rows
        )
        views = [one for one in entries if isinstance(one, View)]
        counted = [view for place, view in enumerate(views) if counts(view, tuple(views[:place]))]
        found = (_beside(session, key, submission, view, number) for view in counted)
        return [one for one in found if one is not None]
    except (DecryptionFailed, UnknownRecord):
        return None


def _beside(session: Session, key: SealingKey, submission: UUID, view: View, number: int) -> Compared | None:
    row = session.get(TallyRow, (submission, view.screening))
    if row is None:
        return None
    tally = tally_from_bytes(key.open(row.sealed, submissions.tally_place(submission, view.screening)))
    return Compared(number, tally.editions.rules, view.kind, tally.priority, view.priority)


def _entries(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[ReviewEntryRow]]:
    query = (
        select(ReviewEntryRow)
        .where(ReviewEntryRow.submission_id.in_(ids))
        .order_by(ReviewEntryRow.submission_id, ReviewEntryRow.number)
    )
    found: dict[UUID, list[ReviewEntryRow]] = {}
    for row in session.scalars(query):
        found.setdefault(row.submission_id, []).append(row)
    return found
