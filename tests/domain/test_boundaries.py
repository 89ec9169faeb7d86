"""Answers worth trying around a comparison tell a rule from its mutants."""

from decimal import Decimal

import pytest

import small
from intake.domain.answers import Answers, State
from intake.domain.boundaries import Boundaries
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.mutated_comparisons import ComparisonMutation
from intake.domain.mutation import in_words

BOUNDARIES = Boundaries(small.asked, small.formulary, small.TODAY)
MUTATION = ComparisonMutation(small.asked, small.formulary)

COMPARISONS = [
    Compare("treated", Operator.IS, "no"),
    Compare("signs", Operator.INCLUDES, "fever"),
    Compare("reading.first", Operator.AT_LEAST, Decimal(140)),
    Compare("reading.second", Operator.BELOW, Decimal(90)),
    Compare("age", Operator.BELOW, Decimal(65)),
    Compare("bmi", Operator.AT_LEAST, Decimal(35)),
    Compare("mood_total", Operator.AT_LEAST, Decimal(3)),
    Compare("low", Operator.AT_LEAST, Decimal(1)),
    Compare("medicines", Operator.HAS_CLASS, "opioid"),
    Compare("medicines", Operator.HAS_MEDICINE, "codeine"),
    Compare("sedating", Operator.AT_LEAST, Decimal(1)),
    Compare("born", Operator.WITHIN_DAYS, 400),
    Compare("days", Operator.AT_LEAST, Decimal(400)),
    Compare("crisis", Operator.AT_LEAST, Decimal(1)),
    Compare("treated", Operator.STATE, (State.BLANK,)),
]


def truth(condition, answers):
    return condition.find(small.given(Answers(answers))).truth


@pytest.mark.parametrize("comparison", COMPARISONS, ids=in_words)
def test_answers_are_found_that_tell_a_comparison_from_each_of_its_mutants(comparison):
    for mutant in MUTATION.changed(comparison):
        answers = BOUNDARIES.difference(comparison, mutant)

        assert answers is not None, in_words(mutant)
        assert truth(comparison, answers) is not truth(mutant, answers)


def test_two_comparisons_that_must_change_together_are_tried_together():
    falls = Compare("pressure", Operator.IS, "yes")
    old = Compare("age", Operator.AT_LEAST, Decimal(65))
    answers = BOUNDARIES.difference(All((falls, old)), falls)

    assert answers is not None
    assert truth(All((falls, old)), answers) is not truth(falls, answers)


def test_nothing_is_found_between_two_that_are_the_same():
    rash, fever = (Compare("signs", Operator.INCLUDES, one) for one in ("rash", "fever"))

    assert BOUNDARIES.difference(AnyOf((rash, fever)), AnyOf((fever, rash))) is None
