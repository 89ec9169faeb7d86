"""Whether the clock may be believed by whoever erases what is over (decision 0059).

It is reckoned with a second clock, which nobody can set. Where the first is more than a week ahead of that,
or at the start of whoever was here before, everything would be over at once: it is not believed for a day,
so that somebody can set it right.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from intake.domain.clock_leaps import BELIEVED_AFTER, TOO_FAR_AHEAD, Leap
from intake.log import Noted, note
from intake.storage.database import Database


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What time it was, and what the clock that nobody sets said then, in seconds."""

    at: datetime
    ticked: float

    def later(self, ticked: float) -> datetime:
        """What time it should be by now."""
        return self.at + timedelta(seconds=ticked - self.ticked)


class CarefulClock:
    """For one loop from its start to its end. ``leap`` looks for one where it begins (``last_trace``);
    ``tick`` are seconds that only ever grow.
    """

    def __init__(
        self,
        leap: Callable[[Session, datetime], Leap | None],
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leap, self._tick = leap, tick
        self._trusted: _Trusted | None = None
        self._waits_since: float | None = None

    def is_believed(self, database: Database, now: datetime) -> bool:
        """Whether what is over by this clock may be erased. Not in a transaction."""
        ticked = self._tick()
        if self._trusted is None:
            self._trusted = _Trusted(self._begun(database, now), ticked)
        if now - self._trusted.later(ticked) > TOO_FAR_AHEAD and not self._has_waited(ticked):
            return False
        self._trusted, self._waits_since = _Trusted(now, ticked), None
        return True

    def _begun(self, database: Database, now: datetime) -> datetime:
        """What time it is at least: that of the clock, unless it leapt before this began."""
        with database.read() as session:
            found = self._leap(session, now)
        return now if found is None else found.before

    def _has_waited(self, ticked: float) -> bool:
        if self._waits_since is None:
            self._waits_since = ticked
            note(Noted.CLOCK_AHEAD, logging.WARNING)
        return ticked - self._waits_since >= BELIEVED_AFTER.total_seconds()
