"""Which truths a comparison can have: never too few, so that a truth not named is proved impossible."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
import strategies
from intake.domain.answers import Answers, State
from intake.domain.boundaries import Boundaries
from intake.domain.clause_truths import possible_truths
from intake.domain.conditions import OPPOSITES, Compare, Operator
from intake.domain.truth import Truth

Y, N, U = Truth.YES, Truth.NO, Truth.NOT_KNOWN
BOUNDARIES = Boundaries(small.asked, small.formulary, small.TODAY)

POSITIVE = [
    Compare("pressure", Operator.IS, "yes"),
    Compare("treated", Operator.IS, "no"),
    Compare("knows_reading", Operator.IS_ONE_OF, ("yes", "no")),
    Compare("signs", Operator.INCLUDES, "fever"),
    Compare("reading.first", Operator.AT_LEAST, Decimal(140)),
    Compare("reading.second", Operator.ABOVE, Decimal(90)),
    Compare("age", Operator.ABOVE, Decimal(64)),
    Compare("bmi", Operator.AT_LEAST, Decimal(35)),
    Compare("weight", Operator.AT_LEAST, Decimal(35)),
    Compare("mood_total", Operator.AT_LEAST, Decimal(3)),
    Compare("low", Operator.AT_LEAST, Decimal(1)),
    Compare("medicines", Operator.HAS_CLASS, "maoi"),
    Compare("medicines", Operator.HAS_MEDICINE, "codeine"),
    Compare("sedating", Operator.AT_LEAST, Decimal(2)),
    Compare("unknown_medicines", Operator.ABOVE, Decimal(0)),
    Compare("born", Operator.WITHIN_DAYS, 400),
    Compare("days", Operator.AT_LEAST, Decimal(400)),
    Compare("crisis", Operator.AT_LEAST, Decimal(1)),
    Compare("pressure", Operator.STATE, (State.DECLINED,)),
    Compare("treated", Operator.STATE, (State.NOT_SURE, State.BLANK)),
]


def named(comparison):
    """A comparison in a test's name, the same in every process."""
    return f"{comparison.question} {comparison.operator.value}" if isinstance(comparison, Compare) else ""


EVERY = POSITIVE + [Compare(one.question, OPPOSITES[one.operator], one.operand) for one in POSITIVE]


def possible(comparison):
    return possible_truths(comparison, small.asked, small.formulary)


@given(st.sampled_from(EVERY), strategies.answers(small.asked))
@settings(max_examples=500)
def test_no_answers_ever_give_a_truth_that_is_said_to_be_impossible(comparison, answers):
    assert comparison.find(small.given(answers)).truth in possible(comparison)


@pytest.mark.parametrize("comparison", EVERY, ids=named)
def test_every_truth_said_to_be_possible_is_found_by_trying_around_the_comparison(comparison):
    for truth in possible(comparison):
        answers = BOUNDARIES.showing(comparison, truth)

        assert answers is not None, truth
        assert comparison.find(small.given(Answers(answers))).truth is truth


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        # What is written in no box is not mentioned: that is always known.
        (Compare("crisis", Operator.AT_LEAST, Decimal(1)), {Y, N}),
        # Three items of two points each.
        (Compare("mood_total", Operator.AT_LEAST, Decimal(7)), {N, U}),
        (Compare("mood_total", Operator.AT_LEAST, Decimal(0)), {Y, U}),
        (Compare("mood_total", Operator.BELOW, Decimal(0)), {N, U}),
        # The question does not offer it.
        (Compare("treated", Operator.STATE, (State.DECLINED,)), {N, U}),
        # Every choice there is; no only when nobody is asked.
        (Compare("pressure", Operator.IS_ONE_OF, ("yes", "no")), {Y, U}),
        (Compare("reading.first", Operator.ABOVE, Decimal(300)), {N, U}),
        (Compare("sedating", Operator.AT_LEAST, Decimal(3)), {N, U}),
    ],
    ids=named,
)
def test_a_truth_beyond_what_the_question_can_hold_is_impossible(comparison, expected):
    assert possible(comparison) == expected
