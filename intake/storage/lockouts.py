"""Failures counted against where they come from, and the pause after too many.

Who it is stands in the database as a keyed digest alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes, hmac
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.storage.database import insert_unless_kept
from intake.storage.encryption import length_prefixed
from intake.storage.tables import LockoutRow

# A clock further behind than this was set back.
_CLOCK_BEHIND = timedelta(minutes=5)


# What is counted against somebody; nobody outside storage looks into it.
Lockout = LockoutRow


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within such a time, and how long nothing is taken after them."""

    failures: int
    within: timedelta
    pause: timedelta


def who(key: bytes, *about: str) -> bytes:
    """What stands for somebody; without the key it leads to nobody."""
    digest = hmac.HMAC(key, hashes.SHA256())
    digest.update(length_prefixed("intake", "lockouts", "who", *about))
    return digest.finalize()


def find(session: Session, one: bytes) -> LockoutRow | None:
    """What is counted against somebody so far; nothing is changed."""
    return session.get(LockoutRow, one)


def hold(session: Session, one: bytes, now: datetime) -> LockoutRow:
    """The same to be counted on: until the transaction ends, nobody else counts."""
    insert_unless_kept(session, LockoutRow, {"who": one, "failures": 0, "since": now})
    query = select(LockoutRow).where(LockoutRow.who == one).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def is_paused(lockout: LockoutRow | None, now: datetime) -> bool:
    """Whether nothing is taken from them for now."""
    if lockout is None or lockout.refused_until is None or _was_set_back(lockout, now):
        return False
    return now < lockout.refused_until


def count(lockout: LockoutRow, limit: Limit, now: datetime) -> None:
    """One more failure."""
    over = lockout.refused_until is not None
    if over or now - lockout.since > limit.within or _was_set_back(lockout, now):
        lockout.failures, lockout.since, lockout.refused_until = 0, now, None
    lockout.failures += 1
    if lockout.failures >= limit.failures:
        lockout.refused_until = now + limit.pause


def _was_set_back(lockout: LockoutRow, now: datetime) -> bool:
    """Whether the clock was ahead when this was counted; it must keep nobody out for years."""
    return lockout.since - now > _CLOCK_BEHIND


def remove_over(session: Session, longest: timedelta, now: datetime) -> None:
    """Forget failures that no longer count; ``longest`` is how long any limit remembers them."""
    session.execute(delete(LockoutRow).where(LockoutRow.since < now - longest))
