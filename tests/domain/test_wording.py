"""Answers in words, the same for the patient's check page and the clinician's page."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

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
    Text,
    answered,
)
from intake.domain.evidence import relevant
from intake.domain.review_changes import changed_answers
from intake.domain.truth import Truth
from intake.domain.wording import in_words, quote, transcribe


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        ("pressure", answered(Chosen("yes")), "Yes"),
        ("pressure", NOT_SURE, "Not sure"),
        ("pressure", DECLINED, "Chose not to say"),
        ("pressure", BLANK, "Left blank"),
        ("pressure", None, "Not reached"),
        ("knows_reading", answered(Chosen("yes")), "Yes I do"),
        ("reading", answered(Reading(152, 94)), "152 / 94 mmHg"),
        ("born", answered(Day(date(1988, 7, 4))), "July 4, 1988"),
        ("height", answered(Number(Decimal("175.26"), ("5", "9"), "ft_in")), "5 ft 9 in (175 cm)"),
        ("height", answered(Number(Decimal("175"), ("175",), "cm")), "175 cm"),
        ("weight", answered(Number(Decimal("82.55"), ("182",), "lb")), "182 lb (82.6 kg)"),
        ("signs", answered(ChosenMany(("rash", "fever"))), "Rash; Fever"),
        ("signs", answered(ChosenMany(("rash",), unsure=True)), "Rash; Not sure"),
        ("low", answered(Chosen("daily")), "Every day"),
        ("more", answered(Text("I worry")), "I worry"),
        (
            "medicines",
            answered(MedicineList((MedicineEntry("a blue pill", "one", named=False),))),
            "One I do not know the name of: a blue pill, one",
        ),
        (
            "medicines",
            answered(
                MedicineList((MedicineEntry("Ativan", "1 mg", "at night"), MedicineEntry("", named=False)))
            ),
            "Ativan, 1 mg, at night; One I do not know the name of",
        ),
    ],
)
def test_an_answer_is_said_the_way_a_person_would(question, answer, words):
    assert in_words(small.asked.question(question), answer) == words


def test_a_derived_answer_is_named_as_worked_out():
    evidence = small.given(Answers({"born": answered(Day(date(1959, 5, 21)))}))

    line = quote(evidence, "age")

    assert line.asked == "Age (worked out from the answers)"
    assert line.said == "67 years"


ATIVAN = MedicineEntry("Ativan", "1 mg", "at night", last_taken="More than a month ago")


def with_medicine(entry):
    listed = answered(MedicineList((entry,)))
    return small.given(Answers({"takes": answered(Chosen("yes")), "medicines": listed}))


@pytest.mark.parametrize("quoted", ["medicines", "sedating"])
@pytest.mark.parametrize(
    "changed",
    [
        {"name": "Valium"},
        {"amount": "2 mg"},
        {"how_often": "twice a day"},
        {"last_taken": "Today"},
        {"last_taken": ""},
        {"named": False},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_whatever_changes_about_a_medicine_is_another_answer(quoted, changed):
    """A flag seen while it was last taken a month ago is not seen when it was taken today."""
    before, after = (with_medicine(one) for one in (ATIVAN, replace(ATIVAN, **changed)))

    assert quote(before, quoted).given != quote(after, quoted).given


def test_a_changed_detail_of_a_medicine_is_told_as_a_changed_answer():
    before, after = (with_medicine(one) for one in (ATIVAN, replace(ATIVAN, last_taken="Today")))

    (told,) = changed_answers((quote(before, "medicines"),), (quote(after, "medicines"),))

    assert (told.before, told.now) == (
        "Ativan, 1 mg, at night, last taken: More than a month ago",
        "Ativan, 1 mg, at night, last taken: Today",
    )


def test_a_medicine_without_details_is_given_as_it_always_was():
    """Else every flag that was ever seen about a medicine would have to be seen again."""
    assert quote(with_medicine(MedicineEntry("Ativan", "1 mg")), "medicines").given == "Ativan, 1 mg"
    assert quote(with_medicine(MedicineEntry("Ativan", "1 mg")), "sedating").given == "1: Ativan, 1 mg"


def test_a_count_of_medicines_quotes_what_was_typed():
    listed = MedicineList((MedicineEntry("atavan"), MedicineEntry("Ativan 1 mg"), MedicineEntry("oxycotin")))
    evidence = small.given(Answers({"takes": answered(Chosen("yes")), "medicines": answered(listed)}))

    assert quote(evidence, "sedating").said == "2: Ativan 1 mg; oxycotin; atavan (possibly)"
    assert quote(evidence, "unknown_medicines").said == "1: atavan"


def test_an_incomplete_total_says_what_it_can_be():
    answers = {"low": answered(Chosen("daily")), "tired": answered(Chosen("sometimes"))}

    assert (
        quote(small.given(Answers(answers)), "mood_total").said
        == "At least 3 of 6, incomplete: 2 of 3 answered"
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("I could kill\n  myself", "“kill myself”"),
        ("They kill myselfies", "None"),
        ("skill myself", "None"),
        ("", "None"),
    ],
)
def test_words_to_look_for_are_whole_words_whatever_the_spaces(written, said):
    evidence = small.given(Answers({"more": answered(Text(written))}))

    assert quote(evidence, "crisis").said == said


def test_crisis_words_are_quoted():
    evidence = small.given(Answers({"more": answered(Text("I could KILL MYSELF"))}))

    assert quote(evidence, "crisis").said == "“kill myself”"


@given(strategies.answers(small.asked))
def test_a_transcript_holds_every_question_that_applies_and_no_other(answers):
    evidence = small.given(answers)

    lines = {line.question: line for part in transcribe(evidence) for line in part.lines}

    for question in small.asked.questions:
        applies = evidence.asked(question.id).truth is Truth.YES
        assert (question.id in lines) == applies
        if applies:
            assert lines[question.id].state is answers.state(question.id)


@given(strategies.answers(small.asked))
def test_answers_of_branches_no_longer_reached_never_leave_the_draft(answers):
    kept = relevant(small.given(answers))

    again = small.given(kept)
    assert all(again.asked(question).truth is Truth.YES for question in kept)
    assert set(kept) <= set(answers)
    if answers.state("pressure") is not State.ANSWERED:
        assert "treated" not in kept


def test_answers_never_print_themselves():
    answers = Answers({"more": answered(Text("a secret"))})

    assert "secret" not in repr(answers)
