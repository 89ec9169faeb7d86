"""Counts of medicine classes: what counts, what may count, and what was answered when asked by name."""

import pytest

import small
from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire
from intake.domain.answers import Answers, Chosen, MedicineEntry, MedicineList, answered
from intake.domain.conditions import Interval
from intake.domain.evidence import PatientEvidence
from intake.domain.wording import quote

BY_NAME = small.QUESTIONNAIRE.replace(
    "classes: [opioid, benzodiazepine], label: Sedating}",
    "classes: [opioid, benzodiazepine], label: Sedating,\n"
    "     or_answered: {opioid: {question: pressure, is: yes}}}",
)
ASKED = parse_questionnaire(BY_NAME)
YES, NO = answered(Chosen("yes")), answered(Chosen("no"))


def counted(*typed, **others):
    listed = answered(MedicineList(tuple(MedicineEntry(one, named=bool(one)) for one in typed)))
    given = {"takes": YES, "medicines": listed} if typed else {"takes": NO}
    return PatientEvidence(ASKED, small.formulary, Answers({**given, **others}), small.TODAY)


def bounds(evidence):
    interval = evidence.derive(ASKED.derived_answer("sedating"))
    assert isinstance(interval, Interval)
    return int(interval.low), int(interval.high)


def test_a_class_counts_once_however_often_it_is_taken():
    assert bounds(counted("Ativan", "lorazepam", pressure=NO)) == (1, 1)


def test_a_yes_when_asked_by_name_counts_like_a_medicine_on_the_list():
    evidence = counted("Ativan", pressure=YES)

    assert bounds(evidence) == (2, 2)
    assert quote(evidence, "sedating").said == "2: Ativan; High pressure? (asked by name)"


def test_a_yes_counts_also_for_somebody_who_says_they_take_nothing():
    assert bounds(counted(pressure=YES)) == (1, 1)


def test_a_no_when_asked_by_name_takes_nothing_off_the_list():
    assert bounds(counted("oxycodone", pressure=NO)) == (1, 1)


def test_a_name_that_is_nearly_one_may_count_and_is_named():
    evidence = counted("lorazepan", pressure=NO)

    assert bounds(evidence) == (0, 1)
    assert quote(evidence, "sedating").said == "0 to 1: lorazepan (possibly)"


def test_a_question_left_open_may_count():
    assert bounds(counted("Ativan")) == (1, 2)


def test_a_class_that_is_not_counted_cannot_be_asked_by_name():
    wrong = BY_NAME.replace("or_answered: {opioid:", "or_answered: {maoi:")

    with pytest.raises(DocumentRefused, match='or_answered: "maoi" is not one of its classes'):
        parse_questionnaire(wrong)
