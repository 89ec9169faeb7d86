"""Who is at work on a whole instance: one restore alone, or any number of starts, and never both.

A restore that is refused takes away again what it made. Whoever went on with that meanwhile would write into
a file that is gone, and seal with keys that are nowhere.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class SomebodyAtWork(Exception):
    """Somebody restores into this folder, or starts on it."""


@contextmanager
def alone(instance: Path) -> Iterator[None]:
    """Nobody else is at work on this folder meanwhile. Raises SomebodyAtWork at once where somebody is.

    The system gives it back when a process ends, however it ends; no file is left of it.
    """
    with _held(instance) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SomebodyAtWork from None
        yield


@contextmanager
def beside_others(instance: Path) -> Iterator[None]:
    """Nobody is alone at work on this folder meanwhile; whoever is, is waited for."""
    with _held(instance) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


@contextmanager
def _held(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
