"""A published instrument as it was filled in: every item, the missing ones by name, danger first."""

from datetime import date

import pytest

from intake import resources
from intake.content.medicines import read_formulary
from intake.content.questionnaire import read_questionnaire
from intake.domain.answers import BLANK, Answers, Chosen, answered
from intake.domain.evidence import PatientEvidence
from intake.domain.instruments import instruments
from intake.domain.wording import work_out


@pytest.fixture(scope="module")
def asked():
    return read_questionnaire(resources.QUESTIONNAIRE)[0], read_formulary(resources.MEDICINES)[0]


def filled_in(asked, **answers):
    given = {
        question: BLANK if value is None else answered(Chosen(value)) for question, value in answers.items()
    }
    evidence = PatientEvidence(*asked, Answers(given), date(2026, 11, 20))
    return {one.total.question: one for one in instruments(evidence, work_out(evidence))}


PHQ_9 = {f"phq9_{number}": "several_days" for number in range(1, 10)}


def test_item_nine_stands_first_and_the_others_in_their_order(asked):
    phq_9 = filled_in(asked, **PHQ_9)["phq9_total"]

    assert [item.number for item in phq_9.items] == [9, 1, 2, 3, 4, 5, 6, 7, 8]
    assert phq_9.total.said == "9 of 27 (mild)"
    assert phq_9.items[0].line.said == "Several days"
    assert phq_9.items[0].points == 1
    assert phq_9.missing == ()


def test_missing_items_are_named(asked):
    phq_9 = filled_in(asked, **PHQ_9 | {"phq9_2": None, "phq9_9": None})["phq9_total"]

    assert [item.number for item in phq_9.missing] == [2, 9]
    assert phq_9.items[0].is_missing
    assert phq_9.total.said == "At least 7 of 27, incomplete: 7 of 9 answered"


def test_an_item_rightly_not_asked_is_not_missing(asked):
    audit_c = filled_in(asked, audit_c_1="never")["audit_c_total"]

    assert [(item.number, item.not_asked, item.is_missing) for item in audit_c.items] == [
        (1, False, False),
        (2, True, False),
        (3, True, False),
    ]
    assert audit_c.missing == ()


def test_only_totals_are_instruments(asked):
    found = filled_in(asked, **PHQ_9)

    assert "age" not in found
    assert "medicines_not_recognised" not in found
