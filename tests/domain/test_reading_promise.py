"""A promised time to read a form: said in words, and when it is over."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.reading_promise import ReadingPromise, Unit, promise_in, read_by

NEW_YORK = ZoneInfo("America/New_York")
PROMISES = st.builds(ReadingPromise, st.integers(1, 240), st.sampled_from(Unit))
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(NEW_YORK))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("words", "amount", "unit"),
    [
        ("2 work days", 2, Unit.WORK_DAYS),
        ("1 work day", 1, Unit.WORK_DAYS),
        (" 3 Business days ", 3, Unit.WORK_DAYS),
        ("24 hours", 24, Unit.HOURS),
    ],
)
def test_words_that_name_a_time_are_a_promise(words, amount, unit):
    assert promise_in(words) == ReadingPromise(amount, unit)


@pytest.mark.parametrize("words", ["a week", "", "0 hours", "two work days", "2 days", "24 hours or so"])
def test_other_words_are_none(words):
    assert promise_in(words) is None


@given(PROMISES)
def test_what_a_promise_says_is_that_promise(promise):
    assert promise_in(promise.words) == promise


@pytest.mark.parametrize(
    ("sent", "days", "due"),
    [
        ("2026-11-18T16:00", 2, "2026-11-20T16:00"),  # Wednesday, Friday
        ("2026-11-20T16:00", 2, "2026-11-24T16:00"),  # Friday, Tuesday
        ("2026-11-21T10:00", 1, "2026-11-24T00:00"),  # Saturday counts as Monday's first minute
        ("2026-11-22T23:00", 1, "2026-11-24T00:00"),
        ("2026-11-16T09:00", 5, "2026-11-23T09:00"),
    ],
)
def test_a_weekend_is_no_work_day(sent, days, due):
    at = datetime.fromisoformat(sent).replace(tzinfo=NEW_YORK)

    found = read_by(at, timedelta(days=days), in_work_days=True)

    assert found == datetime.fromisoformat(due).replace(tzinfo=NEW_YORK)


def test_hours_go_on_over_the_night_a_clock_is_set_back():
    sent = datetime(2026, 10, 31, 20, 0, tzinfo=NEW_YORK)

    due = read_by(sent, timedelta(hours=24), in_work_days=False)

    assert due.astimezone(UTC) - sent.astimezone(UTC) == timedelta(hours=24)
    assert due.hour == 19


@given(TIMES, PROMISES)
def test_nothing_is_due_before_it_was_sent_nor_on_a_weekend_when_only_work_days_count(sent, promise):
    in_work_days = promise.unit is Unit.WORK_DAYS

    due = read_by(sent, promise.length, in_work_days=in_work_days)

    assert due - sent >= promise.length - timedelta(hours=1 + 24 * in_work_days)
    assert due > sent
    assert not in_work_days or due.weekday() < 5
