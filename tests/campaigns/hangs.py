"""Notices a request that hangs while it hangs: it is stopped, and where it stood is told.

A machine that is busy with others makes everything slow. So how long a request may take is counted in the
processor's time that it used; and one that merely waits is stopped after so many seconds times what a fixed
bit of work takes here longer than it would on a processor of its own.
"""

import faulthandler
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

_WORK = 0.05  # seconds of the processor
_IN_C = 6  # times as long: a hang that never comes back to Python ends the process


class Hung(BaseException):
    """A request was stopped; the words are its stack. Nothing of the product catches it."""


@dataclass(slots=True)
class Took:
    """What a request took: seconds of the processor, and by the clock."""

    processor: float = 0.0
    clock: float = 0.0


@contextmanager
def watched(seconds: float, stacks: Path | None = None) -> Iterator[Took]:
    """Raise ``Hung`` in whatever takes longer; ``took`` is filled in at the end.

    What hangs where no signal arrives ends the process, which has written its stack to ``stacks``.
    """
    begun, used, took = time.monotonic(), time.process_time(), Took()

    def ring(_number: int, frame: FrameType | None) -> None:
        waited = time.monotonic() - begun
        if waited < seconds * slowed():
            signal.setitimer(signal.ITIMER_REAL, seconds)  # the machine is busy: wait as long again
            return
        raise Hung("".join(traceback.format_stack(frame)[-8:]))

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    file = stacks.open("w", encoding="utf-8") if stacks else None
    if file:
        faulthandler.dump_traceback_later(seconds * _IN_C, exit=True, file=file)
    try:
        yield took
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if file:
            faulthandler.cancel_dump_traceback_later()
            file.close()
        took.processor, took.clock = time.process_time() - used, time.monotonic() - begun


def slowed() -> float:
    """How many times longer than alone a bit of work takes by now; at least 1."""
    begun, used = time.monotonic(), time.process_time()
    while time.process_time() - used < _WORK:
        pass
    return max(1.0, (time.monotonic() - begun) / _WORK)
