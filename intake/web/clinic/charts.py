"""Charts as shapes: where each bar and each step of a line lies, worked out from the numbers in the table.

Widths are shares of the picture's width and heights are in lines of text, so that a chart fits a phone
and grows with the reader's letters. What is held back has a shape of one size, whatever it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap

# How much of the width the longest bar takes; the rest is for the words at its end.
LONGEST = 58.0
# The bar of a number that is held back.
HELD_BACK = 6.0
_LETTERS = 30  # of a label, on a line of the narrowest screen
_LINE, _BAR, _GAP = 1.4, 1.1, 0.7
# A line chart: how high the highest step is, and what stands above and below.
RISE = 8.0
_ABOVE, _BELOW = 1.5, 1.6


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a chart and the words for it; no ``value`` where there is none to show."""

    value: float | None
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """One label of a bar chart, and the number of each of its bars."""

    label: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """Words in a picture, at a share of its width and a height; ``anchor`` says which end stands there."""

    words: str
    x: float
    y: float
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar. ``kind`` counts the bars of one label from 1; 0 is what is held back."""

    x: float
    y: float
    width: float
    height: float
    kind: int


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line from one point to another."""

    x: float
    y: float
    to_x: float
    to_y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn; ``height`` is in lines of text."""

    height: float
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    words: tuple[Word, ...] = ()


def bars(rows: Sequence[Row]) -> Picture:
    """A bar for each number, its label above it and its words at its end, all on one scale from zero."""
    most = _most([number for row in rows for number in row.numbers])
    drawn: list[Bar] = []
    words: list[Word] = []
    y = 0.0
    for row in rows:
        for line in wrap(row.label, _LETTERS) or [""]:
            y += _LINE
            words.append(Word(line, 0.0, y - 0.42))
        for kind, number in enumerate(row.numbers, start=1):
            bar = _bar(number, most, y, kind)
            drawn.append(bar)
            words.append(Word(number.said, bar.width + 1.5, y + _BAR - 0.2))
            y += _BAR + 0.25
        y += _GAP
    return Picture(y, tuple(drawn), (), tuple(words))


def steps(numbers: Sequence[Number], first: str, last: str) -> Picture:
    """A line that is level for each number and steps to the next, over one scale from zero.

    ``first`` and ``last`` name the ends. It has a gap where a number is held back.
    """
    most, wide = _most(numbers), 100 / max(1, len(numbers))
    floor = _ABOVE + RISE
    tops = [None if one.value is None else floor - RISE * one.value / most for one in numbers]
    lines = [Line(0.0, floor, 100.0, floor, "axis")]
    held, words = [], []
    for place, (number, top) in enumerate(zip(numbers, tops, strict=True)):
        if top is None:
            held.append(Bar(place * wide, floor - _BAR, wide, _BAR, 0))
            continue
        lines.append(Line(place * wide, top, (place + 1) * wide, top, "step"))
        if wide > _ROOM_FOR_A_NUMBER or number.value == most:
            words.append(Word(number.said, (place + 0.5) * wide, top - 0.4, "middle"))
    for place, (top, then) in enumerate(pairwise(tops), start=1):
        if top is not None and then is not None and top != then:
            lines.append(Line(place * wide, top, place * wide, then, "step"))
    below = floor + _BELOW - 0.3
    words += [Word(first, 0.0, below), Word(last, 100.0, below, "end")]
    return Picture(floor + _BELOW, tuple(held), tuple(lines), tuple(words))


# Two digits, on the narrowest screen.
_ROOM_FOR_A_NUMBER = 6.0


def _most(numbers: Sequence[Number]) -> float:
    return max((one.value for one in numbers if one.value is not None), default=0.0) or 1.0


def _bar(number: Number, most: float, y: float, kind: int) -> Bar:
    if number.value is None:
        return Bar(0.0, y, HELD_BACK, _BAR, 0)
    return Bar(0.0, y, LONGEST * number.value / most, _BAR, kind)
