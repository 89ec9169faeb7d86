"""What would turn an outcome is found on both sides of each line, and behind a follow-up."""

from datetime import date
from decimal import Decimal

import pytest

import small
from intake.domain.answers import (
    BLANK,
    NOT_SURE,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    answered,
)
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.rules import Outcome
from intake.domain.turning import Turn, Turning

YES, NO = answered(Chosen("yes")), answered(Chosen("no"))


def turns(condition, **answers):
    return Turning(condition, small.given(Answers(answers))).turns()


def to(outcome, found):
    """The questions and answers that turn it to this outcome."""
    return [(turn.question, turn.answer) for turn in found if turn.outcome is outcome and not turn.follow_up]


def test_another_choice_turns_it_and_so_does_leaving_it_open():
    found = turns(Compare("pressure", Operator.IS, "yes"), pressure=YES)

    assert to(Outcome.NOT_RAISED, found) == [("pressure", NO)]
    assert ("pressure", BLANK) in to(Outcome.CANNOT_TELL, found)
    assert ("pressure", NOT_SURE) in to(Outcome.CANNOT_TELL, found)
    assert ("pressure", None) in to(Outcome.CANNOT_TELL, found)


def test_a_follow_up_is_told_with_the_answer_that_opens_it():
    found = turns(Compare("treated", Operator.IS, "no"), pressure=NO)

    assert Turn("pressure", YES, Outcome.RAISED, "treated", NO) in found
    assert ("pressure", YES) in to(Outcome.CANNOT_TELL, found)


def test_an_answer_that_another_part_outweighs_turns_nothing():
    either = AnyOf((Compare("pressure", Operator.IS, "yes"), Compare("takes", Operator.IS, "yes")))

    assert turns(either, pressure=YES, takes=YES) == ()


@pytest.mark.parametrize(
    ("condition", "answers", "turned"),
    [
        (
            Compare("reading.first", Operator.AT_LEAST, 140),
            {"knows_reading": YES, "reading": answered(Reading(139, 80))},
            lambda value: value.first >= 140 and value.second == 80,
        ),
        (
            Compare("height", Operator.BELOW, 150),
            {"height": answered(Number(Decimal(170), ("170",), "cm"))},
            lambda value: value.amount < 150,
        ),
        (
            Compare("bmi", Operator.AT_LEAST, 35),
            {
                "height": answered(Number(Decimal(200), ("200",), "cm")),
                "weight": answered(Number(Decimal(90), ("90",), "kg")),
            },
            lambda value: value.amount == 140 or value.amount < 200,
        ),
        (
            Compare("age", Operator.AT_LEAST, 65),
            {"born": answered(Day(date(1990, 1, 1)))},
            lambda value: value.day <= date(1961, 11, 20),
        ),
        (
            Compare("medicines", Operator.HAS_CLASS, "maoi"),
            {"takes": YES, "medicines": answered(MedicineList((MedicineEntry("Ativan"),)))},
            lambda value: [entry.name for entry in value.entries] == ["Ativan", "phenelzine"],
        ),
        (
            Compare("signs", Operator.INCLUDES, "rash"),
            {"signs": answered(ChosenMany(("fever",)))},
            lambda value: "rash" in value.choices,
        ),
        (
            Compare("crisis", Operator.AT_LEAST, 1),
            {"more": BLANK},
            lambda value: "kill myself" in value.words,
        ),
    ],
)
def test_values_beyond_a_line_are_found(condition, answers, turned):
    raised = to(Outcome.RAISED, turns(condition, **answers))

    assert raised
    assert all(turned(answer.value) for _, answer in raised)


def test_a_medicine_that_made_it_so_is_left_out():
    both = answered(MedicineList((MedicineEntry("Ativan"), MedicineEntry("Nardil"))))
    found = turns(Compare("medicines", Operator.HAS_CLASS, "maoi"), takes=YES, medicines=both)

    left = answered(MedicineList((MedicineEntry("Ativan"),)))
    assert ("medicines", left) in to(Outcome.NOT_RAISED, found)


def test_one_item_of_a_total_is_enough_where_the_others_stand():
    total = Compare("mood_total", Operator.AT_LEAST, 4)
    daily = answered(Chosen("daily"))
    found = turns(total, low=daily, tired=answered(Chosen("sometimes")), hopeless=answered(Chosen("never")))

    assert ("hopeless", answered(Chosen("sometimes"))) in to(Outcome.RAISED, found)
    assert ("low", answered(Chosen("never"))) not in to(Outcome.RAISED, found)


def test_an_answer_on_a_branch_that_is_not_reached_counts_again_when_it_is():
    found = turns(Compare("treated", Operator.IS, "no"), pressure=NO, treated=NO)

    assert ("pressure", YES) in to(Outcome.RAISED, found)


def test_all_needs_more_than_one_answer_and_says_so():
    both = All((Compare("pressure", Operator.IS, "yes"), Compare("takes", Operator.IS, "yes")))

    assert to(Outcome.RAISED, turns(both, pressure=NO, takes=NO)) == []
