"""Answers that were sent again: what they were and what they are, with the times, and not a word more."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings

import small
import strategies
from intake.domain.answer_changes import answer_changes, changes_over_time, given_at
from intake.domain.answers import DECLINED, Answers, Chosen, Reading, Text, answered
from intake.domain.evidence import relevant
from intake.domain.screening import Editions
from intake.domain.submissions import Signature, Submission
from intake.domain.wording import transcribe

YES, NO = answered(Chosen("yes")), answered(Chosen("no"))
FIRST = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def sent(revision=1, **answers):
    """A submission with these answers; each revision was sent a day after the one before."""
    at = FIRST + timedelta(days=revision - 1)
    evidence = small.given(Answers(answers))
    evidence = small.given(relevant(evidence))
    return Submission(
        UUID(int=1),
        "HL-1",
        evidence.answers,
        transcribe(evidence),
        Signature("Pat Doe", (), at),
        Editions("q", "r", "m"),
        at,
        revision,
    )


def told(changes):
    return [(one.label, one.before, one.now) for one in changes]


def test_an_answer_that_is_another_is_told_with_both_times():
    (change,) = answer_changes(sent(pressure=NO), sent(2, pressure=DECLINED))

    assert (change.asked, change.before, change.now) == ("High pressure?", "No", "Chose not to say")
    assert (change.before_sent, change.now_sent) == (FIRST, FIRST + timedelta(days=1))


def test_a_question_that_was_opened_by_the_change_was_not_asked_before():
    before = sent(knows_reading=NO)
    after = sent(2, knows_reading=YES, reading=answered(Reading(150, 90)))

    assert told(answer_changes(before, after)) == [
        ("Know it?", "No", "Yes I do"),
        ("Which numbers?", "Not asked", "150 / 90 mmHg"),
    ]
    assert told(answer_changes(after, before)) == [
        ("Know it?", "Yes I do", "No"),
        ("Which numbers?", "150 / 90 mmHg", "Not asked"),
    ]


def test_an_answer_added_where_none_was_given_is_a_change():
    assert told(answer_changes(sent(), sent(2, more=answered(Text("I sleep badly"))))) == [
        ("Anything else?", "Not reached", "I sleep badly")
    ]


@settings(max_examples=15)
@given(strategies.answers(small.asked))
def test_the_same_answers_have_no_changes(answers):
    assert answer_changes(sent(**answers), sent(2, **answers)) == ()


@settings(max_examples=15)
@given(strategies.answers(small.asked), strategies.answers(small.asked))
def test_turned_around_before_and_now_change_places(one, other):
    there = answer_changes(sent(**one), sent(2, **other))
    back = answer_changes(sent(2, **other), sent(**one))

    assert {(c.question, c.before, c.now) for c in there} == {(c.question, c.now, c.before) for c in back}


def test_each_change_between_revisions_is_kept_oldest_first():
    revisions = (sent(pressure=NO), sent(2, pressure=DECLINED), sent(3, pressure=NO))

    assert told(changes_over_time(revisions)) == [
        ("High pressure?", "No", "Chose not to say"),
        ("High pressure?", "Chose not to say", "No"),
    ]
    assert changes_over_time(revisions[:1]) == ()


def test_an_answer_was_given_when_it_was_first_sent_as_it_is_now():
    revisions = tuple(
        sent(revision, pressure=pressure, takes=NO) for revision, pressure in enumerate((NO, DECLINED, NO), 1)
    )

    assert given_at(revisions) == {"pressure": FIRST + timedelta(days=2), "takes": FIRST}
