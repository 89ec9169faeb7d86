"""The order of the queue, and pages of it that lose nobody whatever comes and goes between them."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.coming_back import CameBack, Since
from intake.domain.queue_entry import QueueEntry
from intake.domain.queue_order import (
    EVERYTHING,
    SECOND_READ,
    Wanted,
    key,
    page_after,
    page_before,
    place,
    rank,
    waits_since,
)
from intake.domain.rules import Priority
from intake.domain.standing import LINK_LIVES, PlaceInWork, Standing

SENT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def entry(priority=Priority.HIGH, sent_at=SENT, number=1, **more):
    return QueueEntry(
        UUID(int=number), "HL-7K4-92Q", "Pat Doe", 38, priority, (), 1, 0, False, sent_at, **more
    )


def morning(day):
    return datetime.combine(day, time.min, UTC)


def test_groups_go_by_priority_then_no_rule_then_second_readings():
    second = entry(Priority.URGENT, standing=Standing(signed=True, second_read=True))
    ranks = [rank(entry(one)) for one in Priority]
    assert ranks == sorted(ranks) == list(range(len(Priority)))
    assert rank(entry(None)) == len(Priority)
    assert rank(second) == SECOND_READ > rank(entry(None))


def test_within_a_group_the_longest_waiting_is_first():
    late, early = key(0, SENT + timedelta(microseconds=1), UUID(int=1)), key(0, SENT, UUID(int=2))
    assert early < late < key(1, SENT - timedelta(days=9), UUID(int=3))


def test_a_form_waits_since_it_was_sent_or_came_back():
    back = CameBack(Since.ANSWERED, SENT + timedelta(hours=5))
    assert waits_since(entry(), TODAY, morning) == (Since.SENT, SENT)
    assert waits_since(entry(came_back=back), TODAY, morning) == (Since.ANSWERED, back.at)


def test_a_form_put_off_waits_since_the_morning_of_its_day():
    put_off = entry(standing=Standing(look_again_on=TODAY))
    assert place(put_off, TODAY - timedelta(days=1)) is PlaceInWork.LATER
    assert place(put_off, TODAY) is PlaceInWork.QUEUE
    assert waits_since(put_off, TODAY, morning) == (Since.LOOK_AGAIN, morning(TODAY))


def test_a_form_whose_question_nobody_answered_waits_since_its_link_ran_out():
    asked = entry(standing=Standing(asked_at=SENT, asked_last_at=SENT + timedelta(days=1)))
    day = (SENT + timedelta(days=1) + LINK_LIVES).date()
    assert place(asked, day - timedelta(days=1)) is PlaceInWork.WAITING_ON_PATIENT
    assert place(asked, day) is PlaceInWork.QUEUE
    assert waits_since(asked, day, morning) == (Since.UNANSWERED, morning(day))
    needed = entry(standing=Standing(asked_at=SENT, asked_last_at=SENT, needs_clinic=True))
    assert waits_since(needed, day, morning) == (Since.SENT, SENT), "it never left the queue"


def test_what_is_said_to_wait_and_by_its_seal_is_finished_is_looked_at():
    """The state lies in the open: whoever changes it must not make a form disappear."""
    assert place(entry(standing=Standing(signed=True)), TODAY) is PlaceInWork.QUEUE


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (EVERYTHING, True),
        (Wanted(mine=True), False),
        (Wanted(rank=Priority.HIGH.rank), True),
        (Wanted(rank=Priority.URGENT.rank), False),
        (Wanted(sent_from=date(2026, 11, 20), sent_to=date(2026, 11, 20)), True),
        (Wanted(sent_from=date(2026, 11, 21)), False),
        (Wanted(sent_to=date(2026, 11, 19)), False),
    ],
)
def test_filters_take_what_they_say(wanted, taken):
    assert wanted.takes(entry(), mine=False, sent_on=SENT.date()) is taken


keys = st.tuples(st.integers(0, 5), st.integers(0, 50), st.text("ab", min_size=3, max_size=3))


@given(st.sets(keys), st.integers(1, 5))
def test_pages_one_after_the_other_are_the_whole_list(forms, size):
    ordered, seen, position = sorted(forms), [], None
    while len(seen) < len(ordered):
        start, end = page_after(ordered, position, size)
        assert start == len(seen)
        seen += ordered[start:end]
        position = seen[-1]
    assert seen == ordered


@given(st.sets(keys, min_size=1), st.sets(keys), st.data())
def test_whatever_comes_and_goes_between_two_pages_nobody_is_passed_over(forms, arrived, data):
    """Negative control: by its number, a page would pass over whoever moved up."""
    size = data.draw(st.integers(1, 4))
    _, end = page_after(sorted(forms), None, size)
    first = sorted(forms)[:end]
    left = data.draw(st.sets(st.sampled_from(sorted(forms))))
    now = sorted((forms - left) | arrived)
    start, end = page_after(now, first[-1], size)
    waiting = [one for one in sorted(forms - left) if one not in first]
    assert all(one in now[start:] for one in waiting)
    assert now[start:end] == [one for one in now if one > first[-1]][:size]


@given(st.sets(keys, min_size=2), st.data())
def test_the_page_before_ends_where_the_page_after_began(forms, data):
    ordered, size = sorted(forms), data.draw(st.integers(1, 4))
    position = data.draw(st.sampled_from(ordered))
    start, end = page_before(ordered, position, size)
    assert 0 <= start <= end <= len(ordered)
    assert end - start == min(size, len(ordered))
    if ordered.index(position) >= size:
        assert ordered[end] == position
