"""What a new rules file changes: which rules, and under which keys."""

from dataclasses import fields, replace
from datetime import date

import pytest

from domain.test_screening import IS_HIGH, IS_TREATED
from intake.domain.answers import Answers
from intake.domain.rulebook_changes import rulebook_changes
from intake.domain.rules import Example, Outcome, Priority, Rule, RuleBook

OTHERWISE = {
    "topic": "another",
    "title": "Another",
    "priority": Priority.URGENT,
    "when": IS_TREATED.when,
    "why": "Another reason.",
    "sources": (),
    "owner": "Another",
    "review_by": date(2030, 1, 1),
    "hazards": ("H01",),
    "examples": (Example(Answers({}), Outcome.CANNOT_TELL, date(2026, 1, 1)),),
}


def book(*rules, not_covered=()):
    return RuleBook(rules, not_covered)


def test_rules_that_come_and_go_are_told():
    found = rulebook_changes(book(IS_HIGH), book(IS_TREATED))

    assert (found.added, found.removed, found.changed) == ((IS_TREATED,), (IS_HIGH,), ())
    assert found.any


@pytest.mark.parametrize("key", OTHERWISE)
def test_every_key_that_says_something_else_is_named(key):
    (changed,) = rulebook_changes(book(IS_HIGH), book(replace(IS_HIGH, **{key: OTHERWISE[key]}))).changed

    assert changed.keys == (key,)


def test_no_key_of_a_rule_is_left_out_above():
    assert {*OTHERWISE, "id"} <= {field.name for field in fields(Rule)}


def test_what_rules_do_not_cover_counts_and_their_order_does_not():
    assert rulebook_changes(book(IS_HIGH), book(IS_HIGH, not_covered=("Sleep",))).any
    assert not rulebook_changes(book(IS_HIGH, IS_TREATED), book(IS_TREATED, IS_HIGH)).any
