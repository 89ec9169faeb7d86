"""Three-valued truth: yes, no, and not known.

Silence is never an answer, so a :class:`Truth` refuses to be used as a boolean:
``if truth:`` would quietly treat *not known* as one of the other two.
"""

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """Kleene's three values, ordered so that *and* is the least and *or* the greatest."""

    NO = 0
    NOT_KNOWN = 1
    YES = 2

    def __bool__(self) -> bool:
        raise TypeError("say which: `is Truth.YES` or `is not Truth.NO`; not known is neither yes nor no")


def all_of(truths: Iterable[Truth]) -> Truth:
    """YES when every one is; NO when any is; otherwise not known. Of none: YES."""
    return min(truths, key=lambda truth: truth.value, default=Truth.YES)


def any_of(truths: Iterable[Truth]) -> Truth:
    """YES when any one is; NO when all are; otherwise not known. Of none: NO."""
    return max(truths, key=lambda truth: truth.value, default=Truth.NO)


def truth_of(claim: bool) -> Truth:  # noqa: FBT001 - turning one is all it does
    """The truth of a claim about something that is known."""
    return Truth.YES if claim else Truth.NO
