"""The worker's own process, which ``intake work`` becomes. Of the web it has its health address alone."""

import signal
import sys
from collections.abc import Callable, Sequence
from threading import Event
from types import FrameType

import click

from intake import starting  # first, because it is about all that follows
from intake.domain.processes import Process
from intake.services import processes
from intake.services.refusals import AT_START
from intake.services.worker import open_worker
from intake.services.working import Work
from intake.web import server
from intake.web.health import only_health
from intake.web.program import refuse, settings_of


def run(arguments: Sequence[str]) -> None:
    """Work until told to stop."""
    processes.begin()
    above = processes.Above.told_by(arguments)
    above.end_with_it()
    try:
        _work(above)
    except AT_START as refusal:
        refuse(str(refusal))
    except server.AddressInUse as taken:
        refuse(f"{taken} (setting: worker_port)")


def _work(above: processes.Above) -> None:
    settings = settings_of(Process.WORKER, above)
    worker = open_worker(settings)
    work = Work(worker)

    def on_ready() -> None:
        if not above.is_there:
            click.echo("Sending what waits, and deleting what is over, until stopped.")
        starting.over()
        work.begin()
        above.tell_ready()

    try:
        if settings.worker_port is None:
            _wait(on_ready)
        else:
            address = (settings.host, settings.worker_port)
            server.serve(only_health(work.goes_well), settings, address, on_ready)
    finally:
        work.end()
        worker.database.dispose()


def _wait(on_ready: Callable[[], None]) -> None:
    stop = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    on_ready()
    stop.wait()


if __name__ == "__main__":
    run(sys.argv[1:])
