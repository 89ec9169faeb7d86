"""Changing what key files hold: all of them at once, by one process at a time."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from intake.storage.key_entries import Entry
from intake.storage.key_files import KeyringRefused, keep_name, read_document, write_document
from intake.storage.keyring import CLINIC_FILE


@contextmanager
def changing(folder: Path) -> Iterator[dict[str, Entry]]:
    """Every key file's document by its name, to be changed in place: kept when nothing is raised.

    One process at a time. Each file is written whole or not at all; the clinic's first, so that what is
    sealed with a new key can be opened from that moment on.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        documents = documents_in(folder)
        before = {name: json.dumps(document) for name, document in documents.items()}
        yield documents
        for name, document in documents.items():
            if json.dumps(document) != before[name]:
                write_document(folder / name, document)
    finally:
        os.close(descriptor)


def documents_in(folder: Path) -> dict[str, Entry]:
    """What the key files hold, by their names, the clinic's first. Raises KeyringRefused."""
    others = sorted(path.name for path in folder.glob("*-keys.json") if path.name != CLINIC_FILE)
    return {name: read_document(folder / name) for name in (CLINIC_FILE, *others)}


def write_documents(folder: Path, documents: Mapping[str, Entry]) -> None:
    """Put key files where there are none: all of them, or none. Raises KeyringRefused."""
    if folder.exists() and any(folder.iterdir()):
        raise KeyringRefused(f"{folder} is not empty. Nothing was written. Name another instance folder")
    unfinished = folder.with_suffix(".unfinished")
    for left in unfinished.glob("*"):
        left.unlink()
    unfinished.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, document in documents.items():
        write_document(unfinished / name, document)
    unfinished.rename(folder)
    keep_name(folder.parent)
