"""Notices on their way by e-mail, each kept in the transaction that made it necessary.

To whom, of what kind, in which language and with which link is sealed for the outbox, and erased once the
notice is settled. One that could not be sent is kept for a while (``dead_letters``).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import cast
from uuid import UUID, uuid4, uuid5

from sqlalchemy import CursorResult, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from intake.domain.clock_leaps import WANDERS
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.domain.standing import LINK_LIVES
from intake.storage.codec_exchanges import notice_from_bytes, notice_to_bytes
from intake.storage.encryption import (
    ClinicKeys,
    DecryptionFailed,
    PatientKeys,
    Place,
    is_sealed_for_clinic,
    new_record_key,
    open_for_clinic,
    open_from_outbox,
    seal_for_outbox,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.outbox_keys import OutboxKeys
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import OutgoingRow

# How long one that could not be sent is kept: its link works for as long.
KEPT_FOR = LINK_LIVES
_STAFF_KEPT_FOR = timedelta(days=30)
# Longer than any wait of ``services/notices``.
_LONGER_THAN_ANY_WAIT = timedelta(hours=6) + WANDERS


class Outcome(Enum):
    """How it ended for a notice; none yet while it waits."""

    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    NOT_NEEDED = "not_needed"


NOT_SENT = frozenset({Outcome.REFUSED, Outcome.GIVEN_UP})


@dataclass(frozen=True, slots=True)
class Due:
    """A notice to try now; ``attempts`` are those made before, ``tried_since`` when trying began."""

    id: UUID
    created_at: datetime
    attempts: int
    tried_since: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a notice stands."""

    attempts: int
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a notice goes, the secret of its link, what it says there is to read, and in which language.

    ``wanted`` is false for a notice to staff that is kept beside the others and sent to nobody: what lies
    in the open must be the same whether or not a form is urgent (docs/decisions/0040). ``draft`` is the id of
    the saved form that the link leads to, for the letter to be found when the way back is gone.
    """

    recipient: str = field(repr=False)
    secret: str = field(repr=False)
    kind: NoticeKind
    wanted: bool = True
    language: str = ""
    draft: str = ""


def id_of(submission_id: UUID, number: int, link: bytes) -> UUID:
    """The id of the notice of one link to one question: the same whenever it is asked for."""
    return uuid5(submission_id, f"{number} {link.hex()}")


def new_id() -> UUID:
    """The id of a notice that nothing else leads to."""
    return uuid4()


def add(
    session: Session,
    keys: PatientKeys,
    notice: UUID,
    addressed: Addressed,
    now: datetime,
    tried_since: datetime | None = None,
) -> None:
    """Keep a notice to be sent as soon as somebody looks. Either site can: it is sealed for the outbox."""
    key = new_record_key(keys)
    session.add(
        OutgoingRow(
            id=notice,
            created_at=now,
            wrapped_key=seal_for_outbox(keys, key, _key_place(notice)),
            sealed=key.seal(_to_bytes(addressed), _sealed_place(notice)),
            attempts=0,
            next_try_at=now,
            settled_at=None,
            outcome=None,
            for_staff=not addressed.kind.is_to_a_patient,
            tried_since=tried_since,
            failure=None,
            kept_until=None,
        )
    )
    session.flush()


def due(session: Session, now: datetime, most: int | None = None) -> tuple[Due, ...]:
    """The notices to try now, so many at most: those to staff, then those that wait for longest.

    However many links strangers have sent to themselves, nobody of the clinic learns later of a form for
    it. A notice of staff's that was made anew waits since the first was made.
    """
    began = func.coalesce(OutgoingRow.tried_since, OutgoingRow.created_at).label("began")
    query = select(OutgoingRow.id, OutgoingRow.created_at, OutgoingRow.attempts, began)
    # Nothing is put off for so long: the clock was ahead then, and the letter would wait for it for years.
    is_due = or_(
        OutgoingRow.next_try_at <= now,
        OutgoingRow.next_try_at > now + _LONGER_THAN_ANY_WAIT,
        and_(OutgoingRow.attempts == 0, OutgoingRow.next_try_at > now + WANDERS),
    )
    rows = session.execute(query.where(is_due).order_by(OutgoingRow.for_staff.desc(), began).limit(most))
    return tuple(Due(row.id, row.created_at, row.attempts, row.began) for row in rows)


def claim(session: Session, keys: OutboxKeys, one: Due, next_try_at: datetime) -> Addressed | None:
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
    return opened(keys, session.get_one(OutgoingRow, one.id))


def came_to_nothing(session: Session, notice: UUID, failure: NoticeFailure) -> None:
    """Say why a try came to nothing; the notice goes on waiting."""
    session.execute(
        update(OutgoingRow)
        .where(OutgoingRow.id == notice, OutgoingRow.settled_at.is_(None))
        .values(failure=failure.value)
    )


def settle(
    session: Session, notice: UUID, outcome: Outcome, now: datetime, failure: NoticeFailure | None = None
) -> None:
    """Nothing more is tried; the first outcome stands. What could not be sent is kept to be tried again.

    Of anything else nothing is kept but how it ended; of what is not needed any more, neither.
    """
    values: dict[str, object] = {"settled_at": now, "outcome": outcome.value, "next_try_at": None}
    if outcome in NOT_SENT:
        values |= {"failure": None if failure is None else failure.value, "kept_until": now + KEPT_FOR}
    else:
        values |= _ERASED
    session.execute(
        update(OutgoingRow).where(OutgoingRow.id == notice, OutgoingRow.settled_at.is_(None)).values(**values)
    )
    if outcome is Outcome.NOT_NEEDED:
        erase(session, notice)


def erase(session: Session, notice: UUID) -> bool:
    """Keep nothing more of one that could not be sent; False when nothing was kept any more."""
    erased = session.execute(
        update(OutgoingRow)
        .where(OutgoingRow.id == notice, OutgoingRow.kept_until.is_not(None))
        .values(**_ERASED)
    )
    return cast("CursorResult[object]", erased).rowcount == 1


def erase_what_is_over(session: Session, now: datetime) -> None:
    """Keep nothing more of what nobody had tried again in time, nor that staff were told long ago.

    What still waits after so long is given up: where there is no mail server any more, nobody tries it.
    """
    began = func.coalesce(OutgoingRow.tried_since, OutgoingRow.created_at)
    given_up = {"settled_at": now, "outcome": Outcome.GIVEN_UP.value, "next_try_at": None, **_ERASED}
    left = (OutgoingRow.settled_at.is_(None), began <= now - KEPT_FOR)
    session.execute(update(OutgoingRow).where(*left).values(**given_up))
    session.execute(update(OutgoingRow).where(OutgoingRow.kept_until <= now).values(**_ERASED))
    told_long_ago = (
        OutgoingRow.for_staff,
        OutgoingRow.kept_until.is_(None),
        # Or while the clock was ahead, which would keep it for as long again.
        or_(OutgoingRow.settled_at <= now - _STAFF_KEPT_FOR, OutgoingRow.settled_at > now + WANDERS),
    )
    session.execute(delete(OutgoingRow).where(*told_long_ago))


def told_staff_last(session: Session, now: datetime) -> datetime | None:
    """When the newest notice to staff was made that there is something to read.

    One made while the clock was ahead is none: until it has caught up, nobody would be told of anything.
    """
    by_now = OutgoingRow.created_at <= now + WANDERS
    return session.scalar(select(func.max(OutgoingRow.created_at)).where(*_OF_NEWS, by_now))


def take_back_for_staff(session: Session, keys: ClinicKeys) -> dict[str, tuple[bool, datetime]]:
    """Take back every notice of news that waits: by address, whether it was wanted, and tried since when.

    One of them that cannot be opened is gone: another is made in its place.
    """
    waiting = select(OutgoingRow).where(*_OF_NEWS, OutgoingRow.settled_at.is_(None))
    found: dict[str, tuple[bool, datetime]] = {}
    for row in session.scalars(waiting.order_by(OutgoingRow.id).with_for_update()):
        try:
            addressed = opened(keys.outbox_keys, row)
        except DecryptionFailed:
            pass
        else:
            if not addressed.kind.is_for_staff:
                continue  # one about an account that was tried again
            found[addressed.recipient] = addressed.wanted, row.tried_since or row.created_at
        session.delete(row)
    session.flush()
    return found


def tell_staff(
    session: Session, keys: PatientKeys, recipient: str, now: datetime, tried_since: datetime, *, wanted: bool
) -> None:
    """Keep a notice to somebody of the clinic that there is something to read."""
    addressed = Addressed(recipient, "", NoticeKind.TO_READ, wanted)
    add(session, keys, new_id(), addressed, now, tried_since)


def delivery(session: Session, notice: UUID) -> Delivery | None:
    """Where a notice stands; None when there never was one."""
    query = select(OutgoingRow.attempts, OutgoingRow.outcome).where(OutgoingRow.id == notice)
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return Delivery(row.attempts, None if row.outcome is None else Outcome(row.outcome))


def seal_for_the_worker(session: Session, keys: ClinicKeys) -> int:
    """Seal what an earlier version left for the clinic so that the worker can send it; how many there were.

    One that cannot be opened stays as it is, and comes out as one that could not be sent.
    """
    done = 0
    for row in session.scalars(select(OutgoingRow).where(OutgoingRow.wrapped_key != b"")):
        if not is_sealed_for_clinic(keys, row.wrapped_key):
            continue
        try:
            key = open_for_clinic(keys, row.wrapped_key, _key_place(row.id))
        except DecryptionFailed:
            continue
        row.wrapped_key = seal_for_outbox(keys, key, _key_place(row.id))
        done += 1
    session.flush()
    return done


def opened(keys: OutboxKeys, row: OutgoingRow) -> Addressed:
    """To whom and what. Raises DecryptionFailed."""
    key = open_from_outbox(keys, row.wrapped_key, _key_place(row.id))
    return Addressed(*notice_from_bytes(key.open(row.sealed, _sealed_place(row.id))))


# Only of news it is known from the first since when it is tried: one about an account takes nobody's place.
_OF_NEWS = (OutgoingRow.for_staff, OutgoingRow.tried_since.is_not(None))
_ERASED: dict[str, object] = {"wrapped_key": b"", "sealed": b"", "kept_until": None}


def _to_bytes(addressed: Addressed) -> bytes:
    return notice_to_bytes(
        addressed.recipient,
        addressed.secret,
        addressed.kind,
        wanted=addressed.wanted,
        language=addressed.language,
        draft=addressed.draft,
    )


def _key_place(notice: UUID) -> Place:
    return Place("outgoing", "wrapped_key", notice)


def _sealed_place(notice: UUID) -> Place:
    return Place("outgoing", "sealed", notice)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_OUTBOX = SealedColumn(
    OutgoingRow, "wrapped_key", KeyPurpose.OUTBOX, lambda _, row: _key_place(row.id)
)
