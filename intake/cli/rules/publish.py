"""``intake rules publish``: put a rules file in force, by two people, with a reason, from a day on."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import click

from intake.cli.refusals import REFUSED, refusals_in_words
from intake.config import read_settings
from intake.domain.permissions import StaffMember
from intake.domain.publications import Publication
from intake.domain.rulebook_changes import Altered
from intake.domain.wording import long_date
from intake.services import at_the_console, publication_list, publishing
from intake.services.clinic import Clinic
from intake.services.publication_list import Listed
from intake.services.publishing import Examined

_A_FILE = click.Path(path_type=Path)
_A_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("publish", help="Put a rules file in force from a day on: two people, and a reason.")
@click.argument("new", type=_A_FILE, required=False)
@click.option("--overlay", type=_A_FILE, help="The clinic's overlay, laid over NEW.")
@click.option("--reason", help="Why the rules change, in words.")
@click.option("--effective", type=_A_DAY, help="The first day on which they screen, like 2026-12-01.")
@click.option("--proposed-by", help="The username of an administrator.")
@click.option("--countersigned-by", help="The username of a second person; left out, it can be done later.")
@click.option("--yes", is_flag=True, help="Do not ask whether to publish.")
@click.option("--list", "only_list", is_flag=True, help="Say what is in force and what was published.")
@click.option("--json", "as_json", is_flag=True, help="Print an object for other programs.")
@refusals_in_words
def publish(
    new: Path | None,
    *,
    overlay: Path | None,
    reason: str | None,
    effective: datetime | None,
    proposed_by: str | None,
    countersigned_by: str | None,
    yes: bool,
    only_list: bool,
    as_json: bool,
) -> None:
    """Both people type their own passwords; nobody's is ever an option, where others could read it."""
    settings = read_settings()
    if only_list:
        _print_list(at_the_console.clinic_for_publishing(settings), as_json=as_json)
        return
    if new is None or reason is None or effective is None or proposed_by is None:
        given = {"NEW": new, "--reason": reason, "--effective": effective, "--proposed-by": proposed_by}
        missing = " and ".join(name for name, value in given.items() if value is None)
        _refuse(
            f"{missing} missing. Say which file, why, from which day, and who: intake rules publish NEW "
            "--reason … --effective 2026-12-01 --proposed-by … --countersigned-by …"
        )
    rules = at_the_console.new_rules(new, overlay)
    clinic = at_the_console.clinic_for_publishing(settings, rules)
    day = effective.date()
    first = at_the_console.named(clinic, proposed_by)
    second = at_the_console.named(clinic, countersigned_by) if countersigned_by else None
    examined = publishing.rehearse(clinic, first, second, rules, reason, day)
    warned = publishing.warnings(clinic, examined)
    _print_summary(new, examined, warned, first, second, reason, day)
    for person in (first, second):
        if person is not None:
            at_the_console.refuse_unless_confirmed(clinic, person, _password(person))
    if not yes and not click.confirm("Publish these rules?", err=True):
        _refuse("Nothing was published.")
    if second is None:
        done = publishing.propose(clinic, first, rules, reason, day)
    else:
        done = publishing.publish(clinic, first, second, rules, reason, day, examined.against)
    _print_done(clinic, done, examined, as_json=as_json)


def _refuse(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(REFUSED)


def _password(person: StaffMember) -> str:
    asked = f"Password of {person.printed_name}"
    if sys.stdin.isatty():
        return str(click.prompt(asked, hide_input=True, err=True))
    # A script hands each password over on a line of its own.
    click.echo(f"{asked}: (read from standard input)", err=True)
    return sys.stdin.readline().rstrip("\r\n")


def _print_summary(
    new: Path,
    examined: Examined,
    warned: tuple[str, ...],
    first: StaffMember,
    second: StaffMember | None,
    reason: str,
    day: date,
) -> None:
    """On standard error: what standard output holds in the end is for other programs."""
    book, found = examined.library.rulebook, examined.changes
    lines = [
        f"{new.name}: {len(book.rules)} rules, {examined.examples} examples, each comes out as it says "
        f"(edition {book.edition[:8]}, {_against(examined)}).",
        *(f"  added    {rule.id}  ({rule.priority.value})" for rule in found.added),
        *(f"  removed  {rule.id}  ({rule.priority.value})" for rule in found.removed),
        *(f"  changed  {one.after.id}: {', '.join(one.in_words)}" for one in found.changed),
    ]
    lines += [f"  overlay  {_altered(one)}" for one in found.altered]
    lines += [f"  shipped  {one.rule}: as shipped again ({one.was.value})" for one in found.as_shipped]
    if found.not_covered:
        lines.append("  changed  what the rules do not cover")
    if not found.any:
        lines.append("  no rule says anything else than those in force")
    lines += [f"  warning  {words}" for words in warned]
    signed = f"countersigned by {second.printed_name}" if second else "to be countersigned on the Rules page"
    lines += [f"From {long_date(day)}, proposed by {first.printed_name}, {signed}.", f"Reason: {reason}"]
    click.echo("\n".join(lines), err=True)


def _against(examined: Examined) -> str:
    when = "in force by then" if examined.base_is_to_come else "in force"
    return f"{when} is {examined.against[:8]}"


def _altered(one: Altered) -> str:
    made = (
        f"{one.was.value} -> {one.now.value}" if one.now else f"silenced, which is not run ({one.was.value})"
    )
    account = [words for words in (one.by, f"until {one.until}" if one.until else "", one.reason) if words]
    return f"{one.rule}: {made}" + (f" ({'; '.join(account)})" if account else "")


def _print_done(clinic: Clinic, done: Publication, examined: Examined, *, as_json: bool) -> None:
    if as_json:
        plain = at_the_console.as_plain(done) | {
            "edition": examined.library.rulebook.edition,
            "examples": examined.examples,
            "added": [rule.id for rule in examined.changes.added],
            "removed": [rule.id for rule in examined.changes.removed],
            "changed": {one.after.id: list(one.keys) for one in examined.changes.changed},
        }
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    if done.in_force_from is None:
        click.echo(f"Proposed. A second person can countersign at {clinic.settings.clinic_side}/rules")
        return
    if done.in_force_from > clinic.today():
        click.echo(f"Published: in force from {long_date(done.in_force_from)} on.")
        return
    click.echo("Published, and in force now. Running copies use it from their next request on.")
    if others := publication_list.screened_otherwise(clinic):
        click.echo(
            f"{others} submissions were screened with other rules. To screen them again: intake rescreen"
        )


def _print_list(clinic: Clinic, *, as_json: bool) -> None:
    every = publication_list.listed(clinic)
    if as_json:
        plain = [at_the_console.as_plain(one.publication, one) for one in every]
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    if not every:
        click.echo(f"Nothing was published: {clinic.settings.screening_rules.name} of the settings screens.")
    for one in every:
        click.echo(_line(one))
        click.echo(f"            {one.publication.reason}")


def _line(one: Listed) -> str:
    found = one.publication
    overlay = f", overlay {found.overlay[:8]}" if found.overlay else ""
    day = found.in_force_from or found.effective_on
    people = f"proposed by {one.proposed_by}"
    people += f", countersigned by {one.countersigned_by}" if one.countersigned_by else ""
    people += f", withdrawn by {one.withdrawn_by}" if one.withdrawn_by else ""
    return f"{one.standing.value:11} {day.isoformat()}  rules {found.rules[:8]}{overlay}, {people}"
