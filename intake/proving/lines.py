"""A number as a solver sees it: on which side it lies of each line that some condition draws.

Between two neighboring lines all numbers are alike to every condition, so nothing is lost.
"""

import itertools
import math
from dataclasses import dataclass, field
from decimal import Decimal

from intake.proving.formulas import NEVER, SO, Formula, Variable, every, implies


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A line: ``above`` is false for "at least this much", true for "more than this much"."""

    at: Decimal
    above: bool = False

    def is_reached_by(self, number: Decimal) -> bool:
        """Whether a number lies on or behind the line."""
        return number > self.at if self.above else number >= self.at


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers that can be given: their bounds (None for none), and whether only whole ones."""

    low: Decimal | None = None
    high: Decimal | None = None
    whole: bool = False

    def cut(self, at: Decimal, *, above: bool) -> Cut:
        """A line among these numbers; among whole numbers every line is an "at least"."""
        if not self.whole:
            return Cut(at, above)
        return Cut(Decimal(math.floor(at) + 1 if above else math.ceil(at)))

    def settles(self, cut: Cut) -> bool | None:
        """Whether every number here reaches the line, or none does; None when it depends."""
        if self.low is not None and cut.is_reached_by(self.low):
            return True
        if self.high is not None and not cut.is_reached_by(self.high):
            return False
        return None


@dataclass(slots=True)
class NumberLine:
    """One number and every line drawn across it.

    ``drawn`` grows while conditions are read; what keeps the lines in order is asked for afterwards.
    """

    name: str
    span: Span
    drawn: set[Cut] = field(default_factory=set)

    def reaches(self, at: Decimal, *, above: bool = False) -> Formula:
        """Whether the number is at least, or more than, this much."""
        cut = self.span.cut(at, above=above)
        match self.span.settles(cut):
            case True:
                return SO
            case False:
                return NEVER
        self.drawn.add(cut)
        return self._variable(cut)

    def order(self) -> Formula:
        """What reaches a line reaches every line before it."""
        ordered = sorted(self.drawn)
        pairs = itertools.pairwise(ordered)
        return every(implies(self._variable(far), self._variable(near)) for near, far in pairs)

    def side(self, cut: Cut) -> str:
        """The name of the variable that says whether the line is reached."""
        return f"{self.name} {'above' if cut.above else 'from'} {cut.at}"

    def _variable(self, cut: Cut) -> Formula:
        # Made anew each time: equal names are one variable to the solver.
        return Variable(self.side(cut))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where between two lines a number lies: it reaches ``least`` and does not reach ``under``."""

    span: Span
    least: Cut | None
    under: Cut | None

    def holds(self, number: Decimal) -> bool:
        """Whether the number lies here."""
        span = self.span
        inside = (span.low is None or number >= span.low) and (span.high is None or number <= span.high)
        reached = self.least is None or self.least.is_reached_by(number)
        return inside and reached and not (self.under is not None and self.under.is_reached_by(number))

    @property
    def edges(self) -> tuple[Decimal | None, Decimal | None]:
        """Its lower and its upper edge, which need not belong to it; None where it has none."""
        low = self.least.at if self.least is not None else self.span.low
        high = self.under.at if self.under is not None else self.span.high
        return low, high

    def somewhere(self, liked: Decimal) -> Decimal:
        """A number that lies here, the one liked if it does. Raises ValueError when none does."""
        for number in self._candidates(liked):
            if self.holds(number):
                return number
        raise ValueError("no number lies between these lines")

    def _candidates(self, liked: Decimal) -> tuple[Decimal, ...]:
        low, high = self.edges
        step = Decimal(1)
        found = [liked]
        if low is not None:
            found += [low, low + step]
        if high is not None:
            found += [high, high - step]
        if low is not None and high is not None and not self.span.whole:
            found.append((low + high) / 2)
        return tuple(found)
