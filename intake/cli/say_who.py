"""An account that something else than intake changed in the database: who it is, said at the console."""

import sys

import click

from intake.cli.refusals import FOUND, refusals_in_words
from intake.config import read_settings
from intake.domain.permissions import Role, StaffMember
from intake.services import altered_rows, instance

_A_ROLE = click.Choice([role.value for role in Role])


@click.command("say-who", help="List accounts that were changed in the database, or give one back.")
@click.argument("username", required=False)
@click.argument("printed_name", required=False)
@click.option("--role", "roles", type=_A_ROLE, multiple=True, help="What they do here; may be repeated.")
@click.option("--nobody", is_flag=True, help="They left, or nobody here ever had this account.")
@refusals_in_words
def say_who(username: str | None, printed_name: str | None, roles: tuple[str, ...], *, nobody: bool) -> None:
    """Exit code 1 while there are any. PRINTED_NAME is how they sign: nothing of what stands there counts."""
    clinic = instance.opened(read_settings())
    if username is None or printed_name is None or not (roles or nobody):
        _list(altered_rows.altered(clinic))
    elif nobody:
        altered_rows.say_nobody(clinic, username, printed_name)
        click.echo(f"The account {username} is nobody's any more.")
    else:
        token = altered_rows.say_who(clinic, username, printed_name, [Role(one) for one in roles])
        click.echo(f"{printed_name} can choose a password here, once, within 3 days:")
        click.echo(f"  {clinic.settings.clinic_side}/invitation#{token}")


def _list(found: tuple[StaffMember, ...]) -> None:
    if not found:
        click.echo("Every account is as intake left it.")
        return
    click.echo("Something else than intake changed these accounts, or made them. They open nothing:")
    for one in found:
        click.echo(f"  {one.username!r}, who signs as {one.printed_name!r}")
    click.echo(
        "First find out who can write to the database. Then, from what you know and not from the above:"
    )
    click.echo('  intake say-who USERNAME "PRINTED NAME" --role clinician   their person comes in again')
    click.echo('  intake say-who USERNAME "PRINTED NAME" --nobody           they left, or never were')
    sys.exit(FOUND)
