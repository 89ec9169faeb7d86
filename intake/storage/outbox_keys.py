"""The keys of the outbox: either site can seal a letter, and the worker opens it and nothing else.

A pair of its own beside the clinic's. The worker faces the mail server and whatever it answers, so its key
opens whom a notice goes to and the link in it, until it is sent, and no form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from intake.storage.key_entries import (
    Entry,
    KeyPurpose,
    as_text,
    entries,
    has,
    id_bytes,
    key_bytes,
    new_id,
    the_active,
    the_others,
)

_NAME = KeyPurpose.OUTBOX.entry


@dataclass(frozen=True, slots=True)
class OutboxSeal:
    """What seals a letter: the public half, and the id its blobs carry."""

    id: bytes
    public_key: X25519PublicKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxKeys:
    """What opens a letter; all that the worker holds. ``others`` open what they sealed, by their ids."""

    deployment: UUID
    id: bytes
    private_key: X25519PrivateKey = field(repr=False)
    others: Mapping[bytes, X25519PrivateKey] = field(default_factory=dict, repr=False)
    # As of other keys that are read from a file (``encryption.PatientKeys``).
    read_from: object = field(default=None, repr=False, compare=False)


def new_outbox() -> Entry:
    """A new pair as it is written where letters are opened."""
    return {"id": new_id(), "private": as_text(X25519PrivateKey.generate().private_bytes_raw())}


def has_outbox(document: Entry) -> bool:
    """Whether a key file has any of it: those of earlier versions have not."""
    return has(document, _NAME)


def worker_document(clinic: Entry) -> Entry:
    """The worker's key file: what of the clinic's it needs, and no more. Raises KeyError."""
    kept = f"{_NAME}s" if f"{_NAME}s" in clinic else _NAME
    return {name: clinic[name] for name in ("format", "deployment", kept)}


def seals_of(clinic: Entry) -> Entry:
    """The half that seals, of what opens in the clinic's key file. Raises KeyError and ValueError."""
    opens = the_active(clinic, _NAME)
    public = _private(opens).public_key()
    return {"id": opens["id"], "public": as_text(public.public_bytes_raw())}


def seal_in(document: Entry) -> OutboxSeal:
    """What seals a letter, in a key file's document. Raises KeyError and ValueError."""
    written = the_active(document, _NAME)
    if "private" in written:
        return OutboxSeal(id_bytes(written["id"]), _private(written).public_key())
    return OutboxSeal(
        id_bytes(written["id"]), X25519PublicKey.from_public_bytes(key_bytes(written["public"]))
    )


def keys_in(document: Entry) -> OutboxKeys:
    """What opens a letter, in a key file's document. Raises KeyError and ValueError."""
    written = the_active(document, _NAME)
    others = {id_bytes(one["id"]): _private(one) for one in the_others(document, _NAME)}
    return OutboxKeys(UUID(document["deployment"]), id_bytes(written["id"]), _private(written), others)


def of_the_clinics(clinic: Entry, document: Entry) -> list[Entry]:
    """What stands of the clinic's outbox in another file: the same in the worker's, else what seals."""
    if any("private" in one for one in entries(document, _NAME)):
        return entries(clinic, _NAME)
    return [{**seals_of(clinic), "use": "active"}]


def _private(written: Entry) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(key_bytes(written["private"]))
