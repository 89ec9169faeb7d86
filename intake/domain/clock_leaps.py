"""When a clock is not to be believed yet: it is far ahead of everything that was here (decision 0059)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TOO_FAR_AHEAD = timedelta(days=7)
BELIEVED_AFTER = timedelta(days=1)
# So far ahead of now is nothing odd: clocks of two processes, or one that is set right by a little.
WANDERS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Leap:
    """Nothing was here for long, and then something or the clock alone: when each was."""

    before: datetime
    after: datetime


def leap(before: datetime | None, after: datetime) -> Leap | None:
    """The leap between the newest trace that is older than a day and the first one since; None without."""
    if before is None or after - before <= TOO_FAR_AHEAD:
        return None
    return Leap(before, after)
