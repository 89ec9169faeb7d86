"""What nobody knows of the answers a rule looks at, and what looks improbable: said by name, never guessed.

Missing, contradictory and improbable input is named beside every flag (regulation.md F7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from intake.domain.answers import ChosenMany, MedicineList, Number, Reading, State
from intake.domain.disagreements import Disagreement
from intake.domain.evidence import PatientEvidence
from intake.domain.inputs import Input
from intake.domain.measures import canonical_unit
from intake.domain.questionnaire import Bounds, Question
from intake.domain.wording import Line


@dataclass(frozen=True, slots=True)
class Improbable:
    """A number outside of what the form takes for likely; ``usual`` is that range in words."""

    line: Line
    usual: str


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What is not known, by how it was left, and what is doubtful among what is known.

    ``missing`` was left blank, never reached, or never asked because what it depends on is not
    known. ``partly`` are lists where "I'm not sure" was ticked beside other answers.
    """

    missing: tuple[Input, ...] = ()
    not_sure: tuple[Input, ...] = ()
    declined: tuple[Input, ...] = ()
    partly: tuple[Input, ...] = ()
    disagreeing: tuple[Disagreement, ...] = ()
    improbable: tuple[Improbable, ...] = ()
    not_recognised: tuple[str, ...] = ()

    @property
    def are_none(self) -> bool:
        """Whether nothing of all this was found."""
        return not (
            self.missing
            or self.not_sure
            or self.declined
            or self.partly
            or self.disagreeing
            or self.improbable
            or self.not_recognised
        )


def unknowns(
    looked_at: Iterable[Input], disagreeing: tuple[Disagreement, ...], evidence: PatientEvidence
) -> Unknowns:
    """What is unknown or doubtful among the answers that were looked at."""
    asked = tuple(one for one in looked_at if not one.is_worked_out)
    still_open = [one for one in asked if one.is_open]
    return Unknowns(
        tuple(one for one in still_open if one.line.state in (None, State.BLANK)),
        tuple(one for one in still_open if one.line.state is State.NOT_SURE),
        tuple(one for one in still_open if one.line.state is State.DECLINED),
        tuple(one for one in asked if _is_partly_unsure(one, evidence)),
        disagreeing,
        tuple(found for one in asked if (found := _improbable(one, evidence)) is not None),
        tuple(name for one in asked for name in _not_recognised(one, evidence)),
    )


def _is_partly_unsure(one: Input, evidence: PatientEvidence) -> bool:
    value = evidence.value(one.line.question)
    return isinstance(value, ChosenMany) and value.unsure


def _not_recognised(one: Input, evidence: PatientEvidence) -> tuple[str, ...]:
    listed = evidence.value(one.line.question)
    if not isinstance(listed, MedicineList):
        return ()
    by_hand = evidence.medicines.not_recognised(listed)
    return tuple(entry.as_typed() or "a medicine without a name" for entry in by_hand)


def _improbable(one: Input, evidence: PatientEvidence) -> Improbable | None:
    question = evidence.questionnaire.question(one.line.question)
    numbers = _numbers(evidence, question)
    bounds = question.plausible or question.limits
    pairs = tuple(zip(numbers, bounds, strict=False))
    if all(usual.hold(number) for number, usual in pairs):
        return None
    unit = canonical_unit(question.units[0]) if question.units else ""
    usual = " / ".join(_in_words(each) for each in bounds)
    return Improbable(one.line, f"{usual} {unit}".strip())


def _numbers(evidence: PatientEvidence, question: Question) -> tuple[Decimal, ...]:
    match evidence.value(question.id):
        case Number(amount):
            return (amount,)
        case Reading(first, second):
            return Decimal(first), Decimal(second)
    return ()


def _in_words(bounds: Bounds) -> str:
    return f"{bounds.low} to {bounds.high}"
