"""Junk stands apart until it is taken back, and until anything happens that nobody marked."""

from dataclasses import replace

import pytest

from domain.reviewed import (
    ALICE,
    ANSWERS,
    HIGH,
    LATER,
    NOON,
    NOTE,
    TODAY,
    URGENT,
    acknowledged,
    review,
    revised,
    screened_again,
    signed,
    with_entry,
)
from intake.domain.review_acts import (
    NotJunk,
    NotWaiting,
    OpenFirst,
    ReasonNeeded,
    mark_junk,
    take_from_junk,
)
from intake.domain.standing import PlaceInWork


def junk(*rules):
    one = review(*rules)
    return with_entry(one, mark_junk(one, "Advertising", ALICE, LATER, opened=True))


def place(one):
    return one.standing.place(TODAY)


def test_junk_leaves_the_queue_and_keeps_all_that_is_recorded_of_it():
    marked = junk(HIGH, NOTE)

    assert place(marked) is PlaceInWork.JUNK
    assert marked.standing.junk_since == LATER
    assert not marked.standing.is_finished
    assert marked.flags == review(HIGH, NOTE).flags
    assert marked.screenings == review(HIGH, NOTE).screenings
    assert place(review(HIGH)) is PlaceInWork.QUEUE  # the control


def test_it_is_taken_back():
    marked = junk(HIGH)

    back = with_entry(marked, take_from_junk(marked, ALICE, LATER))

    assert place(back) is PlaceInWork.QUEUE
    with pytest.raises(NotJunk):
        take_from_junk(back, ALICE, LATER)
    again = with_entry(back, mark_junk(back, "It was", ALICE, LATER, opened=True))
    assert place(again) is PlaceInWork.JUNK


@pytest.mark.parametrize(
    "news",
    [
        lambda one: revised(one, ANSWERS, HIGH),
        lambda one: screened_again(one, HIGH, NOTE),
        lambda one: screened_again(one, HIGH, URGENT),
        lambda one: signed(acknowledged(one)),
    ],
    ids=["the patient sends more", "a new flag", "a new urgent flag", "somebody signs it"],
)
def test_what_comes_after_the_mark_brings_it_back(news):
    assert place(news(junk(HIGH))) is not PlaceInWork.JUNK


def test_rules_that_say_the_same_bring_nothing_back():
    assert place(screened_again(junk(HIGH, NOTE), HIGH, NOTE)) is PlaceInWork.JUNK
    assert place(screened_again(junk(HIGH, NOTE), HIGH)) is PlaceInWork.JUNK


def test_an_urgent_form_and_one_that_rules_were_not_run_over_are_read_first():
    urgent, high = review(URGENT, HIGH), review(HIGH)
    stopped = replace(high.screening.outcomes[0], failed=True)
    incomplete = replace(high, screenings=(replace(high.screening, outcomes=(stopped,)),))

    with pytest.raises(OpenFirst):
        mark_junk(urgent, "Advertising", ALICE, NOON, opened=False)
    assert mark_junk(urgent, "Advertising", ALICE, NOON, opened=True)
    assert mark_junk(high, "Advertising", ALICE, NOON, opened=False)
    with pytest.raises(OpenFirst):
        mark_junk(incomplete, "Advertising", ALICE, NOON, opened=False)


def test_a_mark_takes_a_reason_and_a_form_that_waits():
    with pytest.raises(ReasonNeeded):
        mark_junk(review(HIGH), "  ", ALICE, NOON, opened=True)
    for other in (signed(acknowledged(review(HIGH))), junk(HIGH)):
        with pytest.raises(NotWaiting):
            mark_junk(other, "Advertising", ALICE, NOON, opened=True)
