"""Deleting what is over, but not on the word of a clock that has leapt ahead (``careful_clock``)."""

import time
from collections.abc import Callable

from intake.services import sweeping
from intake.services.careful_clock import CarefulClock
from intake.services.worker import Worker
from intake.storage import last_trace


class CarefulSweeping:
    """Sweeps for one worker from its start to its end; ``tick`` are seconds that only ever grow."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._clock = CarefulClock(last_trace.leap_of_anybody, tick)

    def sweep(self, worker: Worker) -> int:
        """Sweep, unless the clock is not to be believed yet; how many drafts went."""
        if not self._clock.is_believed(worker.database, worker.now()):
            return 0
        return sweeping.sweep(worker)
