"""The process of one site, from its settings to its last request; in words when it cannot start."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from intake import starting
from intake.config import Settings, read_settings
from intake.domain.processes import Process
from intake.services import doctor_at_start, processes, separation
from intake.services.refusals import AT_START
from intake.storage.database import Database
from intake.web import server
from intake.web.health import with_health

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_REFUSED = 2  # the exit code when something has to be put right first


@dataclass(frozen=True)
class Opened:
    """A site that could be served now.

    ``greeting`` is what whoever starts it by itself is told; ``beside`` is begun once the address is ours.
    """

    site: "WSGIApplication"
    database: Database
    greeting: Callable[[], Sequence[str]]
    beside: Callable[[], None] = lambda: None
    takes_files: frozenset[str] = frozenset()


def run(process: Process, opened: Callable[[Settings], Opened], arguments: Sequence[str]) -> None:
    """Be the process of a site until told to stop."""
    processes.begin()
    above = processes.Above.told_by(arguments)
    above.end_with_it()
    try:
        _serve(process, opened, above)
    except AT_START as refusal:
        refuse(str(refusal))
    except server.AddressInUse as taken:
        refuse(f"{taken} (setting: {'clinic_port' if process is Process.CLINIC else 'port'})")


def _serve(process: Process, opened: Callable[[Settings], Opened], above: processes.Above) -> None:
    settings = settings_of(process, above)
    found = opened(settings)

    def on_ready() -> None:
        if not above.is_there:
            for line in found.greeting():
                click.echo(line)
        # What was opened until now is not handed to threads that answer requests.
        found.database.dispose()
        starting.over()
        found.beside()
        above.tell_ready()

    server.serve(
        with_health(found.site, found.database),
        settings,
        settings.listens(process),
        on_ready,
        takes_files=found.takes_files,
    )


def settings_of(process: Process, above: processes.Above) -> Settings:
    """What a process that may start as things are is told; warns of what should be put right.

    Raises what AT_START names.
    """
    settings = read_settings()
    alone = not above.is_there
    if alone:
        # Else the one above has looked: as the same user, at the same files.
        doctor_at_start.refuse_unsafe(settings, process)
    for warning in separation.looked_at(settings, process, alone=alone):
        click.echo(f"Warning: {warning}", err=True)
    return settings.of(process)


def refuse(why: str) -> None:
    """Say why it does not start, and do not."""
    click.echo(why, err=True)
    sys.exit(_REFUSED)
