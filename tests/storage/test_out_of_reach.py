"""A database that cannot be had just now is told from a question that was wrong."""

from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from intake.storage import database as database_module
from intake.storage.database import Database
from intake.storage.out_of_reach import is_out_of_reach
from postgres import administer


@contextmanager
def failing():
    """What comes of it, once it failed."""
    told = []
    with pytest.raises(SQLAlchemyError) as caught:
        yield told
    told.append(is_out_of_reach(caught.value))


def test_a_file_that_somebody_else_has_locked(migrated_sqlite, monkeypatch):
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.01)
    one, other = Database(migrated_sqlite), Database(migrated_sqlite)
    # As a backup program holds it, which stands in no line.
    with other.engine.connect() as holding:
        holding.exec_driver_sql("SELECT 1")
        with failing() as told, one.engine.connect() as late:
            late.exec_driver_sql("SELECT 1")

    assert told == [True]
    for each in (one, other):
        each.dispose()


def test_a_file_that_is_not_there(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'folder' / 'intake.db'}")
    (tmp_path / "folder" / "intake.db").unlink()
    (tmp_path / "folder").rmdir()
    with failing() as told, database.read() as session:
        session.execute(text("SELECT 1"))

    assert told == [True]


@pytest.mark.parametrize(
    "wrong",
    [
        "SELECT * FROM nowhere",
        "INSERT INTO editions VALUES (1)",
        "INSERT INTO audit_head (id, seq, mac) VALUES (1, 0, 'x')",
    ],
)
def test_a_question_that_was_wrong_is_ours(database, wrong):
    """The control, on both: trying again would not help."""
    with failing() as told, database.write() as session:
        session.execute(text(wrong))

    assert told == [False]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (psycopg.errors.AdminShutdown, True),
        (psycopg.errors.CrashShutdown, True),
        (psycopg.errors.CannotConnectNow, True),
        (psycopg.errors.TooManyConnections, True),
        (psycopg.errors.SerializationFailure, True),
        (psycopg.errors.DeadlockDetected, True),
        (psycopg.errors.LockNotAvailable, True),
        (psycopg.errors.ConnectionFailure, True),
        (psycopg.OperationalError, True),
        (psycopg.errors.DiskFull, False),
        (psycopg.errors.OutOfMemory, False),
        (psycopg.errors.QueryCanceled, False),
    ],
)
def test_what_postgresql_says_is_known_by_its_code(error, told):
    assert is_out_of_reach(OperationalError("SELECT 1", {}, error("xanthocanary"))) is told


@pytest.mark.parametrize("kind", [ProgrammingError, IntegrityError, DBAPIError])
def test_another_kind_of_error_is_ours_whatever_its_code_is(kind):
    assert not is_out_of_reach(kind("SELECT 1", {}, psycopg.errors.UndefinedColumn("x")))
    assert not is_out_of_reach(SQLAlchemyError("x"))


def test_a_process_whose_connections_are_all_in_use():
    assert is_out_of_reach(PoolTimeoutError("QueuePool limit of size 5 overflow 10 reached"))


@pytest.mark.postgres
def test_a_server_that_ends_in_the_middle_and_takes_nobody_after_that(fresh_postgres_database):
    database = Database(fresh_postgres_database)
    with failing() as in_the_middle, database.write() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    name = database.url.database
    server = fresh_postgres_database.replace(f"/{name}?", "/postgres?")
    administer(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    with failing() as afterwards, database.read() as session:
        session.execute(text("SELECT 1"))
    database.dispose()

    assert (in_the_middle, afterwards) == ([True], [True])


def test_a_server_that_is_not_there():
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with failing() as told, database.read() as session:
        session.execute(text("SELECT 1"))

    assert told == [True]


@pytest.mark.parametrize("lost", [True, False])
def test_a_connection_that_was_lost_is_no_mistake_of_ours(lost):
    closed = psycopg.InterfaceError("the connection is closed")

    assert is_out_of_reach(InterfaceError("SELECT 1", {}, closed, connection_invalidated=lost)) is lost
