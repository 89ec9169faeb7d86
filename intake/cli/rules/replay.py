"""``intake rules replay``: make stored screenings again and show that they say what they said."""

import json
import sys
from collections.abc import Iterable

import click

from intake.cli.progress import Progress
from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.config import read_settings
from intake.services import instance, replay
from intake.services.replay import Replayed, Replays
from intake.storage.verbatim import Departure


@click.command(
    "replay", help="Screen SUBMISSION again with the editions of its time, and compare every byte."
)
@click.argument("submission", required=False)
@click.option("--all", "everything", is_flag=True, help="Every submission.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for other programs.")
@refusals_in_words
def replay_command(submission: str | None, *, everything: bool, as_json: bool) -> None:
    """SUBMISSION is a reference like HL-7K4-92Q, or an id. Exit code 1 when anything comes out otherwise."""
    if (submission is None) is not everything:
        click.echo("Name one submission by its reference or id, or give --all.", err=True)
        sys.exit(REFUSED)
    clinic = instance.opened(read_settings())
    wanted = replay.every(clinic) if submission is None else (replay.which(clinic, submission),)
    with Progress("Replaying") as progress:
        found = replay.replay_all(clinic, wanted, progress.told)
    if as_json:
        click.echo(json.dumps(replay.as_plain(found), indent=2))
    else:
        click.echo("\n".join(_told(found)))
    for one, reason in found.refused:
        click.echo(f"{one}: {reason}", err=True)
    if found.otherwise:
        sys.exit(FOUND)
    if found.refused or found.stopped:
        sys.exit(REFUSED)


def _told(found: Replays) -> list[str]:
    lines = [line for one in found.otherwise for line in _departures(one)]
    if found.same:
        lines.append(
            f"{found.same:,} of {found.wanted:,} submissions came out the same, byte for byte: the flags, "
            "their words, and the words that were asked."
        )
    if found.otherwise:
        lines.append(f"{len(found.otherwise):,} came out otherwise. What is stored was not changed.")
    if found.refused:
        lines.append(f"{len(found.refused):,} could not be made again; the reasons follow.")
    if found.stopped:
        lines.append("Stopped early: the others were not looked at.")
    if not found.wanted:
        lines.append("There is no submission yet.")
    return lines


def _departures(one: Replayed) -> list[str]:
    lines = [f"{one.reference} comes out otherwise:"]
    lines += _places("the words it was asked in", one.transcript)
    for screening in one.screenings:
        lines += _places(
            f"screening {screening.number} (rules edition {screening.editions.rules[:8]})",
            screening.departures,
        )
    return lines


def _places(what: str, departures: Iterable[Departure]) -> list[str]:
    return [f"    {what}: {one.where}, {one.field}" for one in departures]
