"""``intake rules``: what the people who own the rules file check, prove, preview and publish it with.

Each command is a module of its own, and tells what it does in plain words, or as JSON with
``--json``. Exit code 0: nothing to put right; 1: something was found; 2: it could not be tried.
"""

import click

from intake.cli.rules.check import check_rules
from intake.cli.rules.diff import diff
from intake.cli.rules.explain import explain
from intake.cli.rules.feedback import show_feedback
from intake.cli.rules.figures import show_figures
from intake.cli.rules.impact import impact_command
from intake.cli.rules.print import print_rules
from intake.cli.rules.prove import prove
from intake.cli.rules.publish import publish
from intake.cli.rules.replay import replay_command
from intake.cli.rules.test import test


@click.group("rules", help="Check, test, prove, preview and publish the rules.")
def rules_group() -> None:
    """The commands, below."""


rules_group.add_command(check_rules)
rules_group.add_command(test)
rules_group.add_command(prove)
rules_group.add_command(explain)
rules_group.add_command(diff)
rules_group.add_command(print_rules)
rules_group.add_command(impact_command)
rules_group.add_command(publish)
rules_group.add_command(replay_command)
rules_group.add_command(show_feedback)
rules_group.add_command(show_figures)
