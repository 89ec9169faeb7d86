"""Whom a question on paper is for, in words with the numbers of the questions it goes by.

The words are put together from messages, so that each language joins them in its own way. What stands on
the paper in another language is quoted as it stands there, between two marks that set it apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from intake.domain.answers import State
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operator, question_of
from intake.domain.languages import Voice, apart, mark
from intake.domain.number_lines import is_so
from intake.domain.questionnaire import Kind, Question, Questionnaire

_LEFT = {State.NOT_SURE: mark("I'm not sure"), State.DECLINED: mark("I'd rather not say")}
_ALL_OF, _EITHER_OF = mark("%(one)s, and %(other)s"), mark("%(one)s, or %(other)s")
_MEASURED = {
    Operator.AT_LEAST: mark("%(number)s or more"),
    Operator.ABOVE: mark("more than %(number)s"),
    Operator.BELOW: mark("less than %(number)s"),
    Operator.AT_MOST: mark("%(number)s or less"),
}


@dataclass(frozen=True, slots=True)
class PaperConditions:
    """Says conditions on a paper: its questionnaire, each question's number, and who speaks."""

    questionnaire: Questionnaire
    numbered: Mapping[str, str]
    voice: Voice

    def only_if(self, condition: Condition) -> str:
        """When to answer a question."""
        return self.voice.say("Only if %(condition)s.", condition=self._words(condition))

    def read_this_if(self, condition: Condition) -> str:
        """When to read what a screen would show only then."""
        return self.voice.say("Read this if %(condition)s.", condition=self._words(condition))

    def _words(self, condition: Condition) -> str:
        match condition:
            case Compare():
                return self._any_of((condition,))
            case AnyOf(parts):
                return self._any_of(parts)
            case All(parts):
                return self._chain(_ALL_OF, [self._words(part) for part in parts])

    def _any_of(self, parts: tuple[Condition, ...]) -> str:
        """One phrase for all questions with the same answers: four must not read like four conditions."""
        about: dict[str, list[Compare]] = {}
        # Whole phrases have no places; of others it is the answers, and where any of them will do.
        phrases: dict[str, list[str]] = {}
        blank: list[str] = []
        for part in parts:
            if measured := self._measured(part):
                phrases[measured] = []
            elif isinstance(part, Compare):
                about.setdefault(question_of(part.question), []).append(part)
            else:
                phrases[self._words(part)] = []
        for question_id, comparisons in about.items():
            said = self._said(question_id, comparisons)
            if said is None:
                # What no words for paper are known for: the patient decides, and may leave it.
                phrases[self.voice.say("this fits you")] = []
                continue
            ticked, or_blank = said
            if ticked:
                phrases.setdefault(ticked, []).append(self.numbered[question_id])
            if or_blank:
                blank.append(self.numbered[question_id])
        found = [self._ticked(said, where) if where else said for said, where in phrases.items()]
        if blank:
            found.append(self.voice.say("you left %(places)s blank", places=self._places(blank)))
        return self._chain(_EITHER_OF, found)

    def _said(self, question_id: str, comparisons: list[Compare]) -> tuple[str, bool] | None:
        """The answers to one question of which any will do, and whether none will, too; None without words.

        A number the program works out is no question: nobody can go by it on paper.
        """
        if question_id not in self.numbered:
            return None
        question = self.questionnaire.question(question_id)
        found = _answers(question, comparisons)
        if found is None:
            return None
        choices, states = found
        said = self._ticks(question, choices, states), State.BLANK in states
        return said if any(said) else None

    def _ticked(self, choices: str, places: list[str]) -> str:
        return self.voice.say(
            "you ticked %(choices)s in %(places)s", choices=choices, places=self._places(places)
        )

    def _measured(self, condition: Condition) -> str:
        """A line that a number written on the paper reaches; empty for anything else."""
        if not isinstance(condition, Compare) or condition.operator not in _MEASURED:
            return ""
        question_id, _, part = condition.question.partition(".")
        if question_id not in self.numbered:
            return ""
        question = self.questionnaire.question(question_id)
        if question.kind not in (Kind.NUMBER, Kind.READING):
            return ""
        line = self.voice.say(_MEASURED[condition.operator], number=condition.operand)
        place = self.numbered[question_id]
        if not part:
            return self.voice.say("the number in %(place)s is %(line)s", place=place, line=line)
        name = question.part_labels[1 if part == "second" else 0]
        named = apart(f"{name[:1].lower()}{name[1:]}", question.left_in)
        return self.voice.say("the %(name)s in %(place)s is %(line)s", name=named, place=place, line=line)

    def _ticks(self, question: Question, choices: list[str], states: set[State]) -> str:
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
            return self.voice.say(
                "anything but %(choice)s", choice=self._quoted(others[0].say, question.left_in)
            )
        ticked = [self._quoted(one.say, question.left_in) for one in question.choices if one.id in choices]
        ticked += [self._quoted(self.voice.say(_LEFT[state])) for state in ways_out if state in states]
        return self._list(ticked)

    def _quoted(self, words: str, left_in: str = "") -> str:
        return self.voice.say("“%(words)s”", words=apart(words, left_in))

    def _places(self, numbered: list[str]) -> str:
        """``3.4``, ``3.4 or 3.7``, ``any of 6.1 to 6.9``."""
        places = [tuple(map(int, one.split("."))) for one in numbered]
        in_a_row = all(later == (earlier[0], earlier[1] + 1) for earlier, later in pairwise(places))
        if len(places) > 2 and in_a_row:
            return self.voice.say("any of %(first)s to %(last)s", first=numbered[0], last=numbered[-1])
        return self._list(numbered)

    def _list(self, said: Sequence[str]) -> str:
        """``A``, ``A or B``, ``A, B or C``."""
        if len(said) < 2:
            return "".join(said)
        return self.voice.say("%(list)s or %(last)s", list=", ".join(said[:-1]), last=said[-1])

    def _chain(self, message: str, said: list[str]) -> str:
        """Several phrases in one, two at a time."""
        chained = said[0]
        for one in said[1:]:
            chained = self.voice.say(message, one=chained, other=one)
        return chained


def _answers(question: Question, comparisons: list[Compare]) -> tuple[list[str], set[State]] | None:
    """The choices, and the states, of which any will do; None where paper has no words for a comparison."""
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
                choices += [one.id for one in question.choices if is_so(comparison, Decimal(one.points or 0))]
            case Operator.STATE:
                operand = comparison.operand if isinstance(comparison.operand, tuple) else ()
                states |= {one for one in operand if isinstance(one, State)}
            case _:
                return None
    return choices, states


def _operands(comparison: Compare) -> tuple[str, ...]:
    operand = comparison.operand
    return tuple(str(one) for one in operand) if isinstance(operand, tuple) else (str(operand),)
