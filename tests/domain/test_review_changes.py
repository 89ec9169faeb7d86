"""What a page that was open meanwhile tells of what came since."""

from dataclasses import replace

import pytest

from domain.reviewed import (
    ALICE,
    ANSWERS,
    CAROL,
    HIGH,
    LATER,
    NOTE,
    acknowledged,
    review,
    revised,
    screened_again,
    signed,
    with_entry,
)
from intake.domain.answers import NOT_SURE, Chosen, answered
from intake.domain.review_acts import reopen, undo
from intake.domain.review_changes import Shown, as_shown, changed_answers, lines_of, review_changes


def since(before, after):
    """As the web does it: only counts travel in the page."""
    shown = Shown.read(str(Shown.of(before)))
    assert as_shown(after, shown) == before
    return review_changes(as_shown(after, shown), after)


def test_nothing_came_to_a_page_that_is_as_it_was():
    one = acknowledged(review(HIGH))

    assert since(one, one).nothing


def test_acknowledged_and_taken_back_are_told_with_who_did_it():
    one = review(HIGH)
    seen = acknowledged(one, by=CAROL)

    (told,) = since(one, seen).acknowledged
    (back,) = since(seen, with_entry(seen, undo(seen, 1, ALICE, LATER))).taken_back

    assert (told.title, told.acknowledgement.printed_name) == ("About high", CAROL.printed_name)
    assert (back.title, back.undoing.by.printed_name) == ("About high", ALICE.printed_name)


def test_a_new_flag_is_told():
    one = acknowledged(review(HIGH))

    found = since(one, screened_again(one, HIGH, NOTE))

    assert [flag.outcome.rule for flag in found.flags.appeared] == ["note"]
    assert found.screened_again
    assert not found.nothing


def test_a_new_answer_is_told_as_it_was_and_as_it_is():
    one = acknowledged(review(HIGH))

    found = since(one, revised(one, ANSWERS.with_({"treated": NOT_SURE}), HIGH))

    (answer,) = found.answers
    assert (answer.asked, answer.before, answer.now) == ("Treated?", "No", "Not sure")
    assert [change.after.is_undecided for change in found.flags.other_outcome] == [True]
    assert len(found.entries) == 1


def test_a_question_that_is_no_longer_asked_is_told():
    one = review(HIGH)

    answers = since(one, revised(one, ANSWERS.with_({"pressure": answered(Chosen("no"))}), HIGH)).answers

    told = [(answer.asked, answer.before, answer.now) for answer in answers]
    assert told == [("High pressure?", "Yes", "No"), ("Treated?", "No", None)]


def test_a_reworded_question_is_no_changed_answer():
    lines = lines_of(review(HIGH).submission)
    reworded = tuple(replace(line, asked=f"Oh, {line.asked}", said=f"{line.said}!") for line in lines)

    assert changed_answers(lines, reworded) == ()
    assert changed_answers(lines, lines[1:])[0].now is None


def test_signed_and_reopened_are_told():
    one = acknowledged(review(HIGH))
    done = signed(one, by=CAROL)
    again = with_entry(done, reopen(done, "A letter came", ALICE, 1, LATER))

    found = since(one, again)

    assert [sign_off.printed_name for sign_off in found.signed] == [CAROL.printed_name]
    assert [entry.reason for entry in found.entries] == ["A letter came"]


@pytest.mark.parametrize(
    "carried", ["", "1-1-1-1", "a-1-1-1-1", "1-1-1-1-1-1", "-1-1-1-1", "9999999-1-1-1-1"]
)
def test_anything_else_is_no_count(carried):
    assert Shown.read(carried) is None


def test_counts_that_were_tampered_with_break_nothing():
    one = acknowledged(review(HIGH))

    assert as_shown(one, Shown.read("0-0-0-0-0")).screenings == one.screenings
    assert as_shown(one, Shown.read("99-99-99-99-99")) == one


def test_what_a_page_carries_says_nothing_about_anybody():
    assert str(Shown.of(acknowledged(review(HIGH, NOTE)))) == "1-1-2-0-0"
