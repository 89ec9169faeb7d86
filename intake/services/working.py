"""The worker at work, until it is told to stop."""

from collections.abc import Callable
from threading import Event, Lock, Thread

from intake.log import Noted, note
from intake.services import notices
from intake.services.careful_sweeping import CarefulSweeping
from intake.services.health import works
from intake.services.worker import Worker

_SEND_EVERY = 20.0  # seconds
_SWEEP_EVERY = 300.0
# What two loops in a row did not do, they do not do by themselves any more.
_MOST_FAILURES = 2


class Work:
    """Two loops, so that a slow mail server holds up no deletion; each outlives whatever goes wrong in it."""

    def __init__(
        self, worker: Worker, send_every: float = _SEND_EVERY, sweep_every: float = _SWEEP_EVERY
    ) -> None:
        self._worker = worker
        self._stop, self._counting = Event(), Lock()
        self._failures: dict[Noted, int] = {}
        loops: dict[Noted, tuple[Callable[[Worker], object], float]] = {
            Noted.NOTICES_FAILED: (notices.deliver_due, send_every),
            Noted.OVERDUE_NOT_DELETED: (CarefulSweeping().sweep, sweep_every),
        }
        self._threads = [
            Thread(target=self._keep, args=(what, deed, every), daemon=True)
            for what, (deed, every) in loops.items()
        ]

    def begin(self) -> None:
        """Begin both loops."""
        for thread in self._threads:
            thread.start()

    def end(self, seconds: float = 10) -> None:
        """Stop both, and wait so long for what is under way: what does not end is taken up again later."""
        self._stop.set()
        for thread in self._threads:
            # None was begun where the address of the worker was taken.
            if thread.is_alive():
                thread.join(seconds)

    def goes_well(self) -> bool:
        """Whether both loops run and do what they are for."""
        with self._counting:
            failing = any(count >= _MOST_FAILURES for count in self._failures.values())
        return not failing and all(one.is_alive() for one in self._threads) and works(self._worker.database)

    def _keep(self, what: Noted, deed: Callable[[Worker], object], every: float) -> None:
        while not self._stop.is_set():
            try:
                deed(self._worker)
            except Exception as error:
                # It must outlive a database that is busy for a while. The class alone: an error's words
                # may quote a row.
                note(what, error=error)
                failures = self._failures.get(what, 0) + 1
            else:
                failures = 0
            with self._counting:
                self._failures[what] = failures
            self._stop.wait(every)
