"""The file in which knocks are counted may be lost or torn: another is made, and counting goes on."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

import torn
from intake.domain.rate_limits import Pace
from intake.storage import database as database_module
from intake.storage import limits_file, rate_limits
from intake.storage.database import Database, DatabaseRefused, sqlite_module
from intake.storage.rate_limits import counting, is_used_up, knock
from storage.samples import NOW

TEN_AN_HOUR = Pace(timedelta(minutes=6), 10)
HERE, THERE = b"here" * 8, b"there" * 8
LOST = pytest.mark.parametrize("lose", torn.EVERY, ids=lambda one: one.__name__)


@pytest.fixture
def first(tmp_path):
    yield from process(tmp_path)


@pytest.fixture
def second(tmp_path):
    yield from process(tmp_path)


def process(folder):
    """As one of the processes has the database open."""
    opened = Database(f"sqlite:///{folder / 'intake.db'}")
    yield opened
    counting(opened).dispose()
    opened.dispose()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "intake-limits.db"


def let_in(database, knocks=12, key=HERE):
    return [knock(database, key, TEN_AN_HOUR, NOW) for _ in range(knocks)].count(None)


def lost(lose, file, *processes):
    """While these run; where it takes another connection to see it, none is open."""
    if lose in torn.IN_PLACE:
        for one in processes:
            counting(one).dispose()
    lose(file)


@LOST
def test_what_is_lost_while_two_processes_run_is_counted_on_by_both(first, second, file, lose, caplog):
    assert let_in(first, 5) + let_in(second, 5) == 10
    lost(lose, file, first, second)

    assert not is_used_up(first, HERE, TEN_AN_HOUR, NOW), "counts begin anew"
    assert let_in(first, 6) + let_in(second, 6) == 10, "and all processes count in one file"
    assert is_used_up(second, HERE, TEN_AN_HOUR, NOW)
    assert limits_file.damage(file) == ()
    assert file.stat().st_mode & 0o077 == 0
    assert caplog.text.count("limits_made_anew") == (lose in {torn.page_lost, torn.no_database})


@LOST
def test_what_is_lost_between_two_starts_is_made_anew(first, second, file, lose):
    let_in(first)
    counting(first).dispose()
    lose(file)

    assert let_in(second) == 10


@LOST
def test_what_is_lost_is_noticed_by_whichever_asks_first(first, file, lose):
    for ask in (
        lambda: rate_limits.sweep(first, NOW),
        lambda: rate_limits.give_back(first, HERE, TEN_AN_HOUR),
        lambda: rate_limits.forget(first, [HERE]),
        lambda: is_used_up(first, HERE, TEN_AN_HOUR, NOW),
    ):
        let_in(first)
        lost(lose, file, first)
        ask()
        assert limits_file.damage(file) == ()


def test_a_table_that_is_missing_is_made_and_nothing_else_is_taken_away(first, file):
    let_in(first)
    with counting(first).write() as session:
        session.connection().exec_driver_sql("DROP TABLE rate_limits")
        session.connection().exec_driver_sql("CREATE TABLE another (column)")

    assert let_in(first) == 10
    with counting(first).read() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM another").scalar() == 0


def test_a_file_that_is_locked_stays_as_it_is(tmp_path, file, monkeypatch, caplog):
    """The control: nobody gets new tries by keeping others waiting."""
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.05)
    for database in process(tmp_path):
        let_in(database)
        before = which(file)
        holds = sqlite_module().connect(file, isolation_level=None)
        holds.execute("BEGIN IMMEDIATE")

        with pytest.raises(OperationalError, match="locked"):
            knock(database, HERE, TEN_AN_HOUR, NOW)

        holds.execute("ROLLBACK")
        holds.close()
        assert which(file) == before
        assert let_in(database) == 0
        assert "limits_made_anew" not in caplog.text


def test_a_file_that_has_no_room_stays_as_it_is(first, file):
    let_in(first)
    before = which(file)
    with counting(first).read() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(OperationalError, match="full"):
        for number in range(1000):
            knock(first, number.to_bytes(32, "big"), TEN_AN_HOUR, NOW)

    assert which(file) == before
    assert let_in(first) == 0


def test_what_another_made_meanwhile_is_not_taken_away(first, file):
    """Whoever saw it torn looks again, when nobody else is at it."""
    rows = counting(first)
    assert let_in(first) == 10
    before = which(file)

    limits_file.make_anew(first, rows)

    assert which(file) == before
    assert let_in(first) == 0


def test_a_torn_file_that_cannot_be_deleted_is_refused_in_words(first, file, monkeypatch):
    let_in(first)
    counting(first).dispose()
    torn.no_database(file)

    def may_not(_path, **_options):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", may_not)
        with pytest.raises(DatabaseRefused, match=r"intake-limits\.db is damaged and cannot be deleted"):
            knock(first, HERE, TEN_AN_HOUR, NOW)
    assert let_in(first) == 10


def test_looking_at_it_changes_nothing(first, file):
    assert limits_file.damage(file) == ()
    assert not file.exists()
    let_in(first)
    assert limits_file.damage(file) == ()
    counting(first).dispose()
    torn.page_lost(file)
    before = file.read_bytes()

    assert limits_file.damage(file) != ()
    assert file.read_bytes() == before


def test_a_file_that_is_looked_at_is_never_made_whatever_it_is_called(tmp_path):
    """Also where its name says something in the address of a file, as ``?``, ``#`` and ``%`` do."""
    folder = tmp_path / "a ?mode=rwc#50%20"
    folder.mkdir()
    path = folder / "intake-limits.db"
    with pytest.raises(sqlite_module().Error, match="unable to open"):
        limits_file._looked_over(path)
    assert list(folder.iterdir()) == []

    made = sqlite_module().connect(path)
    made.execute("CREATE TABLE another (number)")
    made.close()
    assert limits_file.damage(path) == ()


def test_looking_waits_a_second_at_most_and_lets_go_of_the_file(first, file, monkeypatch):
    """Whoever wants to come in meanwhile waits for it."""
    let_in(first)
    asked, real, opened = [], sqlite_module(), []

    class Noting:
        Error = real.Error

        @staticmethod
        def connect(*named, timeout=5.0, **more):
            asked.append((timeout, more))
            opened.append(real.connect(*named, timeout=timeout, **more))
            return opened[-1]

    monkeypatch.setattr(limits_file, "sqlite_module", lambda: Noting)
    assert limits_file.damage(file) == ()
    assert asked == [(1, {"uri": True})], "however SQLite was built"
    with pytest.raises(real.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


def test_the_rows_lie_beside_their_database_under_a_name_of_their_own(tmp_path):
    assert limits_file.path_beside(tmp_path / "intake.db") == tmp_path / "intake-limits.db"


def which(file):
    found = file.stat()
    return found.st_dev, found.st_ino
