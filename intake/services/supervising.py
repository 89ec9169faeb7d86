"""Running the three processes on one machine: started together, started again, and ended together.

A process that dies is started again, later each time it dies soon. The first time, all of them have to
start: one that cannot says why, and none is left running.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event

from intake.domain.processes import Process
from intake.log import Noted, note
from intake.services import processes
from intake.services.processes import Above
from intake.services.separation import environment_of

# How long until a process that died is started again: the first time, and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
# Whoever ran for so long was well; the next time counts as the first.
_WELL_AFTER = 60.0
_LOOK_EVERY = 0.2
# Requests that were begun are answered first; a sender who stops is given up after 30 seconds.
_SECONDS_TO_END = 40.0


class NotStarted(Exception):
    """A process could not be started; it has said why. Nothing is left running."""

    def __init__(self, process: Process) -> None:
        super().__init__(f"{process.words} could not be started, for the reason above; everything is stopped")
        self.process = process


@dataclass(slots=True)
class _Child:
    """One process, while it runs and when it does not."""

    process: Process
    program: Sequence[str]
    running: subprocess.Popen[bytes] | None = None
    ready: int = -1
    life: int = -1
    began: float = 0.0
    pause: float = field(default_factory=lambda: _FIRST_PAUSE)
    again_at: float = 0.0

    def start(self) -> None:
        """Start it; it is ready once it says so.

        Raises OSError where the machine has no room for it; nothing of it is kept then.
        """
        try:
            self._begin()
        except OSError:
            self.forget()
            raise
        self.began = time.monotonic()

    def _begin(self) -> None:
        self.ready, said = os.pipe()
        try:
            life, self.life = os.pipe()
            try:
                program = [*self.program, Above(said, life).argument()]
                told = environment_of(self.process, os.environ)
                self.running = subprocess.Popen(program, pass_fds=(said, life), env=told)  # noqa: S603 - ours
            finally:
                os.close(life)
        finally:
            os.close(said)

    def forget(self) -> None:
        """It ended: nothing of it is kept."""
        self.running = None
        for descriptor in (self.ready, self.life):
            if descriptor >= 0:
                os.close(descriptor)
        self.ready = self.life = -1

    @property
    def has_ended(self) -> bool:
        return self.running is not None and self.running.poll() is not None


class Supervisor:
    """Three processes that are run together. ``stop`` ends them, from whichever thread or signal."""

    def __init__(self, programs: Mapping[Process, Sequence[str]] | None = None) -> None:
        self._children = [_Child(one, program) for one, program in (programs or processes.PROGRAMS).items()]
        self._stop = Event()

    def stop(self) -> None:
        """End everything, soon."""
        self._stop.set()

    def run(self, on_ready: Callable[[], None]) -> None:
        """Start all, and go on until told to stop. Raises NotStarted.

        ``on_ready`` is called once all of them are ready.
        """
        try:
            for child in self._children:
                _start_first(child)
            for child in self._children:
                self._wait_until_ready(child)
            if not self._stop.is_set():
                on_ready()
            while not self._stop.wait(_LOOK_EVERY):
                for child in self._children:
                    _look_after(child, time.monotonic())
        finally:
            _end(self._children)

    def _wait_until_ready(self, child: _Child) -> None:
        while not self._stop.is_set():
            said, _, _ = select.select([child.ready], [], [], _LOOK_EVERY)
            # The pipe says something, or is closed because the process is gone.
            if said:
                if os.read(child.ready, 1):
                    return
                raise NotStarted(child.process)


def stop_on_signals(supervisor: Supervisor) -> None:
    """End as a person or a service manager asks for it."""
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda _signal, _frame: supervisor.stop())


def _start_first(child: _Child) -> None:
    """Start it for the first time. Raises NotStarted."""
    try:
        child.start()
    except OSError as error:
        note(Noted.PROCESS_NOT_STARTED, process=child.process, error=error)
        raise NotStarted(child.process) from None


def _look_after(child: _Child, now: float) -> None:
    """Start it again if it is time; write down that it ended if it did."""
    if child.running is None:
        if now >= child.again_at:
            _start_again(child, now)
        return
    if not child.has_ended:
        return
    if now - child.began >= _WELL_AFTER:
        child.pause = _FIRST_PAUSE
    note(
        Noted.PROCESS_ENDED,
        process=child.process,
        exit_code=child.running.returncode,
        again_in=int(child.pause),
    )
    child.forget()
    _wait(child, now)


def _start_again(child: _Child, now: float) -> None:
    """Start it; where the machine has no memory or no process left for it, later, and the others go on."""
    try:
        child.start()
    except OSError as error:
        note(Noted.PROCESS_NOT_STARTED, process=child.process, error=error, again_in=int(child.pause))
        _wait(child, now)


def _wait(child: _Child, now: float) -> None:
    child.again_at = now + child.pause
    child.pause = min(2 * child.pause, _LONGEST_PAUSE)


def _end(children: Iterable[_Child]) -> None:
    """Tell each to end, wait for what it still answers, and end by force whoever does not."""
    running = [child for child in children if child.running is not None]
    for child in running:
        if child.running is not None and not child.has_ended:
            child.running.terminate()
    end = time.monotonic() + _SECONDS_TO_END
    for child in running:
        if child.running is None:
            continue
        try:
            child.running.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            note(Noted.PROCESS_KILLED, process=child.process)
            child.running.kill()
            child.running.wait()
        child.forget()
