"""How what clinicians see in a form agrees with what the rules point out: counted for the rules.

Counts of views under one edition of the rules, and never of people: nobody who noted a view is
known here, so nobody can be compared with anybody (regulation.md B3).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intake.domain.figures import FEW
from intake.domain.review_entries import ViewKind
from intake.domain.rules import Priority

# From the first to be looked at to nothing at all: the order of rows and columns.
STEPS: tuple[Priority | None, ...] = (*Priority, None)


@dataclass(frozen=True, slots=True)
class Compared:
    """One view beside what the rules of one edition had pointed out; None: nothing stood out, no flag."""

    form: int
    rules: str
    kind: ViewKind
    screened: Priority | None
    seen: Priority | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The views of one kind under one edition of the rules. With too few, the numbers are held back.

    ``cells`` counts views by what the rules pointed out and what the clinician saw; ``unflagged``
    the forms in which somebody saw something and no rule had a flag.
    """

    rules: str
    kind: ViewKind
    views: int
    cells: Mapping[tuple[Priority | None, Priority | None], int]
    unflagged: int

    @property
    def is_held_back(self) -> bool:
        """Whether there are too few views to show any number: one form could be told from them."""
        return self.views < FEW

    @property
    def same(self) -> int:
        """The views that name the priority the rules came to."""
        return sum(count for (screened, seen), count in self.cells.items() if screened is seen)

    @property
    def sooner(self) -> int:
        """The views that would look sooner than the rules ask."""
        return sum(count for (screened, seen), count in self.cells.items() if _rank(seen) < _rank(screened))

    def count(self, screened: Priority | None, seen: Priority | None) -> int:
        """How many views stand in one cell."""
        return self.cells.get((screened, seen), 0)


def agreements(compared: Iterable[Compared]) -> tuple[Agreement, ...]:
    """The views counted by edition and kind of reading, in the order in which they first come."""
    found: dict[tuple[str, ViewKind], list[Compared]] = {}
    for one in compared:
        found.setdefault((one.rules, one.kind), []).append(one)
    return tuple(_counted(rules, kind, views) for (rules, kind), views in found.items())


def _counted(rules: str, kind: ViewKind, views: list[Compared]) -> Agreement:
    return Agreement(
        rules,
        kind,
        len(views),
        Counter((one.screened, one.seen) for one in views),
        len({one.form for one in views if one.screened is None and one.seen is not None}),
    )


def _rank(step: Priority | None) -> int:
    return STEPS.index(step)
