"""Notices on their way by e-mail, each kept in the transaction that made it necessary.

To whom, and with which link, is sealed for the clinic and erased once the notice is settled.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import cast
from uuid import UUID, uuid5

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from intake.domain.notice_kinds import NoticeKind
from intake.storage.codec_exchanges import notice_from_bytes, notice_to_bytes
from intake.storage.encryption import (
    ClinicKeys,
    PatientKeys,
    Place,
    new_record_key,
    open_for_clinic,
    seal_for_clinic,
)
from intake.storage.tables import OutgoingRow


class Outcome(Enum):
    """How it ended for a notice; none yet while it waits."""

    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Due:
    """A notice to try now; ``attempts`` are those made before."""

    id: UUID
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a notice stands."""

    attempts: int
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a notice goes, the secret of its link, and what it says there is to read."""

    recipient: str = field(repr=False)
    secret: str = field(repr=False)
    kind: NoticeKind


def id_of(submission_id: UUID, number: int, link: bytes) -> UUID:
    """The id of the notice of one link to one question: the same whenever it is asked for."""
    return uuid5(submission_id, f"{number} {link.hex()}")


def add(session: Session, keys: PatientKeys, notice: UUID, addressed: Addressed, now: datetime) -> None:
    """Keep a notice to be sent as soon as somebody looks. Either site can: it is sealed for the clinic."""
    key = new_record_key(keys)
    session.add(
        OutgoingRow(
            id=notice,
            created_at=now,
            wrapped_key=seal_for_clinic(keys, key, _key_place(notice)),
            sealed=key.seal(_to_bytes(addressed), _sealed_place(notice)),
            attempts=0,
            next_try_at=now,
            settled_at=None,
            outcome=None,
        )
    )
    session.flush()


def due(session: Session, now: datetime) -> tuple[Due, ...]:
    """The notices to try now, oldest first."""
    query = select(OutgoingRow.id, OutgoingRow.created_at, OutgoingRow.attempts)
    rows = session.execute(query.where(OutgoingRow.next_try_at <= now).order_by(OutgoingRow.created_at))
    return tuple(Due(row.id, row.created_at, row.attempts) for row in rows)


def claim(session: Session, keys: ClinicKeys, one: Due, next_try_at: datetime) -> Addressed | None:
    """Take a notice for one try; None when somebody else did, or it is settled. Raises DecryptionFailed.

    Whoever ends in the middle of a try leaves it to be tried again at ``next_try_at``.
    """
    claimed = session.execute(
        update(OutgoingRow)
        .where(
            OutgoingRow.id == one.id,
            OutgoingRow.attempts == one.attempts,
            OutgoingRow.next_try_at.is_not(None),
        )
        .values(attempts=one.attempts + 1, next_try_at=next_try_at)
    )
    if cast("CursorResult[object]", claimed).rowcount != 1:
        return None
    row = session.get_one(OutgoingRow, one.id)
    key = open_for_clinic(keys, row.wrapped_key, _key_place(one.id))
    return Addressed(*notice_from_bytes(key.open(row.sealed, _sealed_place(one.id))))


def settle(session: Session, notice: UUID, outcome: Outcome, now: datetime) -> None:
    """Nothing more is tried, and nothing of it is kept but how it ended; the first outcome stands."""
    session.execute(
        update(OutgoingRow)
        .where(OutgoingRow.id == notice, OutgoingRow.settled_at.is_(None))
        .values(settled_at=now, outcome=outcome.value, next_try_at=None, wrapped_key=b"", sealed=b"")
    )


def delivery(session: Session, notice: UUID) -> Delivery | None:
    """Where a notice stands; None when there never was one."""
    query = select(OutgoingRow.attempts, OutgoingRow.outcome).where(OutgoingRow.id == notice)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return Delivery(row.attempts, None if row.outcome is None else Outcome(row.outcome))


def _to_bytes(addressed: Addressed) -> bytes:
    return notice_to_bytes(addressed.recipient, addressed.secret, addressed.kind)


def _key_place(notice: UUID) -> Place:
    return Place("outgoing", "wrapped_key", notice)


def _sealed_place(notice: UUID) -> Place:
    return Place("outgoing", "sealed", notice)
