"""The database from the console: the roles of the three processes."""

import click

from intake.cli.refusals import refusals_in_words
from intake.config import read_settings
from intake.services import roles


@click.group("database", help="The database: who may do what in it (PostgreSQL).")
def database_group() -> None:
    """Commands on the database."""


@database_group.command("roles", help="Print what gives each process its role and no more; run by the owner.")
@click.option("--apply", "applies", is_flag=True, help="Run it, as the role of database_url.")
@refusals_in_words
def show_roles(*, applies: bool) -> None:
    """The roles are called as in patient_database_url and the others, or intake_patient and so on."""
    settings = read_settings()
    if not applies:
        click.echo(roles.printed(settings))
        return
    for process, name in roles.apply(settings).items():
        click.echo(f"{name} may do what {process.words} needs, and nothing else.")
