"""Deleting what is over, but not on the word of a clock that has leapt ahead (decision 0059).

The worker reckons with a second clock, which nobody can set. Where the first is more than a week ahead of
that, or at the start of whoever was here last, everything patients have begun would be over at once: nothing
is deleted for a day, so that somebody can set it right.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.log import Noted, note
from intake.services import sweeping
from intake.services.worker import Worker
from intake.storage import last_trace

TOO_FAR_AHEAD = timedelta(days=7)
WAITED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What time it was, and what the clock that nobody sets said then, in seconds."""

    at: datetime
    ticked: float

    def later(self, ticked: float) -> datetime:
        """What time it should be by now."""
        return self.at + timedelta(seconds=ticked - self.ticked)


class CarefulSweeping:
    """Sweeps for one worker from its start to its end; ``tick`` are seconds that only ever grow."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._trusted: _Trusted | None = None
        self._waits_since: float | None = None

    def sweep(self, worker: Worker) -> int:
        """Sweep, unless the clock is not to be believed yet; how many drafts went."""
        now, ticked = worker.now(), self._tick()
        if self._trusted is None:
            self._trusted = _Trusted(_begun(worker, now), ticked)
        if now - self._trusted.later(ticked) > TOO_FAR_AHEAD and not self._has_waited(ticked):
            return 0
        self._trusted, self._waits_since = _Trusted(now, ticked), None
        return sweeping.sweep(worker)

    def _has_waited(self, ticked: float) -> bool:
        if self._waits_since is None:
            self._waits_since = ticked
            note(Noted.CLOCK_AHEAD, logging.WARNING)
        return ticked - self._waits_since >= WAITED.total_seconds()


def _begun(worker: Worker, now: datetime) -> datetime:
    """What time it is at least, when a worker begins: that of the newest trace of anybody."""
    with worker.database.read() as session:
        newest = last_trace.newest(session)
    return now if newest is None else newest
