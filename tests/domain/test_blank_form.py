"""On paper, every follow-up says in words whom it is for."""

from itertools import pairwise

import pytest

import as_shipped
import small
from intake.domain.answers import State
from intake.domain.blank_form import blank_form, numbers, when_to_answer
from intake.domain.conditions import All, AnyOf, Compare, Operator

ASKED = as_shipped.library().questionnaire
N = numbers(small.asked)
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
