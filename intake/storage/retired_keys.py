"""Which keys were destroyed. Inserted and never removed: the database refuses what is sealed to one."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.storage.key_entries import KeyPurpose
from intake.storage.tables import RetiredKeyRow


def retire(session: Session, purpose: KeyPurpose, key_id: bytes, now: datetime) -> None:
    """From now on nothing can be sealed to this key."""
    session.add(RetiredKeyRow(key_id=key_id, purpose=purpose.value, retired_at=now))
    session.flush()


def retired(session: Session) -> frozenset[str]:
    """The ids of the keys that were destroyed, in hexadecimal digits."""
    return frozenset(bytes(one).hex() for one in session.scalars(select(RetiredKeyRow.key_id)))
