"""``intake rules figures``: what comes of each rule over the submissions of a period, in numbers."""

import json
import sys

import click

from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import read_settings
from intake.domain.figures import FEW
from intake.services import figures, instance
from intake.services.figures import PERIODS, Count

_COLUMNS = ("raised", "cannot tell", "not raised", "share", "flags", "acknowledged", "not useful", "wrong")


@click.command("figures", help="Count what comes of each rule over the forms of the last days: no names.")
@click.option("--days", type=click.IntRange(1, 36500), default=PERIODS[1], show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@refusals_in_words
def show_figures(*, days: int, as_json: bool) -> None:
    """Exit code 1 when too many are urgent or a rule comes up for review. Counting is recorded."""
    clinic = instance.opened(read_settings())
    order = [rule.id for rule in clinic.library.rulebook.rules]
    with click.progressbar(length=1, label="Counting", file=sys.stderr) as bar:

        def step(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        count = figures.figures(clinic, None, days, step=step)
    if as_json:
        click.echo(json.dumps(figures.as_plain(count, order), indent=2))
    else:
        _print(count, order)
    if count.figures.too_many_urgent or count.figures.up_for_review:
        sys.exit(FOUND)


def _print(count: Count, order: list[str]) -> None:
    found = count.figures
    click.echo("  ".join(f"{column:>12}" for column in _COLUMNS) + "  rule")
    for one in figures.in_order(found, order):
        share = "-" if one.share is None else f"{one.share:.0%}"
        cells = (
            one.raised, one.cannot_tell, one.not_raised, share,
            one.flags, one.acknowledged, one.not_useful, one.wrong,
        )  # fmt: skip
        click.echo("  ".join(f"{cell:>12}" for cell in cells) + f"  {one.rule}")
    click.echo(f"{found.submissions} of {count.sent} forms of the last {count.days} days counted")
    click.echo(f"{found.urgent} urgent; said to be missing: {found.missing}")
    if found.elsewhere:
        click.echo(
            f"{found.elsewhere} times feedback is on a flag that no longer stands, and in no row above"
        )
    for line in _warnings(count):
        click.echo(line, err=True)


def _warnings(count: Count) -> list[str]:
    found = count.figures
    lines = []
    if count.damaged:
        lines.append(f"{count.damaged} forms cannot be opened and are in no figure")
    if found.mean_little:
        lines.append(f"with fewer than {FEW} forms, figures mean little")
    if found.too_many_urgent:
        most = ", ".join(f"{one.rule} ({one.urgent})" for one in found.most_urgent[:5])
        lines.append(f"more than one in five forms is urgent: {found.urgent} of {found.submissions}; {most}")
    lines += [
        f"comes up for review: {one.rule}, “not useful” {one.not_useful} times of {one.with_feedback}"
        for one in found.up_for_review
    ]
    return lines
