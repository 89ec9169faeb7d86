"""How each process begins: closed to others, and tied to the process that started it, if one did.

``intake serve`` starts the processes of one machine and hands each two pipes: in one it says that it is
ready, the other is closed when whoever started it is gone, however that came about.
"""

import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Never, Self

from intake import log
from intake.domain.processes import Process

# `-P`: a folder that happens to be called intake, where a command is run, is not what is meant.
_PYTHON = (sys.executable, "-P", "-m")
# What each process is, from its first line of code on.
PROGRAMS: Mapping[Process, Sequence[str]] = {
    Process.PATIENT: (*_PYTHON, "intake.web.patient"),
    Process.CLINIC: (*_PYTHON, "intake.web.clinic"),
    Process.WORKER: (*_PYTHON, "intake.web.worker"),
}
# Written as --supervised=READY,LIFE: numbers of open files, which mean something to the two of them alone.
_OPTION = "--supervised="


@dataclass(frozen=True, slots=True)
class Above:
    """The process that started this one; none when a person or a service manager did."""

    ready: int | None = None
    life: int | None = None

    @classmethod
    def told_by(cls, arguments: Sequence[str]) -> Self:
        """What stands on the command line."""
        for one in arguments:
            if one.startswith(_OPTION):
                ready, life = one.removeprefix(_OPTION).split(",")
                return cls(int(ready), int(life))
        return cls()

    @property
    def is_there(self) -> bool:
        """Whether one of ours started this process, and speaks for it to whoever is at the console."""
        return self.ready is not None

    def argument(self) -> str:
        """What a process that is started is told on its command line."""
        return f"{_OPTION}{self.ready},{self.life}"

    def tell_ready(self) -> None:
        """Say that requests are answered from now on, or that work has begun."""
        if self.ready is not None:
            os.write(self.ready, b"1")
            os.close(self.ready)

    def end_with_it(self) -> None:
        """End this process as soon as the one above it is gone: nobody would know of it any more."""
        if self.life is not None:
            Thread(target=_wait_for_the_end, args=(self.life,), daemon=True).start()


def begin() -> None:
    """What comes first in each process: no word of it is logged that is on no list, no file of it is for
    others, and no memory of it is left on a disk.

    A dump of memory would hold answers, and keys (ASVS 13.3, security.md 7).
    """
    log.begin()
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def become(process: Process) -> Never:
    """Go on as one of the processes: in its own code alone, without what was read until now."""
    program = list(PROGRAMS[process])
    sys.stdout.flush()
    os.execv(program[0], program)  # noqa: S606 - ours, and no word of it is anybody else's


def _wait_for_the_end(life: int) -> None:
    # Nothing is ever written to it: it ends when the other end is closed.
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)
