"""How every command refuses: in words, with an exit code, and without a traceback."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from intake.services import instance

FOUND = 1  # the exit code when a command found what it looks for
REFUSED = 2  # the exit code when something has to be put right first


def refusals_in_words(command: Callable[..., None]) -> Callable[..., None]:
    """Say what is wrong and what to do, without a traceback."""

    @wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - whatever click hands over
        try:
            command(*arguments, **options)
        except instance.REFUSALS as refusal:
            click.echo(str(refusal), err=True)
            sys.exit(REFUSED)

    return wrapped
