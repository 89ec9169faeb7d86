"""The files that hold the keys: one for the clinic's site, one for the patients' site, one for the worker.

They lie outside the database and outside its backups. Whoever may read the clinic's file
can read every submission; without it nobody can.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from intake.storage import outbox_keys
from intake.storage.encryption import KEY_BYTES, ClinicKeys, PatientKeys, SealingKey
from intake.storage.key_entries import as_text, id_bytes, key_bytes, new_id, the_active, the_others
from intake.storage.key_files import (
    FORMATS,
    as_found,
    damaged,
    read_document,
    refuse_shared_folder,
    write_document,
)
from intake.storage.key_files import KeyringRefused as KeyringRefused  # for whoever reads keys
from intake.storage.outbox_keys import OutboxKeys

CLINIC_FILE = "clinic-keys.json"
PATIENT_FILE = "patient-keys.json"
WORKER_FILE = "worker-keys.json"
# In the clinic's file from the moment every account has a seal: from then on one without is nobody's. In the
# database anybody could take such a note away who can write there.
ACCOUNTS_SEALED = "accounts_sealed"

_Keys = TypeVar("_Keys", bound=PatientKeys | OutboxKeys)


def create_keyring(folder: Path) -> None:
    """Make new keys and write every file. Keys that exist are never written over."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_shared_folder(folder)
    for path in (folder / CLINIC_FILE, folder / PATIENT_FILE, folder / WORKER_FILE):
        if path.exists():
            raise KeyringRefused(
                f"{path} exists already, and new keys would make what the old ones sealed "
                "unreadable. Nothing was written. Keep it, or name another folder"
            )
    clinic, patient = _new_documents()
    write_document(folder / CLINIC_FILE, clinic)
    write_document(folder / PATIENT_FILE, patient)
    write_document(folder / WORKER_FILE, outbox_keys.worker_document(clinic))


def complete_keyring(folder: Path) -> bool:
    """Give keys of an earlier version an outbox, and the worker its file; whether any was missing.

    The clinic's file first, so that whoever is killed in between goes on with the same pair the next time.
    No key that was there is changed. Raises KeyringRefused.
    """
    clinic, patient = read_document(folder / CLINIC_FILE), read_document(folder / PATIENT_FILE)
    has_all = outbox_keys.has_outbox(clinic) and outbox_keys.has_outbox(patient)
    if has_all and (folder / WORKER_FILE).exists():
        return False
    if not outbox_keys.has_outbox(clinic):
        clinic["outbox_key"] = outbox_keys.new_outbox()
        write_document(folder / CLINIC_FILE, clinic)
    try:
        if not outbox_keys.has_outbox(patient):
            patient["outbox_key"] = outbox_keys.seals_of(clinic)
        worker = outbox_keys.worker_document(clinic)
    except (KeyError, TypeError, ValueError):
        raise damaged(folder / CLINIC_FILE) from None
    write_document(folder / PATIENT_FILE, patient)
    write_document(folder / WORKER_FILE, worker)
    return True


def read_outbox_keys(folder: Path) -> OutboxKeys:
    """The keys of the worker, with which letters open and nothing else."""
    return _read_keys(folder / WORKER_FILE, outbox_keys.keys_in)


def read_clinic_keys(folder: Path) -> ClinicKeys:
    """The keys of the clinic site."""
    return _read_keys(folder / CLINIC_FILE, _clinic_keys)


def read_patient_keys(folder: Path) -> PatientKeys:
    """The keys of the patient site, with which no submission can be opened."""
    return _read_keys(folder / PATIENT_FILE, _patient_keys)


def as_they_are_now(keys: _Keys) -> _Keys:
    """The same keys, or those that stand in their file by now; to ask once for each request.

    The secret key stays the one this process began with: its open pages are signed with it. A file that
    cannot be read any more, or is another installation's, changes nothing for a process that has read it: it
    goes on with what it read last.
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
                found = _read_keys(begun.path, begun.understand)
                # With those of another installation no row opens, and every account would seem changed.
                if found.deployment != keys.deployment:
                    raise KeyringRefused(f"{begun.path} has the keys of another installation")
                kept = _newer[begun.path] = stamp, found
        newest = kept[1]
    except (KeyringRefused, OSError):
        newest = _read_last(keys, begun)
        if newest is keys:
            return keys
    if isinstance(newest, PatientKeys) and isinstance(keys, PatientKeys):
        newest = replace(newest, secret_key=keys.secret_key)
    return newest  # type: ignore[return-value]  # the same function reads the same kind of keys


def are_those_of_the_file(keys: PatientKeys) -> bool:
    """Whether these are the keys that stand in their file at this moment, as far as this process can see.

    So they are of keys that were read from no file: there are no newer ones.
    """
    begun = keys.read_from
    if not isinstance(begun, _ReadFrom):
        return True
    try:
        return _stamp(begun.path.stat()) == begun.stamp
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class _ReadFrom:
    """A key file, how it was when it was read, and what makes keys of what stands in it.

    ``reading`` is higher than that of everything this process read before.
    """

    path: Path
    stamp: tuple[int, int, int]
    understand: Callable[[dict[str, Any]], PatientKeys | OutboxKeys]
    reading: int


_NO_STAMP = (0, 0, 0)
_reading = Lock()
_readings = count()
_newer: dict[Path, tuple[tuple[int, int, int], PatientKeys | OutboxKeys]] = {}


def _read_keys(path: Path, understand: Callable[[dict[str, Any]], _Keys]) -> _Keys:
    # Looked at before it is read: what is written in between is noticed the next time.
    path = as_found(path)
    stamp = _NO_STAMP
    with suppress(OSError):
        # Without it, reading says why.
        stamp = _stamp(path.stat())
    document = read_document(path)
    try:
        return replace(understand(document), read_from=_ReadFrom(path, stamp, understand, next(_readings)))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged(path) from None


def _read_last(keys: PatientKeys | OutboxKeys, begun: _ReadFrom) -> PatientKeys | OutboxKeys:
    """Of what was read of a file the newest: these keys, or those that were noticed since."""
    with _reading:
        _, noticed = _newer.get(begun.path, (_NO_STAMP, keys))
    found = noticed.read_from
    return noticed if isinstance(found, _ReadFrom) and found.reading > begun.reading else keys


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
        outbox=outbox_keys.seal_in(document),
        outbox_keys=outbox_keys.keys_in(document),
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
        outbox=outbox_keys.seal_in(document),
    )


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def _new_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    private = X25519PrivateKey.generate()
    clinic_key_id = new_id()
    shared = {"format": FORMATS[0], "deployment": str(uuid4()), "audit_key": _new_key()}
    clinic: dict[str, Any] = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "private": as_text(private.private_bytes_raw())},
        "staff_key": _new_key(),
        "secret_key": _new_key(),
        "outbox_key": outbox_keys.new_outbox(),
        ACCOUNTS_SEALED: True,
    }
    public = as_text(private.public_key().public_bytes_raw())
    patient = {
        **shared,
        "clinic_key": {"id": clinic_key_id, "public": public},
        # Not the clinic's: what one site signs, the other must not take for its own.
        "secret_key": _new_key(),
        "outbox_key": outbox_keys.seals_of(clinic),
    }
    return clinic, patient


def _new_key() -> dict[str, str]:
    return {"id": new_id(), "secret": as_text(secrets.token_bytes(KEY_BYTES))}
