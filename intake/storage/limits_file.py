"""The file beside a SQLite database in which knocks are counted. Nothing in it has to be kept.

It waits for no disk, so a power cut may tear it, and somebody may delete it while intake runs. Whoever comes
next makes it anew, since nobody could sign in with a password while nothing is counted. A file that is
locked, or a disk that is full, says nothing against what is in it: then it stays as it is.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from sqlalchemy.exc import DBAPIError

from intake.log import Noted, note
from intake.storage.database import Database, DatabaseRefused, sqlite_module
from intake.storage.tables import RateLimitRow
from intake.storage.writers_line import turn_to_write

# What SQLite says of a file that is no database, or no whole one: SQLITE_CORRUPT and SQLITE_NOTADB.
_TORN = frozenset({11, 26})
_PRIMARY = 0xFF
# The database last: to an empty one SQLite adds nothing of a log that was left behind.
_FILES = ("-wal", "-shm", "")

# Which file lies at a path: its device, and its number there.
_Which = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """The rows, and which file they are in."""

    rows: Database
    file: _Which | None


_opened: WeakKeyDictionary[Database, _Opened] = WeakKeyDictionary()
_opening = Lock()


def beside(database: Database) -> Database:
    """The rows that lie at this moment beside a database of SQLite, made when there are none.

    Raises what the driver does, and DatabaseRefused where the file cannot be made.
    """
    path = _path(database)
    with _opening:
        found = _opened.get(database)
        # Another process may have made it anew: who goes on with a file that has no name counts alone.
        if found is not None and found.file == _which(path):
            return found.rows
        if found is not None:
            found.rows.dispose()
        try:
            new = _open(path)
        except DBAPIError as error:
            if not _is_torn(error.orig):
                raise
            _put_away(path)
            new = _open(path)
        _opened[database] = new
        return new.rows


def path_beside(database_file: Path) -> Path:
    """Where the rows of a database of SQLite lie."""
    return database_file.with_name(f"{database_file.stem}-limits{database_file.suffix}")


def are_lost(database: Database, error: DBAPIError) -> bool:
    """Whether the file with the rows is torn, or is not there any more with all that belongs in it.

    Not when it is locked, or the disk is full.
    """
    with _opening:
        found = _opened.get(database)
        is_there = found is not None and found.file == _which(_path(database))
    lacks_table = f"no such table: {RateLimitRow.__tablename__}" in str(error.orig)
    return not is_there or lacks_table or _is_torn(error.orig)


def make_anew(database: Database, rows: Database) -> None:
    """These rows were lost: whoever asks next gets others. Only what is torn is deleted.

    Raises DatabaseRefused.
    """
    with _opening:
        found = _opened.get(database)
        if found is None or found.rows is not rows:
            # Another thread did.
            return
        del _opened[database]
        rows.dispose()
        _put_away(_path(database))


def damage(path: Path) -> tuple[str, ...]:
    """What is wrong with the file, in SQLite's words; nothing where there is none. Changes nothing."""
    if not path.exists():
        return ()
    try:
        return _looked_over(path)
    except sqlite_module().Error as error:
        return (str(error),)


def _open(path: Path) -> _Opened:
    rows = Database(f"sqlite:///{path}", durable=False)
    # Before anything is read: a file that takes its place meanwhile is noticed the next time.
    file = _which(path)
    try:
        with rows.write() as session:
            RateLimitRow.metadata.create_all(session.connection(), [RateLimitRow.__table__])  # type: ignore[list-item]  # of a mapped class it is a table
    except BaseException:
        rows.dispose()
        raise
    return _Opened(rows, file)


def _put_away(path: Path) -> None:
    """Delete the file if it is torn. Raises DatabaseRefused."""
    # One process at a time, which looks again: what another one made meanwhile is whole.
    with turn_to_write(path):
        if not _is_torn_now(path):
            return
        try:
            for end in _FILES:
                path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
        except OSError as error:
            raise DatabaseRefused(
                f"{path} is damaged and cannot be deleted ({error.strerror}): delete it, since nothing in it "
                "has to be kept, and give its folder to the user running intake"
            ) from None
    note(Noted.LIMITS_MADE_ANEW, logging.WARNING)


def _is_torn_now(path: Path) -> bool:
    try:
        return path.exists() and bool(_looked_over(path))
    except sqlite_module().Error as error:
        return _is_torn(error)


def _looked_over(path: Path) -> tuple[str, ...]:
    connection: Any = sqlite_module().connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=1)
    try:
        found = tuple(str(line) for (line,) in connection.execute("PRAGMA integrity_check(3)"))
    finally:
        connection.close()
    return () if found == ("ok",) else found


def _is_torn(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _TORN


def _path(database: Database) -> Path:
    return path_beside(Path(str(database.url.database)))


def _which(path: Path) -> _Which | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
