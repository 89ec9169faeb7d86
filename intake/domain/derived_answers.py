"""Answers the program works out from given ones: how, from what, and how an instrument reads its total."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from intake.domain.conditions import Condition


class Derivation(Enum):
    """How a derived answer is worked out from given ones."""

    AGE = "age"
    BODY_MASS_INDEX = "body_mass_index"
    TOTAL = "total"
    MEAN = "mean"
    CLASS_COUNT = "class_count"
    DAYS_SINCE = "days_since"
    UNRECOGNISED_COUNT = "unrecognised_count"
    MENTIONS = "mentions"


DERIVED_UNITS = {
    Derivation.AGE: "years",
    Derivation.BODY_MASS_INDEX: "kg/m2",
    Derivation.TOTAL: "points",
    Derivation.MEAN: "points",
    Derivation.DAYS_SINCE: "days",
}


@dataclass(frozen=True, slots=True)
class Band:
    """A published range of an instrument's total, from ``least`` points up, and its name."""

    least: Decimal
    name: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """How an instrument says its total is read: for clinicians, never shown to a patient.

    ``prorate_up_to`` is how many items may be missing from a prorated total, ``never_prorate``
    the items without which there is none, and ``prorated_as`` whose rule that is. ``note`` says
    how the total is read, and on whose word.
    """

    bands: tuple[Band, ...] = ()
    prorate_up_to: int = 0
    never_prorate: tuple[str, ...] = ()
    prorated_as: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DerivedAnswer:
    """A number worked out by the program from given answers, and always named as such.

    A count of medicine classes also counts the class whose condition in ``or_answered``
    holds: a yes to "do you take sleeping pills?" counts like a sleeping pill on the list.
    """

    id: str
    derivation: Derivation
    of: tuple[str, ...]
    label: str
    classes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    scoring: Scoring = Scoring()
    or_answered: tuple[tuple[str, Condition], ...] = ()

    @property
    def unit(self) -> str:
        """The unit its number is in, or nothing when it is a count."""
        return DERIVED_UNITS.get(self.derivation, "")
