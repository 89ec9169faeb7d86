"""On paper, every follow-up says in words whom it is for."""

import re
from itertools import pairwise

import pytest

import as_shipped
import small
from intake.content.catalogues import translations
from intake.content.translations import translated
from intake.domain.answers import State
from intake.domain.blank_form import blank_form, numbers, when_to_answer
from intake.domain.conditions import All, AnyOf, Compare, Operator
from intake.domain.languages import APART, TOGETHER

ASKED = as_shipped.library().questionnaire
SPANISH = translations()["es"]
IN_SPANISH = translated(ASKED, SPANISH)
N = numbers(small.asked)
PLACE = re.compile(r"\b\d+\.\d+\b")
QUOTED = re.compile(r"«[^»]*»")
ENGLISH_WORDS = re.compile(
    r"\b(?:only|if|you|ticked|in|or|and|any|of|to|left|blank|the|is|more|less|fits)\b", re.I
)
O_BEFORE_O = re.compile(r"\bo «?(?:[oóOÓ]|[hH][oó]|8)")
YES = Compare("pressure", Operator.IS, "yes")


def comparing(question, operator, operand):
    return Compare(question, Operator(operator), operand)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (YES, f"you ticked “Yes” in {N['pressure']}"),
        (comparing("knows_reading", "is_one_of", ("yes", "no")), "you ticked “Yes I do” or “No” in {}"),
        (comparing("signs", "includes", "rash"), "you ticked “Rash” in {}"),
        (comparing("low", "at_least", 1), "you ticked “Sometimes” or “Every day” in {}"),
        (comparing("low", "below", 1), "you ticked “Never” in {}"),
        (comparing("reading.first", "at_least", 140), "the top in {} is 140 or more"),
        (comparing("weight", "below", 60), "the number in {} is less than 60"),
        (comparing("pressure", "state", (State.BLANK,)), "you left {} blank"),
        (comparing("pressure", "state", (State.NOT_SURE,)), "you ticked “I'm not sure” in {}"),
        (comparing("age", "at_least", 65), "this fits you"),
        (comparing("pressure", "state_not", (State.BLANK,)), "this fits you"),
        (
            AnyOf((YES, comparing("pressure", "state", (State.NOT_SURE, State.BLANK)))),
            "you ticked “Yes” or “I'm not sure” in {0}, or you left {0} blank",
        ),
        (
            All((YES, comparing("low", "below", 1))),
            f"you ticked “Yes” in {N['pressure']}, and you ticked “Never” in {N['low']}",
        ),
    ],
)
def test_a_follow_up_is_told_in_words_with_the_numbers_it_goes_by(condition, words):
    number = N.get(condition.question.partition(".")[0], "") if isinstance(condition, Compare) else ""
    number = number or N["pressure"]

    assert when_to_answer(small.asked, condition) == f"Only if {words.format(number)}."


def test_every_question_is_on_the_paper_once_under_the_number_it_is_typed_in_by():
    on_paper = [one for part in blank_form(ASKED) for page in part.pages for one in page.questions]

    assert [one.question for one in on_paper] == list(ASKED.questions)
    assert [one.number for one in on_paper] == list(numbers(ASKED).values())
    assert len({one.number for one in on_paper}) == len(on_paper)
    parts = [tuple(map(int, one.number.split("."))) for one in on_paper]
    assert all(earlier < later for earlier, later in pairwise(parts))


def test_whoever_a_shipped_follow_up_is_for_can_be_told_from_the_paper():
    told = {
        one.question.id: one.only_if or page.only_if
        for part in blank_form(ASKED)
        for page in part.pages
        for one in page.questions
    }

    assert all(bool(told[one.id]) is (one.only_if is not None) for one in ASKED.questions)
    assert [one for one in told.values() if "fits you" in one] == []
    assert told["phq9_difficulty"] == "Only if you ticked anything but “Not at all” in any of 6.1 to 6.9."
    assert told["cannabis"] == "Only if you ticked anything but “Never” in 7.5, or you left 7.5 blank."


def test_the_help_that_a_screen_shows_after_an_answer_stands_beside_its_question():
    beside = {
        (question.id, shown.id)
        for part in blank_form(ASKED)
        for page in part.pages
        for _, shown in page.help
        for question in page.page.questions
        if any(trigger.show == shown.id for trigger in question.safety)
    }

    assert beside == {(one.id, trigger.show) for one in ASKED.questions for trigger in one.safety}
    reading = next(
        page
        for part in blank_form(ASKED)
        for page in part.pages
        if ASKED.question("recent_bp_reading") in page.page.questions
    )
    assert [words for words, _ in reading.help] == [
        "Read this if the top number in 3.3 is 180 or more, or the bottom number in 3.3 is 120 or more."
    ]


def conditions(paper):
    return [
        words
        for part in paper
        for page in part.pages
        for words in (
            page.only_if,
            *(one.only_if for one in page.questions),
            *(when for when, _ in page.help),
        )
        if words
    ]


def test_the_paper_in_spanish_asks_the_same_under_the_same_numbers():
    english, spanish = blank_form(ASKED), blank_form(IN_SPANISH, SPANISH.voice)

    def shape(paper):
        return [
            (one.number, one.question.id, bool(one.only_if), [choice.id for choice in one.question.choices])
            for part in paper
            for page in part.pages
            for one in page.questions
        ]

    assert shape(spanish) == shape(english)
    assert IN_SPANISH.edition == ASKED.edition
    # The same places are named, whatever the words around them.
    assert [PLACE.findall(one) for one in conditions(spanish)] == [
        PLACE.findall(one) for one in conditions(english)
    ]


def test_whom_a_follow_up_is_for_is_said_in_spanish():
    told = {
        one.question.id: one.only_if or page.only_if
        for part in blank_form(IN_SPANISH, SPANISH.voice)
        for page in part.pages
        for one in page.questions
    }

    assert told["preferred_language"] == "Solo si marcó «El idioma (necesito intérprete)» en 1.17."
    # An instrument is in English on the same paper: its answer is quoted as it stands there, set apart.
    quoted = f"{APART}Not at all{TOGETHER}"
    assert told["phq9_difficulty"] == (
        f"Solo si marcó cualquier respuesta menos «{quoted}» en cualquiera de 6.1 a 6.9."
    )
    assert not any(APART in words for words in conditions(blank_form(ASKED)))


def half_said(words):
    """Words of the English that stand in a Spanish sentence; and an "o" before an "o", which is "u"."""
    own = QUOTED.sub("", words)
    return ENGLISH_WORDS.findall(own) + O_BEFORE_O.findall(words)


def test_no_condition_is_half_in_english_and_none_is_joined_wrongly():
    assert [
        half_said(one) for one in conditions(blank_form(IN_SPANISH, SPANISH.voice)) if half_said(one)
    ] == []
    assert half_said("Solo si you ticked «Sí» en 1.1.")
    assert half_said("Solo si marcó «Sí» o «Otra cosa» en 1.1.")
    assert half_said("Solo si marcó «Sí» en 7.9 o 8.1.")
