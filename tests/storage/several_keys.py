"""Key files with more than one key for a purpose, as `intake keys` makes them, without the steps between."""

import secrets

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from intake.storage.key_documents import changing
from intake.storage.key_entries import KeyPurpose, Use, as_text, entries, keep, new_id
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE, read_clinic_keys


def with_new_key(folder, purpose=KeyPurpose.CLINIC, use=Use.ACTIVE):
    """Add a key; those before are earlier ones if it comes into use. Returns the clinic's keys then."""
    with changing(folder) as documents:
        private, new = X25519PrivateKey.generate(), new_id()
        secret = (
            {"private": as_text(private.private_bytes_raw())}
            if purpose in (KeyPurpose.CLINIC, KeyPurpose.OUTBOX)
            else {"secret": as_text(secrets.token_bytes(32))}
        )
        before = entries(documents[CLINIC_FILE], purpose.entry)
        if use is Use.ACTIVE:
            before = [{**one, "use": "earlier"} for one in before]
        keep(documents[CLINIC_FILE], purpose.entry, [*before, {"id": new, "use": use.value, **secret}])
        if purpose is KeyPurpose.CLINIC and use is Use.ACTIVE:
            public = as_text(private.public_key().public_bytes_raw())
            keep(documents[PATIENT_FILE], purpose.entry, [{"id": new, "use": "active", "public": public}])
    return read_clinic_keys(folder)


def without(folder, key_id, purpose=KeyPurpose.CLINIC):
    """Take a key out of the clinic's file. Returns the clinic's keys then."""
    with changing(folder) as documents:
        left = [one for one in entries(documents[CLINIC_FILE], purpose.entry) if one["id"] != key_id.hex()]
        keep(documents[CLINIC_FILE], purpose.entry, left)
    return read_clinic_keys(folder)
