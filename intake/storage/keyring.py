"""The files that hold the keys: one for the clinic's site, one for the patients' site, one for the worker.

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

from intake.storage import outbox_keys
from intake.storage.encryption import KEY_BYTES, OWN_KEY, ClinicKeys, PatientKeys, SealingKey
from intake.storage.outbox_keys import OutboxKeys

CLINIC_FILE = "clinic-keys.json"
PATIENT_FILE = "patient-keys.json"
WORKER_FILE = "worker-keys.json"
_FORMAT = 1


class KeyringRefused(Exception):
    """The keys cannot be read or written as things are; the message says what to do."""


def create_keyring(folder: Path) -> None:
    """Make new keys and write every file. Keys that exist are never written over."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_shared_folder(folder)
    for path in (folder / CLINIC_FILE, folder / PATIENT_FILE, folder / WORKER_FILE):
        if path.exists():
            raise KeyringRefused(
                f"{path} exists already, and new keys would make what the old ones sealed "
                "unreadable. Nothing was written. Keep it, or name another folder"
            )
    clinic, patient = _new_documents()
    _write(folder / CLINIC_FILE, clinic)
    _write(folder / PATIENT_FILE, patient)
    _write(folder / WORKER_FILE, outbox_keys.worker_document(clinic))


def complete_keyring(folder: Path) -> bool:
    """Give keys of an earlier version an outbox, and the worker its file; whether any was missing.

    The clinic's file first, so that whoever is killed in between goes on with the same pair the next time.
    No key that was there is changed. Raises KeyringRefused.
    """
    clinic, patient = _read(folder / CLINIC_FILE), _read(folder / PATIENT_FILE)
    complete = "outbox_key" in clinic and "outbox_key" in patient and (folder / WORKER_FILE).exists()
    if complete:
        return False
    if "outbox_key" not in clinic:
        clinic["outbox_key"] = outbox_keys.new_outbox()
        _write(folder / CLINIC_FILE, clinic)
    try:
        patient["outbox_key"] = outbox_keys.seals_of(clinic["outbox_key"])
        worker = outbox_keys.worker_document(clinic)
    except (KeyError, TypeError, ValueError):
        raise _damaged(folder / CLINIC_FILE) from None
    _write(folder / PATIENT_FILE, patient)
    _write(folder / WORKER_FILE, worker)
    return True


def read_outbox_keys(folder: Path) -> OutboxKeys:
    """The keys of the worker, with which letters open and nothing else."""
    path = folder / WORKER_FILE
    document = _read(path)
    try:
        return outbox_keys.keys_in(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _damaged(path) from None


def read_clinic_keys(folder: Path) -> ClinicKeys:
    """The keys of the clinic site."""
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
            outbox=outbox_keys.seal_in(document),
            outbox_keys=outbox_keys.keys_in(document),
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
            outbox=outbox_keys.seal_in(document),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _damaged(path) from None


def _new_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    private = X25519PrivateKey.generate()
    clinic_key_id = _new_id()
    shared = {"format": _FORMAT, "deployment": str(uuid4()), "audit_key": _new_key()}
    clinic: dict[str, Any] = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "private": _text(private.private_bytes_raw())},
        "staff_key": _new_key(),
        "secret_key": _new_key(),
        "outbox_key": outbox_keys.new_outbox(),
    }
    public = _text(private.public_key().public_bytes_raw())
    patient = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "public": public},
        # Not the clinic's: what one site signs, the other must not take for its own.
        "secret_key": _new_key(),
        "outbox_key": outbox_keys.seals_of(clinic["outbox_key"]),
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
    path = _handed_over(path.name) or path
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


def _handed_over(name: str) -> Path | None:
    """The file as systemd handed it to this process (``LoadCredential=``), if it did."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    handed_over = Path(folder) / name
    return handed_over if folder and handed_over.exists() else None


def _refuse_others(path: Path, found: os.stat_result) -> None:
    if path == _handed_over(path.name) and found.st_uid == 0:
        # systemd gives root's file to one user by an access list, whose mask stands where the group's
        # rights would. Nobody else can reach the folder it lies in.
        if stat.S_IMODE(found.st_mode) & 0o037:
            raise KeyringRefused(f"{path} is open to others: hand it over with LoadCredential=")
        return
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
