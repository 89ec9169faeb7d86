"""Database calls of this process that are counted, and of which one fails."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import OperationalError


class Kind(Enum):
    """Which call fails, and whether it happened all the same."""

    STATEMENT = "statement"
    COMMIT = "commit"
    UNHEARD = "commit nobody hears of"


class Failing:
    """Counts database calls, and lets the n-th of one kind fail."""

    def __init__(self) -> None:
        self._kind: Kind | None = None
        self._left = 0
        self._counted: Counter[Kind] = Counter()
        self._committed: Callable[[], None] = lambda: None
        self.failed = False

    def arm(self, kind: Kind, number: int) -> None:
        """The call of this kind and number is to fail."""
        self._kind, self._left, self.failed = kind, number, False

    def disarm(self) -> bool:
        """Nothing fails from now on; whether something did."""
        self._kind = None
        return self.failed

    @contextmanager
    def counting(self, committed: Callable[[], None] = lambda: None) -> Iterator[Counter[Kind]]:
        """How many calls of each kind there are meanwhile; ``committed`` is told of every commit."""
        self._counted, self._committed = Counter(), committed
        try:
            yield self._counted
        finally:
            self._counted, self._committed = Counter(), lambda: None

    def is_due(self, kind: Kind) -> bool:
        """Whether this very call is to fail."""
        self._counted[kind] += 1
        if kind is not self._kind or self.failed:
            return False
        self._left -= 1
        self.failed = self._left == 0
        return self.failed

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While every database call of this process is counted."""
        do_commit = DefaultDialect.do_commit

        def executing(*_: object) -> None:
            if self.is_due(Kind.STATEMENT):
                raise _broken()

        def committing(dialect: DefaultDialect, connection: Any) -> None:
            if self.is_due(Kind.COMMIT):
                raise _broken()
            do_commit(dialect, connection)
            self._committed()
            if self.is_due(Kind.UNHEARD):
                raise _broken()

        event.listen(Engine, "before_cursor_execute", executing)
        try:
            with patch.object(DefaultDialect, "do_commit", committing):
                yield
        finally:
            event.remove(Engine, "before_cursor_execute", executing)


def _broken() -> OperationalError:
    return OperationalError("a statement", {}, Exception("disk I/O error"))
