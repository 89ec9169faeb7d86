"""``intake rules``: what the people who own the rules file check, prove, preview and publish it with.

Each command is a module of its own, and tells what it does in plain words, or as JSON with
``--json``. Exit code 0: nothing to put right; 1: something was found; 2: it could not be tried.
"""

import click

from intake.cli.rules.print import print_rules


@click.group("rules", help="Check, test, prove, preview and publish the rules.")
def rules_group() -> None:
    """The commands, below."""


rules_group.add_command(print_rules)
