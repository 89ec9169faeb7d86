"""How every command refuses: in words, with an exit code, and without a traceback."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from intake.services import instance

FOUND = 1  # the exit code when a command found what it looks for
REFUSED = 2  # the exit code when something has to be put right first

_NOT_ANSWERED = (
    "Something went wrong with the database ({error}). What was done before that is whole, and nothing is "
    "half done. `intake doctor` says what may be wrong; then give the command again."
)


def refusals_in_words(command: Callable[..., None]) -> Callable[..., None]:
    """Say what is wrong and what to do, without a traceback."""

    @wraps(command)
    def wrapped(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - whatever click hands over
        try:
            command(*arguments, **options)
        except instance.REFUSALS as refusal:
            click.echo(str(refusal), err=True)
            sys.exit(REFUSED)
        except SQLAlchemyError as error:
            # Its class alone: an error's words may quote a row.
            click.echo(_NOT_ANSWERED.format(error=type(error).__name__), err=True)
            sys.exit(REFUSED)

    return wrapped
