"""``intake rules print``: the rules file, or what it is with the clinic's overlay laid over it."""

import json
from datetime import datetime
from pathlib import Path

import click

from intake.cli.refusals import refusals_in_words
from intake.config import read_settings
from intake.services import overlaying


@click.command("print", help="Print the rules file, or with --merged what screens: the overlay laid over it.")
@click.option("--merged", is_flag=True, help="With the clinic's overlay laid over it.")
@click.option("--overlay", type=click.Path(path_type=Path), help="Another overlay than that of the settings.")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="As it is on another day than today, like 2027-03-01."
)
@click.option("--json", "as_json", is_flag=True, help="Print one object: the text, and what was changed.")
@refusals_in_words
def print_rules(*, merged: bool, overlay: Path | None, on: datetime | None, as_json: bool) -> None:
    """What was added, moved up, lowered and silenced is told beside it, on stderr."""
    settings = read_settings()
    day = on.date() if on is not None else settings.today()
    printed = overlaying.printed(settings, day, overlay, merged=merged)
    if as_json:
        plain = {
            "edition": printed.edition,
            "text": printed.text,
            "overlay": None if printed.summary is None else overlaying.as_plain(printed.summary),
        }
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    click.echo(printed.text, nl=False)
    click.echo(f"Edition {printed.edition[:12]}", err=True)
    if printed.summary is not None:
        click.echo("\n".join(overlaying.told(printed.summary)), err=True)
    elif merged:
        click.echo("No overlay lies over these rules: they screen as they are.", err=True)
    elif settings.rules_overlay is not None:
        click.echo("An overlay is set: what screens is printed with --merged.", err=True)
