"""Pages that were sent after their session ended: held for a quarter of an hour, never lost at once.

Only the browser a page came from has the secret that opens it, and the database does not have it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.domain.reply_pages import ReplyPage
from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.storage import patient_questions
from intake.storage.codec_unfinished import held_from_bytes, held_to_bytes
from intake.storage.encryption import (
    PatientKeys,
    Place,
    new_record_key,
    token_digest,
    unwrap_with_token,
    wrap_for_token,
)
from intake.storage.tables import DraftRow, HeldPageRow, SubmissionRow, WayBackRow

HELD_FOR = timedelta(minutes=15)
# Of one draft: as many tabs as somebody may have left open. The oldest goes first.
MOST = 8
# Of one page, in what its boxes hold. The longest page of the form fits twice.
LARGEST = 32 * 1024


def _is_of_a_form(page: str) -> bool:
    return ReplyPage.of(page) is None


def new_secret() -> str:
    """A secret for a browser that holds no page yet."""
    return secrets.token_urlsafe(32)


def hold(
    session: Session, keys: PatientKeys, secret: str, shown: ShownPage, typed: UnfinishedPage, now: datetime
) -> bool:
    """Keep a page for the browser with this secret; False when too large, or nothing leads back to it."""
    if _size(typed) > LARGEST or not _has_way_back(session, shown, now):
        return False
    _make_room(session, shown)
    held, key = uuid4(), new_record_key(keys)
    session.add(
        HeldPageRow(
            id=held,
            secret_digest=token_digest(secret),
            draft_id=shown.draft,
            created_at=now,
            wrapped_key=wrap_for_token(key, secret, Place("held_pages", "wrapped_key", held)),
            sealed=key.seal(held_to_bytes(shown, typed), Place("held_pages", "sealed", held)),
        )
    )
    session.flush()
    return True


def take(
    session: Session,
    keys: PatientKeys,
    secret: str,
    draft_id: UUID,
    now: datetime,
    wanted: Callable[[str], bool] = _is_of_a_form,
) -> dict[str, UnfinishedPage]:
    """The pages this browser sent for this draft, by page id, the newest of each; they are held no more.

    A submission has the id of its draft: for a reply to it, ``wanted`` says which pages are meant.
    """
    query = (
        select(HeldPageRow)
        .where(HeldPageRow.secret_digest == token_digest(secret), HeldPageRow.draft_id == draft_id)
        .order_by(HeldPageRow.created_at)
    )
    found: dict[str, UnfinishedPage] = {}
    for row in session.scalars(query).all():
        if _is_over(row, now):
            continue  # for the worker to erase, unless the clock is ahead (decision 0059)
        key = unwrap_with_token(keys, row.wrapped_key, secret, Place("held_pages", "wrapped_key", row.id))
        shown, typed = held_from_bytes(key.open(row.sealed, Place("held_pages", "sealed", row.id)))
        if wanted(shown.page):
            found[shown.page] = typed
            session.delete(row)
    session.flush()
    return found


def remove_over(session: Session, now: datetime) -> None:
    """Forget what was held for long enough, and what was held for a draft that is gone."""
    written = select(DraftRow.id).where(DraftRow.id == HeldPageRow.draft_id).exists()
    sent = select(SubmissionRow.id).where(SubmissionRow.id == HeldPageRow.draft_id).exists()
    over = (HeldPageRow.created_at <= now - HELD_FOR) | ~(written | sent)
    session.execute(delete(HeldPageRow).where(over), execution_options={"synchronize_session": False})


def _has_way_back(session: Session, shown: ShownPage, now: datetime) -> bool:
    match ReplyPage.of(shown.page):
        case None:
            return session.scalar(select(WayBackRow.id).where(WayBackRow.draft_id == shown.draft)) is not None
        case ReplyPage(number=None):
            # What is added unasked begins where the receipt is, and the words of the form open that.
            reference = select(SubmissionRow.reference).where(SubmissionRow.id == shown.draft)
            found = select(WayBackRow.id).where(WayBackRow.reference == reference.scalar_subquery())
            return session.scalar(found) is not None
        case ReplyPage(number=number):
            link = None if number is None else patient_questions.states(session, shown.draft).get(number)
            return link is not None and link.closed_at is None and not link.has_ended(now)


def _make_room(session: Session, shown: ShownPage) -> None:
    query = select(HeldPageRow).where(HeldPageRow.draft_id == shown.draft).order_by(HeldPageRow.created_at)
    rows = session.scalars(query).all()
    for row in rows[: max(0, len(rows) - MOST + 1)]:
        session.delete(row)


def _is_over(row: HeldPageRow, now: datetime) -> bool:
    # A clock set back must not lengthen it for long: what is newer than now is as old as now.
    return now - row.created_at >= HELD_FOR


def _size(typed: UnfinishedPage) -> int:
    return sum(len(name) + len(value.encode("utf-8", "replace")) for name, value in typed.boxes)
