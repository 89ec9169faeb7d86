"""``intake rules impact``: what other rules would change on the forms that are stored."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from intake.cli.asking import password_of
from intake.cli.progress import Progress
from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.config import read_settings
from intake.domain.permissions import StaffMember
from intake.services import at_the_console, impact, impact_listing, instance
from intake.services.clinic import Clinic
from intake.services.impact_figures import Different, Figures, as_plain

_A_FILE = click.Path(path_type=Path)
_A_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("impact", help="Count the flags that NEW would change on the stored submissions.")
@click.argument("new", type=_A_FILE)
@click.option("--overlay", type=_A_FILE, help="The clinic's overlay, laid over NEW.")
@click.option("--since", type=_A_DAY, help="Only submissions sent on this day or later, like 2026-11-01.")
@click.option("--list", "listing", is_flag=True, help="Name the patients: needs --reason and --as.")
@click.option("--reason", default="", help="Why names have to be shown. Kept in the audit trail.")
@click.option("--as", "username", default="", help="The username of a clinician, who gives their password.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for other programs.")
@refusals_in_words
def impact_command(
    new: Path,
    *,
    overlay: Path | None,
    since: datetime | None,
    listing: bool,
    reason: str,
    username: str,
    as_json: bool,
) -> None:
    """Nothing is changed. Exit code 1 when a flag would be different or a submission cannot be opened."""
    settings = read_settings()
    clinic = instance.opened(settings)
    if settings.rules_overlay is not None and overlay is None:
        ours = settings.rules_overlay.name
        click.echo(f"{ours} of the settings is not laid over {new.name}; to do so, add --overlay", err=True)
    rules = impact.proposed(clinic, at_the_console.new_rules(new, overlay))
    reader = _reader(clinic, reason, username) if listing else None
    with Progress("Comparing") as progress:
        figures = impact.look(
            clinic,
            rules,
            reader.id if reader else None,
            since=since.date() if since else None,
            listing=listing,
            told=progress.told,
        )
    if reader is not None:
        # Recorded before a single name is printed.
        impact_listing.record_listing(clinic, reader, figures, reason)
    if as_json:
        click.echo(json.dumps(as_plain(figures), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_told(new.name, figures)))
        if reader is not None:
            click.echo("\n".join(_names(figures, reader, reason)))
    if figures.stopped:
        sys.exit(REFUSED)
    if figures.changed or figures.not_opened:
        sys.exit(FOUND)


def _reader(clinic: Clinic, reason: str, username: str) -> StaffMember:
    impact_listing.refuse_bad_reason(reason)
    if not username:
        raise impact_listing.ListingRefused(
            "Say who asks for names: --as USERNAME, a clinician, who then gives their password. "
            "No name was shown."
        )
    return impact_listing.reader(clinic, username, password_of(username))


def _told(name: str, figures: Figures) -> list[str]:
    lines = [
        f"{name} (edition {figures.after[:8]}) beside the rules in force (edition {figures.before[:8]}): "
        f"{_many(figures.rules_looked_at, 'rule')} to look at on {_many(figures.stored, 'submission')}.",
    ]
    for difference, counted in figures.groups:
        lines += ["", f"Flags that {difference.value}:"]
        lines += [
            f"  {number:6,}  {_priorities(one):20}  {one.rule}  {figures.titles.get(one.rule, '')}"
            for one, number in counted
        ]
    if found := figures.by_priority():
        words = (f"{number:,} {priority.value} {way.value}" for way, priority, number in found)
        lines += ["", f"By priority: {', '.join(words)}."]
    lines += ["", _summary(figures)]
    if figures.not_opened:
        lines.append(
            f"{_many(len(figures.not_opened), 'submission')} could not be opened and not counted: changed or "
            "damaged, without a key, or written by a newer version. They are at the top of the queue."
        )
    if figures.stopped:
        lines.append(
            f"Stopped early: {figures.looked_at:,} of {figures.stored:,} submissions were looked at, and "
            "these counts are of those alone."
        )
    return lines


def _summary(figures: Figures) -> str:
    if not figures.changed:
        return f"No flag would be different on the {figures.looked_at:,} submissions looked at."
    return (
        f"{figures.changed:,} of {figures.looked_at:,} submissions would have a different flag: "
        f"{figures.open_:,} waiting and {figures.signed:,} signed off, of which {figures.reopened:,} would "
        "reopen. Nothing was changed."
    )


def _many(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number:,} {thing}s"


def _priorities(one: Different) -> str:
    if one.before is None or one.after is None or one.before is one.after:
        found = one.after or one.before
        return found.value if found else ""
    return f"{one.before.value} to {one.after.value}"


def _names(figures: Figures, reader: StaffMember, reason: str) -> list[str]:
    lines = ["", f"Shown to {reader.printed_name}, because: {reason.strip()} (kept in the audit trail)"]
    for one in figures.listed:
        lines.append(f"{one.reference}  {one.name}")
        lines += [f"    {d.difference.value}: {_priorities(d)}, {d.rule}" for d in one.differences]
    lines += [f"{reference}  cannot be opened" for reference in figures.not_opened]
    return lines
