"""Answers a patient has not sent yet, and the session of the browser they are given in.

Only the patient's own token unwraps the key of a draft, or a way back they were given, and the database
has neither: until a form is sent, nobody but the patient can read it.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from intake.domain.answers import Answers
from intake.domain.submissions import Draft, Receipt
from intake.storage import ways_back
from intake.storage.codec import draft_from_bytes, draft_to_bytes
from intake.storage.database import writes
from intake.storage.encryption import (
    PatientKeys,
    Place,
    SealingKey,
    new_record_key,
    token_digest,
    unwrap_with_token,
    wrap_for_token,
)
from intake.storage.tables import DraftRow, PatientSessionRow, WayBackRow

# However long a clinic lets a browser wait.
LONGEST = ways_back.KEPT
_TOUCH = timedelta(minutes=1)
# Nothing that was read before is looked at again after these rows are gone.
_UNSEEN = {"synchronize_session": False}


class NoSuchDraft(Exception):
    """The session has no draft: it ended, was sent, or never was."""


@dataclass(frozen=True, slots=True)
class Limits:
    """For how long a browser may do nothing before its session ends; never for longer than ``LONGEST``.

    ``without_words`` is for a draft without a way back, which is lost with its session; where ``idle`` is
    longer, that counts.
    """

    idle: timedelta = timedelta(minutes=60)
    without_words: timedelta = timedelta(days=14)

    def allowed(self, *, lost: bool) -> timedelta:
        """The one for a session with which a draft would be lost, or for any other."""
        return min(max(self.idle, self.without_words) if lost else self.idle, LONGEST)


LIMITS = Limits()


def start(session: Session, keys: PatientKeys, now: datetime, questionnaire: str = "") -> tuple[str, Draft]:
    """A new, empty draft and the token of the one browser that can open it."""
    draft, key = Draft(uuid4(), Answers(), questionnaire), new_record_key(keys)
    session.add(
        DraftRow(
            id=draft.id,
            created_at=now,
            revision=draft.revision,
            payload=key.seal(draft_to_bytes(draft), _payload(draft)),
        )
    )
    session.flush()
    return _new_session(session, (draft.id, key), now), draft


def find(
    session: Session,
    keys: PatientKeys,
    token: str,
    now: datetime,
    limits: Limits = LIMITS,
    *,
    attended: bool = True,
) -> Draft | Receipt | None:
    """What the browser holding this token may see; None when unknown or expired.

    In a write transaction the session counts as used, and waits for whoever else writes
    to the same draft. In a read transaction it does neither. What a page sends by itself, when
    it is hidden, is not ``attended``: it does not keep the session open.
    """
    row = _session_row(session, token)
    if row is None or _expired(session, row, now, limits):
        return None
    if attended:
        _touch(session, row, now)
    if row.reference is not None and row.sent_at is not None:
        return Receipt(row.reference, row.sent_at)
    draft = _draft_row(session, row)
    if draft is None:
        return None
    return draft_from_bytes(_key(keys, row, token).open(draft.payload, _payload(draft)))


def save(session: Session, keys: PatientKeys, token: str, draft: Draft) -> Draft:
    """Keep the draft as it is now. Read it in the same transaction: the last save wins."""
    row = _session_row(session, token)
    stored = _draft_row(session, row) if row is not None else None
    if row is None or stored is None or stored.id != draft.id:
        raise NoSuchDraft("there is no such draft under this session: it ended, or was sent")
    saved = replace(draft, revision=stored.revision + 1)
    stored.revision = saved.revision
    stored.payload = _key(keys, row, token).seal(draft_to_bytes(saved), _payload(saved))
    session.flush()
    return saved


def opened(session: Session, keys: PatientKeys, token: str) -> tuple[UUID, SealingKey]:
    """The draft of a session, and its key. Find it in the same transaction first; raises NoSuchDraft."""
    row = _session_row(session, token)
    if row is None or row.draft_id is None:
        raise NoSuchDraft("there is no draft under this session: it ended, or was sent")
    return row.draft_id, _key(keys, row, token)


def open_again(session: Session, draft: tuple[UUID, SealingKey], now: datetime) -> str:
    """The token of another browser that can open a draft; every earlier one no longer can."""
    end_sessions(session, draft[0])
    ways_back.visited(session, draft[0], now)
    return _new_session(session, draft, now)


def hold_browsers(session: Session, draft_id: UUID | None) -> None:
    """Wait for whoever is at the draft: a page holds its browser first, and so must whoever ends them.

    Without a draft there is nobody to wait for: browsers that have none sent theirs.
    """
    if draft_id is None:
        return
    query = select(PatientSessionRow.token_digest).where(PatientSessionRow.draft_id == draft_id)
    session.scalars(query.order_by(PatientSessionRow.token_digest).with_for_update()).all()


def show_receipt(session: Session, receipt: Receipt, now: datetime) -> str:
    """The token of a browser that sees a receipt, and nothing of the form it is for."""
    token = secrets.token_urlsafe(32)
    session.add(
        PatientSessionRow(
            token_digest=token_digest(token),
            created_at=now,
            last_seen=now,
            reference=receipt.reference,
            sent_at=receipt.sent_at,
        )
    )
    session.flush()
    return token


def end_sessions(session: Session, draft_id: UUID) -> None:
    """No browser can open the draft any more."""
    session.execute(delete(PatientSessionRow).where(PatientSessionRow.draft_id == draft_id))


def close(session: Session, token: str, receipt: Receipt) -> None:
    """The draft was sent: nothing of it is kept but the receipt."""
    row = _session_row(session, token)
    if row is None or row.draft_id is None:
        raise NoSuchDraft("there is no draft to close under this session: it ended, or was sent")
    draft_id, row.draft_id, row.wrapped_key = row.draft_id, None, None
    row.reference, row.sent_at = receipt.reference, receipt.sent_at
    session.flush()
    ways_back.close(session, draft_id, receipt)
    _remove(session, draft_id)


def erase(session: Session, token: str, now: datetime, limits: Limits = LIMITS) -> bool:
    """Forget the draft, whoever can open it, and the browser.

    False, and nothing is changed, when there is no draft: it was sent, is open elsewhere, or is over. A
    browser that was signed out by idling opens nothing and erases nothing, also before anybody swept.
    """
    row = _session_row(session, token)
    if row is None or row.draft_id is None or _expired(session, row, now, limits):
        return False
    ways_back.remove_of(session, row.draft_id)
    _remove(session, row.draft_id)
    return True


def end_session(session: Session, token: str) -> None:
    """Forget the browser, and its draft when nobody can open it any more."""
    row = _session_row(session, token)
    if row is None:
        return
    session.delete(row)
    session.flush()
    _remove_unreachable(session, DraftRow.id == row.draft_id)


def remove_expired(session: Session, now: datetime, limits: Limits) -> int:
    """Delete sessions left idle, ways back whose time is over, and the drafts nobody can open any more.

    Returns how many drafts. ``limits`` are what :func:`find` is called with: shorter ones would delete
    living drafts.
    """
    # Browsers before ways back, as whoever comes back holds them: the other way round each would wait for
    # the other (decision 0065). So what is over is not counted, for it is still there.
    of_it = (WayBackRow.draft_id == PatientSessionRow.draft_id, ~ways_back.are_over(now))
    way_back = select(WayBackRow.id).where(*of_it).exists()
    lost = and_(PatientSessionRow.draft_id.is_not(None), ~way_back)
    seen = PatientSessionRow.last_seen
    over = or_(
        seen < now - limits.allowed(lost=True),
        and_(seen < now - limits.allowed(lost=False), ~lost),
    )
    session.execute(delete(PatientSessionRow).where(over), execution_options=_UNSEEN)
    ways_back.remove_over(session, now)
    return _remove_unreachable(session)


def _remove_unreachable(session: Session, *which: ColumnElement[bool]) -> int:
    browsers = select(PatientSessionRow.draft_id).where(PatientSessionRow.draft_id == DraftRow.id)
    ways = select(WayBackRow.draft_id).where(WayBackRow.draft_id == DraftRow.id)
    unreachable = delete(DraftRow).where(~browsers.exists(), ~ways.exists(), *which)
    removed = session.execute(unreachable, execution_options=_UNSEEN)
    return cast("CursorResult[object]", removed).rowcount


def _remove(session: Session, draft_id: UUID) -> None:
    end_sessions(session, draft_id)
    session.execute(delete(DraftRow).where(DraftRow.id == draft_id))


def _new_session(session: Session, draft: tuple[UUID, SealingKey], now: datetime) -> str:
    token, (draft_id, key) = secrets.token_urlsafe(32), draft
    session.add(
        PatientSessionRow(
            token_digest=token_digest(token),
            created_at=now,
            last_seen=now,
            draft_id=draft_id,
            wrapped_key=wrap_for_token(key, token, _wrapped(draft_id)),
        )
    )
    session.flush()
    return token


def _session_row(session: Session, token: str) -> PatientSessionRow | None:
    query = select(PatientSessionRow).where(PatientSessionRow.token_digest == token_digest(token))
    if writes(session):
        # Whoever comes second waits here and then reads what the first one wrote.
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def _draft_row(session: Session, row: PatientSessionRow) -> DraftRow | None:
    if row.draft_id is None:
        return None
    return session.get(DraftRow, row.draft_id, populate_existing=True, with_for_update=writes(session))


def _expired(session: Session, row: PatientSessionRow, now: datetime, limits: Limits) -> bool:
    # A clock set back must not make a session older than it is, nor keep it for longer.
    idle = max(now, row.last_seen) - row.last_seen
    if idle <= limits.allowed(lost=False):
        return False
    ways = select(WayBackRow.id).where(WayBackRow.draft_id == row.draft_id)
    lost = row.draft_id is not None and session.scalar(ways) is None
    return idle > limits.allowed(lost=lost)


def _touch(session: Session, row: PatientSessionRow, now: datetime) -> None:
    if not writes(session) or now - row.last_seen < _TOUCH:
        return
    session.execute(
        update(PatientSessionRow)
        .where(PatientSessionRow.token_digest == row.token_digest)
        .values(last_seen=now)
    )
    if row.draft_id is not None:
        ways_back.visited(session, row.draft_id, now)


def _key(keys: PatientKeys, row: PatientSessionRow, token: str) -> SealingKey:
    if row.draft_id is None or row.wrapped_key is None:
        raise NoSuchDraft("the draft of this session was sent")
    return unwrap_with_token(keys, row.wrapped_key, token, _wrapped(row.draft_id))


def _payload(draft: Draft | DraftRow) -> Place:
    return Place("drafts", "payload", draft.id, draft.revision)


def _wrapped(draft_id: object) -> Place:
    return Place("patient_sessions", "wrapped_key", str(draft_id))
