"""Wrong tries at what a patient opens with two things: a pause after some of them, an end after many.

security.md 3: five within an hour, thirty in all; after those only the clinic can make a new way in.
"""

from datetime import datetime, timedelta
from typing import Protocol

WRONG_BEFORE_A_PAUSE = 5
PAUSE = timedelta(hours=1)
WRONG_BEFORE_THE_END = 30
# A clock further behind than this was set back.
_CLOCK_BEHIND = timedelta(minutes=5)


class Tried(Protocol):
    """A row that counts the wrong tries at what it opens."""

    failures: int
    paused_until: datetime | None


def may_be_tried(row: Tried, now: datetime) -> bool:
    """Whether another try counts for anything."""
    return not is_paused(row.paused_until, now) and row.failures < WRONG_BEFORE_THE_END


def is_paused(until: datetime | None, now: datetime) -> bool:
    """Whether a pause that was to end then still lasts."""
    # No pause is that long: the clock was ahead when it began, and must keep nobody out for years.
    return until is not None and now < until <= now + PAUSE + _CLOCK_BEHIND


def counted(row: Tried | None, now: datetime, *, wrong: bool) -> dict[str, object]:
    """What the row says after a try.

    To be written also when nothing is counted, and without a row: every refusal takes as long.
    """
    failures = (row.failures if row is not None else 0) + wrong
    paused = row.paused_until if row is not None else None
    if wrong and failures % WRONG_BEFORE_A_PAUSE == 0:
        paused = now + PAUSE
    return {"failures": failures, "paused_until": paused}
