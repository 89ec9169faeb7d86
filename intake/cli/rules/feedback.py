"""``intake rules feedback``: what clinicians said of the flags, in numbers."""

import json
import sys
from dataclasses import asdict

import click

from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import read_settings
from intake.services import feedback, instance


@click.command("feedback", help="Count what clinicians said of the flags, rule by rule: no words, no names.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@refusals_in_words
def show_feedback(*, as_json: bool) -> None:
    """Exit code 1 while an entry of the safety log is open. Counting is recorded."""
    counts = feedback.counts(instance.opened(read_settings()))
    if as_json:
        click.echo(json.dumps(asdict(counts), indent=2))
    else:
        _print(counts)
    if counts.open:
        sys.exit(FOUND)


def _print(counts: feedback.FeedbackCounts) -> None:
    for rule in counts.rules:
        click.echo(f"{rule.not_useful:6} not useful {rule.wrong:6} wrong   {rule.rule}")
    if not counts.rules:
        click.echo("Nothing was said of any flag.")
    click.echo(f"A flag was said to be missing: {counts.missing}")
    click.echo(f"Safety log: {counts.open} open, {counts.closed} closed")
    if counts.damaged:
        click.echo(
            f"{counts.damaged} submissions with feedback cannot be opened and are not counted.", err=True
        )
