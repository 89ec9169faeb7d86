"""Where each comparison of a condition stands, how it came out, and whether it decided."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
import strategies
from intake.domain.answers import DECLINED, NOT_SURE, Answers, Chosen, ChosenMany, Reading, answered
from intake.domain.clauses import clause_findings, clauses, deciding
from intake.domain.conditions import All, AnyOf, Compare, Operator, comparisons
from intake.domain.truth import Truth

Y, N, U = Truth.YES, Truth.NO, Truth.NOT_KNOWN
YES, NO = answered(Chosen("yes")), answered(Chosen("no"))

PRESSURE = Compare("pressure", Operator.IS, "yes")
TREATED = Compare("treated", Operator.IS, "yes")
RASH = Compare("signs", Operator.INCLUDES, "rash")
TOP = Compare("reading.first", Operator.AT_LEAST, Decimal(140))
NESTED = All((AnyOf((PRESSURE, RASH)), TREATED))


def test_a_clause_is_named_by_its_place_in_the_rules_file():
    places = [clause.path for clause in clauses(NESTED)]

    assert places == ["when.all[0].any[0]", "when.all[0].any[1]", "when.all[1]"]
    assert [clause.path for clause in clauses(PRESSURE)] == ["when"]


@pytest.mark.parametrize(
    ("answers", "decided"),
    [
        # Raised: the part of the any that was so, and the other part of the all.
        ({"pressure": YES, "treated": YES, "signs": answered(ChosenMany(("none",)))}, {"[0].any[0]", "[1]"}),
        # Not raised: one part of the all is enough, whatever the other came to.
        ({"pressure": YES, "treated": NO}, {"[1]"}),
        # Cannot tell: what nobody knows, and not what was so.
        ({"pressure": YES, "treated": NOT_SURE}, {"[1]"}),
        ({"pressure": DECLINED, "treated": YES}, {"[0].any[0]", "[0].any[1]", "[1]"}),
    ],
)
def test_what_decided_is_what_the_outcome_rests_on(answers, decided):
    found = deciding(NESTED, small.given(Answers(answers)))

    assert {one.clause.path for one in found} == {f"when.all{place}" for place in decided}


def test_a_clause_that_was_so_did_not_decide_when_the_rest_stood_against_it():
    found = clause_findings(NESTED, small.given(Answers({"pressure": YES, "treated": NO})))

    assert [(one.truth, one.decided) for one in found] == [(Y, False), (U, False), (N, True)]


ONE = st.sampled_from([PRESSURE, TREATED, RASH, TOP])
CONDITION = st.recursive(
    ONE,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda p: All(tuple(p))),
        st.lists(parts, min_size=1, max_size=3).map(lambda p: AnyOf(tuple(p))),
    ),
    max_leaves=6,
)


@given(CONDITION, strategies.answers(small.asked))
@settings(max_examples=300)
def test_what_decided_shares_the_outcome_and_every_clause_is_told_once(condition, answers):
    evidence = small.given(answers)
    found = clause_findings(condition, evidence)
    decided = deciding(condition, evidence)

    assert [one.clause.comparison for one in found] == list(comparisons(condition))
    assert [one.finding for one in found] == [one.find(evidence) for one in comparisons(condition)]
    assert decided
    assert {one.truth for one in decided} == {condition.find(evidence).truth}


@given(CONDITION, st.data())
@settings(max_examples=300)
def test_turning_what_did_not_decide_against_the_outcome_leaves_a_known_outcome_alone(condition, data):
    """The clauses that decided are enough: every other one may come out as it likes."""
    evidence = small.given(
        Answers({"pressure": YES, "treated": NO, "knows_reading": YES, "reading": answered(Reading(150, 90))})
    )
    before = condition.find(evidence).truth
    paths = {one.clause.path for one in deciding(condition, evidence)}
    if before is U:
        return

    after = _with_others(condition, paths, data.draw(st.sampled_from([Y, N])), "when")

    assert after.find(evidence).truth is before


def _with_others(condition, kept, truth, path):
    match condition:
        case Compare():
            return condition if path in kept else All(()) if truth is Y else AnyOf(())
        case All(parts):
            return All(tuple(_with_others(p, kept, truth, f"{path}.all[{i}]") for i, p in enumerate(parts)))
        case AnyOf(parts):
            return AnyOf(tuple(_with_others(p, kept, truth, f"{path}.any[{i}]") for i, p in enumerate(parts)))
