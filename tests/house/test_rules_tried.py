"""The shipped rules: every clause tried in every truth, every priority stated, and no change unnoticed."""

import pytest

from intake.config import read_settings
from intake.domain.expectations import comes_out
from intake.domain.rules import Outcome
from intake.services import rule_mutants, rule_tests


@pytest.fixture(scope="module")
def tried():
    return rule_tests.trial(read_settings())


@pytest.fixture(scope="module")
def mutated(tried):
    prover = rule_mutants.prover(tried)
    assert prover is not None, "z3 is part of the tests"
    return tuple(rule_mutants.mutated(tried, prover))


def test_every_example_and_every_case_comes_out_as_expected(tried):
    unexpected = [
        (one.expectation.where, one.came_out) for one in rule_tests.outcomes(tried) if not one.as_expected
    ]

    assert unexpected == []
    assert tried.cases > 300


def test_every_clause_was_tried_in_every_truth_it_can_have(tried):
    covered = rule_tests.coverage(tried)

    assert [(one.rule.id, one.clause.path, one.missing) for one in covered if one.missing] == []
    assert sum(len(one.possible) for one in covered) > 1000


def test_some_case_states_the_outcome_and_the_priority_of_every_rule(tried):
    """Of the rule itself, or of a topic in which it is the only one raised."""
    stated = set()
    for one in tried.expectations:
        if one.expected.outcome is Outcome.RAISED and one.expected.priority is not None:
            raised = [rule for rule in one.rules if comes_out([rule], one.evidence).outcome is Outcome.RAISED]
            stated |= {rule.id for rule in raised if rule.priority is one.expected.priority}

    assert [rule.id for rule in tried.rules if rule.id not in stated] == []


def test_no_change_of_a_rule_goes_unnoticed(mutated):
    """Every mutant is noticed by an example or a case, or proved to be the same rule."""
    survivors = [
        (one.rule.id, other.mutant.path, other.mutant.change) for one in mutated for other in one.survivors
    ]

    assert survivors == []
    assert sum(one.total for one in mutated) > 5000


def test_what_is_proved_to_change_nothing_changes_nothing_for_people_of_other_rules(tried, mutated):
    """The engine agrees with the solver, on people nobody chose for these rules."""
    people = [one.evidence for one in tried.expectations][::10]
    equivalent = [(one.rule, other.mutant) for one in mutated for other in one.equivalent]

    assert equivalent
    for rule, mutant in equivalent:
        for person in people:
            assert mutant.rule.when.find(person).truth is rule.when.find(person).truth, (
                rule.id,
                mutant.change,
            )
