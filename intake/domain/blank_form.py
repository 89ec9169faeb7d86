"""The form on paper: every page and question of a questionnaire, numbered, with when to answer each.

On paper nobody works out which questions apply, so each follow-up says it in words. The numbers are
the ones that staff see when they type a paper in, whatever language it is in.
"""

from dataclasses import dataclass

from intake.domain.conditions import AnyOf, Condition
from intake.domain.languages import ENGLISH, Voice
from intake.domain.paper_conditions import PaperConditions
from intake.domain.questionnaire import Page, Question, Questionnaire, SafetyPage

# As many characters of an edition as stand in the foot of a page, and are typed back from there.
EDITION_LETTERS = 8


@dataclass(frozen=True, slots=True)
class BlankQuestion:
    """One question on paper. ``only_if`` says when to answer it; empty when everybody does."""

    number: str
    question: Question
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class BlankPage:
    """What stands together. ``only_if`` is said once when it is the same for every question.

    ``help`` is what a screen shows after some answers here: when to read it, and the page of help lines.
    Paper cannot know the answer, so it stands there for everybody.
    """

    page: Page
    questions: tuple[BlankQuestion, ...]
    only_if: str = ""
    help: tuple[tuple[str, SafetyPage], ...] = ()

    @property
    def has_left_in(self) -> bool:
        """Whether something of it stands in another language than the rest of the paper."""
        return bool(
            self.page.left_in
            or self.page.intro_left_in
            or any(one.question.left_in for one in self.questions)
            or any(shown.left_in for _, shown in self.help)
        )


@dataclass(frozen=True, slots=True)
class BlankPart:
    """A part of the form on paper."""

    number: int
    title: str
    pages: tuple[BlankPage, ...]
    left_in: str = ""


def short_edition(edition: str) -> str:
    """What stands in the foot of every page of a paper."""
    return edition[:EDITION_LETTERS]


def numbers(questionnaire: Questionnaire) -> dict[str, str]:
    """Each question's number, like ``3.12``: its part, and its place there."""
    return {
        question.id: f"{part_number}.{place}"
        for part_number, part in enumerate(questionnaire.parts, 1)
        for place, question in enumerate(part.questions, 1)
    }


def blank_form(questionnaire: Questionnaire, voice: Voice = ENGLISH) -> tuple[BlankPart, ...]:
    """The whole questionnaire for paper: nothing is left out, whoever it applies to.

    ``voice`` speaks the language of the questionnaire, and says when to answer what.
    """
    told = PaperConditions(questionnaire, numbers(questionnaire), voice)
    return tuple(
        BlankPart(number, part.title, tuple(_page(told, page) for page in part.pages), part.left_in)
        for number, part in enumerate(questionnaire.parts, 1)
    )


def when_to_answer(questionnaire: Questionnaire, condition: Condition, voice: Voice = ENGLISH) -> str:
    """Whom a follow-up is for, in words with the numbers of the questions it goes by."""
    return PaperConditions(questionnaire, numbers(questionnaire), voice).only_if(condition)


def _page(told: PaperConditions, page: Page) -> BlankPage:
    questions = tuple(
        BlankQuestion(told.numbered[one.id], one, "" if one.only_if is None else told.only_if(one.only_if))
        for one in page.questions
    )
    said = {one.only_if for one in questions}
    only_if = said.pop() if len(said) == 1 else ""
    if only_if:
        questions = tuple(BlankQuestion(one.number, one.question) for one in questions)
    return BlankPage(page, questions, only_if, _help(told, page))


def _help(told: PaperConditions, page: Page) -> tuple[tuple[str, SafetyPage], ...]:
    when: dict[str, list[Condition]] = {}
    for question in page.questions:
        for trigger in question.safety:
            when.setdefault(trigger.show, []).append(trigger.when)
    return tuple(
        (told.read_this_if(AnyOf(_flat(conditions))), told.questionnaire.safety_page(shown))
        for shown, conditions in when.items()
    )


def _flat(conditions: list[Condition]) -> tuple[Condition, ...]:
    """What any of these needs, without one "any" inside another."""
    parts: list[Condition] = []
    for one in conditions:
        parts += one.parts if isinstance(one, AnyOf) else (one,)
    return tuple(parts)
