"""Published instruments as they were filled in: each item in its place, and which are missing.

The total and its band are worked out in :mod:`intake.domain.scores`; this is what stands beneath them.
"""

from dataclasses import dataclass

from intake.domain.answers import Chosen
from intake.domain.derived_answers import Derivation, DerivedAnswer
from intake.domain.evidence import PatientEvidence
from intake.domain.truth import Truth
from intake.domain.wording import Line, quote

_TOTALS = frozenset({Derivation.TOTAL, Derivation.MEAN})


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its number in the instrument, as it was asked and answered, and the points of the answer.

    ``points`` is None for an item nobody answered. One that was rightly ``not_asked`` counts 0
    (AUDIT-C after "Never").
    """

    number: int
    line: Line
    points: int | None
    not_asked: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether the item was put to the patient and has no answer."""
        return self.points is None and not self.not_asked


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument; ``total`` is what was worked out of it when the form was screened.

    ``items`` stand in the instrument's own order, but for those that are never made up from the
    others (item 9 of the PHQ-9): they stand for danger, and come first.
    """

    total: Line
    items: tuple[Item, ...]

    @property
    def missing(self) -> tuple[Item, ...]:
        """The items without an answer, in the order of the instrument."""
        return tuple(sorted((item for item in self.items if item.is_missing), key=lambda item: item.number))


def instruments(evidence: PatientEvidence, worked_out: tuple[Line, ...]) -> tuple[Instrument, ...]:
    """The instruments among what was worked out. Raises ValueError and KeyError for lines of another
    questionnaire.
    """
    found = []
    for line in worked_out:
        derived = evidence.questionnaire.derived_answer(line.question)
        if derived is not None and derived.derivation in _TOTALS:
            found.append(Instrument(line, _items(evidence, derived)))
    return tuple(found)


def _items(evidence: PatientEvidence, derived: DerivedAnswer) -> tuple[Item, ...]:
    first = set(derived.scoring.never_prorate)
    items = [_item(evidence, number, one) for number, one in enumerate(derived.of, 1)]
    return tuple(sorted(items, key=lambda item: (item.line.question not in first, item.number)))


def _item(evidence: PatientEvidence, number: int, question: str) -> Item:
    value = evidence.value(question)
    points = evidence.points(question, value.choice) if isinstance(value, Chosen) else None
    not_asked = evidence.asked(question).truth is Truth.NO
    return Item(number, quote(evidence, question), points, not_asked)
