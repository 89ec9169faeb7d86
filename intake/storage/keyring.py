"""The files that hold the keys: one for the clinic's side, one for the patients' side.

They lie outside the database and outside its backups. Whoever may read the clinic's file
can read every submission; without it nobody can.
"""

import base64
import binascii
import json
import os
import secrets
import stat
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from intake.storage.encryption import KEY_BYTES, OWN_KEY, ClinicKeys, PatientKeys, SealingKey

CLINIC_FILE = "clinic-keys.json"
PATIENT_FILE = "patient-keys.json"
_FORMAT = 1


class KeyringRefused(Exception):
    """The keys cannot be read or written as things are; the message says what to do."""


def create_keyring(folder: Path) -> None:
    """Make new keys and write both files. Keys that exist are never written over."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_shared_folder(folder)
    for path in (folder / CLINIC_FILE, folder / PATIENT_FILE):
        if path.exists():
            raise KeyringRefused(
                f"{path} exists already, and new keys would make what the old ones sealed "
                "unreadable. Nothing was written. Keep it, or name another folder"
            )
    clinic, patient = _new_documents()
    _write(folder / CLINIC_FILE, clinic)
    _write(folder / PATIENT_FILE, patient)


def read_clinic_keys(folder: Path) -> ClinicKeys:
    """The keys of the clinic site and the worker."""
    path = folder / CLINIC_FILE
    document = _read(path)
    try:
        private = X25519PrivateKey.from_private_bytes(_secret(document["clinic_key"]["private"]))
        deployment = UUID(document["deployment"])
        staff = document["staff_key"]
        return ClinicKeys(
            deployment=deployment,
            clinic_key_id=_key_id(document["clinic_key"]["id"]),
            clinic_public_key=private.public_key(),
            audit_key=_secret(document["audit_key"]["secret"]),
            secret_key=_secret(document["secret_key"]["secret"]),
            clinic_private_key=private,
            staff_key=SealingKey(deployment, _secret(staff["secret"]), _key_id(staff["id"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _damaged(path) from None


def read_patient_keys(folder: Path) -> PatientKeys:
    """The keys of the patient site, with which no submission can be opened."""
    path = folder / PATIENT_FILE
    document = _read(path)
    try:
        public = _secret(document["clinic_key"]["public"])
        return PatientKeys(
            deployment=UUID(document["deployment"]),
            clinic_key_id=_key_id(document["clinic_key"]["id"]),
            clinic_public_key=X25519PublicKey.from_public_bytes(public),
            audit_key=_secret(document["audit_key"]["secret"]),
            secret_key=_secret(document["secret_key"]["secret"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _damaged(path) from None


def _new_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    private = X25519PrivateKey.generate()
    clinic_key_id = _new_id()
    shared = {"format": _FORMAT, "deployment": str(uuid4()), "audit_key": _new_key()}
    clinic = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "private": _text(private.private_bytes_raw())},
        "staff_key": _new_key(),
        "secret_key": _new_key(),
    }
    public = _text(private.public_key().public_bytes_raw())
    patient = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "public": public},
        # Not the clinic's: what one site signs, the other must not take for its own.
        "secret_key": _new_key(),
    }
    return clinic, patient


def _new_key() -> dict[str, str]:
    return {"id": _new_id(), "secret": _text(secrets.token_bytes(KEY_BYTES))}


def _new_id() -> str:
    while (new := secrets.token_bytes(len(OWN_KEY))) == OWN_KEY:
        pass
    return new.hex()


def _key_id(written: str) -> bytes:
    key_id = bytes.fromhex(written)
    if len(key_id) != len(OWN_KEY):
        raise ValueError("a key id has eight hexadecimal digits")
    return key_id


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode()


def _secret(written: str) -> bytes:
    try:
        secret = base64.urlsafe_b64decode(written)
    except binascii.Error:
        raise ValueError("not base64") from None
    if len(secret) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return secret


def _write(path: Path, document: dict[str, Any]) -> None:
    # Written whole under another name first: half a key file must never be found.
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as file:
            # The file that was opened is looked at, not the name: it could be swapped.
            _refuse_others(path, os.fstat(file.fileno()))
            document = json.load(file)
    except FileNotFoundError:
        raise KeyringRefused(f"there is no {path}: make keys first, or name their folder") from None
    except PermissionError:
        raise KeyringRefused(f"{path} cannot be read by this user: {_remedy(path)}") from None
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise _damaged(path) from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise _damaged(path)
    return document


def _refuse_others(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise KeyringRefused(
            f"{path} belongs to user {found.st_uid} and not to the user running intake "
            f"({os.geteuid()}): {_remedy(path)}"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringRefused(f"{path} is open to other users: {_remedy(path)}")


def _refuse_shared_folder(folder: Path) -> None:
    found = folder.stat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise KeyringRefused(
            f"{folder} is open to other users: make it yours alone (chmod 700 {folder}), "
            "or name another folder"
        )


def _remedy(path: Path) -> str:
    return f"make it the running user's own and nobody else's (chown, then chmod 600 {path})"


def _damaged(path: Path) -> KeyringRefused:
    return KeyringRefused(f"{path} is not a key file, or is damaged: put back the copy kept in safety")
