"""Two conditions proved the same never differ, and a difference found is one the engine sees."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small
import strategies
from intake.domain.answers import Answers, State
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.questionnaire import CHOICE_KINDS, Kind
from intake.domain.truth import Truth
from intake.proving.equivalence import Equivalence
from intake.proving.placing import EncodedConditions

EQUIVALENCE = Equivalence(small.asked, small.formulary)
QUICK = settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def seen(answers: Answers) -> PatientEvidence:
    drafted = small.given(answers, EQUIVALENCE.sent_on)
    return small.given(relevant(drafted), EQUIVALENCE.sent_on)


def _comparisons() -> list[Compare]:
    found: list[Compare] = []
    for question in small.asked.questions:
        states = [State.BLANK]
        states += [State.NOT_SURE] if question.offers_not_sure else []
        found += [
            Compare(question.id, op, (s,)) for s in states for op in (Operator.STATE, Operator.STATE_NOT)
        ]
        if question.kind in CHOICE_KINDS:
            found += [
                Compare(question.id, op, one.id)
                for one in question.choices
                for op in (Operator.IS, Operator.IS_NOT)
            ]
        if question.kind is Kind.CHOOSE_ANY:
            found += [
                Compare(question.id, op, one.id)
                for one in question.choices
                for op in (Operator.INCLUDES, Operator.LEAVES_OUT)
            ]
    numeric = (Operator.AT_LEAST, Operator.BELOW, Operator.ABOVE, Operator.AT_MOST)
    lines = {
        "reading.first": (40, 140, 180, 301),
        "reading.second": (20, 90, 120, 140, 180),
        "height": (50, 150),
        "weight": (100,),
        "age": (0, 18, 65),
        "bmi": (18, 35, 40),
        "mood_total": (0, 1, 3, 6, 7),
        "low": (1, 2),
        "days": (0, 6575, 20000),
        "sedating": (0, 1, 2),
        "unknown_medicines": (0, 1, 2),
        "crisis": (0, 1),
    }
    found += [Compare(q, op, number) for q, numbers in lines.items() for number in numbers for op in numeric]
    found += [
        Compare(question, op, choices)
        for question, choices in (("low", ("never", "daily")), ("pressure", ("yes", "no")))
        for op in (Operator.IS_ONE_OF, Operator.IS_NONE_OF)
    ]
    days = (Operator.WITHIN_DAYS, Operator.LONGER_AGO_THAN_DAYS)
    found += [Compare("born", op, 400) for op in days]
    classes = (Operator.HAS_CLASS, Operator.LACKS_CLASS)
    found += [Compare("medicines", op, one) for one in small.formulary.classes for op in classes]
    named = (Operator.HAS_MEDICINE, Operator.LACKS_MEDICINE)
    found += [Compare("medicines", op, one.id) for one in small.formulary.medicines for op in named]
    return found


COMPARISONS = _comparisons()
CONDITIONS = st.recursive(
    st.sampled_from(COMPARISONS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=5,
)
PEOPLE = strategies.answers(small.asked)


def test_every_comparison_there_is_is_tried():
    assert {comparison.operator for comparison in COMPARISONS} == set(Operator)


@QUICK
@given(CONDITIONS, st.lists(PEOPLE, min_size=8, max_size=8))
def test_the_encoding_makes_of_anybody_what_the_engine_makes(condition, people):
    encoded = EncodedConditions(small.asked, small.formulary, [condition], EQUIVALENCE.sent_on)

    found = encoded.truths(people)[0]

    assert found == [condition.find(seen(answers)).truth for answers in people]


@QUICK
@given(CONDITIONS, CONDITIONS, st.lists(PEOPLE, min_size=8, max_size=8))
def test_what_is_proved_the_same_never_differs(one, other, people):
    difference = EQUIVALENCE.difference(one, other)

    if difference is None:
        for answers in people:
            assert one.find(seen(answers)).truth is other.find(seen(answers)).truth
    else:
        evidence = EQUIVALENCE.evidence(difference)
        assert relevant(evidence) == difference
        assert one.find(evidence).truth is not other.find(evidence).truth


def _is(question: str, choice: str) -> Compare:
    return Compare(question, Operator.IS, choice)


NOT_HIGH = All((Compare("reading.first", Operator.BELOW, 140), Compare("reading.second", Operator.BELOW, 90)))
SAME = {
    "in another order": (
        All((_is("pressure", "yes"), _is("takes", "no"))),
        All((_is("takes", "no"), _is("pressure", "yes"))),
    ),
    "one of two choices is the opposite of the other": (
        _is("treated", "yes"),
        Compare("treated", Operator.IS_NOT, "no"),
    ),
    "what a follow-up is asked upon adds nothing": (
        _is("treated", "yes"),
        All((_is("pressure", "yes"), _is("treated", "yes"))),
    ),
    "whole numbers have nothing between them": (
        Compare("reading.first", Operator.ABOVE, 139),
        Compare("reading.first", Operator.AT_LEAST, 140),
    ),
    "the top number is the bigger one": (
        Compare("reading.second", Operator.AT_LEAST, 180),
        All(
            (
                Compare("reading.first", Operator.AT_LEAST, 180),
                Compare("reading.second", Operator.AT_LEAST, 180),
            )
        ),
    ),
    "a total ends at its highest": (
        Compare("mood_total", Operator.AT_LEAST, 6),
        Compare("mood_total", Operator.ABOVE, 5),
    ),
    "beyond the limits is nothing": (
        Compare("height", Operator.ABOVE, 260),
        Compare("height", Operator.ABOVE, 300),
    ),
}
DIFFERENT = {
    "blank is not no": (_is("pressure", "yes"), Compare("pressure", Operator.STATE_NOT, (State.BLANK,))),
    "one line further": (
        Compare("reading.first", Operator.AT_LEAST, 140),
        Compare("reading.first", Operator.AT_LEAST, 141),
    ),
    "at least and more than a body mass index": (
        Compare("bmi", Operator.AT_LEAST, 35),
        Compare("bmi", Operator.ABOVE, 35),
    ),
    "one day older": (Compare("age", Operator.AT_LEAST, 18), Compare("days", Operator.AT_LEAST, 6576)),
    "one class more": (
        Compare("sedating", Operator.AT_LEAST, 1),
        Compare("medicines", Operator.HAS_CLASS, "opioid"),
    ),
    "two to read by hand": (
        Compare("unknown_medicines", Operator.ABOVE, 0),
        Compare("unknown_medicines", Operator.ABOVE, 1),
    ),
    "known by name": (
        Compare("medicines", Operator.HAS_MEDICINE, "oxycodone"),
        Compare("medicines", Operator.HAS_CLASS, "opioid"),
    ),
    "unsure beside a tick": (
        Compare("signs", Operator.INCLUDES, "rash"),
        Compare("signs", Operator.LEAVES_OUT, "fever"),
    ),
    "an item left open": (
        Compare("mood_total", Operator.AT_LEAST, 3),
        All(
            (
                Compare("mood_total", Operator.AT_LEAST, 3),
                Compare("tired", Operator.STATE_NOT, (State.BLANK,)),
            )
        ),
    ),
    "crisis words": (Compare("crisis", Operator.AT_LEAST, 1), Compare("crisis", Operator.AT_LEAST, 2)),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME.keys())
def test_conditions_that_say_the_same_are_proved_the_same(pair):
    assert EQUIVALENCE.difference(*pair) is None


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_conditions_that_differ_come_with_somebody_the_engine_tells_apart(pair):
    one, other = pair

    answers = EQUIVALENCE.difference(one, other)

    assert answers is not None
    evidence = EQUIVALENCE.evidence(answers)
    assert one.find(evidence).truth is not other.find(evidence).truth


def test_a_weight_seen_by_itself_holds_the_index_to_what_it_can_be():
    # From 40 kg on, with the tallest height allowed, 260 cm, the index is 5.9 or more.
    heavy = Compare("weight", Operator.AT_LEAST, 40)
    never, sometimes = (All((heavy, Compare("bmi", Operator.BELOW, line))) for line in (5, 6))

    assert EQUIVALENCE.person_for(never, never, lambda one, _: one.yes) is None
    found = EQUIVALENCE.person_for(sometimes, sometimes, lambda one, _: one.yes)
    assert found is not None
    assert sometimes.find(EQUIVALENCE.evidence(found)).truth is Truth.YES


def test_a_year_is_counted_to_the_day_the_form_is_sent():
    leap_day = Equivalence(small.asked, small.formulary, date(2024, 2, 29))
    grown, days = Compare("age", Operator.AT_LEAST, 1), Compare("days", Operator.AT_LEAST, 366)

    assert leap_day.difference(grown, days) is None
