"""Letters that are not to go out by themselves any more: about an erased form, and after a restore."""

from collections.abc import Collection
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from intake.domain.notice_failures import NoticeFailure
from intake.storage.encryption import DecryptionFailed, token_digest
from intake.storage.outbox_keys import OutboxKeys
from intake.storage.outgoing import KEPT_FOR, Outcome, opened
from intake.storage.tables import OutgoingRow


def remove(
    session: Session, keys: OutboxKeys, form: UUID, ids: Collection[UUID], links: Collection[bytes]
) -> int:
    """Remove letters about a form as if there never were any; how many.

    By their ids; by the form they say they lead to, which keeps the id it had as a draft; or by the digest
    of the link in them, for those an earlier version wrote. For that they are opened, while there is anything
    in them to open.
    """
    kept = select(OutgoingRow).where(OutgoingRow.wrapped_key != b"", ~OutgoingRow.for_staff)
    found = {row.id for row in session.scalars(kept) if _leads_to(keys, row, form, links)}
    found |= set(ids)
    removed = session.execute(delete(OutgoingRow).where(OutgoingRow.id.in_(found)))
    return cast("CursorResult[object]", removed).rowcount


def hold_back(session: Session, now: datetime) -> int:
    """Send no letter to a patient by itself that waits: it may have been sent already; how many.

    They are kept as those that could not be sent, for somebody to say which go out. What staff are told
    goes out: to read twice that there is something to read is better than not at all.
    """
    held = session.execute(
        update(OutgoingRow)
        .where(OutgoingRow.settled_at.is_(None), ~OutgoingRow.for_staff)
        .values(
            settled_at=now,
            outcome=Outcome.GIVEN_UP.value,
            next_try_at=None,
            failure=NoticeFailure.RESTORED.value,
            kept_until=now + KEPT_FOR,
        )
    )
    return cast("CursorResult[object]", held).rowcount


def _leads_to(keys: OutboxKeys, row: OutgoingRow, form: UUID, links: Collection[bytes]) -> bool:
    try:
        letter = opened(keys, row)
    except DecryptionFailed:
        return False
    return letter.draft == form.hex or token_digest(letter.secret) in links
