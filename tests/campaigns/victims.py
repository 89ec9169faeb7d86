"""Who is killed: everything at once, or one of the processes while the others go on."""

import os
import signal
import time
from dataclasses import dataclass
from enum import Enum

import psutil

from intake.domain.processes import Process
from serving import NotThere, Product

# A process that died soon again and again is started again up to a minute later.
_SECONDS_TO_BE_BACK = 150
_PAGES = {Process.PATIENT: "/", Process.CLINIC: "/clinic/sign-in"}


class Victim(Enum):
    """One of them, by the words a report has for it."""

    EVERYTHING = "everything at once"
    SUPERVISOR = "the supervisor"
    PATIENT = "the patient site"
    CLINIC = "the clinic site"
    WORKER = "the worker"

    @property
    def is_noticed_by_patients(self) -> bool:
        """Whether a patient who sends a form may hear nothing."""
        return self not in (Victim.CLINIC, Victim.WORKER)

    @property
    def process(self) -> Process | None:
        """The one process it is, if it is one of the three."""
        ours = {Victim.PATIENT: Process.PATIENT, Victim.CLINIC: Process.CLINIC, Victim.WORKER: Process.WORKER}
        return ours.get(self)


@dataclass(frozen=True, slots=True)
class Killed:
    """A product of which something was killed, and which processes it had before."""

    product: Product
    victim: Victim
    before: tuple[psutil.Process, ...]

    def come_back(self) -> list[str]:
        """Wait until everything runs again; start it where nobody is left to. What went wrong."""
        if (process := self.victim.process) is not None:
            return self._started_again(process)
        faults = self._ended_with_it() if self.victim is Victim.SUPERVISOR else []
        self.product.start()
        return faults

    def _ended_with_it(self) -> list[str]:
        """No process goes on when nobody is there to start it again."""
        end = time.monotonic() + _SECONDS_TO_BE_BACK
        alive = [one for one in self.before if _runs(one)]
        while alive and time.monotonic() < end:
            time.sleep(0.005)
            alive = [one for one in alive if _runs(one)]
        for one in alive:
            one.kill()
        return [f"process {one.pid} went on when the supervisor was gone" for one in alive]

    def _started_again(self, process: Process) -> list[str]:
        """The supervisor starts it again, and no other."""
        end = time.monotonic() + _SECONDS_TO_BE_BACK
        while not self._is_back(process):
            if time.monotonic() > end:
                self.product.kill()
                self.product.start()
                return [f"{process.words} was not started again"]
            time.sleep(0.01)
        others = [one for one in Process if one is not process]
        restarted = [one for one in others if self.product.its(one) not in self.before]
        return [f"{one.words} died with {process.words}" for one in restarted]

    def _is_back(self, process: Process) -> bool:
        try:
            is_new = self.product.its(process) not in self.before
        except NotThere:
            return False
        return is_new and (process not in _PAGES or self.product.answers(_PAGES[process]))


def _runs(process: psutil.Process) -> bool:
    """Whether it does anything any more, also where nobody has taken notice of its end yet."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(product: Product, victim: Victim) -> Killed:
    """End it in the middle of whatever it does."""
    killed = Killed(product, victim, tuple(product.its(one) for one in Process))
    if victim is Victim.EVERYTHING:
        product.kill()
    elif victim is Victim.SUPERVISOR:
        assert product.process is not None
        os.kill(product.process.pid, signal.SIGKILL)
        product.process.wait(timeout=20)
    else:
        assert victim.process is not None
        product.its(victim.process).kill()
    return killed
