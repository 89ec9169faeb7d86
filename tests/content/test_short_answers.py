"""Answers written in short read back as the same answers."""

from decimal import Decimal

import pytest
from hypothesis import given, settings

import small
import strategies
from intake.content.answers import read_answers
from intake.content.documents import Problems, read
from intake.content.short_answers import in_short
from intake.domain.answers import Answers, MedicineEntry, MedicineList, Number, answered

UNNAMED = MedicineEntry("", named=False)


def read_back(written):
    problems = Problems("file")
    document = read(f"answers: {written}\n", "file")
    answers = read_answers(document["answers"], 1, "answers", small.asked, problems)
    problems.refuse_if_any()
    return answers


@given(strategies.answers(small.asked))
@settings(max_examples=200)
def test_any_answers_read_back_as_they_were(answers):
    assert dict(read_back(in_short(answers))) == dict(answers)


@pytest.mark.parametrize(
    ("answers", "written"),
    [
        ({}, "{}"),
        (
            {"height": answered(Number(Decimal("167.64"), ("5", "6"), "ft_in"))},
            "{height: {ft: 5, in: 6}}",
        ),
        (
            {"medicines": answered(MedicineList((MedicineEntry("Nardil", amount="15 mg"),)))},
            '{medicines: [{name: Nardil, amount: "15 mg"}]}',
        ),
        (
            {
                "medicines": answered(
                    MedicineList((MedicineEntry("", named=False), MedicineEntry("St. John's")))
                )
            },
            '{medicines: [not_sure, "St. John\'s"]}',
        ),
    ],
)
def test_the_short_form_is_the_one_people_write(answers, written):
    assert in_short(answers) == written
    assert dict(read_back(written)) == dict(Answers(answers))
