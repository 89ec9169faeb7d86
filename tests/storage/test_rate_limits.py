"""A network knocks at its pace and no faster, counted exactly, and nobody's address is kept."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

import torn
from intake.domain.rate_limits import Door, Pace
from intake.storage import rate_limits
from intake.storage.rate_limits import counting, give_back, key_of, knock
from intake.storage.tables import RateLimitRow
from storage.samples import NOW

HERE = "192.0.2.7"
TEN_AN_HOUR = Pace(timedelta(minutes=6), 10)
TESTS = Path(__file__).parents[1]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def here(patient_keys):
    return key_of(patient_keys, Door.START.value, HERE, NOW.date())


def test_ten_are_let_in_at_once_and_then_one_every_six_minutes(database, here):
    at_once = [knock(database, here, TEN_AN_HOUR, NOW) for _ in range(12)]

    assert at_once == [None] * 10 + [timedelta(minutes=6)] * 2
    assert knock(database, here, TEN_AN_HOUR, NOW + 5 * MINUTE) == MINUTE
    assert knock(database, here, TEN_AN_HOUR, NOW + 6 * MINUTE) is None
    assert knock(database, here, TEN_AN_HOUR, NOW + 6 * MINUTE) is not None


def test_what_is_given_back_is_one_knock_and_no_more(database, here):
    for _ in range(10):
        knock(database, here, TEN_AN_HOUR, NOW)

    give_back(database, here, TEN_AN_HOUR)

    assert [knock(database, here, TEN_AN_HOUR, NOW) is None for _ in range(2)] == [True, False]


def test_given_back_to_who_never_knocked_it_is_nothing(database, here):
    give_back(database, here, TEN_AN_HOUR)

    assert [knock(database, here, TEN_AN_HOUR, NOW) for _ in range(11)].count(None) == 10


def test_other_networks_other_doors_and_other_days_are_counted_apart(database, patient_keys, here):
    for _ in range(10):
        knock(database, here, TEN_AN_HOUR, NOW)
    others = {
        key_of(patient_keys, Door.START.value, "192.0.2.8", NOW.date()),
        key_of(patient_keys, Door.REPLY.value, HERE, NOW.date()),
        key_of(patient_keys, Door.START.value, HERE, NOW.date() + timedelta(days=1)),
    }

    assert len(others | {here}) == 4
    assert [knock(database, one, TEN_AN_HOUR, NOW) for one in others] == [None] * 3
    assert knock(database, here, TEN_AN_HOUR, NOW) is not None


def test_six_processes_let_in_ten_of_six_hundred(database, keyring, here):
    """With SQLite all of them find a torn file at once, and count in the one that takes its place."""
    if database.is_sqlite:
        knock(database, here, TEN_AN_HOUR, NOW)
        counting(database).dispose()
        torn.page_lost(Path(counting(database).url.database))
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "storage.knocking", url, str(keyring), "6", "100"]

    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=TESTS)

    assert told.stdout == "10", told.stderr


def test_a_clock_set_back_locks_nobody_out(database, here):
    for _ in range(10):
        knock(database, here, TEN_AN_HOUR, NOW)

    assert knock(database, here, TEN_AN_HOUR, NOW - timedelta(hours=5)) is None


def test_no_address_is_kept(database, patient_keys, here):
    knock(database, here, TEN_AN_HOUR, NOW)

    with counting(database).read() as session:
        assert session.scalars(select(RateLimitRow.key)).all() == [here]
    assert len(here) == 32
    assert HERE.encode() not in here


def test_with_sqlite_counting_waits_for_no_disk_and_for_nobody_who_saves(sqlite_database, here):
    with sqlite_database.write() as session:  # a patient who saves holds the one lock there is
        session.execute(text("UPDATE audit_head SET seq = seq"))
        assert knock(sqlite_database, here, TEN_AN_HOUR, NOW) is None

    beside = counting(sqlite_database)
    with beside.read() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 0
    with sqlite_database.read() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2  # the control: answers do wait for it
        assert session.scalar(text("SELECT count(*) FROM rate_limits")) == 0
    path = Path(beside.url.database)
    assert path.name == "intake-limits.db"
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_in_the_past_is_swept_away(database, patient_keys, here):
    knock(database, here, TEN_AN_HOUR, NOW)
    later = NOW + timedelta(hours=1)
    other = key_of(patient_keys, Door.START.value, "192.0.2.8", later.date())

    knock(database, other, TEN_AN_HOUR, later)

    with counting(database).read() as session:
        assert session.scalars(select(RateLimitRow.key)).all() == [other]


@pytest.fixture(scope="module")
def one_database(tmp_path_factory):
    found = rate_limits.Database(f"sqlite:///{tmp_path_factory.mktemp('limits') / 'intake.db'}")
    yield found
    counting(found).dispose()
    found.dispose()


@settings(max_examples=25, deadline=None)
@given(
    waits=st.lists(st.integers(0, 20), min_size=1, max_size=30),
    at_once=st.integers(1, 5),
    every=st.integers(1, 10),
    name=st.binary(min_size=32, max_size=32),
)
def test_it_lets_in_what_a_bucket_with_tokens_lets_in(one_database, waits, at_once, every, name):
    """Another way to say the same: a bucket of so many, one more every so often."""
    pace, now, tokens = Pace(every * MINUTE, at_once), NOW, float(at_once)
    with counting(one_database).write() as session:
        session.execute(text("DELETE FROM rate_limits"))
    for wait in waits:
        now += wait * MINUTE
        tokens = min(at_once, tokens + wait / every)
        let_in = tokens >= 1 - 1e-9
        tokens -= let_in

        assert (knock(one_database, name, pace, now) is None) is let_in
