"""How far a long command has come, and about how long it still takes: on standard error.

Where a person watches, one line is written over and over; in a log, a line now and then.
"""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

_WATCHED, _LOGGED = 0.2, 10.0  # seconds between two lines
_CLEAR = "\r\x1b[K"


class Progress:
    """Use it with ``with``; :meth:`told` is called with how many of how many are done."""

    def __init__(self, label: str, stream: TextIO | None = None, *, now: float | None = None) -> None:
        self._label, self._stream = label, stream or sys.stderr
        self._watched = self._stream.isatty()
        self._started = time.monotonic() if now is None else now
        self._next = self._started + (_WATCHED if self._watched else _LOGGED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watched:
            self._stream.write(_CLEAR)
            self._stream.flush()

    def told(self, done: int, of: int, *, now: float | None = None) -> None:
        """Write the line when it is time to."""
        at = time.monotonic() if now is None else now
        if at < self._next:
            return
        self._next = at + (_WATCHED if self._watched else _LOGGED)
        line = f"{self._label}: {done:,} of {of:,}{_left(done, of, at - self._started)}"
        self._stream.write(f"{_CLEAR}{line}" if self._watched else f"{line}\n")
        self._stream.flush()


def _left(done: int, of: int, seconds: float) -> str:
    if not 0 < done < of:
        return ""
    left = round(seconds * (of - done) / done)
    if left < 60:
        return f", about {max(1, left)} s left"
    return f", about {round(left / 60)} min left"
