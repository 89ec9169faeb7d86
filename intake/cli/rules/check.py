"""``intake rules check``: everything that is wrong with the content files, or odd in them, at once."""

import json
import sys
from pathlib import Path

import click

from intake import resources
from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.config import Settings, read_settings
from intake.services import rule_checks, schemas
from intake.services.remarks import CODES, Level, Remark

_A_FILE = click.Path(path_type=Path)


@click.command("check", help="Say everything that is wrong with the content files, or odd in them.")
@click.option("--questionnaire", type=_A_FILE, help="Another questionnaire, a folder or a file.")
@click.option("--rules", type=_A_FILE, help="Another rules file.")
@click.option("--medicines", type=_A_FILE, help="Another medicines file.")
@click.option("--notes", is_flag=True, help="Print the notes too, not only how many there are.")
@click.option("--json", "as_json", is_flag=True, help="Print a list with one object for each remark.")
@click.option("--codes", is_flag=True, help="List every kind of remark, and check nothing.")
@click.option("--schema", is_flag=True, help="Write the JSON Schemas for editors, and check nothing.")
@click.argument("name", required=False)
@refusals_in_words
def check_rules(
    questionnaire: Path | None,
    rules: Path | None,
    medicines: Path | None,
    *,
    notes: bool,
    as_json: bool,
    codes: bool,
    schema: bool,
    name: str | None,
) -> None:
    """Exit code 0: nothing to put right; 1: warnings; 2: a file does not load.

    NAME goes with --schema: that schema alone is printed, and no file is written.
    """
    if codes:
        _print_codes(as_json=as_json)
    elif schema:
        _schema(read_settings(), name)
    elif name is not None:
        raise click.UsageError(f"{name!r} goes with --schema only; name a rules file with --rules")
    else:
        settings = read_settings()
        paths = rule_checks.paths_of(settings, questionnaire, rules, medicines)
        checked = rule_checks.check(paths, settings.today())
        if as_json:
            click.echo(json.dumps([one.as_plain() for one in checked.remarks], indent=2, ensure_ascii=False))
        else:
            print_remarks(checked, notes=notes)
        sys.exit(exit_code(checked))


def print_remarks(checked: rule_checks.Checked, *, notes: bool) -> None:
    """Errors and warnings, each with what to do; the notes as well, or how many there are."""
    for level in Level:
        found = checked.at(level)
        if level is Level.NOTE and not notes:
            continue
        for one in found:
            click.echo(_line(one))
    counts = {level: len(checked.at(level)) for level in Level}
    told = ", ".join(_counted(number, level.value) for level, number in counts.items() if number)
    click.echo(f"{told or 'nothing found'}." + (_HOW_TO_SEE if counts[Level.NOTE] and not notes else ""))


def exit_code(checked: rule_checks.Checked) -> int:
    """What the remarks mean for a script."""
    if checked.at(Level.ERROR):
        return REFUSED
    return FOUND if checked.at(Level.WARNING) else 0


_HOW_TO_SEE = " `intake rules check --notes` prints the notes."


def _line(one: Remark) -> str:
    place = f"{one.file}:{one.line}:{one.column}"
    # The message of an error says what to do already.
    advice = f"\n    {one.suggestion}" if one.suggestion and one.suggestion not in one.message else ""
    return f"{place}: {one.level.value}: {one.message} [{one.code}]{advice}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _print_codes(*, as_json: bool) -> None:
    if as_json:
        plain = [
            {"code": code, "level": level.value, "meaning": what} for code, (level, what) in CODES.items()
        ]
        click.echo(json.dumps(plain, indent=2))
        return
    for code, (level, meaning) in CODES.items():
        click.echo(f"{level.value:8} {code:28} {meaning}")


def _schema(settings: Settings, name: str | None) -> None:
    if name is not None:
        try:
            click.echo(schemas.text(settings, name), nl=False)
        except schemas.NoSuchSchema as none:
            raise click.UsageError(str(none)) from None
    elif not resources.SCHEMAS.is_dir():
        words = "schemas/ is kept in a checkout, and this is an installed copy; name one to print it"
        click.echo(f"{words}: {', '.join(schemas.NAMES)}", err=True)
        sys.exit(REFUSED)
    else:
        for path in schemas.write(settings):
            click.echo(f"Written: schemas/{path.name}")
