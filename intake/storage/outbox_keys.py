"""The keys of the outbox: either site can seal a letter, and the worker opens it and nothing else.

A pair of its own beside the clinic's. The worker faces the mail server and whatever it answers, so its key
opens whom a notice goes to and the link in it, until it is sent, and no form.
"""

import base64
import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class OutboxSeal:
    """What seals a letter: the public half, and the id its blobs carry."""

    id: bytes
    public_key: X25519PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxKeys:
    """What opens a letter; all that the worker holds."""

    deployment: UUID
    id: bytes
    private_key: X25519PrivateKey = field(repr=False)


def new_outbox() -> dict[str, Any]:
    """A new pair as it is written where letters are opened."""
    return {
        "id": secrets.token_hex(_ID_BYTES),
        "private": _text(X25519PrivateKey.generate().private_bytes_raw()),
    }


def worker_document(clinic: dict[str, Any]) -> dict[str, Any]:
    """The worker's key file: what of the clinic's it needs, and no more. Raises KeyError."""
    return {name: clinic[name] for name in ("format", "deployment", "outbox_key")}


def seals_of(opens: dict[str, Any]) -> dict[str, Any]:
    """The half that seals, of the half that opens. Raises KeyError and ValueError."""
    public = _private(opens).public_key()
    return {"id": opens["id"], "public": _text(public.public_bytes_raw())}


def seal_in(document: dict[str, Any]) -> OutboxSeal:
    """What seals a letter, in a key file's document. Raises KeyError and ValueError."""
    written = document["outbox_key"]
    if "private" in written:
        return OutboxSeal(_id(written), _private(written).public_key())
    public = X25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(written["public"]))
    return OutboxSeal(_id(written), public)


def keys_in(document: dict[str, Any]) -> OutboxKeys:
    """What opens a letter, in a key file's document. Raises KeyError and ValueError."""
    written = document["outbox_key"]
    return OutboxKeys(UUID(document["deployment"]), _id(written), _private(written))


def _id(written: dict[str, Any]) -> bytes:
    found = bytes.fromhex(written["id"])
    if len(found) != _ID_BYTES:
        raise ValueError("a key id has eight hexadecimal digits")
    return found


def _private(written: dict[str, Any]) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(written["private"]))


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode()
