"""The database is opened so that nothing acknowledged is lost, or it is refused."""

import importlib
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, StatementError

from intake.storage import database as database_module
from intake.storage import editions
from intake.storage.database import Database, DatabaseRefused, is_safe_sqlite, sqlite_module


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_only_a_sqlite_without_the_wal_reset_bug_is_used(version, safe):
    assert is_safe_sqlite(version) is safe


def test_the_sqlite_in_use_is_a_safe_one():
    assert is_safe_sqlite(sqlite_module().sqlite_version_info)


def test_a_python_with_an_unsafe_sqlite_and_no_wheel_is_refused_with_a_way_out(monkeypatch):
    def no_wheel(name):
        raise ImportError(name)

    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(importlib, "import_module", no_wheel)
    with pytest.raises(DatabaseRefused, match=r"Install pysqlite3 0\.6\.1 or newer"):
        sqlite_module()


def test_an_unsafe_wheel_is_refused_too(monkeypatch):
    class Wheel:
        sqlite_version = "3.51.1"
        sqlite_version_info = (3, 51, 1)

    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(importlib, "import_module", lambda name: Wheel)
    with pytest.raises(DatabaseRefused, match=r"pysqlite3 brings 3\.51\.1"):
        sqlite_module()


def test_a_safe_interpreter_needs_no_wheel(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert sqlite_module() is sqlite3


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("mmap_size", 0),
        ("temp_store", 2),
    ],
)
def test_sqlite_is_set_up_as_written_down(sqlite_database, pragma, value):
    with sqlite_database.read() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value


def test_the_database_file_is_its_owners_alone(sqlite_database):
    for path in Path(sqlite_database.url.database).parent.glob("intake.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_a_folder_that_is_not_ours_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseRefused, match="name another place"):
        Database(f"sqlite:///{tmp_path}/file/intake.db")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://user:hunter2@host/name", "use sqlite or postgresql"),
        ("hunter2 is no address", "is not understood"),
    ],
)
def test_what_is_not_supported_is_refused_without_telling_a_password(url, reason):
    with pytest.raises(DatabaseRefused, match=reason) as refused:
        Database(url)
    assert "hunter2" not in str(refused.value)


def test_a_write_is_kept_whole(database):
    with database.write() as session:
        editions.keep(session, "rules", "one", "text")
    with database.read() as session:
        assert editions.fetch(session, "rules", "one") == "text"


def test_a_write_that_raises_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.write() as session:
        editions.keep(session, "rules", "one", "text")
        raise ZeroDivisionError
    with database.read() as session, pytest.raises(editions.NoSuchEdition):
        editions.fetch(session, "rules", "one")


def test_nothing_can_be_written_while_reading(database):
    with pytest.raises(DBAPIError), database.read() as session:
        editions.keep(session, "rules", "one", "text")


def test_reading_and_writing_take_turns_on_the_same_connection(database):
    for number in range(3):
        with database.read() as session:
            assert session.scalar(text("SELECT count(*) FROM editions")) == number
        with database.write() as session:
            editions.keep(session, "rules", str(number), "text")


def test_a_file_that_could_once_be_opened_for_reading_alone_is_written_to_the_next_time(sqlite_database):
    """As SQLite opens it when the disk refuses to open it for writing, without a word."""
    path, left = sqlite_database.url.database, [1, 1]

    def opened(_dialect, _record, _arguments, _named):
        if not left:
            return None
        left.pop()
        return sqlite_module().connect(f"file:{path}?mode=ro", uri=True)

    event.listen(sqlite_database.engine, "do_connect", opened)
    sqlite_database.dispose()
    for _ in range(2):
        with pytest.raises(DBAPIError, match="readonly"), sqlite_database.write() as session:
            editions.keep(session, "rules", "a" * 64, "text")

    with sqlite_database.write() as session:
        editions.keep(session, "rules", "a" * 64, "text")
    with sqlite_database.read() as session:
        assert editions.every(session, "rules")


def test_a_reader_sees_one_moment(database):
    count = text("SELECT count(*) FROM editions")
    with database.read() as reader:
        assert reader.scalar(count) == 0
        with database.write() as writer:
            editions.keep(writer, "rules", "one", "text")
        assert reader.scalar(count) == 0


def test_an_error_of_the_database_does_not_quote_what_was_written(database):
    with pytest.raises(StatementError) as failed, database.write() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "hunter2"})
    assert "hunter2" not in str(failed.value)


def test_a_disk_without_a_write_ahead_log_is_refused(tmp_path, monkeypatch):
    no_log = tuple(p.replace("WAL", "DELETE") for p in database_module._PRAGMAS)
    monkeypatch.setattr(database_module, "_PRAGMAS", no_log)
    database = Database(f"sqlite:///{tmp_path / 'intake.db'}")
    with pytest.raises(DatabaseRefused, match="on a disk of this machine"), database.read() as session:
        session.execute(text("SELECT 1"))
    database.dispose()


def test_many_who_write_at_once_are_served_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path / 'busy.db'}"
    # Two sites of one process, each with its own way to the one file.
    sites = (Database(url), Database(url))

    def write(number):
        with sites[number % 2].write() as session:
            session.execute(text("SELECT 1"))
            time.sleep(0.1)
        return number

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(write, range(8))) == list(range(8))
    for site in sites:
        site.dispose()


def test_without_a_line_some_would_not_be_served(tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.05)
    monkeypatch.setattr(Database, "_turn", lambda _database: nullcontext())
    busy = Database(f"sqlite:///{tmp_path / 'busy.db'}")

    def write(_number):
        with busy.write():
            time.sleep(0.1)

    with ThreadPoolExecutor(4) as threads, pytest.raises(DBAPIError, match="locked"):
        list(threads.map(write, range(4)))
    busy.dispose()
