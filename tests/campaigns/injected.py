"""Lets the operating system refuse a call of a running process: the n-th of its kind, or all from there on.

strace does it (``-e inject``): the call is never made, and the process is told that the disk could not be
read or written (EIO). Calls are counted for each thread by itself, so that of one request at a time, which
one thread answers, the n-th call is the n-th of that request.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from campaigns.fsync import traced
from campaigns.traces import CALLS

# What reads, writes and syncs a file at a place; of what serves, only SQLite does so.
OF_FILES = ("pread64", "pwrite64", "fsync", "fdatasync", "ftruncate")
# What is also done to files that are nobody's answers: only those of the database and the log are meant.
OF_NAMED_FILES = ("openat", "write")
EVERYTHING = ",".join((*OF_FILES, *OF_NAMED_FILES))
_REFUSED = re.compile(r"^\d+ +(?:<\.\.\. )?(?P<call>\w+).*\(INJECTED\)", re.MULTILINE)
_ON_FILE = re.compile(r"^\d+ +\w+\((?:AT_FDCWD<[^>]*>, \"(?P<name>[^\"]*)\"|\d+<(?P<open>[^>]*)>)")


@dataclass(frozen=True, slots=True)
class Fault:
    """Which call is refused: the one of this number, from 1; ``lasting`` when all later ones are, too."""

    call: str
    number: int
    lasting: bool = False

    @property
    def is_of_named_files(self) -> bool:
        """Whether only calls on the files that are named are counted, and refused."""
        return self.call not in OF_FILES

    def __str__(self) -> str:
        name = "every call" if self.call == EVERYTHING else self.call
        return f"{name} {self.number}{' and all after it' if self.lasting else ''}"


@contextmanager
def refused(process: psutil.Process, fault: Fault, files: Iterable[Path], kept: Path) -> Iterator[None]:
    """While the call of this number fails; ``kept`` is where it is written down what was asked for."""
    when = f"{fault.number}{'+' if fault.lasting else ''}"
    options = ["-e", f"inject={fault.call}:error=EIO:when={when}"]
    if fault.is_of_named_files:
        options += [word for one in files for word in ("-P", str(one))]
    with traced(process, kept, f"{CALLS},{EVERYTHING}", options):
        yield


def which_failed(trace: str) -> Sequence[str]:
    """The files of the calls that were refused, by the last part of their names."""
    found = []
    for line in trace.splitlines():
        if _REFUSED.match(line):
            on = _ON_FILE.match(line)
            found.append(Path((on["name"] or on["open"]) if on else "?").name)
    return found
