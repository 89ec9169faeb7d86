"""The files that hold the keys: one for the clinic's side, one for the patients' side.

They lie outside the database and outside its backups. Whoever may read the clinic's file
can read every submission; without it nobody can.
"""

import json
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from intake.storage.encryption import KEY_BYTES, ClinicKeys, PatientKeys, SealingKey
from intake.storage.key_entries import as_text, id_bytes, key_bytes, new_id, the_active, the_others

CLINIC_FILE = "clinic-keys.json"
PATIENT_FILE = "patient-keys.json"
# The first has one key for each purpose, the second a list of them (``key_entries``).
_FORMATS = (1, 2)

_Keys = TypeVar("_Keys", bound=PatientKeys)


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
    write_document(folder / CLINIC_FILE, clinic)
    write_document(folder / PATIENT_FILE, patient)


def read_clinic_keys(folder: Path) -> ClinicKeys:
    """The keys of the clinic site and the worker."""
    return _read_keys(folder / CLINIC_FILE, _clinic_keys)


def read_patient_keys(folder: Path) -> PatientKeys:
    """The keys of the patient site, with which no submission can be opened."""
    return _read_keys(folder / PATIENT_FILE, _patient_keys)


def as_they_are_now(keys: _Keys) -> _Keys:
    """The same keys, or those that stand in their file by now; to ask once for each request.

    The secret key stays the one this process began with: its open pages are signed with it. A file that
    cannot be read any more changes nothing for a process that has read it.
    """
    begun = keys.read_from
    if not isinstance(begun, _ReadFrom):
        return keys
    try:
        stamp = _stamp(begun.path.stat())
        if stamp == begun.stamp:
            return keys
        with _reading:
            kept = _newer.get(begun.path)
            if kept is None or kept[0] != stamp:
                kept = _newer[begun.path] = stamp, _read_keys(begun.path, begun.understand)
        newest = kept[1]
    except (KeyringRefused, OSError):
        return keys
    # The same function reads the same kind of keys.
    return replace(newest, secret_key=keys.secret_key)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class _ReadFrom:
    """A key file, how it was when it was read, and what makes keys of what stands in it."""

    path: Path
    stamp: tuple[int, int, int]
    understand: Callable[[dict[str, Any]], PatientKeys]


_reading = Lock()
_newer: dict[Path, tuple[tuple[int, int, int], PatientKeys]] = {}


def _read_keys(path: Path, understand: Callable[[dict[str, Any]], _Keys]) -> _Keys:
    # Looked at before it is read: what is written in between is noticed the next time.
    stamp = _stamp(path.stat()) if path.exists() else (0, 0, 0)
    document = read_document(path)
    try:
        return replace(understand(document), read_from=_ReadFrom(path, stamp, understand))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _damaged(path) from None


def _clinic_keys(document: dict[str, Any]) -> ClinicKeys:
    deployment = UUID(document["deployment"])
    active = the_active(document, "clinic_key")
    private = X25519PrivateKey.from_private_bytes(key_bytes(active["private"]))
    staff = tuple(
        SealingKey(deployment, key_bytes(one["secret"]), id_bytes(one["id"]))
        for one in the_others(document, "staff_key")
    )
    staff_key = the_active(document, "staff_key")
    return ClinicKeys(
        deployment=deployment,
        clinic_key_id=id_bytes(active["id"]),
        clinic_public_key=private.public_key(),
        audit_key=key_bytes(document["audit_key"]["secret"]),
        secret_key=key_bytes(the_active(document, "secret_key")["secret"]),
        clinic_private_key=private,
        staff_key=SealingKey(deployment, key_bytes(staff_key["secret"]), id_bytes(staff_key["id"]), staff),
        other_private_keys={
            id_bytes(one["id"]): X25519PrivateKey.from_private_bytes(key_bytes(one["private"]))
            for one in the_others(document, "clinic_key")
        },
    )


def _patient_keys(document: dict[str, Any]) -> PatientKeys:
    active = the_active(document, "clinic_key")
    return PatientKeys(
        deployment=UUID(document["deployment"]),
        clinic_key_id=id_bytes(active["id"]),
        clinic_public_key=X25519PublicKey.from_public_bytes(key_bytes(active["public"])),
        audit_key=key_bytes(document["audit_key"]["secret"]),
        secret_key=key_bytes(the_active(document, "secret_key")["secret"]),
    )


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _new_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    private = X25519PrivateKey.generate()
    clinic_key_id = new_id()
    shared = {"format": _FORMATS[0], "deployment": str(uuid4()), "audit_key": _new_key()}
    clinic = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "private": as_text(private.private_bytes_raw())},
        "staff_key": _new_key(),
        "secret_key": _new_key(),
    }
    public = as_text(private.public_key().public_bytes_raw())
    patient = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "public": public},
        # Not the clinic's: what one site signs, the other must not take for its own.
        "secret_key": _new_key(),
    }
    return clinic, patient


def _new_key() -> dict[str, str]:
    return {"id": new_id(), "secret": as_text(secrets.token_bytes(KEY_BYTES))}


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Put a key file in its place, whole or not at all."""
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
    keep_name(path.parent)


def keep_name(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_document(path: Path) -> dict[str, Any]:
    """What a key file holds. Raises KeyringRefused."""
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
    if not isinstance(document, dict) or document.get("format") not in _FORMATS:
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
