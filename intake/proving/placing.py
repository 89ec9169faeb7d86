"""From a person's answers to the values of the variables, and what the encoding makes of them.

The way back of :mod:`intake.proving.people`. It is how the encoding is compared with the engine on
people nobody chose, as many at a time as wanted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from intake.domain.answers import (
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineList,
    Number,
    Reading,
    State,
    Text,
    Value,
)
from intake.domain.conditions import Condition
from intake.domain.derived_answers import Derivation
from intake.domain.evidence import stands_in
from intake.domain.medicines import Formulary, Medicine
from intake.domain.medicines import Reading as MedicineReading
from intake.domain.questionnaire import Kind, Questionnaire
from intake.domain.truth import Truth
from intake.proving.encoding import Encoder
from intake.proving.formulas import Evaluation, Formula, Variable
from intake.proving.lines import NumberLine
from intake.proving.medicine_groups import Group, TypedNames
from intake.proving.obligations import SENT_ON
from intake.proving.pairs import Pair
from intake.proving.space import Space, space_of


@dataclass(slots=True)
class EncodedConditions:
    """Conditions, encoded once, and what the encoding makes of many people at a time."""

    questionnaire: Questionnaire
    formulary: Formulary
    conditions: Sequence[Condition]
    sent_on: date = SENT_ON
    _space: Space = field(init=False, repr=False)
    _pairs: list[Pair] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = TypedNames(self.formulary)
        self._space = space_of(self.questionnaire, names, self.conditions, sent_on=self.sent_on)
        encoder = Encoder(self._space)
        self._pairs = [encoder.pair(condition) for condition in self.conditions]

    def truths(self, people: Sequence[Answers]) -> list[list[Truth]]:
        """For each condition, in order, its truth for each person. Answers may be a draft's."""
        set_for: dict[str, int] = {}
        for at, answers in enumerate(people):
            for name in placed(self._space, answers):
                set_for[name] = set_for.get(name, 0) | 1 << at
        evaluation = Evaluation(lambda name: set_for.get(name, 0), (1 << len(people)) - 1)
        return [_truths(evaluation, pair, len(people)) for pair in self._pairs]


def placed(space: Space, answers: Answers) -> Iterator[str]:
    """The variables that are so for these answers."""
    for question_id in space.questions:
        variables = space.variables(question_id)
        match answers.state(question_id):
            case None:
                continue
            case State.ANSWERED if (value := answers.value(question_id)) is not None:
                if variables.question.kind in (Kind.YES_NO, Kind.CHOOSE_ONE, Kind.SCALE):
                    yield from _chosen(space, question_id, value)
                else:
                    yield _name(variables.answered)
                    yield from _given(space, question_id, value)
            case state:
                yield _name(variables.left(state))
    yield from _indices(space, answers)


def _chosen(space: Space, question_id: str, value: Value) -> Iterator[str]:
    if isinstance(value, Chosen):
        yield _name(space.variables(question_id).chose(value.choice))


def _given(space: Space, question_id: str, value: Value) -> Iterator[str]:
    variables = space.variables(question_id)
    match value:
        case ChosenMany(choices, unsure):
            yield from (_name(variables.chose(choice)) for choice in choices)
            if unsure:
                yield _name(variables.unsure)
        case Number(amount):
            yield from _reached(space.line(question_id), amount)
        case Reading(first, second):
            yield from _reached(space.line(f"{question_id}.first"), Decimal(first))
            yield from _reached(space.line(f"{question_id}.second"), Decimal(second))
        case Day(day):
            yield from _reached(space.line(question_id), Decimal((space.sent_on - day).days))
        case Text(words):
            for word in sorted(space.survey.words):
                if stands_in(word, words):
                    yield _name(space.says(question_id, word))
        case MedicineList():
            yield from _listed(space, question_id, value)


def _listed(space: Space, question_id: str, listed: MedicineList) -> Iterator[str]:
    reader = MedicineReading(space.names.formulary)
    read = [reader.of(entry) for entry in listed.entries]
    certain, possible = space.listed(question_id)
    yield from _within(certain, (medicine for one in read for medicine in one.certain))
    yield from _within(possible, (m for one in read for near in one.possible for m in near.medicines))
    if any(not entry.named for entry in listed.entries):
        yield _name(space.unnamed(question_id))
    yield from _reached(space.by_hand_line(question_id), Decimal(len(reader.not_recognised(listed))))


def _within(groups: list[tuple[Group, Formula]], meant: Iterable[Medicine]) -> Iterator[str]:
    # An entry may hold several names: every group that says no more than they do together.
    listed = tuple(meant)
    classes = {one for medicine in listed for one in medicine.classes}
    ids = {medicine.id for medicine in listed}
    for group, so in groups:
        if listed and group.classes <= classes and group.medicines <= ids:
            yield _name(so)


def _indices(space: Space, answers: Answers) -> Iterator[str]:
    for derived in space.questionnaire.derived:
        if derived.derivation is Derivation.BODY_MASS_INDEX and set(derived.of) <= set(space.questions):
            height, weight = (answers.value(one) for one in derived.of)
            if isinstance(height, Number) and isinstance(weight, Number) and height.amount > 0:
                metres = height.amount / 100
                yield from _reached(space.body_mass(derived).index, weight.amount / (metres * metres))


def _reached(line: NumberLine, number: Decimal) -> Iterator[str]:
    return (line.side(cut) for cut in line.drawn if cut.is_reached_by(number))


def _name(formula: Formula) -> str:
    if not isinstance(formula, Variable):
        raise TypeError("only a variable has a name")
    return formula.name


def _truths(evaluation: Evaluation, pair: Pair, people: int) -> list[Truth]:
    yes, no = evaluation.of(pair.yes), evaluation.of(pair.no)
    return [
        Truth.YES if yes >> at & 1 else Truth.NO if no >> at & 1 else Truth.NOT_KNOWN for at in range(people)
    ]
