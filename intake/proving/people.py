"""From what a solver found back to a person: the answers they would have given.

Nobody leaves here unseen by the engine: :func:`confirmed` screens them, and a person on whom the
encoding and the engine disagree is an error of this program, said loudly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from intake.domain.answers import (
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineEntry,
    MedicineList,
    Number,
    Reading,
    Text,
    Value,
    answered,
)
from intake.domain.conditions import Condition
from intake.domain.derived_answers import Derivation
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.measures import canonical_unit
from intake.domain.questionnaire import CHOICE_KINDS, Kind, Question
from intake.domain.truth import Truth
from intake.proving.formulas import is_so
from intake.proving.lines import Cut, NumberLine, Stretch
from intake.proving.questions import Variables
from intake.proving.space import TWIN, Space

_SOME_AGE = 40
_FAULT = "this is a fault in intake/proving, and no finding of this run can be relied on"


class EncodingDisagrees(Exception):
    """The engine makes something else of a person than the solver was told: a fault of ours."""


@dataclass(frozen=True, slots=True)
class Person:
    """Reads one person's answers off the values a solver gave to the variables."""

    space: Space
    values: Mapping[str, bool]
    second: bool = False

    def draft(self) -> Answers:
        """Everything this person filled in, also on branches no longer reached.

        Raises EncodingDisagrees when nobody can answer so, which the space should have ruled out.
        """
        try:
            given = {one: self._answer(self._variables(one)) for one in self.space.questions}
        except ValueError as impossible:
            raise EncodingDisagrees(
                f"the solver found somebody who cannot be ({impossible}); {_FAULT}"
            ) from impossible
        return Answers({one: answer for one, answer in given.items() if answer is not None})

    def evidence(self) -> PatientEvidence:
        """What the engine sees once the form is sent."""
        return seen(self.space, self.draft())

    def _whose(self, question_id: str) -> str:
        return TWIN if self.second and question_id in self.space.twins else ""

    def _variables(self, question_id: str) -> Variables:
        return self.space.variables(question_id, self._whose(question_id))

    def _answer(self, variables: Variables) -> Answer | None:
        if is_so(variables.answered, self.values):
            return answered(self._value(variables))
        for state in variables.states:
            if is_so(variables.left(state), self.values):
                return Answer(state)
        return None

    def _value(self, variables: Variables) -> Value:
        question = variables.question
        chosen = tuple(c.id for c in question.choices if is_so(variables.chose(c.id), self.values))
        if question.kind in CHOICE_KINDS:
            return Chosen(chosen[0])
        match question.kind:
            case Kind.CHOOSE_ANY:
                return ChosenMany(chosen, is_so(variables.unsure, self.values))
            case Kind.NUMBER:
                return _number(question, self._amount(question))
            case Kind.READING:
                return self._reading(question)
            case Kind.DATE:
                return self._day(question)
            case Kind.TEXT:
                return Text(self._words(question))
            case Kind.MEDICINES:
                return self._list(question)
        raise ValueError(f"no value for a question of kind {question.kind.value!r}")

    def _stretch(self, line: NumberLine) -> Stretch:
        reached = [cut for cut in sorted(line.drawn) if self.values.get(line.side(cut), False)]
        beyond = [cut for cut in sorted(line.drawn) if cut not in reached]
        return Stretch(line.span, reached[-1] if reached else None, beyond[0] if beyond else None)

    def _line(self, reference: str) -> NumberLine:
        return self.space.line(reference, self._whose(reference.partition(".")[0]))

    def _amount(self, question: Question) -> Decimal:
        pair = self._body_mass(question)
        if pair is not None:
            return pair
        bounds = question.plausible or question.limits
        liked = (bounds[0].low + bounds[0].high) / 2 if bounds else Decimal(1)
        return self._stretch(self._line(question.id)).somewhere(liked.to_integral_value())

    def _body_mass(self, question: Question) -> Decimal | None:
        for derived in self.space.questionnaire.derived:
            if derived.derivation is not Derivation.BODY_MASS_INDEX or question.id not in derived.of:
                continue
            if not all(is_so(self._variables(one).answered, self.values) for one in derived.of):
                continue
            mass = self.space.body_mass(derived, second=self.second)
            stretches = (self._stretch(line) for line in (mass.index, mass.height, mass.weight))
            return mass.made_of(*stretches)[derived.of.index(question.id)]
        return None

    def _reading(self, question: Question) -> Reading:
        above = self._stretch(self._line(f"{question.id}.first"))
        below = self._stretch(self._line(f"{question.id}.second"))
        for liked in (Decimal(70), below.edges[0] or Decimal(0)):
            second = below.somewhere(liked)
            at_least = max(cut for cut in (above.least, Cut(second)) if cut is not None)
            try:
                first = Stretch(above.span, at_least, above.under).somewhere(Decimal(120))
            except ValueError:
                continue  # the top number is never the smaller one
            return Reading(int(first), int(second))
        raise ValueError("no reading lies between these lines")

    def _day(self, question: Question) -> Day:
        days = self._stretch(self._line(question.id)).somewhere(Decimal(_SOME_AGE * 365))
        return Day(self.space.sent_on - timedelta(days=int(days)))

    def _words(self, question: Question) -> str:
        whose = self._whose(question.id)
        words = sorted(self.space.survey.words)
        said = [word for word in words if is_so(self.space.says(question.id, word, whose), self.values)]
        return ". ".join(said) if said else "Some words"

    def _list(self, question: Question) -> MedicineList:
        whose = self._whose(question.id)
        certain, possible = self.space.listed(question.id, whose)
        entries = [MedicineEntry(group.typed) for group, so in certain if is_so(so, self.values)]
        near = [group.typed for group, so in possible if is_so(so, self.values)]
        unnamed = is_so(self.space.unnamed(question.id, whose), self.values)
        by_hand = self._stretch(self.space.by_hand_line(question.id, whose))
        count = int(by_hand.somewhere(Decimal(len(near) + unnamed)))
        entries += _by_hand(near, count - unnamed, self.space.groups.unread)
        return MedicineList((*entries, *([MedicineEntry("", named=False)] if unnamed else [])))


def seen(space: Space, draft: Answers) -> PatientEvidence:
    """What the engine sees of a draft once it is sent: the answers on branches still reached."""
    drafted = PatientEvidence(space.questionnaire, space.names.formulary, draft, space.sent_on)
    sent = relevant(drafted)
    return PatientEvidence(space.questionnaire, space.names.formulary, sent, space.sent_on)


def confirm(evidence: PatientEvidence, expected: Mapping[Condition, Truth]) -> None:
    """Screen a person with the real engine. Raises EncodingDisagrees when it comes out otherwise."""
    for condition, truth in expected.items():
        found = condition.find(evidence).truth
        if found is not truth:
            # No answer stands in the message; the imagined person is nobody, but the habit is kept.
            raise EncodingDisagrees(
                f"the solver holds a condition to be {truth.name}, the engine finds {found.name}; {_FAULT}"
            )


def simplest(
    space: Space, person: PatientEvidence, is_one: Callable[[PatientEvidence], bool]
) -> PatientEvidence:
    """The same person with every answer left out that can be, and what is sought still so."""
    for question_id in reversed(tuple(person.answers)):
        fewer = seen(space, person.answers.only(frozenset(person.answers) - {question_id}))
        if is_one(fewer):
            person = fewer
    return person


def simplest_pair(
    space: Space, drafts: tuple[Answers, Answers], kept: str, is_one: Callable[..., bool]
) -> tuple[PatientEvidence, PatientEvidence]:
    """Two people alike but for one answer, ``kept``, with every other left out that can be."""
    for question_id in reversed(tuple(drafts[0])):
        fewer = tuple(draft.only(frozenset(draft) - {question_id}) for draft in drafts)
        if question_id != kept and is_one(*(seen(space, draft) for draft in fewer)):
            drafts = fewer[0], fewer[1]
    return seen(space, drafts[0]), seen(space, drafts[1])


def _by_hand(near: list[str], entries: int, unread: str) -> list[MedicineEntry]:
    """As many entries as wanted, the near misses among them; the last holds all that are left over."""
    apart, together = near[: max(entries - 1, 0)], near[max(entries - 1, 0) :]
    listed = [*apart, *([", ".join(together)] if together else [])]
    listed += [unread] * (entries - len(listed))
    return [MedicineEntry(typed) for typed in listed]


def _number(question: Question, amount: Decimal) -> Number:
    amount = amount.normalize() if amount != amount.to_integral_value() else amount.to_integral_value()
    # In the unit amounts are kept in, which every question of the shipped form offers.
    return Number(amount, (f"{amount:f}",), canonical_unit(question.units[0]) if question.units else "")
