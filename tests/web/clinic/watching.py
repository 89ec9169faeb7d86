"""What a request did in the database: which sealed records it opened, and what it wrote in the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from intake.storage import row_seals
from intake.storage.database import Database
from intake.storage.encryption import Place, SealingKey
from intake.storage.tables import AuditEventRow

# Sealed as well, and nothing a patient sent or a clinician wrote of them: how staff come in.
_NOT_READ = frozenset(one.table for one in row_seals.EVERY) | {
    "passkeys",
    "authenticator_apps",
    "recovery_codes",
}


@dataclass
class Transaction:
    """One transaction: the submissions it opened something of, and the events it wrote."""

    opened: set[str] = field(default_factory=set)
    events: list[tuple[str, str]] = field(default_factory=list)
    stands: bool = False

    def names(self, submission: str) -> bool:
        """Whether one of its events names the submission."""
        return any(submission in detail for _, detail in self.events)

    def accounts_for(self, submission: str) -> bool:
        """Whether an event tells of it: by its name, or as one of a list, which names none of those on it."""
        lists = ('"submission"' not in detail or '"found"' in detail for _, detail in self.events)
        return self.names(submission) or any(lists)


# Counts wrong passwords: nothing sealed lies in it, and no trail.
_LIMITS = "-limits.db"


class Watch:
    """Sees every transaction and every sealed record that is opened, while it watches."""

    def __init__(self, monkeypatch) -> None:
        self._open: list[Transaction] = []
        self._seen: list[Transaction] = []
        for kind in ("read", "write"):
            monkeypatch.setattr(
                Database, kind, self._watched(getattr(Database, kind), writes=kind == "write")
            )
        opens = SealingKey.open

        def opened(key: SealingKey, blob: bytes, place: Place) -> bytes:
            content = opens(key, blob, place)
            if place.table not in _NOT_READ:
                for record in str(place.record).split():  # what is said of two is of both
                    self._note(record)
            return content

        monkeypatch.setattr(SealingKey, "open", opened)

    def taken(self) -> tuple[Transaction, ...]:
        """What was seen since this was asked last."""
        seen, self._seen = tuple(self._seen), []
        return seen

    def _note(self, record: str) -> None:
        if not self._open:
            # Opened after its transaction was over: nothing can be recorded together with it any more.
            self._seen.append(Transaction({record}, stands=True))
        else:
            self._open[-1].opened.add(record)

    def _watched(self, method, *, writes: bool):
        @contextmanager
        def transaction(database: Database) -> Iterator[object]:
            if str(database.url.database).endswith(_LIMITS):
                with method(database) as session:
                    yield session
                return
            one = Transaction()
            with method(database) as session:
                self._open.append(one)
                try:
                    before = _newest(session) if writes else 0
                    yield session
                    if writes:
                        one.events = _since(session, before)
                finally:
                    self._open.pop()
                    self._seen.append(one)
            one.stands = True

        return transaction


def _newest(session) -> int:
    return session.scalar(select(func.max(AuditEventRow.seq))) or 0


def _since(session, seq: int) -> list[tuple[str, str]]:
    query = select(AuditEventRow.event, AuditEventRow.detail).where(AuditEventRow.seq > seq)
    return [tuple(row) for row in session.execute(query)]


def unaccounted(shown: set[str], transactions: tuple[Transaction, ...]) -> list[str]:
    """What a request read of the submissions it ``shown`` without an event in the same transaction.

    A transaction that came to nothing accounts for nothing, and what it read is shown by nobody. Whatever
    takes long looks first, and reads what it shows once more with its event: the last reading counts.
    """
    wrong = []
    for submission in sorted(shown):
        reads = [one for one in transactions if one.stands and submission in one.opened]
        if not reads:
            wrong.append(f"{submission} is shown, and was opened in no transaction that stands")
        wrong += [
            f"{submission} was opened in a transaction with no event of it: {one.events}"
            for one in reads[-1:]
            if not one.accounts_for(submission)
        ]
    return wrong


def unrecorded(transactions: tuple[Transaction, ...]) -> bool:
    """Whether anything was opened, even to count, and nothing at all recorded."""
    standing = [one for one in transactions if one.stands]
    return any(one.opened for one in standing) and not any(one.events for one in standing)
