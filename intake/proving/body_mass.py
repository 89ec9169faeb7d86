"""The body mass index as a number of its own, held together with the height and weight it is made of.

Where no condition looks at height or weight themselves, any index within their limits can come
up; where one does, the index must lie where that height and that weight can put it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from intake.proving.formulas import Formula, every, implies, opposite
from intake.proving.lines import Cut, NumberLine, Stretch

_CM_PER_M = 100


@dataclass(frozen=True, slots=True)
class BodyMass:
    """The lines of an index, of the height in cm and of the weight in kg behind it."""

    index: NumberLine
    height: NumberLine
    weight: NumberLine

    def rules(self) -> Formula:
        """The index lies where the height and the weight put it."""
        return every(self._rules())

    def _rules(self) -> Iterator[Formula]:
        for tall, here in _stretches(self.height):
            for heavy, there in _stretches(self.weight):
                for cut in sorted(self.index.drawn):
                    reached = self.index.reaches(cut.at, above=cut.above)
                    match _settled(cut, tall, heavy):
                        case True:
                            yield implies(every([here, there]), reached)
                        case False:
                            yield implies(every([here, there]), opposite(reached))

    def made_of(self, index: Stretch, tall: Stretch, heavy: Stretch) -> tuple[Decimal, Decimal]:
        """A height and a weight that put the index there. Raises ValueError when none do."""
        low, high = index.edges
        for height in _some_of(tall):
            metres = height / _CM_PER_M
            square = metres * metres
            wanted = [edge * square for edge in (low, high) if edge is not None]
            if low is not None and high is not None:
                wanted.append((low + high) / 2 * square)
            if low is not None:
                wanted.append((low + 1) * square)
            if high is not None:
                wanted.append((high - 1) * square)
            edges = [edge for edge in heavy.edges if edge is not None]
            middle = [(edges[0] + edges[1]) / 2] if len(edges) == 2 else []
            for weight in (Decimal(70), *wanted, *edges, *middle):
                if heavy.holds(weight) and index.holds(weight / square):
                    return height, weight
        raise ValueError("no height and weight make this body mass index")


def _some_of(tall: Stretch) -> Iterator[Decimal]:
    for liked in (170, 200, 100, 150, 250, 75, 60, 125, 50, 275):
        if tall.holds(Decimal(liked)):
            yield Decimal(liked)
    low, high = tall.edges
    if low is not None and high is not None:
        for part in range(33):
            number = low + (high - low) * part / 32
            if number > 0 and tall.holds(number):
                yield number


def _stretches(line: NumberLine) -> Iterator[tuple[Stretch, Formula]]:
    """Each stretch between two lines drawn, and what says that the number lies there."""
    cuts = sorted(line.drawn)
    for least, under in zip([None, *cuts], [*cuts, None], strict=True):
        inside = []
        if least is not None:
            inside.append(line.reaches(least.at, above=least.above))
        if under is not None:
            inside.append(opposite(line.reaches(under.at, above=under.above)))
        yield Stretch(line.span, least, under), every(inside)


def _settled(cut: Cut, tall: Stretch, heavy: Stretch) -> bool | None:
    """Whether every such height and weight puts the index behind the line, or none does."""
    least, least_is_there = _index(_edge(heavy, upper=False), _edge(tall, upper=True))
    most, most_is_there = _index(_edge(heavy, upper=True), _edge(tall, upper=False))
    at = Fraction(cut.at)
    if least > at or (least == at and (not cut.above or not least_is_there)):
        return True
    if most < at or (most == at and (cut.above or not most_is_there)):
        return False
    return None


def _edge(stretch: Stretch, *, upper: bool) -> tuple[Decimal | None, bool]:
    edge = stretch.edges[1 if upper else 0]
    return edge, edge is not None and stretch.holds(edge)


def _index(weight: tuple[Decimal | None, bool], height: tuple[Decimal | None, bool]) -> tuple[Fraction, bool]:
    heavy, heavy_there = weight
    tall, tall_there = height
    if heavy is None or (tall is not None and tall == 0):
        return Fraction(10**12), False
    if tall is None:
        return Fraction(0), False
    metres = Fraction(tall) / _CM_PER_M
    return Fraction(heavy) / (metres * metres), heavy_there and tall_there
