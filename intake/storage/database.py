"""The database: how it is opened so that what was acknowledged to a patient is never lost.

SQLite for one machine, PostgreSQL for more. Reading and writing are kept apart, and a
write is one transaction that either happens whole or not at all.
"""

import importlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Select,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session

from intake.storage.writers_line import turn_to_write

if TYPE_CHECKING:
    from alembic.config import Config

# security.md 8: each of these is there for a failure that was seen.
_PRAGMAS: tuple[str, ...] = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "mmap_size = 0",
    "temp_store = MEMORY",
)
# How long a write waits once it is its turn: for what writes without standing in line.
_BUSY_SECONDS = 5
_CONNECT_SECONDS = 5
_WRITES = "intake_writes"
# SQLITE_READONLY, and the part of an error's number that says of which kind it is.
_READ_ONLY, _PRIMARY = 8, 0xFF
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 7_236_214


class DatabaseRefused(Exception):
    """The database cannot be used as things are; the message says what to do."""


class Database:
    """One database. Make it after forking: connections must not be shared by processes.

    One that is not ``durable`` may lose its newest lines in a power cut, and waits for no disk.
    """

    def __init__(self, url: str, *, durable: bool = True) -> None:
        self.url = _understood(url)
        self.engine = _sqlite(self.url, durable=durable) if self.is_sqlite else _postgresql(self.url)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a file on this machine."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: commits on return, rolls back on raise."""
        engine = self.engine.execution_options(**{_WRITES: True})
        with (
            self._turn(),
            Session(engine, expire_on_commit=False, info={_WRITES: True}) as session,
            session.begin(),
        ):
            # Begun at once, so that SQLite's lock is waited for before anything is read.
            session.connection()
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One view of the database as it is now; nothing can be changed through it."""
        options: dict[str, Any] = {_WRITES: False}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        engine = self.engine.execution_options(**options)
        with Session(engine, info={_WRITES: False}) as session, session.begin():
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This thread's turn to write, on SQLite."""
        if not self.is_sqlite:
            yield
            return
        with turn_to_write(Path(str(self.url.database))):
            yield

    def empty_log(self) -> None:
        """Leave nothing of what was deleted in the files; SQLite's log keeps it until then.

        While somebody reads, SQLite leaves it for the next time. PostgreSQL keeps its own house.
        """
        if not self.is_sqlite:
            return
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the tables to the newest form; safe to call from several processes at once."""
    with database.write() as session:
        upgrade_within(database, session, revision)


def upgrade_within(database: Database, session: Session, revision: str = "head") -> None:
    """The same as part of a transaction that is under way."""
    # Alembic is read where tables change, and not by every process that starts on tables as they should be.
    from alembic import command

    command.upgrade(_alembic(database, session.connection()), revision)


def undo_migration(database: Database, revision: str) -> None:
    """Bring the tables back to an earlier form; what the newer form kept is lost."""
    from alembic import command

    with database.write() as session:
        command.downgrade(_alembic(database, session.connection()), revision)


def is_current(database: Database) -> bool:
    """Whether the tables are in the form this version of the program needs."""
    with database.read() as session:
        return revision_of(session) == newest_revision()


def revision_of(session: Session) -> str | None:
    """In which form the tables are; None when there are none."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    version: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def newest_revision() -> str:
    """The form this version of the program brings tables to."""
    return max(_revisions())


def knows_revision(revision: str) -> bool:
    """Whether this version of the program can bring tables of that form to the newest."""
    return revision in _revisions()


def is_empty(database: Database) -> bool:
    """Whether the database holds no tables of ours yet."""
    with database.read() as session:
        return revision_of(session) is None


def is_empty_within(database: Database, session: Session) -> bool:
    """The same in a transaction that is to fill it: until that ends, nobody else makes tables."""
    _wait_for_migrations(database, session.connection())
    return revision_of(session) is None


def _revisions() -> frozenset[str]:
    # Each stands before the name of its file.
    return frozenset(one.name.partition("_")[0] for one in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _alembic(database: Database, connection: Connection) -> "Config":
    from alembic.config import Config

    _wait_for_migrations(database, connection)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _wait_for_migrations(database: Database, connection: Connection) -> None:
    # One at a time; SQLite's write lock sees to that already.
    if not database.is_sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})


def writes(session: Session) -> bool:
    """Whether the session may change anything; only then are rows locked."""
    return bool(session.info.get(_WRITES))


def insert_unless_kept(session: Session, table: type[DeclarativeBase], values: Mapping[str, Any]) -> bool:
    """Insert a row whose key nobody has yet; False, and nothing done, when somebody has."""
    sqlite_used = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if sqlite_used else postgresql.insert)(table)
    inserted = insert.values(values).on_conflict_do_nothing().returning(*table.__mapper__.primary_key)
    return session.execute(inserted).first() is not None


def insert_each_unless_kept(session: Session, table: type[DeclarativeBase], keys: Select[UUID]) -> int:
    """Insert a row for each key that is found and that nobody has yet; how many there were.

    Of a table that has its key and nothing else. The question needs a condition: SQLite takes it for a part
    of the insertion otherwise.
    """
    sqlite_used = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if sqlite_used else postgresql.insert)(table)
    names = [column.name for column in table.__mapper__.primary_key]
    inserted = session.execute(
        insert.from_select(names, keys).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    return cast("CursorResult[object]", inserted).rowcount


def is_safe_sqlite(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug, which corrupts a database in use."""
    return (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51) or version >= (3, 51, 3)


def sqlite_module() -> ModuleType:
    """The interpreter's own SQLite when it is a safe one, else the one from the wheel."""
    if is_safe_sqlite(sqlite3.sqlite_version_info):
        return sqlite3
    try:
        wheel = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        wheel = None
    if wheel is not None and is_safe_sqlite(wheel.sqlite_version_info):
        return wheel
    found = f"; pysqlite3 brings {wheel.sqlite_version}" if wheel is not None else ""
    raise DatabaseRefused(
        f"this Python uses SQLite {sqlite3.sqlite_version}{found}, which can corrupt a database "
        "that several processes use (WAL-reset bug). Install pysqlite3 0.6.1 or newer, use a "
        "Python with SQLite 3.51.3 or newer, or use PostgreSQL"
    )


def _understood(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Without the address itself: it may hold a password.
        raise DatabaseRefused(
            "the database address is not understood: write sqlite:////folder/intake.db "
            "or postgresql://user@host/name"
        ) from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite")
        case "sqlite":
            raise DatabaseRefused("a database in memory forgets everything: name a file")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise DatabaseRefused(f"no support for {other}: use sqlite or postgresql")


def _sqlite(url: URL, *, durable: bool) -> Engine:
    module = sqlite_module()
    _create_for_owner_only(Path(str(url.database)))
    engine = create_engine(url, module=module, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _set_up)
    if not durable:
        event.listen(engine, "connect", _wait_for_no_disk)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _open_anew_what_only_reads)
    return engine


def _open_anew_what_only_reads(context: ExceptionContext) -> None:
    """A file that could not be opened for writing is opened by SQLite for reading, and stays so.

    One that failed once would fail until intake is started again: so whoever comes next opens it anew.
    """
    if getattr(context.original_exception, "sqlite_errorcode", 0) & _PRIMARY == _READ_ONLY:
        context.is_disconnect = True


def _postgresql(url: URL) -> Engine:
    # A machine that answers nothing would be waited for until everybody else stands in line behind it.
    waits = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    return create_engine(
        url, hide_parameters=True, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args=waits
    )


def _create_for_owner_only(path: Path) -> None:
    # SQLite gives the WAL file the same mode as the database file.
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseRefused(
            f"the database file {path} cannot be opened for writing ({error.strerror}): "
            "give its folder to the user running intake, or name another place"
        ) from None


def _set_up(connection: DBAPIConnection, _record: object) -> None:
    # The driver must begin nothing by itself: BEGIN IMMEDIATE is ours to say.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA journal_mode")
    found = cursor.fetchone()
    cursor.close()
    if found is None or found[0] != "wal":
        raise DatabaseRefused(
            "the folder of the database does not allow a write-ahead log, without which an "
            "answer could be lost: keep the database on a disk of this machine"
        )


def _wait_for_no_disk(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = OFF")
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES, True):
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        # Deferred transactions that read and then write fail under load despite the timeout.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
