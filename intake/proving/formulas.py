"""Plain two-valued formulas: what a solver is asked, and what can be worked out without one.

A formula is made once and used in many places; it is compared by being the same object. Constants
fold away when a formula is made, so that a condition about one question stays small.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """Something that is so or not: one choice was made, a number reaches a line."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Every:
    """So when every part is; of none it is so."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Some:
    """So when at least one part is; of none it is not so."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Opposite:
    """So when its part is not."""

    part: "Formula"


Formula = Variable | Every | Some | Opposite

SO: Formula = Every(())
NEVER: Formula = Some(())


def every(parts: Iterable[Formula]) -> Formula:
    """All of them."""
    kept = _without(parts, SO)
    if any(part is NEVER for part in kept):
        return NEVER
    return SO if not kept else kept[0] if len(kept) == 1 else Every(kept)


def some(parts: Iterable[Formula]) -> Formula:
    """At least one of them."""
    kept = _without(parts, NEVER)
    if any(part is SO for part in kept):
        return SO
    return NEVER if not kept else kept[0] if len(kept) == 1 else Some(kept)


def opposite(part: Formula) -> Formula:
    """Not this one."""
    match part:
        case Opposite(inner):
            return inner
        case _ if part is SO:
            return NEVER
        case _ if part is NEVER:
            return SO
    return Opposite(part)


def implies(first: Formula, second: Formula) -> Formula:
    """Whenever the first is so, the second is."""
    return some([opposite(first), second])


def same(first: Formula, second: Formula) -> Formula:
    """Both, or neither."""
    if first is second:
        return SO
    return every([implies(first, second), implies(second, first)])


def at_most_one(parts: Iterable[Formula]) -> Formula:
    """No two of them."""
    listed = tuple(parts)
    pairs = ((one, other) for at, one in enumerate(listed) for other in listed[at + 1 :])
    return every(opposite(every(pair)) for pair in pairs)


Points = tuple[tuple[int, Formula], ...]


def reaches(items: tuple[Points, ...], line: int) -> Formula:
    """Whether the points of these items add up to a line.

    Each item has points above 0 with what gives them, at most one of which is so; else it counts 0.
    """
    most = [max((points for points, _ in item), default=0) for item in items]
    known: dict[tuple[int, int], Formula] = {}

    def from_item(at: int, left: int) -> Formula:
        if left <= 0:
            return SO
        if sum(most[at:]) < left:
            return NEVER
        if (at, left) not in known:
            with_points = [every([so, from_item(at + 1, left - points)]) for points, so in items[at]]
            known[at, left] = some([from_item(at + 1, left), *with_points])
        return known[at, left]

    return from_item(0, line)


@dataclass(slots=True)
class Evaluation:
    """What formulas come to under given values; each part is worked out once.

    The values are whole numbers read bit by bit, so that up to any number of persons are worked
    out at once: ``everybody`` has one bit set for each. With one person it is 1.
    """

    value_of: Callable[[str], int]
    everybody: int = 1
    _known: dict[int, int] = field(default_factory=dict)
    # Formulas are known by identity, so they must live as long as what is known of them.
    _kept: list[Formula] = field(default_factory=list)

    def of(self, formula: Formula) -> int:
        """One bit for each person: whether the formula is so for them."""
        found = self._known.get(id(formula))
        if found is None:
            found = self._work_out(formula)
            self._known[id(formula)] = found
            self._kept.append(formula)
        return found

    def _work_out(self, formula: Formula) -> int:
        match formula:
            case Variable(name):
                return self.value_of(name) & self.everybody
            case Opposite(part):
                return self.everybody & ~self.of(part)
            case Every(parts):
                value = self.everybody
                for part in parts:
                    value &= self.of(part)
                    if not value:
                        break
                return value
            case Some(parts):
                value = 0
                for part in parts:
                    value |= self.of(part)
                    if value == self.everybody:
                        break
                return value


def is_so(formula: Formula, values: Mapping[str, bool]) -> bool:
    """Whether a formula is so for one person; a variable without a value is not so."""
    return Evaluation(lambda name: int(values.get(name, False))).of(formula) == 1


def _without(parts: Iterable[Formula], dropped: Formula) -> tuple[Formula, ...]:
    kept = {id(part): part for part in parts if part is not dropped}
    return tuple(kept.values())
