"""Which key of a purpose is in use, in each key file: the clinic's says it, and the others come after it."""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from intake.storage import outbox_keys
from intake.storage.key_entries import (
    Entry,
    KeyPurpose,
    Use,
    as_text,
    entries,
    has,
    keep,
    key_bytes,
    new_secret,
    the_active,
)

# On which day a key was made, where it was not there from the beginning.
_MADE = "made"


def in_use(every: list[Entry], key: str, purpose: KeyPurpose) -> list[Entry]:
    """The keys of a purpose once this one is in use; those before it open what they sealed."""
    if purpose is KeyPurpose.SECRET:
        # Nothing it signed is kept: the one before is of no use to anybody.
        return [{**one, "use": Use.ACTIVE.value} for one in every if one["id"] == key]
    uses = {one["id"]: Use.ACTIVE if one["id"] == key else Use.EARLIER for one in every}
    return [{**one, "use": uses[one["id"]].value} for one in every]


def follow(clinic: Entry, document: Entry, purpose: KeyPurpose) -> None:
    """Bring a file that is not the clinic's after it: of a pair the half it has, and of secrets its own.

    A secret that whoever made the key was killed before writing here is made now.
    """
    if not has(document, purpose.entry):
        return
    active, before = the_active(clinic, purpose.entry), entries(document, purpose.entry)
    if the_active(document, purpose.entry)["id"] == active["id"]:
        return
    match purpose:
        case KeyPurpose.CLINIC:
            private = X25519PrivateKey.from_private_bytes(key_bytes(active["private"]))
            public = as_text(private.public_key().public_bytes_raw())
            after = [{"id": active["id"], "public": public, "use": Use.ACTIVE.value}]
        case KeyPurpose.OUTBOX:
            after = outbox_keys.of_the_clinics(clinic, document)
        case KeyPurpose.SECRET if _MADE in active:
            new = {"id": active["id"], _MADE: active[_MADE], "secret": new_secret(), "use": Use.ACTIVE.value}
            after = in_use(before, active["id"], purpose) or [new]
        case _:
            # The secrets an instance begins with have an id of their own in each file.
            return
    keep(document, purpose.entry, after)
