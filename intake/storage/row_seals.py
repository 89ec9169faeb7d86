"""Rows that let somebody in: each is sealed as a whole, with the key for staff of the clinic's side.

Whoever can write to the database can put a row there, or change one; only the clinic's side can make its
seal. A row without the seal of what stands in it is nobody's: no session, no link, no account.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place
from intake.storage.key_entries import KeyPurpose
from intake.storage.lacking_keys import clinics_own
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import (
    Base,
    OneTimeLinkRow,
    PasskeyChallengeRow,
    StaffMemberRow,
    StaffSessionRow,
    UnfinishedSignInRow,
)

SEAL = "seal"


@dataclass(frozen=True, slots=True, eq=False)
class SealedRows:
    """The rows of a table, and which of their columns the seal is made of.

    ``left_out`` are the others, each with the reason why nobody comes in by changing it.
    """

    row: type[Base]
    key: str
    left_out: dict[str, str]

    @property
    def table(self) -> str:
        """What the table is called."""
        name: str = self.row.__tablename__
        return name

    @property
    def sealed(self) -> tuple[str, ...]:
        """The columns that cannot be changed without the seal breaking, in their order."""
        columns = (column.name for column in self.row.__table__.columns)
        return tuple(name for name in columns if name != SEAL and name not in self.left_out)

    def seal(self, keys: ClinicKeys, row: Base, **changed: object) -> bytes:
        """The seal of this row, as it will be once these columns were changed."""
        sealed = self.sealed
        values = self._values(row) | {name: value for name, value in changed.items() if name in sealed}
        return keys.staff_key.seal(_written(values), self._place(values))

    def is_ours(self, keys: ClinicKeys, row: Base) -> bool:
        """Whether the row stands as the clinic's side left it."""
        values, seal = self._values(row), getattr(row, SEAL)
        if not seal:
            return False
        try:
            return keys.staff_key.open(seal, self._place(values)) == _written(values)
        except DecryptionFailed:
            return False

    def planted(self, session: Session, keys: ClinicKeys) -> list[Any]:
        """The rows that something else than the clinic's side put there, or changed.

        Not those of which that cannot be told here, for want of a key.
        """
        strange, untold = self._not_ours(session, keys)
        return [row for row in strange if getattr(row, SEAL) not in untold]

    def is_planted(self, session: Session, keys: ClinicKeys, row: Base) -> bool:
        """Whether something else than the clinic's side put this row there, or changed it."""
        if self.is_ours(keys, row):
            return False
        seal: bytes | None = getattr(row, SEAL)
        return seal is None or not clinics_own(session, keys, (seal,))

    def cannot_be_told(self, session: Session, keys: ClinicKeys) -> bool:
        """Whether there are rows sealed with a key of the clinic's that this process lacks."""
        return bool(self._not_ours(session, keys)[1])

    def _not_ours(self, session: Session, keys: ClinicKeys) -> tuple[list[Any], frozenset[bytes]]:
        """The rows whose seal does not fit, and those of their seals of which it cannot be told here."""
        rows = session.scalars(select(self.row).execution_options(populate_existing=True))
        # A link that was used has no seal any more, and opens nothing.
        open_ones = (row for row in rows if getattr(row, "used_at", None) is None)
        strange = [row for row in open_ones if not self.is_ours(keys, row)]
        seals = [seal for row in strange if (seal := getattr(row, SEAL))]
        return strange, clinics_own(session, keys, seals)

    def place(self, _session: Session, row: Base) -> Place:
        """Where the seal of a row belongs."""
        return self._place(self._values(row))

    def _values(self, row: Base) -> dict[str, object]:
        return {name: getattr(row, name) for name in self.sealed}

    def _place(self, values: dict[str, object]) -> Place:
        # What was sealed for the point in time before opens no more (auth_epochs.py).
        epoch = values.get("auth_epoch", 1)
        return Place(self.table, SEAL, str(_plain(values[self.key])), epoch if isinstance(epoch, int) else 0)


MEMBERS = SealedRows(
    StaffMemberRow,
    "id",
    {
        "password": "it has a seal of its own (auth_epochs.py)",
        "created_at": "nobody may do more for having come earlier",
        "failures": "counting wrong passwords anew makes none right",
        "notice_address": "it has a seal of its own (accounts.py)",
    },
)
SESSIONS = SealedRows(
    StaffSessionRow, "token_digest", {"browser": "it is only shown, to the one whose session it is"}
)
LINKS = SealedRows(OneTimeLinkRow, "token_digest", {"used_at": "a link that was used has no seal any more"})
UNFINISHED = SealedRows(UnfinishedSignInRow, "token_digest", {})
CHALLENGES = SealedRows(PasskeyChallengeRow, "token_digest", {})
EVERY = (MEMBERS, SESSIONS, LINKS, UNFINISHED, CHALLENGES)


def _written(values: dict[str, object]) -> bytes:
    plain = {name: _plain(value) for name, value in values.items()}
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: object) -> str | int | bool | None:
    """A value as every database gives it back."""
    match value:
        case None | bool() | int() | str():
            return value
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case bytes():
            return value.hex()
        case other:
            raise TypeError(f"nobody said how a {type(other).__name__} is sealed")


def _column(rows: SealedRows) -> SealedColumn:
    place: Callable[[Session, Any], Place] = rows.place
    return SealedColumn(rows.row, SEAL, KeyPurpose.STAFF, place)


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = tuple(_column(rows) for rows in EVERY)
