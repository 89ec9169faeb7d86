"""How a table says which of its columns is sealed to a key of the key files, for a new key to take over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from intake.storage.encryption import (
    ClinicKeys,
    Place,
    open_for_clinic,
    open_from_outbox,
    seal_for_clinic,
    seal_for_outbox,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.tables import Base, StaffMemberRow


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column, for what purpose the key is that it is sealed to, and where the value of a row belongs.

    Where it belongs may rest on another row than its own: whoever asks for it gives the session.
    """

    row: type[Base]
    column: str
    purpose: KeyPurpose
    place: Callable[[Session, Any], Place]

    def __str__(self) -> str:
        return f"{self.row.__tablename__}.{self.column}"

    def sealed_anew(self, session: Session, keys: ClinicKeys, row: Base) -> bytes:
        """The same content under the key in use. Raises DecryptionFailed."""
        place, sealed = self.place(session, row), getattr(row, self.column)
        match self.purpose:
            case KeyPurpose.CLINIC:
                return seal_for_clinic(keys, open_for_clinic(keys, sealed, place), place)
            case KeyPurpose.OUTBOX:
                return seal_for_outbox(keys, open_from_outbox(keys.outbox_keys, sealed, place), place)
            case KeyPurpose.STAFF:
                return keys.staff_key.seal(keys.staff_key.open(sealed, place), place)
            case other:
                raise ValueError(f"nothing is kept under a key for {other.value}")


def whose(session: Session, member: UUID) -> StaffMemberRow:
    """The person a row is about, as they are now: what is sealed for them is sealed for a point in time."""
    return session.get_one(StaffMemberRow, member, populate_existing=True)
