"""By when a call is promised, and when a signal still needs somebody."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.contact import Contact
from intake.domain.review_entries import By
from intake.domain.safety_signal import (
    Answering,
    Signal,
    SignalDuty,
    Signalled,
    WordsNeeded,
    deed,
)
from intake.domain.signal_duty_typed import DutyBoxes, duty_boxes_of, duty_in, hours_said
from intake.domain.truth import Truth

NEW_YORK = ZoneInfo("America/New_York")
NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - by the clock on the wall
OFFICE = SignalDuty("Dr. Rivera, (555) 010-0177", 30, (0, 1, 2, 3, 4), time(9), time(17))
BOXES = DutyBoxes("Dr. Rivera, (555) 010-0177", confirmed="somebody answers")


def at(day, clock):
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}").replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("signalled", "promised"),
    [
        (at(20, "12:00:00"), at(20, "12:30:00")),
        (at(20, "12:01:00"), at(20, "12:35:00")),
        (at(20, "12:00:01"), at(20, "12:35:00")),
        (at(20, "16:30:00"), at(20, "17:00:00")),
        (at(20, "16:31:00"), at(23, "09:30:00")),  # cannot be kept before they close on Friday
        (at(20, "06:00:00"), at(20, "09:30:00")),
        (at(21, "12:00:00"), at(23, "09:30:00")),
        (at(22, "23:59:00"), at(23, "09:30:00")),
    ],
)
def test_a_call_is_promised_for_when_somebody_is_there(signalled, promised):
    assert OFFICE.call_by(signalled) == promised


@given(
    moment=st.datetimes(NEW_YEAR, NEW_YEAR + timedelta(days=365)),
    minutes=st.integers(5, 240),
    days=st.sets(st.integers(0, 6), min_size=1),
    opens=st.integers(0, 19),
)
def test_no_call_is_promised_for_a_time_at_which_nobody_is_there(moment, minutes, days, opens):
    duty = SignalDuty("x 1", minutes, tuple(sorted(days)), time(opens), time(opens + 4))
    moment = moment.replace(tzinfo=NEW_YORK)

    by = duty.call_by(moment)

    assert by.weekday() in days
    assert duty.opens < by.time() <= duty.closes
    assert by - moment >= timedelta(minutes=minutes)
    assert by.minute % 5 == by.second == by.microsecond == 0


@pytest.mark.parametrize(
    ("box", "typed", "wrong"),
    [
        ("answered_by", " ", "Write who answers"),
        ("answered_by", "Dr. Rivera", "Write the number as well"),
        ("within_minutes", "soon", "whole number of minutes from 5 to 240"),
        ("within_minutes", "241", "whole number of minutes from 5 to 240"),
        ("days", (), "Choose the days"),
        ("days", ("7",), "Choose the days"),
        ("opens", "nine", "Write a time like 9 am"),
        ("closes", "8 am", "a time after the one it begins at"),
        ("closes", "9:20 am", "write a later time"),
        ("confirmed", "", "Type “somebody answers”"),
        ("confirmed", "yes", "Type “somebody answers”"),
    ],
)
def test_it_cannot_be_switched_on_without_somebody_who_answers(box, typed, wrong):
    assert duty_in(BOXES) == (OFFICE, {})  # the control

    duty, problems = duty_in(replace(BOXES, **{box: typed}))

    assert duty is None
    assert list(problems) == [box]
    assert wrong in problems[box]


@pytest.mark.parametrize(
    ("typed", "hour"), [("9 am", 9), ("12 pm", 12), ("12am", 0), ("17:30", 17.5), ("5.30 p.m.", 17.5)]
)
def test_a_time_is_understood_as_people_write_it(typed, hour):
    duty, _ = duty_in(replace(BOXES, opens=typed, closes="11:59 pm"))

    assert duty.opens.hour + duty.opens.minute / 60 == hour


def test_the_boxes_show_what_is_set_but_not_the_confirmation():
    boxes = duty_boxes_of(OFFICE)

    assert (boxes.opens, boxes.closes, boxes.confirmed) == ("9 am", "5 pm", "")
    assert hours_said(OFFICE) == "Monday to Friday, 9 am to 5 pm"


def signal(hour, page="You are not alone"):
    contact = Contact("Pat Doe", "(555) 010-0142", Truth.YES)
    then = at(20, f"{hour:02}:00:00")
    return Signal(UUID(int=hour), UUID(int=1), then, OFFICE.call_by(then), contact, page)


def done(what, hour=15):
    return deed(what, "words", By(UUID(int=2), "A. Rivera, NP", at(20, f"{hour:02}:00:00")))


@pytest.mark.parametrize(
    ("deeds", "still_open"),
    [
        ([], True),
        ([(1, Answering.SEEN)], True),
        ([(1, Answering.NOT_REACHED)], True),
        ([(1, Answering.NOT_REACHED), (1, Answering.WELFARE_CHECK)], False),
        ([(1, Answering.CALLED)], False),
        ([(1, Answering.OTHER)], False),
    ],
)
def test_a_signal_is_open_until_somebody_was_reached_or_sent(deeds, still_open):
    told = Signalled((signal(10),), tuple((place, done(what)) for place, what in deeds))

    assert told.is_open is still_open


def test_a_new_answer_opens_it_again_and_a_phone_number_does_not():
    settled = ((1, done(Answering.CALLED)),)

    assert Signalled((signal(10), signal(12)), settled).is_open
    assert Signalled((signal(10), signal(12)), settled).call_by == at(20, "12:30:00")
    assert not Signalled((signal(10), signal(12, page="")), settled).is_open


def test_something_else_takes_words():
    with pytest.raises(WordsNeeded):
        deed(Answering.OTHER, "  ", By(UUID(int=2), "A. Rivera, NP", at(20, "12:00:00")))
