"""Which counts of people may be shown, so that nobody can be read off from them.

A count of fewer than five is held back, and so is whatever it could be worked out from: the other
counts of its group, with a total that everybody knows. What is held back is not told apart, because
"this one is small" beside "this one is not" would narrow both down.
"""

from collections.abc import Sequence
from enum import Enum

FEWEST_SHOWN = 5


class Few(Enum):
    """A count out of a known whole that is not told: too few have it, or too few have not."""

    HAVE = "fewer than 5"
    HAVE_NOT = "all but fewer than 5"


def of_group(counts: Sequence[int], give_up: Sequence[int]) -> tuple[int | None, ...]:
    """The counts of a group that adds up to a known total; None for each that is held back.

    ``give_up`` are the places in the order in which counts that are not small are given up. The order
    is fixed beforehand and never looks at the counts: "the smallest of the others" would tell that no
    other is smaller. The first of them goes whenever any does; otherwise two that are held back and
    add up to eight could only be four and four.
    """
    small = {place for place, count in enumerate(counts) if count < FEWEST_SHOWN}
    if not small:
        return tuple(counts)
    held = small | set(give_up[:1])
    for place in give_up[1:]:
        if len(held) > 1 and sum(counts[one] for one in held) >= FEWEST_SHOWN:
            break
        held.add(place)
    return tuple(None if place in held else count for place, count in enumerate(counts))


def out_of(part: int, whole: int) -> int | Few:
    """How many of a known whole have something, where few who have it, or have it not, are not told."""
    if part < FEWEST_SHOWN:
        return Few.HAVE
    return Few.HAVE_NOT if whole - part < FEWEST_SHOWN else part


def enough(count: int) -> int | None:
    """A count that belongs to no group; None when it is small."""
    return None if count < FEWEST_SHOWN else count


def in_whole_batches(number: int) -> int:
    """The most forms, up to a number, that can be counted a batch at a time.

    Counted one by one, whoever looks before and after one form arrives sees what is in it.
    """
    return number - number % FEWEST_SHOWN
