"""Ways back to saved drafts: found by a link or a code, opened with a phrase.

The database has digests of link and code, and nothing of the phrase. What opens a draft is derived from
link or code *and* the phrase, stretched so that guessing is dear: a copy of the database opens nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from intake.domain.submissions import Receipt
from intake.domain.ways_back import WayBack
from intake.storage.codec_exchanges import way_back_from_bytes, way_back_to_bytes
from intake.storage.drawn_ways import SALT_BYTES, Drawn
from intake.storage.encryption import (
    ClinicKeys,
    DecryptionFailed,
    PatientKeys,
    Place,
    SealingKey,
    new_record_key,
    nothing_wrapped,
    open_for_clinic,
    seal_for_clinic,
    token_digest,
    unwrap_with_token,
    wrap_for_token,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import WayBackRow
from intake.storage.wrong_tries import counted, may_be_tried

# After the last visit; a receipt as long after sending.
KEPT = timedelta(days=30)
MOST_MAILS = 5
_UNSEEN = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Kept:
    """The way back of a draft, for whoever has the draft open."""

    id: UUID
    way: WayBack
    made_at: datetime
    clinic_may_renew: bool
    mails_left: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What a way back led to: a draft with its key, or the receipt once it was sent."""

    draft: tuple[UUID, SealingKey] | None
    receipt: Receipt | None


def make(
    session: Session,
    keys: PatientKeys,
    draft: tuple[UUID, SealingKey],
    drawn: Drawn,
    now: datetime,
    *,
    for_clinic: bool = False,
) -> UUID:
    """Keep a way back to a draft; the one before, if there was one, stops working. Returns its id.

    The links sent by e-mail are counted on: they are the draft's, however often its words are made anew.
    """
    draft_id, draft_key = draft
    way, identity, opening = drawn.way, uuid4(), new_record_key(keys)
    before = _row_of(session, draft_id)
    mailed = 0 if before is None else before.mailed
    remove_of(session, draft_id)
    row = WayBackRow(
        id=identity,
        draft_id=draft_id,
        link_digest=token_digest(way.secret),
        code_digest=token_digest(way.code),
        salt=drawn.salt,
        by_link=wrap_for_token(opening, _both(way.secret, drawn.phrase), _place("by_link", identity)),
        by_code=wrap_for_token(opening, _both(way.code, drawn.phrase), _place("by_code", identity)),
        draft_key=opening.seal(draft_key.secret, _place("draft_key", identity)),
        shown=draft_key.seal(way_back_to_bytes(way), _place("shown", identity)),
        for_clinic=b"",
        with_code=b"",
        created_at=now,
        last_visit=now,
        mailed=mailed,
        failures=0,
        paused_until=None,
        reference=None,
        sent_at=None,
    )
    session.add(row)
    if for_clinic:
        _let_clinic(row, keys, draft_key, drawn.code)
    session.flush()
    return identity


def of_draft(session: Session, draft_id: UUID, key: SealingKey) -> Kept | None:
    """The way back of a draft; None when it has none."""
    row = _row_of(session, draft_id)
    if row is None:
        return None
    way = way_back_from_bytes(key.open(row.shown, _place("shown", row.id)))
    return Kept(row.id, way, row.created_at, bool(row.for_clinic), max(0, MOST_MAILS - row.mailed))


def let_clinic(
    session: Session, keys: PatientKeys, draft: tuple[UUID, SealingKey], code: bytes, *, may: bool
) -> None:
    """Whether the clinic may make new words; ``code`` is the code as stretched with the salt."""
    row = _row_of(session, draft[0])
    if row is None:
        return
    row.for_clinic = row.with_code = b""
    if may:
        _let_clinic(row, keys, draft[1], code)
    session.flush()


def note_mail(session: Session, draft_id: UUID) -> None:
    """The link is sent by e-mail once more."""
    row = _row_of(session, draft_id)
    if row is not None:
        row.mailed += 1
        session.flush()


def salt_for(session: Session, handle: str) -> bytes:
    """With what to stretch a phrase; a random one when link or code are unknown."""
    salt = session.scalar(select(WayBackRow.salt).where(_found_by(handle)))
    return secrets.token_bytes(SALT_BYTES) if salt is None else salt


def draft_of(session: Session, handle: str) -> UUID | None:
    """The draft that a link or a code leads to, for its browsers to be held before the way back is."""
    return session.scalar(select(WayBackRow.draft_id).where(_found_by(handle)))


def open_with(
    session: Session, keys: PatientKeys, handle: str, phrase: bytes, now: datetime
) -> Opened | None:
    """What a link or a code opens with a phrase, stretched; None for any reason there may be.

    Whatever the reason, as much is worked out. A wrong phrase counts against a way back that works; what
    cannot be a phrase at all is not to come here: a program that presses buttons must not use it up.
    """
    query = select(WayBackRow).where(_found_by(handle)).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    works = row is not None and may_be_tried(row, now) and not _is_over(row, now)
    opening = _opening(keys, row, handle, phrase)
    count = counted(row, now, wrong=works and opening is None)
    session.execute(update(WayBackRow).where(_found_by(handle)).values(**count))
    if row is None or opening is None or not works:
        return None
    if row.reference is not None and row.sent_at is not None:
        return Opened(None, Receipt(row.reference, row.sent_at))
    if row.draft_id is None:
        return None
    draft_key = SealingKey(keys.deployment, opening.open(row.draft_key, _place("draft_key", row.id)))
    return Opened((row.draft_id, draft_key), None)


def find_for_clinic(session: Session, code: str, now: datetime) -> WayBackRow | None:
    """The way back of this code; None when there is none, or its time is over."""
    row = session.scalar(select(WayBackRow).where(WayBackRow.code_digest == token_digest(code)))
    return None if row is None or _is_over(row, now) else row


def draft_for_clinic(keys: ClinicKeys, row: WayBackRow, code: bytes) -> tuple[UUID, SealingKey] | None:
    """The key of the draft, to make a new way back to it; None when the patient does not want that.

    It takes the clinic's key and the patient's code, stretched: neither opens it alone.
    """
    if row.draft_id is None or not row.for_clinic:
        return None
    half = open_for_clinic(keys, row.for_clinic, _place("for_clinic", row.id))
    both = _both(half.secret.hex(), code)
    return row.draft_id, unwrap_with_token(keys, row.with_code, both, _place("with_code", row.id))


def visited(session: Session, draft_id: UUID, now: datetime) -> None:
    """Somebody is at the draft: its time begins anew."""
    session.execute(update(WayBackRow).where(WayBackRow.draft_id == draft_id).values(last_visit=now))


def close(session: Session, draft_id: UUID, receipt: Receipt) -> None:
    """The draft was sent: what opened it opens the receipt, and nothing else is left."""
    nothing = {"draft_key": b"", "shown": b"", "for_clinic": b"", "with_code": b""}
    session.execute(
        update(WayBackRow)
        .where(WayBackRow.draft_id == draft_id)
        .values(
            draft_id=None, reference=receipt.reference, sent_at=receipt.sent_at, last_visit=receipt.sent_at,
            **nothing,
        )
    )  # fmt: skip


def remove_of(session: Session, draft_id: UUID) -> None:
    """Forget the way back of a draft."""
    session.execute(delete(WayBackRow).where(WayBackRow.draft_id == draft_id))


def remove_over(session: Session, now: datetime) -> None:
    """Forget the ways back whose time is over."""
    session.execute(delete(WayBackRow).where(are_over(now)), execution_options=_UNSEEN)


def are_over(now: datetime) -> ColumnElement[bool]:
    """Those whose time is over."""
    return WayBackRow.last_visit < now - KEPT


def _let_clinic(row: WayBackRow, keys: PatientKeys, draft_key: SealingKey, code: bytes) -> None:
    half = new_record_key(keys)
    row.for_clinic = seal_for_clinic(keys, half, _place("for_clinic", row.id))
    row.with_code = wrap_for_token(draft_key, _both(half.secret.hex(), code), _place("with_code", row.id))


def _opening(keys: PatientKeys, row: WayBackRow | None, handle: str, phrase: bytes) -> SealingKey | None:
    identity, column, wrapped = UUID(int=0), "by_link", nothing_wrapped()
    if row is not None:
        by_code = row.code_digest == token_digest(handle)
        identity, column = row.id, "by_code" if by_code else "by_link"
        wrapped = row.by_code if by_code else row.by_link
    try:
        return unwrap_with_token(keys, wrapped, _both(handle, phrase), _place(column, identity))
    except DecryptionFailed:
        return None


def _found_by(handle: str) -> ColumnElement[bool]:
    digest = token_digest(handle)
    return or_(WayBackRow.link_digest == digest, WayBackRow.code_digest == digest)


def _row_of(session: Session, draft_id: UUID) -> WayBackRow | None:
    query = select(WayBackRow).where(WayBackRow.draft_id == draft_id)
    return session.scalar(query.execution_options(populate_existing=True))


def _is_over(row: WayBackRow, now: datetime) -> bool:
    # A clock set back must not lengthen it.
    return max(now, row.last_visit) - row.last_visit > KEPT


def _both(handle: str, worked_out: bytes) -> str:
    # Neither a link's secret nor a code has this sign in it, so that no other two give the same.
    return f"{handle}#{worked_out.hex()}"


def _place(column: str, identity: UUID) -> Place:
    return Place("ways_back", column, identity)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_CLINIC = SealedColumn(
    WayBackRow, "for_clinic", KeyPurpose.CLINIC, lambda _, row: _place("for_clinic", row.id)
)
