"""``intake translations``: what is translated, what is missing, and catalogues brought up to date."""

import sys

import click

from intake import resources
from intake.cli.refusals import FOUND, REFUSED, refusals_in_words
from intake.config import read_settings
from intake.services import translating
from intake.services.clinic import asked_of
from intake.services.translating import Checked, TranslationRefused


@click.group(name="translations", help="Look after the languages patients can read.")
def translations_group() -> None:
    """The commands, below."""


@translations_group.command(help="Say what is translated and what is missing or does not fit.")
@refusals_in_words
def check() -> None:
    """Every translation against the questionnaire of the settings; 1 when something is to be done."""
    try:
        found = translating.check(asked_of(read_settings()).questionnaire)
    except TranslationRefused as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(REFUSED)
    for one in found:
        _print(one)
    sys.exit(FOUND if any(one.problems for one in found) else 0)


@translations_group.command(help="Add new messages to the catalogues of LANGUAGE, and take out what is gone.")
@click.argument("language")
@refusals_in_words
def write(language: str) -> None:
    """What is new stands in the catalogues without a translation; `check` says so until there is one."""
    folder = resources.TRANSLATIONS / language
    if not (folder / "about.yaml").exists():
        click.echo(f"there is no translations/{language}/about.yaml; write it like that of es", err=True)
        sys.exit(REFUSED)
    try:
        translating.write(asked_of(read_settings()).questionnaire, folder)
    except TranslationRefused as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(REFUSED)
    click.echo(f"translations/{language}: brought up to date")


def _print(one: Checked) -> None:
    click.echo(f"{one.code} (translation: {one.state})")
    click.echo(f"  {one.translated} of {one.of} texts translated")
    if one.english:
        click.echo(f"  {one.english} texts of published instruments stay in English: no official translation")
    if one.consent_is_reviewed:
        click.echo("  what patients sign: the reviewed translation")
    else:
        click.echo("  what patients sign stays in English until somebody reviewed its translation and wrote")
        click.echo(f"  `consent_reviewed: {one.consent}` in translations/{one.code}/about.yaml")
    for problem in one.problems:
        click.echo(f"  {problem}")
