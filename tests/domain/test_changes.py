"""Two screenings of one person: which flags appeared, vanished or changed, which rules came out otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
import strategies
from domain.test_screening import EDITIONS, IS_HIGH, IS_TREATED, NOON, Explosive, rule, screened
from intake.domain.answers import NOT_SURE, Answers, Chosen, answered
from intake.domain.changes import changes, says_the_same
from intake.domain.conditions import Compare, Operator
from intake.domain.rules import Outcome, Priority, RuleBook
from intake.domain.screening import screen

YES, NO = answered(Chosen("yes")), answered(Chosen("no"))
HIGH = {"pressure": YES}
# The same rule as IS_HIGH, under its id, that looks for the opposite.
IS_LOW = replace(IS_HIGH, when=Compare("pressure", Operator.IS, "no"))


def rules(flags):
    return [flag.outcome.rule for flag in flags]


def after_rules(flags):
    return [one.after.outcome.rule for one in flags]


def test_a_new_rule_that_is_raised_appears():
    found = changes(screened(HIGH), screened(HIGH, IS_HIGH))

    assert rules(found.appeared) == ["is-high"]
    assert [(one.rule, one.before, one.after) for one in found.outcomes] == [
        ("is-high", None, Outcome.RAISED)
    ]
    assert found.any_flag


def test_a_rule_that_is_gone_or_no_longer_raised_vanishes():
    assert rules(changes(screened(HIGH, IS_HIGH), screened(HIGH)).vanished) == ["is-high"]
    found = changes(screened(HIGH, IS_HIGH), screened(HIGH, IS_LOW))
    assert rules(found.vanished) == ["is-high"]
    assert [(one.before, one.after) for one in found.outcomes] == [(Outcome.RAISED, Outcome.NOT_RAISED)]


def test_another_priority_is_told_with_the_one_before():
    found = changes(screened(HIGH, IS_HIGH), screened(HIGH, replace(IS_HIGH, priority=Priority.INFO)))

    ((before, after),) = (
        (one.before.outcome.priority, one.after.outcome.priority) for one in found.other_priority
    )
    assert (before, after) == (Priority.HIGH, Priority.INFO)
    assert not (found.appeared or found.vanished or found.other_outcome or found.other_answers)
    assert not found.outcomes


def test_what_could_not_be_told_and_is_raised_now_has_another_outcome():
    unsure, sure = {"pressure": NOT_SURE}, {"pressure": YES}

    found = changes(screened(unsure, IS_HIGH), screened(sure, IS_HIGH))

    assert after_rules(found.other_outcome) == ["is-high"]
    assert not (found.appeared or found.vanished)


def test_a_flag_may_change_both_its_priority_and_its_outcome():
    lower = replace(IS_HIGH, priority=Priority.MODERATE)

    found = changes(screened({"pressure": NOT_SURE}, IS_HIGH), screened(HIGH, lower))

    assert after_rules(found.other_priority) == after_rules(found.other_outcome) == ["is-high"]


def test_a_flag_that_rests_on_other_answers_is_told():
    elsewhere = replace(IS_HIGH, when=Compare("treated", Operator.IS, "yes"))
    answers = {"pressure": YES, "treated": YES}

    found = changes(screened(answers, IS_HIGH), screened(answers, elsewhere))

    assert after_rules(found.other_answers) == ["is-high"]
    assert found.any_flag
    assert not found.outcomes


def test_a_rule_that_stops_with_an_error_is_another_outcome_than_one_that_cannot_tell():
    urgent = replace(IS_HIGH, priority=Priority.URGENT)

    found = changes(
        screened({"pressure": NOT_SURE}, urgent),
        screened({"pressure": NOT_SURE}, replace(urgent, when=Explosive())),
    )

    assert after_rules(found.other_outcome) == ["is-high"]


def test_a_flag_that_stood_behind_a_stronger_one_appears_when_it_stands_alone():
    unsure = {"pressure": NOT_SURE}

    found = changes(screened(unsure, IS_HIGH, IS_TREATED), screened(unsure, IS_TREATED))

    assert (rules(found.vanished), rules(found.appeared)) == (["is-high"], ["is-treated"])


def test_reworded_rules_change_no_flag():
    reworded = replace(IS_HIGH, title="In other words", why="For the same reason.")

    assert not changes(screened(HIGH, IS_HIGH), screened(HIGH, reworded)).any_flag


def test_the_same_again_says_the_same_at_whatever_time():
    first = screened(HIGH, IS_HIGH)

    assert says_the_same(first, replace(first, at=NOON + timedelta(days=9)))


@pytest.mark.parametrize(
    "other",
    [
        {"editions": replace(EDITIONS, rules="another")},
        {"outcomes": screened(HIGH, replace(IS_HIGH, title="In other words")).outcomes},
        {"outcomes": ()},
        {"worked_out": ()},
    ],
)
def test_another_edition_or_other_words_do_not_say_the_same(other):
    first = replace(screened(HIGH, IS_HIGH), worked_out=("a line",))

    assert not says_the_same(first, replace(first, **other))


BOOKS = st.lists(
    st.sampled_from(
        [
            IS_HIGH,
            IS_LOW,
            IS_TREATED,
            replace(IS_HIGH, priority=Priority.URGENT),
            rule("other", Compare("treated", Operator.IS_NOT, "yes"), topic="another"),
        ]
    ),
    unique_by=lambda one: one.id,
)


@given(strategies.answers(small.asked), BOOKS, BOOKS)
def test_the_changes_account_for_every_difference_and_for_nothing_else(answers, old, new):
    """Whatever stands now is what stood, less what vanished, and what appeared; all else has its key."""
    before, after = (
        screen(RuleBook(tuple(book)), small.given(Answers(answers)), EDITIONS, NOON) for book in (old, new)
    )
    found = changes(before, after)

    stood, stands = set(rules(before.flags)), set(rules(after.flags))
    assert stands == stood - set(rules(found.vanished)) | set(rules(found.appeared))
    told = {*after_rules(found.other_priority), *after_rules(found.other_outcome)}
    told |= set(after_rules(found.other_answers))
    keys = {flag.outcome.rule: flag.key for flag in before.flags}
    same = {flag.outcome.rule for flag in after.flags if keys.get(flag.outcome.rule) == flag.key}
    assert told == stood & stands - same
    assert found.any_flag is ({flag.key for flag in before.flags} != {flag.key for flag in after.flags})
