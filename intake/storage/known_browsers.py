"""The browsers each of the staff has signed in from: by a digest of what their cookie holds."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from intake.domain.sign_in_limits import WRONG_BEFORE_SET_ASIDE
from intake.storage.database import insert_unless_kept
from intake.storage.encryption import token_digest
from intake.storage.tables import KnownBrowserRow

# Unused for so long, a browser is one nobody knows.
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """One of them, and when its person used it."""

    browser: str
    first_seen: datetime
    last_seen: datetime


def new_name() -> str:
    """What a browser's cookie holds when it has none: says nothing, and cannot be guessed."""
    return secrets.token_urlsafe(32)


def is_known(session: Session, member_id: UUID, name: str, now: datetime) -> bool:
    """Whether this person has signed in from it."""
    row = session.get(KnownBrowserRow, (token_digest(name), member_id)) if name else None
    return row is not None and now - row.last_seen <= REMEMBERED


def is_somebodys(session: Session, name: str, now: datetime) -> bool:
    """Whether anybody at all has signed in from it."""
    if not name:
        return False
    query = select(KnownBrowserRow.member_id).where(
        KnownBrowserRow.digest == token_digest(name), KnownBrowserRow.last_seen >= now - REMEMBERED
    )
    return session.scalar(query.limit(1)) is not None


def remember(session: Session, member_id: UUID, name: str, browser: str, now: datetime) -> bool:
    """They have signed in from it; True when they never had, or not for long."""
    known = is_known(session, member_id, name, now)
    digest = token_digest(name)
    first = {"digest": digest, "member_id": member_id, "browser": browser, "failures": 0}
    insert_unless_kept(session, KnownBrowserRow, first | {"first_seen": now, "last_seen": now})
    anew: dict[str, object] = {"browser": browser, "failures": 0, "last_seen": now}
    session.execute(
        update(KnownBrowserRow)
        .where(KnownBrowserRow.digest == digest, KnownBrowserRow.member_id == member_id)
        .values(anew if known else anew | {"first_seen": now})
    )
    return not known


def failed(session: Session, member_id: UUID, name: str) -> bool:
    """One more wrong password from a known browser; True when it is one nobody knows from now on."""
    this = (KnownBrowserRow.digest == token_digest(name), KnownBrowserRow.member_id == member_id)
    session.execute(update(KnownBrowserRow).where(*this).values(failures=KnownBrowserRow.failures + 1))
    gone = session.execute(
        delete(KnownBrowserRow).where(*this, KnownBrowserRow.failures >= WRONG_BEFORE_SET_ASIDE)
    )
    return cast("CursorResult[object]", gone).rowcount == 1


def of(session: Session, member_id: UUID, now: datetime) -> tuple[KnownBrowser, ...]:
    """Those of one person, the one used last first."""
    query = (
        select(KnownBrowserRow)
        .where(KnownBrowserRow.member_id == member_id, KnownBrowserRow.last_seen >= now - REMEMBERED)
        .order_by(KnownBrowserRow.last_seen.desc(), KnownBrowserRow.digest)
    )
    return tuple(KnownBrowser(row.browser, row.first_seen, row.last_seen) for row in session.scalars(query))


def forget(session: Session, member_id: UUID) -> None:
    """Whatever they come with next is a browser nobody knows."""
    session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.member_id == member_id))


def remove_expired(session: Session, now: datetime) -> None:
    """Forget those nobody came with for long."""
    session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.last_seen < now - REMEMBERED))
