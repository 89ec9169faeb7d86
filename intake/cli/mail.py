"""E-mail from the console: sending it, by a process of its own or from cron, and what could not be sent."""

import signal
import sys
from threading import Event
from types import FrameType
from uuid import UUID

import click

from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import Settings, read_settings
from intake.services import dead_letters, doctor_at_start, instance, notices
from intake.services.clinic import Clinic

_NOT_SET_UP = "No mail server is set up (setting: mail_host), so nothing is sent."


@click.group("mail", help="Notices by e-mail, to patients and staff.")
def mail_group() -> None:
    """Commands on notices."""


@mail_group.command(help="Send every notice whose time has come, once. `intake serve` does so by itself.")
@refusals_in_words
def send() -> None:
    """What cannot be sent stays and is tried again later."""
    if (clinic := _with_a_server(read_settings())) is not None:
        sent = notices.send_due(clinic)
        click.echo("1 notice was sent." if sent == 1 else f"{sent} notices were sent.")


@mail_group.command(help="Send notices until stopped: a process of its own, beside those of `intake serve`.")
@refusals_in_words
def work() -> None:
    """As many as like may run at the same time; each takes a notice for itself before it sends it."""
    settings = read_settings()
    doctor_at_start.refuse_unsafe(settings)
    if (clinic := _with_a_server(settings)) is None:
        return
    stop = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    click.echo("Sending notices until stopped.")
    notices.keep_sending(clinic, stop)
    clinic.database.dispose()


@mail_group.command("list", help="Show the notices that could not be sent, and why. Exit code 1 if any.")
@refusals_in_words
def list_not_sent() -> None:
    """Patients' addresses are not shown here. Looking is recorded in the audit trail."""
    clinic = instance.opened(read_settings())
    every = dead_letters.not_sent(clinic, None)
    for one in every:
        tries = "1 try" if one.tries == 1 else f"{one.tries} tries"
        click.echo(f"{one.id}  {clinic.local(one.ended_at):%Y-%m-%d %H:%M}  {one.what}: {one.why} ({tries})")
    if not every:
        click.echo("Nothing is left over: whatever was to be sent was sent, or is still tried.")
    sys.exit(FOUND if every else 0)


@mail_group.command(help="Have notices tried again that could not be sent, by their ids.")
@click.argument("notice", type=click.UUID, nargs=-1, required=True)
@refusals_in_words
def again(notice: tuple[UUID, ...]) -> None:
    """Each is recorded in the audit trail."""
    clinic = instance.opened(read_settings())
    done = sum(dead_letters.try_again(clinic, None, one) for one in notice)
    _tell(done, len(notice), "tried again from now on")


@mail_group.command("set-aside", help="Keep nothing more of notices that could not be sent.")
@click.argument("notice", type=click.UUID, nargs=-1, required=True)
@refusals_in_words
def set_aside(notice: tuple[UUID, ...]) -> None:
    """Each is recorded in the audit trail."""
    clinic = instance.opened(read_settings())
    done = sum(dead_letters.set_aside(clinic, None, one) for one in notice)
    _tell(done, len(notice), "set aside")


def _with_a_server(settings: Settings) -> Clinic | None:
    if not notices.is_set_up(settings):
        click.echo(_NOT_SET_UP)
        return None
    return instance.opened(settings)


def _tell(done: int, wanted: int, what: str) -> None:
    click.echo(f"{'1 notice is' if done == 1 else f'{done} notices are'} {what}.")
    if left := wanted - done:
        are = "is" if left == 1 else "are"
        click.echo(f"{left} {are} not kept any more, or never could not be sent.", err=True)
        sys.exit(FOUND)
