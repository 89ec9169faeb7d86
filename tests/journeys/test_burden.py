"""What the form asks of a healthy person stays bearable, and docs/burden.md says how much that is.

Pages are counted by the way through the form, words in Chromium. The minutes are an estimate: each visible
word that was not read before at a published reading rate, and assumed seconds for each choice, each box typed
in and each page (burden_measured.py).
"""

import re
import shutil
from dataclasses import replace
from datetime import date

import pytest

from intake.content.questionnaire import read_questionnaire
from intake.domain.evidence import PatientEvidence
from intake.domain.truth import Truth
from intake.resources import QUESTIONNAIRE
from intake.services.paths import pages_asked
from journeys.burden_measured import (
    DOCUMENT,
    MOST_MINUTES,
    MOST_PAGES,
    document,
    edition,
    measure,
    without_rules,
)
from journeys.healthy import FACTS, NothingToSay, healthy
from journeys.modes import ALL_JOURNEYS

# One worker measures for all of them.
pytestmark = pytest.mark.xdist_group("burden")
# Half a minute of a browser: an edition that was measured need not be measured in every run.
seen_in_chromium = pytest.mark.skipif(not ALL_JOURNEYS, reason="measured in make journeys")

_DAY = re.compile(r"^Measured on (\S+) in Chromium, in a window 390 pixels wide", re.MULTILINE)


@pytest.fixture(scope="module")
def shipped():
    return without_rules()


# Of the whole run: a worker may do other modules in between.
@pytest.fixture(scope="session")
def measured(browser, tmp_path_factory):
    """Two people who filled in the whole form in Chromium."""
    return measure(browser, tmp_path_factory.mktemp("burden"))


def evidence_of_a_healthy_person(questionnaire, formulary):
    nora = healthy(questionnaire, formulary)
    return PatientEvidence(questionnaire, formulary, nora.answers, nora.as_of)


def changed(questionnaire, change):
    """The questionnaire with every question changed."""
    parts = [
        replace(
            part,
            pages=tuple(
                replace(page, questions=tuple(change(question) for question in page.questions))
                for page in part.pages
            ),
        )
        for part in questionnaire.parts
    ]
    return replace(questionnaire, parts=tuple(parts))


def test_a_healthy_person_meets_at_most_45_pages(shipped):
    evidence = evidence_of_a_healthy_person(shipped.questionnaire, shipped.formulary)

    assert len(pages_asked(evidence)) <= MOST_PAGES == 45


def test_follow_ups_that_everyone_is_asked_would_be_too_many_pages(shipped):
    asked_of_everyone = changed(shipped.questionnaire, lambda question: replace(question, only_if=None))
    nora = healthy(shipped.questionnaire, shipped.formulary)
    evidence = PatientEvidence(asked_of_everyone, shipped.formulary, nora.answers, nora.as_of)

    assert len(pages_asked(evidence)) > MOST_PAGES


def test_a_healthy_person_answers_what_she_is_asked_and_nothing_else(shipped):
    evidence = evidence_of_a_healthy_person(shipped.questionnaire, shipped.formulary)
    asked = {q.id for q in shipped.questionnaire.questions if evidence.asked(q.id).truth is Truth.YES}

    assert set(evidence.answers) == asked
    # A fact that no question asks for any more is taken out of FACTS.
    assert set(re.findall(r"^(\w+):", FACTS, re.MULTILINE)) <= asked


def test_nothing_a_healthy_person_says_leads_to_a_safety_page(shipped):
    evidence = evidence_of_a_healthy_person(shipped.questionnaire, shipped.formulary)
    shown = [
        question.id
        for question in shipped.questionnaire.questions
        if any(trigger.when.find(evidence).truth is Truth.YES for trigger in question.safety)
    ]

    assert shown == []


def test_a_question_without_a_plain_no_has_to_be_answered_for_her(shipped):
    def without_no(question):
        kept = tuple(choice for choice in question.choices if choice.id != "no")
        return replace(question, choices=kept) if question.id == "avm" else question

    with pytest.raises(NothingToSay, match="avm"):
        healthy(changed(shipped.questionnaire, without_no), shipped.formulary)


def test_the_edition_that_was_measured_is_the_one_that_is_asked(shipped):
    assert f"    {edition()}\n" in DOCUMENT.read_text(encoding="utf-8"), "measure anew: make burden"
    assert edition() == shipped.questionnaire.edition


def test_another_word_in_a_question_is_another_edition_to_measure(tmp_path):
    copied = shutil.copytree(QUESTIONNAIRE, tmp_path / "questionnaire")
    assert read_questionnaire(copied)[0].edition == edition()
    part = copied / "about_you.yaml"
    part.write_text(
        part.read_text("utf-8").replace("is filling in this form?", "fills in this form?"), "utf-8"
    )

    assert read_questionnaire(copied)[0].edition != edition()


@seen_in_chromium
@pytest.mark.browser
def test_the_pages_seen_are_the_pages_counted(measured, shipped):
    evidence = evidence_of_a_healthy_person(shipped.questionnaire, shipped.formulary)

    assert list(measured.healthy.questions) == [page.id for page in pages_asked(evidence)]
    assert set(measured.healthy.questions) <= set(measured.healthy.seen)
    assert len(measured.heaviest.questions) >= len(measured.healthy.questions)


@seen_in_chromium
@pytest.mark.browser
def test_a_healthy_person_needs_a_quarter_of_an_hour_at_most(measured):
    assert sum(measured.healthy.minutes.values()) <= MOST_MINUTES == 15


@seen_in_chromium
@pytest.mark.browser
def test_the_numbers_written_down_are_those_measured(measured):
    written = DOCUMENT.read_text(encoding="utf-8")
    day = _DAY.search(written)

    assert day, "docs/burden.md does not say when it was measured"
    assert written == document(measured, date.fromisoformat(day[1])), "measure anew: make burden"


@seen_in_chromium
@pytest.mark.browser
def test_a_number_that_was_not_measured_is_noticed(measured):
    day = date(2026, 11, 21)
    more = replace(measured, healthy=replace(measured.healthy, choices=measured.healthy.choices + 60))

    assert document(more, day) != document(measured, day)
