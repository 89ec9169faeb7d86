"""Which counts of people may be shown, so that nobody can be read off from them.

A count of fewer than five is held back, and so is whatever it could be worked out from: the other
counts of its group, with a total that everybody knows. What is held back is not told apart, because
"this one is small" beside "this one is not" would narrow both down.
"""

from collections.abc import Sequence
from enum import Enum

FEWEST_SHOWN = 5


class Few(Enum):
    """A count that is not told, because too few are in it, or too few are not."""

    HAVE = "fewer than 5"
    HAVE_NOT = "all but fewer than 5"
    # Each of the others in its group is of fewer than five; together they may be more.
    MOST = "most"


def of_group(
    counts: Sequence[int], give_up: Sequence[int], *, say_most: bool = False
) -> tuple[int | Few | None, ...]:
    """The counts of a group that adds up to a known total; None for each that is held back.

    With ``say_most``, where all are small but one, that is said. More has to be held back elsewhere for
    it: what is held back must not be known to be none of those. It is worth that in a group of few.

    ``give_up`` are the places in the order in which counts that are not small are given up. The order
    is fixed beforehand and never looks at the counts: "the smallest of the others" would tell that no
    other is smaller. The first of them goes whenever any does; otherwise two that are held back and
    add up to eight could only be four and four.
    """
    small = {place for place, count in enumerate(counts) if count < FEWEST_SHOWN}
    if not small:
        return tuple(counts)
    free = FEWEST_SHOWN - 1 if say_most else 0
    if say_most and len(small) == len(counts) - 1 and _leaves_open(counts, free):
        return tuple(Few.HAVE if place in small else Few.MOST for place in range(len(counts)))
    held = small | set(give_up[:1])
    for place in give_up[1:]:
        if len(held) > 1 and _leaves_open([counts[one] for one in held], free):
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


def _leaves_open(held: Sequence[int], free: int) -> bool:
    """Whether the sum of what is held back leaves room for each but one of it to be as much as this."""
    return sum(held) >= FEWEST_SHOWN + free * (len(held) - 1)
