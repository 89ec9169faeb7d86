"""What happens to keys and backups. Ids of keys alone; ``account`` is the machine's, at the console."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class KeyMade:
    """Somebody made a new key, which waits until a recovery copy of it is confirmed."""

    key: str
    purpose: str
    account: str


@dataclass(frozen=True, slots=True)
class RecoveryCopyMade:
    """Somebody wrote every key into a file for those who keep it; ``recipients`` is how many can open it."""

    recipients: int
    keys: int
    account: str


@dataclass(frozen=True, slots=True)
class RecoveryCopyConfirmed:
    """Somebody showed that they can open the recovery copy."""

    keys: int
    account: str


@dataclass(frozen=True, slots=True)
class KeyActivated:
    """A new key came into use in the place of another."""

    key: str
    purpose: str
    account: str


@dataclass(frozen=True, slots=True)
class RecordsRewrapped:
    """What older keys sealed was sealed anew; ``unreadable`` of it could not be opened and was left."""

    key: str
    purpose: str
    rewrapped: int
    unreadable: int
    account: str


@dataclass(frozen=True, slots=True)
class KeyRetired:
    """A key was destroyed. ``confirmed_by`` is the second administrator, where there are two."""

    key: str
    purpose: str
    confirmed_by: UUID | None
    account: str


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup was written; ``recipients`` is how many people's keys open it."""

    backup: str
    rows: int
    recipients: int
    account: str


@dataclass(frozen=True, slots=True)
class BackupRestored:
    """This instance was made of a backup; what happened after the backup is not in it."""

    backup: str
    rows: int
    account: str
