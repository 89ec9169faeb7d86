"""What a page carries in a link so that the next page goes on where it ended.

Sealed for the one person it was made for: an address says neither how urgent a form is nor when
it was sent, and nobody can make one up.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

from intake.storage.encryption import ClinicKeys, DecryptionFailed, Place

Mark = tuple[int | str, ...]


def made(keys: ClinicKeys, kind: str, member_id: UUID, mark: Mark) -> str:
    """The mark as it stands in an address; ``kind`` is which list it is of."""
    sealed = keys.staff_key.seal(json.dumps(mark).encode(), _place(kind, member_id))
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def read(keys: ClinicKeys, kind: str, member_id: UUID, words: str) -> Mark | None:
    """The mark; None when it is none of this list's and this person's."""
    try:
        sealed = urlsafe_b64decode(words.encode() + b"=" * (-len(words) % 4))
        return tuple(json.loads(keys.staff_key.open(sealed, _place(kind, member_id))))
    except (DecryptionFailed, Error, ValueError):
        return None


def _place(kind: str, member_id: UUID) -> Place:
    return Place("pages", kind, member_id)
