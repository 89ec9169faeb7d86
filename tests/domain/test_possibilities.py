"""What is said of everybody who may answer is so of everybody who does."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from intake.domain.answers import State
from intake.domain.cells import cells_of
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.possibilities import Possibilities, normal
from intake.domain.ranges import range_of
from intake.domain.truth import Truth
from strategies import answers

POSSIBLE = Possibilities(small.asked)


def compare(question, operator, operand):
    return Compare(question, Operator(operator), operand)


def number(question, operator, amount):
    return compare(question, operator, Decimal(amount))


PRESSURE, NO_PRESSURE = compare("pressure", "is", "yes"), compare("pressure", "is", "no")
TREATED, RASH = compare("treated", "is", "yes"), compare("signs", "includes", "rash")
COMPARISONS = [
    PRESSURE,
    NO_PRESSURE,
    TREATED,
    RASH,
    compare("treated", "is_not", "yes"),
    compare("pressure", "state", (State.DECLINED,)),
    compare("pressure", "state_not", (State.NOT_SURE, State.BLANK)),
    compare("knows_reading", "is", "yes"),
    number("reading.first", "at_least", 180),
    number("reading.second", "below", 90),
    number("weight", "above", 100),
    number("low", "at_least", 1),
    number("mood_total", "at_least", 3),
    number("mood_total", "below", 2),
    number("age", "at_least", 65),
    number("bmi", "above", 35),
    number("crisis", "at_least", 1),
    number("sedating", "at_least", 2),
    compare("born", "within_days", 7300),
    compare("signs", "leaves_out", "fever"),
    compare("medicines", "has_class", "opioid"),
    compare("medicines", "lacks_medicine", "phenelzine"),
]
CONDITIONS = st.recursive(
    st.sampled_from(COMPARISONS),
    lambda parts: st.builds(
        lambda kind, some: kind(tuple(some)),
        st.sampled_from([All, AnyOf]),
        st.lists(parts, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
ANSWERS = answers(small.asked)


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, st.lists(ANSWERS, min_size=3, max_size=3))
def test_whatever_somebody_answers_was_thought_possible(condition, given_by):
    possible = POSSIBLE.of(condition)

    came_out = {condition.find(small.given(one)).truth for one in given_by}

    assert possible is None or came_out <= possible
    assert not (POSSIBLE.never(condition) and Truth.YES in came_out)
    assert not (POSSIBLE.always(condition) and Truth.NO in came_out)


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, CONDITIONS, st.lists(ANSWERS, min_size=3, max_size=3))
def test_what_is_said_of_two_conditions_is_so_for_everybody(one, other, given_by):
    for answer in given_by:
        evidence = small.given(answer)
        a, b = one.find(evidence).truth, other.find(evidence).truth
        assert a is b or not POSSIBLE.same(one, other)
        assert a is not Truth.YES or b is Truth.YES or not POSSIBLE.implies(one, other)


@settings(max_examples=100, deadline=None)
@given(CONDITIONS, ANSWERS)
def test_the_normal_form_comes_out_the_same(condition, answer):
    evidence = small.given(answer)

    assert normal(condition).find(evidence).truth is condition.find(evidence).truth


@pytest.mark.parametrize(
    "condition",
    [
        All((PRESSURE, NO_PRESSURE)),
        All((NO_PRESSURE, TREATED)),  # treated is asked of those with high pressure only
        All((number("mood_total", "at_least", 5), number("mood_total", "below", 3))),
        All((number("reading.first", "at_least", 180), number("reading.first", "below", 150))),
        All((compare("born", "within_days", 30), compare("born", "longer_ago_than_days", 60))),
        All((RASH, compare("signs", "includes", "none"))),
        AnyOf((All((PRESSURE, NO_PRESSURE)), All((RASH, compare("signs", "leaves_out", "rash"))))),
        number("weight", "above", 500),
    ],
)
def test_a_condition_that_contradicts_itself_is_never_so(condition):
    assert POSSIBLE.never(condition)


@pytest.mark.parametrize(
    "condition",
    [
        All((PRESSURE, TREATED)),
        All((number("reading.first", "at_least", 180), number("reading.second", "below", 150))),
        All((RASH, compare("signs", "includes", "fever"))),
        All((number("mood_total", "at_least", 3), number("mood_total", "below", 4))),
        All((compare("pressure", "state", (State.DECLINED,)), RASH)),
        number("weight", "at_least", 500),
    ],
)
def test_a_condition_that_can_be_so_is_not_said_to_be_never_so(condition):
    assert not POSSIBLE.never(condition)


def test_what_is_so_on_both_sides_of_a_number_is_always_so():
    assert POSSIBLE.always(AnyOf((number("age", "at_least", 18), number("age", "at_most", 17))))
    assert not POSSIBLE.always(AnyOf((number("age", "at_least", 18), number("age", "below", 17))))
    assert not POSSIBLE.always(AnyOf((number("bmi", "at_least", 18), number("bmi", "at_most", 17))))
    assert not POSSIBLE.always(AnyOf((TREATED, compare("treated", "is", "no"))))


def test_two_ways_to_say_one_thing_are_the_same():
    assert POSSIBLE.same(All((PRESSURE, AnyOf((RASH,)))), All((RASH, PRESSURE, RASH)))
    assert POSSIBLE.same(number("age", "above", 64), number("age", "at_least", 65))
    assert not POSSIBLE.same(number("bmi", "above", 64), number("bmi", "at_least", 65))
    assert not POSSIBLE.same(TREATED, compare("treated", "is", "no"))


def test_a_narrower_condition_implies_a_wider_one():
    assert POSSIBLE.implies(All((PRESSURE, RASH)), PRESSURE)
    assert POSSIBLE.implies(number("age", "at_least", 75), number("age", "at_least", 65))
    assert POSSIBLE.implies(TREATED, PRESSURE)  # it is asked of nobody else
    assert not POSSIBLE.implies(PRESSURE, All((PRESSURE, RASH)))
    assert not POSSIBLE.implies(PRESSURE, TREATED)


def test_where_there_is_too_much_to_try_only_what_can_be_seen_is_said():
    little = Possibilities(small.asked, most=5)
    several = (RASH, compare("knows_reading", "is", "yes"), number("age", "at_least", 65))

    assert little.of(All(several)) is None
    assert little.never(All((*several, number("mood_total", "below", 0))))
    assert not little.never(All(several))
    assert not little.always(AnyOf(several))
    assert not little.same(All(several), All(several[:2]))


def test_cells_are_told_apart_by_the_comparisons_and_no_more():
    limits = range_of(small.asked, "weight")
    cells = cells_of(small.asked, "weight", [number("weight", "above", 100)])

    assert (limits.low, limits.high) == (10, 500)
    assert len(cells) == 3  # at most 100, above it, not known


@pytest.mark.parametrize(
    ("reference", "low", "high"),
    [
        ("reading.first", 40, 300),
        ("reading.second", 20, 200),
        ("low", 0, 2),
        ("mood_total", 0, 6),
        ("sedating", 0, 2),
        ("crisis", 0, 1),
        ("age", 0, None),
        ("unknown_medicines", 0, None),
    ],
)
def test_the_range_of_a_number_comes_from_the_questionnaire(reference, low, high):
    within = range_of(small.asked, reference)

    assert (within.low, within.high, within.whole) == (low, high, True)
