"""The answer space of a few conditions: every form a person could send, as far as they look at it.

A question is blank, not reached, not sure or declined (where it offers that), or answered with
what its kind and limits allow. Whatever is imagined here is turned back into answers and screened
by the real engine (:mod:`intake.proving.people`), which keeps the two from drifting apart.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from intake.domain.conditions import Condition
from intake.domain.derived_answers import DerivedAnswer
from intake.domain.evidence import stands_in
from intake.domain.questionnaire import Kind, Question, Questionnaire
from intake.proving.body_mass import BodyMass
from intake.proving.formulas import Formula, Variable, every, implies, some
from intake.proving.lines import NumberLine, Span
from intake.proving.medicine_groups import Group, Groups, TypedNames
from intake.proving.obligations import SENT_ON
from intake.proving.questions import Variables
from intake.proving.survey import Survey

# As far from the day of sending as the form takes a date (intake.web.patient.parse).
_OLDEST_YEARS = 120
# Marks the variables of a second person.
TWIN = "'"


@dataclass(slots=True)
class Space:
    """The variables behind a few conditions; made by :func:`space_of`."""

    questionnaire: Questionnaire
    names: TypedNames
    sent_on: date
    survey: Survey
    twins: frozenset[str] = frozenset()
    _lines: dict[str, NumberLine] = field(default_factory=dict)
    _body_masses: dict[str, BodyMass] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions looked at, in the order asked."""
        return self.survey.ordered()

    def variables(self, question_id: str, whose: str = "") -> Variables:
        """The variables of one question."""
        return Variables(self.questionnaire.question(question_id), whose)

    def line(self, reference: str, whose: str = "") -> NumberLine:
        """The line of a number question, a date (in days before sending), or part of a reading."""
        question_id, _, part = reference.partition(".")
        name = f"{question_id}{whose}{'.' + part if part else ''}"
        if name not in self._lines:
            span = self._span(self.questionnaire.question(question_id), part)
            self._lines[name] = NumberLine(name, span)
        return self._lines[name]

    def body_mass(self, derived: DerivedAnswer, *, second: bool = False) -> BodyMass:
        """A body mass index with the height and weight behind it."""
        whose = [TWIN if second and one in self.twins else "" for one in derived.of]
        name = f"{derived.id}{''.join(whose)}"
        if name not in self._body_masses:
            height, weight = (self.line(one, mark) for one, mark in zip(derived.of, whose, strict=True))
            index = NumberLine(name, Span(low=Decimal(0)))
            self._lines[name] = index
            self._body_masses[name] = BodyMass(index, height, weight)
        return self._body_masses[name]

    def by_hand_line(self, question_id: str, whose: str = "") -> NumberLine:
        """The line of how many entries of a medicine list are to be read by hand."""
        name = f"{question_id}{whose} by hand"
        if name not in self._lines:
            self._lines[name] = NumberLine(name, Span(low=Decimal(0), whole=True))
        return self._lines[name]

    @property
    def lines_drawn(self) -> int:
        """How many lines are drawn so far across all numbers."""
        return sum(len(line.drawn) for line in self._lines.values())

    @property
    def groups(self) -> Groups:
        """The groups of medicines these conditions tell apart."""
        return self.names.groups(frozenset(self.survey.classes), frozenset(self.survey.medicines))

    def certain(self, question_id: str, at: int, whose: str = "") -> Formula:
        """An entry names a medicine of this group."""
        return Variable(f"{question_id}{whose} lists {at}")

    def possible(self, question_id: str, at: int, whose: str = "") -> Formula:
        """An entry only resembles a medicine of this group."""
        return Variable(f"{question_id}{whose} nearly lists {at}")

    def unnamed(self, question_id: str, whose: str = "") -> Formula:
        """An entry says "I don't know the name"."""
        return Variable(f"{question_id}{whose} lists unnamed")

    def listed(
        self, question_id: str, whose: str = ""
    ) -> tuple[list[tuple[Group, Formula]], list[tuple[Group, Formula]]]:
        """The groups an entry can certainly, and can only possibly, be of."""
        groups = self.groups
        certain = [(one, self.certain(question_id, at, whose)) for at, one in enumerate(groups.certain)]
        possible = [(one, self.possible(question_id, at, whose)) for at, one in enumerate(groups.possible)]
        return certain, possible

    def says(self, question_id: str, word: str, whose: str = "") -> Formula:
        """A listed word stands in a free text."""
        return Variable(f"{question_id}{whose} says {word}")

    def rules(self) -> Formula:
        """What every form holds to. To be asked for when every condition has been encoded."""
        asked = [(one, "") for one in self.questions] + [(one, TWIN) for one in sorted(self.twins)]
        each = (self._rules(question_id, whose) for question_id, whose in asked)
        masses = (mass.rules() for mass in self._body_masses.values())
        return every([*each, *masses, *(line.order() for line in self._lines.values())])

    def _rules(self, question_id: str, whose: str) -> Formula:
        variables = self.variables(question_id, whose)
        match variables.question.kind:
            case Kind.READING:
                own: Iterable[Formula] = [self._top_is_bigger(question_id, whose)]
            case Kind.MEDICINES:
                own = self._list_rules(question_id, whose)
            case Kind.TEXT:
                own = self._text_rules(question_id, whose)
            case _:
                own = ()
        return every([variables.rules(), *own])

    def _top_is_bigger(self, question_id: str, whose: str) -> Formula:
        # A page that has them the other way is sent back (intake.web.patient.parse).
        first, second = self.line(f"{question_id}.first", whose), self.line(f"{question_id}.second", whose)
        return every(implies(second.reaches(cut.at), first.reaches(cut.at)) for cut in sorted(second.drawn))

    def _list_rules(self, question_id: str, whose: str) -> Iterator[Formula]:
        certain, possible = self.listed(question_id, whose)
        unnamed, by_hand = self.unnamed(question_id, whose), self.by_hand_line(question_id, whose)
        near = some(so for _, so in possible)
        answered = self.variables(question_id, whose).answered
        some_by_hand = by_hand.reaches(Decimal(1))
        yield implies(some([unnamed, near]), some_by_hand)
        yield implies(every([unnamed, near]), by_hand.reaches(Decimal(2)))
        # A list holds at least one entry, and only a list does.
        yield implies(answered, some([*(so for _, so in certain), some_by_hand]))
        yield implies(some([*(so for _, so in certain), some_by_hand]), answered)

    def _text_rules(self, question_id: str, whose: str) -> Iterator[Formula]:
        answered = self.variables(question_id, whose).answered
        for word in sorted(self.survey.words):
            yield implies(self.says(question_id, word, whose), answered)
            for inner in sorted(self.survey.words - {word}):
                if stands_in(inner, word):
                    yield implies(self.says(question_id, word, whose), self.says(question_id, inner, whose))

    def _span(self, question: Question, part: str) -> Span:
        if question.kind is Kind.DATE:
            oldest = (self.sent_on - date(self.sent_on.year - _OLDEST_YEARS, 1, 1)).days
            newest = (self.sent_on - date(self.sent_on.year + _OLDEST_YEARS, 12, 31)).days
            return Span(Decimal(0 if question.past else newest), Decimal(oldest), whole=True)
        bounds = question.limits[1 if part == "second" else 0] if question.limits else None
        whole = question.kind is Kind.READING
        # Nobody can type a number below 0.
        return Span(Decimal(0), None, whole) if bounds is None else Span(bounds.low, bounds.high, whole)


def space_of(
    questionnaire: Questionnaire,
    names: TypedNames,
    conditions: Iterable[Condition],
    *,
    sent_on: date = SENT_ON,
    also: Iterable[str] = (),
    twins: frozenset[str] = frozenset(),
) -> Space:
    """The space of these conditions. ``also`` names further questions.

    ``twins`` are questions answered twice, by two persons who are otherwise the same.
    """
    survey = Survey(questionnaire).follow(conditions)
    for question in also:
        survey.add_question(question)
    return Space(questionnaire, names, sent_on, survey, twins)
