"""The keys of one purpose in a key file: one that is in use, and others beside it.

A file of the first format has one key for each purpose, under the name of the purpose. The first new key
makes a list of it, under the same name in the plural::

    "clinic_keys": [{"id": "5b0c19d2", "private": "...", "use": "active"},
                    {"id": "e7741a03", "private": "...", "use": "waiting", "made": "2026-11-27"}]
"""

import base64
import binascii
import secrets
from enum import Enum
from typing import Any

Entry = dict[str, Any]
FORMAT_OF_LISTS = 2
# As long as a key is, and the id that a sealed value carries of it (encryption.py); no key has only zeros.
_KEY_BYTES, _ID_BYTES = 32, 4


class KeyPurpose(Enum):
    """What a key of the key files is for, as far as it can be changed for another."""

    CLINIC = "clinic"
    STAFF = "staff"
    OUTBOX = "outbox"
    SECRET = "secret"  # noqa: S105 - what the key files call it

    @property
    def entry(self) -> str:
        """What it is called in a key file."""
        return f"{self.value}_key"


class Use(Enum):
    """What a key is for by now. A waiting key opens and does not seal yet; an earlier one, no more."""

    ACTIVE = "active"
    WAITING = "waiting"
    EARLIER = "earlier"


def entries(document: Entry, name: str) -> list[Entry]:
    """Every key of a purpose, oldest first; ``name`` is the purpose's in the singular. Raises KeyError."""
    if f"{name}s" in document:
        return list(document[f"{name}s"])
    return [{**document[name], "use": Use.ACTIVE.value}]


def has(document: Entry, name: str) -> bool:
    """Whether a file has keys of a purpose at all: not every process holds every kind."""
    return name in document or f"{name}s" in document


def the_active(document: Entry, name: str) -> Entry:
    """The key that seals. Raises KeyError and ValueError when there is not exactly one."""
    (found,) = [one for one in entries(document, name) if Use(one["use"]) is Use.ACTIVE]
    return found


def the_others(document: Entry, name: str) -> list[Entry]:
    """The keys that open what they sealed, and seal nothing."""
    return [one for one in entries(document, name) if Use(one["use"]) is not Use.ACTIVE]


def keep(document: Entry, name: str, kept: list[Entry]) -> None:
    """Put these keys in the place of a purpose's keys; the file is one with lists from then on.

    Raises ValueError when there are none: whoever needs one would not start with that file.
    """
    if not kept:
        raise ValueError(f"no {name} would be left")
    document.pop(name, None)
    document[f"{name}s"] = kept
    document["format"] = FORMAT_OF_LISTS


def new_id() -> str:
    """An id for a new key: eight hexadecimal digits that no key has."""
    while not any(new := secrets.token_bytes(_ID_BYTES)):
        pass
    return new.hex()


def new_secret() -> str:
    """A new key that is no pair, as it is written."""
    return as_text(secrets.token_bytes(_KEY_BYTES))


def id_bytes(written: str) -> bytes:
    """A key's id as blobs carry it. Raises ValueError."""
    key_id = bytes.fromhex(written)
    if len(key_id) != _ID_BYTES:
        raise ValueError("a key id has eight hexadecimal digits")
    return key_id


def as_text(secret: bytes) -> str:
    """A key as it is written."""
    return base64.urlsafe_b64encode(secret).decode()


def key_bytes(written: str) -> bytes:
    """A key as it is used. Raises ValueError."""
    try:
        secret = base64.urlsafe_b64decode(written)
    except binascii.Error:
        raise ValueError("not base64") from None
    if len(secret) != _KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return secret
