"""What a check of the doctor is: when it is so, in words what it means, and the remedy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from intake.services.doctor_facts import Facts


class Weight(Enum):
    """How much a finding matters."""

    REFUSE = "refuse"  # intake should not run like this
    WARN = "warn"  # it runs, and somebody should put it right
    NOTE = "note"  # nothing is known to be wrong; something could not be looked at


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that can be wrong. ``where`` gives each place at which it is, or one without a name.

    ``problem`` and ``remedy`` are sentences without their full stop.
    """

    id: str
    weight: Weight
    problem: str
    remedy: str
    where: Callable[[Facts], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong here."""

    id: str
    weight: Weight
    where: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{self.weight.value:6}  {place}{self.problem}\n        -> {self.remedy}"


def found_by(checks: Iterable[Check], facts: Facts) -> tuple[Finding, ...]:
    """Everything that is wrong by these facts, the gravest first."""
    found = [
        Finding(check.id, check.weight, place, check.problem, check.remedy)
        for check in checks
        for place in check.where(facts)
    ]
    return tuple(sorted(found, key=lambda one: tuple(Weight).index(one.weight)))


def so(wrong: object) -> Iterable[str]:
    """One place, or none."""
    return ("",) if wrong else ()
