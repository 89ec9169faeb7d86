"""Sending notices from the console, for a clinic that would rather have cron do it."""

import click

from intake.cli.refusals import refusals_in_words
from intake.config import read_settings
from intake.services import instance, notices


@click.group("mail", help="Notices to patients by e-mail.")
def mail_group() -> None:
    """Commands on notices."""


@mail_group.command(help="Send every notice whose time has come, once. `intake serve` does so by itself.")
@refusals_in_words
def send() -> None:
    """What cannot be sent stays and is tried again later."""
    settings = read_settings()
    if not notices.is_set_up(settings):
        click.echo("No mail server is set up (setting: mail_host), so nothing is sent.")
        return
    sent = notices.send_due(instance.opened(settings))
    click.echo("1 notice was sent." if sent == 1 else f"{sent} notices were sent.")
