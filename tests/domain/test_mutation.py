"""Rules changed in one place, and who notices."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import small
from intake.content.questionnaire import parse_questionnaire
from intake.domain.answers import NOT_SURE, Answers, Chosen, Number, State, answered
from intake.domain.clauses import clauses
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.expectations import ComesOut, Expectation, comes_out
from intake.domain.mutated_comparisons import ComparisonMutation
from intake.domain.mutation import PRIORITY, in_words, mutants
from intake.domain.rules import Outcome, Priority, Rule
from intake.domain.truth import Truth

YES, NO = answered(Chosen("yes")), answered(Chosen("no"))
PRESSURE = Compare("pressure", Operator.IS, "yes")
TREATED = Compare("treated", Operator.IS, "no")
SIGNS = Compare("signs", Operator.INCLUDES, "rash")
HEAVY = Compare("weight", Operator.AT_LEAST, Decimal(80))


def rule(when, priority=Priority.HIGH, rule_id="a-rule"):
    return Rule(rule_id, "a_topic", "A title", priority, when, "Why", (), "Owner", date(2027, 5, 20))


def changes(when):
    return [one for one in mutants(rule(when), small.asked, small.formulary) if not one.changes_priority]


def changed(comparison):
    mutation = ComparisonMutation(small.asked, small.formulary)
    return {in_words(one) for one in mutation.changed(comparison)}


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        (PRESSURE, {"pressure is_not yes", "pressure is no", "pressure is_one_of [yes, no]"}),
        (
            Compare("pressure", Operator.IS_ONE_OF, ("yes", "no")),
            {"pressure is_none_of [yes, no]", "pressure is_one_of [no]", "pressure is_one_of [yes]"},
        ),
        (
            SIGNS,
            {
                "signs leaves_out rash",
                "signs includes fever",
                "signs includes none",
                "any(signs includes rash, signs includes fever)",
                "any(signs includes rash, signs includes none)",
            },
        ),
        # A measure asked in pounds and kilograms need not be whole; a total of points is.
        (HEAVY, {"weight below 80", "weight above 80", "weight at_least 79.9", "weight at_least 80.1"}),
        (
            Compare("mood_total", Operator.BELOW, Decimal(3)),
            {"mood_total at_least 3", "mood_total at_most 3", "mood_total below 2", "mood_total below 4"},
        ),
        (
            Compare("reading.first", Operator.ABOVE, Decimal(140)),
            {
                "reading.first at_most 140",
                "reading.first at_least 140",
                "reading.first above 139",
                "reading.first above 141",
                "reading.second above 140",
            },
        ),
        (
            Compare("born", Operator.WITHIN_DAYS, 90),
            {"born longer_ago_than_days 90", "born within_days 89", "born within_days 91"},
        ),
        # Only what the question offers: this one cannot be declined.
        (
            Compare("treated", Operator.STATE, (State.BLANK,)),
            {
                "treated state_not [blank]",
                "treated state [answered]",
                "treated state [not_sure]",
                "treated state [blank, answered]",
                "treated state [blank, not_sure]",
            },
        ),
        (
            Compare("treated", Operator.STATE, (State.NOT_SURE, State.BLANK)),
            {
                "treated state_not [not_sure, blank]",
                "treated state [blank]",
                "treated state [not_sure]",
                "treated state [not_sure, blank, answered]",
            },
        ),
        (
            Compare("medicines", Operator.HAS_CLASS, "opioid"),
            {
                "medicines lacks_class opioid",
                "medicines has_class benzodiazepine",
                "medicines has_class maoi",
                "any(medicines has_class opioid, medicines has_class benzodiazepine)",
                "any(medicines has_class opioid, medicines has_class maoi)",
                "medicines has_medicine oxycodone",
                "medicines has_medicine codeine",
            },
        ),
        (
            Compare("medicines", Operator.HAS_MEDICINE, "codeine"),
            {
                "medicines lacks_medicine codeine",
                "medicines has_medicine oxycodone",
                "medicines has_class opioid",
            },
        ),
    ],
    ids=lambda value: in_words(value) if isinstance(value, Compare) else "",
)
def test_a_comparison_changes_in_every_way_a_slip_of_the_pen_would_change_it(comparison, expected):
    assert changed(comparison) == expected


def test_the_line_of_a_mean_moves_by_one_point_of_one_item():
    """7 of three items is 21 points: 20 is the number below it, 22 the one above."""
    asked = parse_questionnaire(
        small.QUESTIONNAIRE + "  - {id: mean, kind: mean, of: [low, tired, hopeless], label: Mean}\n"
    )
    mutation = ComparisonMutation(asked, small.formulary)
    moved = mutation.changed(Compare("mean", Operator.AT_LEAST, Decimal(7)))

    assert {"mean at_least 6.6", "mean at_least 7.3"} <= {in_words(one) for one in moved}


def test_all_becomes_any_and_each_part_is_left_out_in_turn():
    found = {(one.path, in_words(one.rule.when)) for one in changes(All((PRESSURE, AnyOf((TREATED, SIGNS)))))}

    assert {
        ("when", "any(pressure is yes, any(treated is no, signs includes rash))"),
        ("when", "all(pressure is yes)"),
        ("when", "all(any(treated is no, signs includes rash))"),
        ("when.all[1]", "all(pressure is yes, all(treated is no, signs includes rash))"),
        ("when.all[1]", "all(pressure is yes, any(treated is no))"),
        ("when.all[1].any[1]", "all(pressure is yes, any(treated is no, signs includes fever))"),
    } <= found


def test_a_mutant_differs_in_one_place_and_in_nothing_else():
    original = rule(All((PRESSURE, AnyOf((TREATED, SIGNS)))))
    paths = {clause.path for clause in clauses(original.when)}

    for one in mutants(original, small.asked, small.formulary):
        assert one.rule != original
        if one.path in paths:
            untouched = [c for c in clauses(original.when) if c.path != one.path]
            assert set(untouched) <= set(clauses(one.rule.when))
        assert replace(one.rule, when=original.when, priority=original.priority) == original


def test_what_only_says_the_same_again_is_no_mutant():
    fever = Compare("signs", Operator.INCLUDES, "fever")
    found = [one.change for one in changes(AnyOf((SIGNS, fever)))]

    # "rash, or rash or fever" is what stands there already.
    assert not any("any(signs includes rash, signs includes fever)" in change for change in found)


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        (Priority.URGENT, {"urgent → high"}),
        (Priority.HIGH, {"high → urgent", "high → moderate"}),
        (Priority.INFO, {"info → moderate"}),
    ],
)
def test_a_priority_moves_one_step_at_a_time(priority, expected):
    found = mutants(rule(PRESSURE, priority), small.asked, small.formulary)

    assert {one.change for one in found if one.path == PRIORITY} == expected


# --- who notices -----------------------------------------------------------------------


def expectation(rules, expected, **answers):
    return Expectation("somebody", "file.yaml:1", "a-rule", rules, small.given(Answers(answers)), expected)


def kilograms(amount):
    return answered(Number(Decimal(amount), (amount,), "kg"))


def test_only_somebody_at_the_line_notices_that_it_moved():
    heavy = rule(HEAVY)
    up = next(one for one in changes(HEAVY) if one.change.endswith("at_least 80.1"))

    assert expectation((heavy,), ComesOut(Outcome.RAISED), weight=kilograms("80")).notices(up)
    assert not expectation((heavy,), ComesOut(Outcome.RAISED), weight=kilograms("81")).notices(up)


def test_only_a_stated_priority_notices_that_the_priority_moved():
    one = rule(PRESSURE)
    lower = next(m for m in mutants(one, small.asked, small.formulary) if m.change == "high → moderate")

    assert not expectation((one,), ComesOut(Outcome.RAISED), pressure=YES).notices(lower)
    assert expectation((one,), ComesOut(Outcome.RAISED, Priority.HIGH), pressure=YES).notices(lower)
    assert expectation((one,), ComesOut(Outcome.CANNOT_TELL, Priority.HIGH), pressure=NOT_SURE).notices(lower)


@pytest.mark.parametrize(
    ("pressure", "weight", "expected"),
    [
        # Raised outweighs what cannot be told, whatever the priorities.
        (YES, None, ComesOut(Outcome.RAISED, Priority.INFO)),
        (YES, "90", ComesOut(Outcome.RAISED, Priority.URGENT)),
        (NO, None, ComesOut(Outcome.CANNOT_TELL, Priority.URGENT)),
        (NO, "70", ComesOut(Outcome.NOT_RAISED)),
    ],
)
def test_a_topic_comes_out_as_its_first_rule_to_be_looked_at(pressure, weight, expected):
    rules = (rule(PRESSURE, Priority.INFO, "one"), rule(HEAVY, Priority.URGENT, "other"))
    answers = {"pressure": pressure} | ({} if weight is None else {"weight": kilograms(weight)})

    assert comes_out(rules, small.given(Answers(answers))) == expected


def test_an_expectation_of_a_topic_names_the_clauses_of_the_rules_that_brought_the_outcome():
    rules = (rule(PRESSURE, Priority.INFO, "one"), rule(HEAVY, Priority.URGENT, "other"))
    found = expectation(rules, ComesOut(Outcome.RAISED), pressure=YES, weight=kilograms("70")).deciding()

    assert [(one.id, clause.clause.path, clause.truth) for one, clause in found] == [
        ("one", "when", Truth.YES)
    ]
