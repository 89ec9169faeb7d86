"""Counting how often a network knocks: one row for each, one statement for a knock, exact among processes.

With SQLite the rows lie in a file beside the database that waits for no disk, so that nobody who knocks
stands in the way of a patient who saves. No address is kept: a row's name is made with a key of the day.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives import hashes, hmac
from sqlalchemy import Delete, Update, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from intake.domain.rate_limits import Pace
from intake.storage import limits_file
from intake.storage.database import Database
from intake.storage.encryption import PatientKeys, day_key, length_prefixed
from intake.storage.tables import RateLimitRow

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SWEEP_EVERY = timedelta(minutes=10)
# GCRA (security.md 6): ``until`` is the moment up to which this network has used up its pace. No row
# comes back from a refusal, which changes nothing. Further ahead than two bursts nobody can get: the
# clock was set back, and counting begins anew.
_KNOCK = """
INSERT INTO rate_limits (key, until) VALUES (:key, :now + :every)
ON CONFLICT (key) DO UPDATE SET until = ({begin}) + :every
WHERE ({begin}) + :every - :now <= :burst
RETURNING until
"""
_BEGIN = "CASE WHEN {until} > :now + 2 * :burst THEN :now ELSE {later}({until}, :now) END"

_swept: WeakKeyDictionary[Database, datetime] = WeakKeyDictionary()
_Answer = TypeVar("_Answer")


def knock(database: Database, key: bytes, pace: Pace, now: datetime) -> timedelta | None:
    """Count one knock; None when it is within the pace, else how long until the next one is."""
    return _asked(database, lambda rows: _knock(rows, key, pace, now))


def _knock(rows: Database, key: bytes, pace: Pace, now: datetime) -> timedelta | None:
    moment, every, burst = _microseconds(now - _EPOCH), _microseconds(pace.every), _microseconds(pace.burst)
    values = {"key": key, "now": moment, "every": every, "burst": burst}
    with rows.write() as session:
        _sweep(rows, session, now)
        if session.execute(text(_statement(rows)), values).first() is not None:
            return None
        row = session.get(RateLimitRow, key)
        ahead = row.until - moment if row is not None else 0
    return max(ahead + every - burst, 1) * _MICROSECOND


def give_back(database: Database, key: bytes, pace: Pace) -> None:
    """Take one knock off the count again: it was no guess."""
    fewer = {"until": RateLimitRow.until - _microseconds(pace.every)}
    statement = update(RateLimitRow).where(RateLimitRow.key == key).values(fewer)
    _asked(database, lambda rows: _change(rows, statement))


def is_used_up(database: Database, key: bytes, pace: Pace, now: datetime) -> bool:
    """Whether a knock would be one too many now; nothing is counted."""
    until = _asked(database, lambda rows: _until(rows, key))
    moment, every, burst = _microseconds(now - _EPOCH), _microseconds(pace.every), _microseconds(pace.burst)
    # As the statement has it: further ahead than two bursts is a clock that was set back.
    if until is None or until > moment + 2 * burst:
        return False
    return max(until, moment) + every - moment > burst


def forget(database: Database, keys: Sequence[bytes]) -> None:
    """Count these from nothing again."""
    if keys:
        statement = delete(RateLimitRow).where(RateLimitRow.key.in_(keys))
        _asked(database, lambda rows: _change(rows, statement))


def key_of(keys: PatientKeys, door: str, network: str, day: date) -> bytes:
    """Under which name a network is counted at a door on a day: says nothing of either without the key."""
    digest = hmac.HMAC(day_key(keys, "rate_limits", day), hashes.SHA256())
    digest.update(length_prefixed(door, network))
    return digest.finalize()


def counting(database: Database) -> Database:
    """Where the rows are: the database itself or, with SQLite, a file beside it that is made when missing."""
    return limits_file.beside(database) if database.is_sqlite else database


def sweep(database: Database, now: datetime) -> None:
    """Delete what is in the past, also where nobody knocks any more."""
    _asked(database, lambda rows: _swept_by(rows, now))


def _asked(database: Database, ask: Callable[[Database], _Answer]) -> _Answer:
    """What is asked of the rows; once more, of others, when the file that holds them was lost or torn."""
    rows = counting(database)
    try:
        return ask(rows)
    except DBAPIError as error:
        if rows is database or not limits_file.are_lost(database, error):
            raise
    limits_file.make_anew(database, rows)
    return ask(counting(database))


def _until(rows: Database, key: bytes) -> int | None:
    with rows.read() as session:
        return session.scalar(select(RateLimitRow.until).where(RateLimitRow.key == key))


def _change(rows: Database, statement: Update | Delete) -> None:
    with rows.write() as session:
        session.execute(statement, execution_options={"synchronize_session": False})


def _swept_by(rows: Database, now: datetime) -> None:
    with rows.write() as session:
        _sweep(rows, session, now)


def _sweep(rows: Database, session: Session, now: datetime) -> None:
    # What is in the past says no more than no row at all, and leads to nobody.
    if (last := _swept.get(rows)) is None or abs(now - last) >= _SWEEP_EVERY:
        session.execute(delete(RateLimitRow).where(RateLimitRow.until < _microseconds(now - _EPOCH)))
        _swept[rows] = now


def _statement(rows: Database) -> str:
    later = "max" if rows.is_sqlite else "greatest"
    return _KNOCK.format(begin=_BEGIN.format(until="rate_limits.until", later=later))


def _microseconds(length: timedelta) -> int:
    return length // _MICROSECOND
