"""Whoever writes to one SQLite file, from whichever process, is served in turn and not by luck."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.exc import DBAPIError

from intake.storage import database as database_module
from intake.storage import writers_line
from intake.storage.database import Database
from intake.storage.writers_line import line_of, turn_to_write

# Another process: it has its turn, says so, writes for as long as it is told to, and says when it is over.
_OTHER = """
import sys, time
from pathlib import Path
from intake.storage.database import sqlite_module
from intake.storage.writers_line import turn_to_write

path, seconds, order = Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
print("here", flush=True)
with turn_to_write(path):
    writing = sqlite_module().connect(path, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    print("writing", flush=True)
    time.sleep(seconds)
    with order.open("a") as told:
        told.write("other ")
    writing.execute("COMMIT")
"""


@pytest.fixture
def path(tmp_path):
    """A database file that is open to its owner's group as well."""
    file = tmp_path / "intake.db"
    file.touch()
    file.chmod(0o660)
    return file


@contextmanager
def other(path, seconds, says="writing"):
    """Another process that writes to the file, once it said so."""
    order = str(path.with_name("order"))
    running = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(path), str(seconds), order], stdout=subprocess.PIPE, text=True
    )
    try:
        while running.stdout.readline().strip() != says:
            assert running.poll() is None
        yield running
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


def test_what_another_process_writes_is_waited_for_in_line(path, monkeypatch):
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.01)
    database = Database(f"sqlite:///{path}")
    with other(path, 0.4), database.write():
        assert path.with_name("order").read_text() == "other "
    database.dispose()


def test_without_the_line_it_would_be_locked(path, monkeypatch):
    """The control, and what a file that nobody may use comes to: SQLite says so, and nothing is lost."""
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.01)
    monkeypatch.setattr(database_module, "turn_to_write", lambda _path: nullcontext())
    database = Database(f"sqlite:///{path}")
    with other(path, 60), pytest.raises(DBAPIError, match="locked"), database.write():
        pass
    database.dispose()


def test_who_has_just_written_goes_behind_one_who_waits(path):
    line = writers_line._stand_in_line(path)
    with other(path, 0, says="here") as waiting:
        limit = time.monotonic() + 20
        while is_free(line):
            assert time.monotonic() < limit, "nobody stands in line"
            time.sleep(0.001)
        os.close(line)
        with turn_to_write(path):
            told = path.with_name("order").read_text()
        assert waiting.wait(30) == 0

    assert told == "other "


def is_free(line):
    """Whether nobody is next."""
    try:
        fcntl.lockf(line, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, writers_line._NEXT)
    except OSError:
        return False
    fcntl.lockf(line, fcntl.LOCK_UN, 1, writers_line._NEXT)
    return True


def test_a_process_that_is_killed_gives_its_turn_back(path):
    with other(path, 60) as writing:
        writing.send_signal(signal.SIGKILL)
        with turn_to_write(path):
            assert not path.with_name("order").exists()


def test_whoever_waits_too_long_asks_sqlite_itself(path, monkeypatch):
    monkeypatch.setattr(writers_line, "_LINE_SECONDS", 0.05)
    with other(path, 60) as stopped:
        stopped.send_signal(signal.SIGSTOP)
        with turn_to_write(path):
            assert stopped.poll() is None


def test_a_thread_that_waits_too_long_leaves_the_line_alone(path, monkeypatch):
    monkeypatch.setattr(writers_line, "_TURN_SECONDS", 0.01)
    stood = []

    def write():
        with turn_to_write(path):
            stood.append(open_files(path))

    with turn_to_write(path):
        thread = Thread(target=write)
        thread.start()
        thread.join()

    assert stood == [1]


@pytest.mark.parametrize("error", [None, ZeroDivisionError])
def test_nothing_of_a_turn_stays_behind(path, error):
    with pytest.raises(error) if error else nullcontext(), turn_to_write(path):
        assert open_files(path) == 1
        if error:
            raise error

    assert open_files(path) == 0
    assert line_of(path).read_bytes() == b""


def open_files(path):
    """How many times this process has the file of the line open."""
    line = line_of(path).resolve()
    return sum(one.resolve() == line for one in Path("/proc/self/fd").iterdir())


def test_the_file_is_for_whoever_may_write_to_the_database(path):
    with turn_to_write(path):
        pass

    assert stat.S_IMODE(line_of(path).stat().st_mode) == 0o660


@pytest.mark.parametrize("put", ["mkdir", "symlink"])
def test_a_file_that_cannot_be_used_keeps_nobody_from_writing(path, put):
    if put == "mkdir":
        line_of(path).mkdir()
    else:
        line_of(path).symlink_to(path)
    with turn_to_write(path):
        assert open_files(path) == 0
