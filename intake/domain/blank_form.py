"""The form on paper: every page and question of a questionnaire, numbered, with when to answer each.

On paper nobody works out which questions apply, so each follow-up says it in words. The numbers are
the ones that staff see when they type a paper in.
"""

from dataclasses import dataclass
from itertools import pairwise

from intake.domain.answers import State
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operator, question_of
from intake.domain.questionnaire import Kind, Page, Question, Questionnaire, SafetyPage

# As many characters of an edition as stand in the foot of a page, and are typed back from there.
EDITION_LETTERS = 8
# What a condition says that no words for paper are known for: the patient decides, and may leave it.
_FITS = "this fits you"
_LEFT = {
    State.NOT_SURE: "“I'm not sure”",
    State.DECLINED: "“I'd rather not say”",
}


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


@dataclass(frozen=True, slots=True)
class BlankPart:
    """A part of the form on paper."""

    number: int
    title: str
    pages: tuple[BlankPage, ...]


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


def blank_form(questionnaire: Questionnaire) -> tuple[BlankPart, ...]:
    """The whole questionnaire for paper: nothing is left out, whoever it applies to."""
    numbered = numbers(questionnaire)
    return tuple(
        BlankPart(number, part.title, tuple(_page(questionnaire, page, numbered) for page in part.pages))
        for number, part in enumerate(questionnaire.parts, 1)
    )


def when_to_answer(questionnaire: Questionnaire, condition: Condition) -> str:
    """Whom a follow-up is for, in words with the numbers of the questions it goes by."""
    return f"Only if {_words(questionnaire, condition, numbers(questionnaire))}."


def _page(questionnaire: Questionnaire, page: Page, numbered: dict[str, str]) -> BlankPage:
    questions = tuple(
        BlankQuestion(
            numbered[one.id],
            one,
            "" if one.only_if is None else f"Only if {_words(questionnaire, one.only_if, numbered)}.",
        )
        for one in page.questions
    )
    said = {one.only_if for one in questions}
    only_if = said.pop() if len(said) == 1 else ""
    if only_if:
        questions = tuple(BlankQuestion(one.number, one.question) for one in questions)
    return BlankPage(page, questions, only_if, _help(questionnaire, page, numbered))


def _help(
    questionnaire: Questionnaire, page: Page, numbered: dict[str, str]
) -> tuple[tuple[str, SafetyPage], ...]:
    when: dict[str, list[Condition]] = {}
    for question in page.questions:
        for trigger in question.safety:
            when.setdefault(trigger.show, []).append(trigger.when)
    return tuple(
        (
            f"Read this if {_words(questionnaire, AnyOf(_flat(conditions)), numbered)}.",
            questionnaire.safety_page(shown),
        )
        for shown, conditions in when.items()
    )


def _flat(conditions: list[Condition]) -> tuple[Condition, ...]:
    """What any of these needs, without one "any" inside another."""
    parts: list[Condition] = []
    for one in conditions:
        parts += one.parts if isinstance(one, AnyOf) else (one,)
    return tuple(parts)


def _words(questionnaire: Questionnaire, condition: Condition, numbered: dict[str, str]) -> str:
    match condition:
        case Compare():
            return _any_of(questionnaire, (condition,), numbered)
        case AnyOf(parts):
            return _any_of(questionnaire, parts, numbered)
        case All(parts):
            return ", and ".join(_words(questionnaire, part, numbered) for part in parts)


def _any_of(questionnaire: Questionnaire, parts: tuple[Condition, ...], numbered: dict[str, str]) -> str:
    """One phrase for all questions with the same answers: four answers must not read like four conditions."""
    about: dict[str, list[Compare]] = {}
    phrases: dict[str, list[str]] = {}
    blank: list[str] = []
    for part in parts:
        if measured := _measured(questionnaire, part, numbered):
            phrases[measured] = []
        elif isinstance(part, Compare):
            about.setdefault(question_of(part.question), []).append(part)
        else:
            phrases[_words(questionnaire, part, numbered)] = []
    for question_id, comparisons in about.items():
        # A number the program works out is no question: nobody can go by it on paper.
        said = _Said.of(questionnaire.question(question_id), comparisons) if question_id in numbered else None
        if said is None:
            phrases[_FITS] = []
            continue
        if said.ticked:
            phrases.setdefault(f"you ticked {said.ticked} in ", []).append(numbered[question_id])
        if said.blank:
            blank.append(numbered[question_id])
    found = [f"{words}{_places(places)}" for words, places in phrases.items()]
    return ", or ".join([*found, *([f"you left {_places(blank)} blank"] if blank else [])])


_MEASURED = {
    Operator.AT_LEAST: "{} or more",
    Operator.ABOVE: "more than {}",
    Operator.BELOW: "less than {}",
    Operator.AT_MOST: "{} or less",
}


def _measured(questionnaire: Questionnaire, condition: Condition, numbered: dict[str, str]) -> str:
    """A line that a number written on the paper reaches; empty for anything else."""
    if not isinstance(condition, Compare) or condition.operator not in _MEASURED:
        return ""
    question_id, _, part = condition.question.partition(".")
    if question_id not in numbered:
        return ""
    question = questionnaire.question(question_id)
    if question.kind not in (Kind.NUMBER, Kind.READING):
        return ""
    named = "number" if not part else question.part_labels[1 if part == "second" else 0]
    line = _MEASURED[condition.operator].format(condition.operand)
    return f"the {named[:1].lower()}{named[1:]} in {numbered[question_id]} is {line}"


@dataclass(frozen=True, slots=True)
class _Said:
    """The answers to one question, any of which will do; ``blank`` is whether none will, too."""

    ticked: str
    blank: bool

    @classmethod
    def of(cls, question: Question, comparisons: list[Compare]) -> "_Said | None":
        """None where paper has no words for a comparison."""
        choices: list[str] = []
        states: set[State] = set()
        for comparison in comparisons:
            operands = _operands(comparison)
            match comparison.operator:
                case Operator.IS | Operator.IS_ONE_OF | Operator.INCLUDES:
                    choices += operands
                case Operator.IS_NOT | Operator.IS_NONE_OF | Operator.LEAVES_OUT:
                    choices += [one.id for one in question.choices if one.id not in operands]
                case Operator.AT_LEAST | Operator.ABOVE | Operator.BELOW | Operator.AT_MOST if (
                    question.kind is Kind.SCALE
                ):
                    choices += [one.id for one in question.choices if _holds(comparison, one.points or 0)]
                case Operator.STATE:
                    operand = comparison.operand if isinstance(comparison.operand, tuple) else ()
                    states |= {one for one in operand if isinstance(one, State)}
                case _:
                    return None
        said = cls(_ticks(question, choices, states), State.BLANK in states)
        return said if said.ticked or said.blank else None


def _ticks(question: Question, choices: list[str], states: set[State]) -> str:
    """The boxes that will do; those that will not, where that is shorter and as true."""
    ways_out = [
        state
        for state, offered in (
            (State.NOT_SURE, question.offers_not_sure),
            (State.DECLINED, question.offers_declined),
        )
        if offered
    ]
    others = [one for one in question.choices if one.id not in choices]
    if len(others) == 1 and len(choices) > 2 and states.issuperset(ways_out):
        return f"anything but “{others[0].say}”"
    ticked = [f"“{one.say}”" for one in question.choices if one.id in choices]
    return _joined((*ticked, *(_LEFT[state] for state in ways_out if state in states)))


def _places(numbered: list[str]) -> str:
    """``3.4``, ``3.4 or 3.7``, ``any of 6.1 to 6.9``; nothing for a phrase without places."""
    places = [tuple(map(int, one.split("."))) for one in numbered]
    in_a_row = all(later == (earlier[0], earlier[1] + 1) for earlier, later in pairwise(places))
    if len(places) > 2 and in_a_row:
        return f"any of {numbered[0]} to {numbered[-1]}"
    return _joined(tuple(numbered))


def _operands(comparison: Compare) -> tuple[str, ...]:
    operand = comparison.operand
    return tuple(str(one) for one in operand) if isinstance(operand, tuple) else (str(operand),)


def _holds(comparison: Compare, points: int) -> bool:
    line = int(str(comparison.operand))
    match comparison.operator:
        case Operator.AT_LEAST:
            return points >= line
        case Operator.ABOVE:
            return points > line
        case Operator.BELOW:
            return points < line
        case _:
            return points <= line


def _joined(said: tuple[str, ...]) -> str:
    if not said:
        return ""
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"
