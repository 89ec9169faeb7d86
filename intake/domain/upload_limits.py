"""How many files one person may send: each is part of a record that cannot be changed, and a disk ends."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from intake.domain.clock_leaps import WANDERS

MOST_A_DAY = 20
MOST_IN_ALL = 500
_A_DAY = timedelta(days=1)


def what_is_too_much(kept: Iterable[datetime], now: datetime) -> str:
    """Why one more file of a person is not kept, and what to do; empty when it is.

    ``kept`` are the moments at which their earlier ones were.
    """
    moments = tuple(kept)
    if len(moments) >= MOST_IN_ALL:
        return f"You have sent {MOST_IN_ALL} files, and each is kept for good. Ask another administrator"
    # What the clock says is still to come was sent while it was ahead: nobody has to wait for that.
    if sum(-WANDERS <= now - one < _A_DAY for one in moments) >= MOST_A_DAY:
        return f"You have sent {MOST_A_DAY} files within a day, and each is kept for good. Send it tomorrow"
    return ""
