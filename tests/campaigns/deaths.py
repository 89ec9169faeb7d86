"""A process that dies in the middle of what it does: forked, and killed at one of its calls to the database.

Nothing is tidied up as an exception would have it: no transaction is rolled back, no lock given back, no
answer goes out. What happens next is the system's and the database's.
"""

import os
import signal
import warnings
from collections.abc import Callable
from enum import Enum
from typing import Any, Never

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect

from intake.storage.database import _WRITES


class Moment(Enum):
    """When it dies, by the words a report has for it."""

    STATEMENT = "died at a statement of a transaction"
    BEFORE = "died before a commit took effect"
    AFTER = "died after a commit took effect"
    ANSWER = "died when all was done, before the answer"

    @property
    def is_inside(self) -> bool:
        """Whether something was under way that is to happen whole or not at all."""
        return self in (Moment.STATEMENT, Moment.BEFORE)


_TOLD = {moment: str(number).encode() for number, moment in enumerate(Moment)}


def dies(do: Callable[[], object], moment: Moment, number: int) -> Moment | None:
    """Do it in a process that dies at the n-th such moment, or at the end; when that was.

    None when it ended in another way: something was wrong before it was to die. Nobody may hold a connection
    to the database meanwhile.
    """
    heard, told = os.pipe()
    with warnings.catch_warnings():
        # Newer Pythons warn of threads: there is a mail server's, which holds nothing that is needed here.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            _die_at(moment, number, told)
            do()
            _die(Moment.ANSWER, told)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(told)
    said = os.read(heard, 1)
    os.close(heard)
    os.waitpid(pid, 0)
    return next((one for one, word in _TOLD.items() if word == said), None)


def _die(moment: Moment, told: int) -> Never:
    os.write(told, _TOLD[moment])
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError  # nobody gets here


def _die_at(moment: Moment, number: int, told: int) -> None:
    left, writing, commit = number, False, DefaultDialect.do_commit

    def due(now: Moment) -> None:
        nonlocal left
        left -= now is moment
        if not left:
            _die(moment, told)

    def executing(connection: Connection, *_: object) -> None:
        if connection.get_execution_options().get(_WRITES):
            due(Moment.STATEMENT)

    def committing(connection: Connection) -> None:
        nonlocal writing
        writing = bool(connection.get_execution_options().get(_WRITES))

    def committed(dialect: DefaultDialect, connection: Any) -> None:
        if writing:
            due(Moment.BEFORE)
        commit(dialect, connection)
        if writing:
            due(Moment.AFTER)

    event.listen(Engine, "before_cursor_execute", executing)
    event.listen(Engine, "commit", committing)
    DefaultDialect.do_commit = committed  # type: ignore[method-assign]  # until it dies
