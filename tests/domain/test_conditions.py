"""What answers make of conditions, comparison by comparison and as laws over any answers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
import strategies
from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    State,
    answered,
)
from intake.domain.conditions import OPPOSITES, All, AnyOf, Compare, Operator
from intake.domain.truth import Truth

Y, N, U = Truth.YES, Truth.NO, Truth.NOT_KNOWN
YES, NO = answered(Chosen("yes")), answered(Chosen("no"))


def truth(condition, **answers):
    return condition.find(small.given(Answers(answers))).truth


def medicines(*names):
    return {"takes": YES, "medicines": answered(MedicineList(tuple(map(MedicineEntry, names))))}


PRESSURE = Compare("pressure", Operator.IS, "yes")
TREATED = Compare("treated", Operator.IS, "yes")


@pytest.mark.parametrize(
    ("answer", "expected"), [(YES, Y), (NO, N), (NOT_SURE, U), (DECLINED, U), (BLANK, U)]
)
def test_a_choice_is_known_only_when_it_was_chosen(answer, expected):
    assert truth(PRESSURE, pressure=answer) is expected


def test_a_question_never_reached_is_not_known():
    assert truth(PRESSURE) is U


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"pressure": YES, "treated": YES}, Y),
        ({"pressure": YES, "treated": NO}, N),
        ({"pressure": YES, "treated": NOT_SURE}, U),
        ({"pressure": YES}, U),
        # Rightly never asked: there is no high pressure to treat.
        ({"pressure": NO}, N),
        # Not reached because nobody knows about its parent.
        ({"pressure": NOT_SURE}, U),
        ({}, U),
        # An answer left over on a branch no longer reached does not count.
        ({"pressure": NO, "treated": YES}, N),
        ({"pressure": DECLINED, "treated": YES}, U),
    ],
)
def test_a_question_asked_only_sometimes_brings_its_own_condition(answers, expected):
    assert truth(TREATED, **answers) is expected


def test_the_opposite_of_a_question_rightly_not_asked_is_no_as_well():
    assert truth(Compare("treated", Operator.IS_NOT, "yes"), pressure=NO) is N


def test_what_is_missing_names_the_parent_when_the_parent_is_what_nobody_knows():
    finding = TREATED.find(small.given(Answers({"pressure": NOT_SURE})))

    assert finding.missing == ("pressure",)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [(Reading(180, 90), Y), (Reading(179, 119), N), (Reading(179, 120), Y), (Reading(40, 20), N)],
)
def test_either_number_of_a_reading_alone_is_enough(reading, expected):
    either = AnyOf(
        (
            Compare("reading.first", Operator.AT_LEAST, Decimal(180)),
            Compare("reading.second", Operator.AT_LEAST, Decimal(120)),
        )
    )

    assert truth(either, knows_reading=YES, reading=answered(reading)) is expected


@pytest.mark.parametrize(
    ("operator", "at_the_line"),
    [
        (Operator.AT_LEAST, Y),
        (Operator.ABOVE, N),
        (Operator.AT_MOST, Y),
        (Operator.BELOW, N),
    ],
)
def test_a_line_belongs_to_at_least_and_at_most(operator, at_the_line):
    weight = answered(Number(Decimal("80"), ("80",), "kg"))

    assert truth(Compare("weight", operator, Decimal(80)), weight=weight) is at_the_line


@pytest.mark.parametrize(
    ("ticked", "expected"),
    [
        (ChosenMany(("rash",)), Y),
        (ChosenMany(("fever",)), N),
        (ChosenMany(("none",)), N),
        (ChosenMany(("fever",), unsure=True), U),
        (ChosenMany((), unsure=True), U),
        (ChosenMany(("rash",), unsure=True), Y),
    ],
)
def test_not_sure_ticked_beside_others_leaves_the_rest_not_known(ticked, expected):
    assert truth(Compare("signs", Operator.INCLUDES, "rash"), signs=answered(ticked)) is expected


@pytest.mark.parametrize(("days", "expected"), [(0, Y), (90, Y), (91, N)])
def test_days_are_counted_back_from_the_day_of_sending(days, expected):
    day = answered(Day(small.TODAY - timedelta(days=days)))

    assert truth(Compare("born", Operator.WITHIN_DAYS, 90), born=day) is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["oxycotin 10mg"], Y),
        (["Tylenol #3"], Y),
        (["Tylenol 3 times a day"], N),
        (["Suboxone film"], Y),
        (["narcan kit in the drawer"], N),
        (["aspirin"], N),
    ],
)
def test_a_class_is_found_behind_brands_misspellings_and_combinations(names, expected):
    condition = Compare("medicines", Operator.HAS_CLASS, "opioid")

    assert truth(condition, **medicines(*names)) is expected


def test_a_medicine_without_a_name_could_be_anything():
    listed = MedicineList((MedicineEntry("", named=False),))
    condition = Compare("medicines", Operator.HAS_CLASS, "maoi")

    assert truth(condition, takes=YES, medicines=answered(listed)) is U
    assert truth(condition, takes=NO) is N
    assert truth(condition, takes=NOT_SURE) is U


@pytest.mark.parametrize(
    ("answer", "expected"), [(DECLINED, Y), (BLANK, N), (NOT_SURE, N), (YES, N), (None, U)]
)
def test_how_a_question_was_left_can_be_asked_for_itself(answer, expected):
    condition = Compare("pressure", Operator.STATE, (State.DECLINED,))
    answers = {} if answer is None else {"pressure": answer}

    assert truth(condition, **answers) is expected


def scale(low=None, tired=None, hopeless=None):
    given = {"low": low, "tired": tired, "hopeless": hopeless}
    return {q: answered(Chosen(c)) for q, c in given.items() if c is not None}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (scale("daily", "daily", "never"), Y),
        (scale("never", "never", "never"), N),
        # Four points are certain already, whatever the item left out would have been.
        (scale("daily", "daily"), Y),
        # Two at most: one item left out cannot bring it to four.
        (scale("never", "never"), N),
        (scale("sometimes", "sometimes"), U),
        ({}, U),
    ],
)
def test_a_total_with_items_left_out_counts_for_what_is_certain(answers, expected):
    condition = Compare("mood_total", Operator.AT_LEAST, Decimal(4))

    assert truth(condition, **answers) is expected


def test_an_unknown_total_names_the_items_left_out():
    condition = Compare("mood_total", Operator.AT_LEAST, Decimal(4))
    finding = condition.find(small.given(Answers(scale("sometimes", "sometimes"))))

    assert finding.missing == ("hopeless",)


@pytest.mark.parametrize(
    ("born", "as_of", "years"),
    [
        (date(2008, 11, 20), date(2026, 11, 20), 18),
        (date(2008, 11, 21), date(2026, 11, 20), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_an_age_is_counted_in_whole_years(born, as_of, years):
    evidence = small.given(Answers({"born": answered(Day(born))}), as_of)

    assert evidence.number("age").exact == years


def test_a_body_mass_index_is_not_rounded_before_it_is_compared():
    # 199.9 cm and 159.8 kg: 39.99, which is still below 40.
    size = {
        "height": answered(Number(Decimal("199.9"), ("199.9",), "cm")),
        "weight": answered(Number(Decimal("159.8"), ("159.8",), "kg")),
    }

    assert truth(Compare("bmi", Operator.AT_LEAST, Decimal(40)), **size) is N
    assert truth(Compare("bmi", Operator.AT_LEAST, Decimal("39.9")), **size) is Y


def test_a_body_mass_index_without_a_weight_is_not_known():
    height = answered(Number(Decimal("170"), ("170",), "cm"))

    assert truth(Compare("bmi", Operator.AT_LEAST, Decimal(40)), height=height) is U


def test_two_classes_are_counted_and_an_unnamed_medicine_may_add_one():
    two = Compare("sedating", Operator.AT_LEAST, Decimal(2))
    listed = MedicineList((MedicineEntry("Ativan"), MedicineEntry("", named=False)))

    assert truth(two, **medicines("Ativan", "oxycodone")) is Y
    assert truth(two, **medicines("Ativan", "lorazepam")) is N
    assert truth(two, takes=YES, medicines=answered(listed)) is U


def test_an_all_that_is_not_known_names_what_nobody_answered():
    both = All((PRESSURE, Compare("born", Operator.WITHIN_DAYS, 10)))
    finding = both.find(small.given(Answers({"pressure": YES})))

    assert finding.truth is U
    assert finding.because == ("pressure",)
    assert finding.missing == ("born",)


# --- laws over any answers -------------------------------------------------------------

CHOICE = st.sampled_from(
    [
        Compare("pressure", Operator.IS, "yes"),
        Compare("treated", Operator.IS, "no"),
        Compare("knows_reading", Operator.IS_ONE_OF, ("yes", "no")),
        Compare("signs", Operator.INCLUDES, "fever"),
        Compare("reading.first", Operator.AT_LEAST, Decimal(140)),
        Compare("age", Operator.ABOVE, Decimal(64)),
        Compare("bmi", Operator.AT_LEAST, Decimal(35)),
        Compare("mood_total", Operator.AT_LEAST, Decimal(3)),
        Compare("low", Operator.AT_LEAST, Decimal(1)),
        Compare("medicines", Operator.HAS_CLASS, "maoi"),
        Compare("medicines", Operator.HAS_MEDICINE, "codeine"),
        Compare("sedating", Operator.AT_LEAST, Decimal(2)),
        Compare("born", Operator.WITHIN_DAYS, 400),
    ]
)


def opposite(compare):
    return Compare(compare.question, OPPOSITES[compare.operator], compare.operand)


COMPARE = st.one_of(CHOICE, CHOICE.map(opposite))
CONDITION = st.recursive(
    COMPARE,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda p: All(tuple(p))),
        st.lists(parts, min_size=1, max_size=3).map(lambda p: AnyOf(tuple(p))),
    ),
    max_leaves=6,
)
ANSWERS = strategies.answers(small.asked)


@given(COMPARE.filter(lambda c: c.operator in OPPOSITES), ANSWERS)
@settings(max_examples=300)
def test_a_comparison_and_its_opposite_are_unknown_together_and_never_both_yes(compare, answers):
    one = compare.find(small.given(answers)).truth
    other = opposite(compare).find(small.given(answers)).truth

    assert (one is U) == (other is U)
    assert not (one is Y and other is Y)


@given(CONDITION, ANSWERS, st.data())
@settings(max_examples=400)
def test_answering_one_more_question_never_unsettles_what_is_known(condition, answers, data):
    open_ones = [q for q in small.asked.questions if answers.value(q.id) is None]
    if not open_ones:
        return
    before = condition.find(small.given(answers)).truth
    question = data.draw(st.sampled_from(open_ones))
    answer = answered(data.draw(strategies.values(question)))
    after = condition.find(small.given(answers.with_({question.id: answer}))).truth

    if before is not U:
        assert after is before


@given(CONDITION, ANSWERS, st.data())
@settings(max_examples=400)
def test_taking_an_answer_away_never_turns_not_known_into_no(condition, answers, data):
    if not answers:
        return
    before = condition.find(small.given(answers)).truth
    gone = data.draw(st.sampled_from(sorted(answers)))
    rest = answers.only(frozenset(answers) - {gone})
    after = condition.find(small.given(rest)).truth

    if before is U:
        assert after is U


@given(CONDITION, ANSWERS)
@settings(max_examples=300)
def test_only_what_is_not_known_names_missing_answers_and_they_are_really_missing(condition, answers):
    evidence = small.given(answers)
    finding = condition.find(evidence)

    assert bool(finding.missing) == (finding.truth is U)
    for question in finding.missing:
        value = evidence.value(question)
        partly_known = isinstance(value, ChosenMany) and value.unsure
        unnamed = isinstance(value, MedicineList) and any(not e.named for e in value.entries)
        assert value is None or partly_known or unnamed
