"""Changing the keys of one purpose, in steps that can be cut short anywhere: as the product does, or wrongly.

Each change goes on where the one before it was killed. ``Steps`` says how far it has come.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from intake.domain.permissions import StaffMember
from intake.services import keys, retiring_keys
from intake.services.console import Console
from intake.services.refusals import Refusal
from intake.storage import accounts
from intake.storage.key_changes import follow
from intake.storage.key_documents import changing, documents_in
from intake.storage.key_entries import (
    Entry,
    KeyPurpose,
    Use,
    as_text,
    entries,
    has,
    keep,
    new_id,
    the_active,
)
from intake.storage.key_files import write_document
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE
from keepers import Keeper, copied


class Step(IntEnum):
    """What is done to a key, in this order."""

    MAKING = 1
    COPYING = 2
    TAKING_INTO_USE = 3
    SEALING_ANEW = 4
    DESTROYING = 5


@dataclass(frozen=True)
class Change:
    """Whoever changes the key of a purpose: ``before`` is the id of the key that is to go.

    ``reached`` is seen by the process that kills this one: the step that is being done.
    """

    console: Console
    purpose: KeyPurpose
    before: str
    keepers: tuple[Keeper, ...]
    folder: Path
    reached: Any

    def reach(self, step: Step) -> None:
        """From here on this is done."""
        self.reached.value = int(step)

    def sealed(self, _count: int) -> None:
        """Hear of a batch that was sealed anew."""
        self.reach(Step.SEALING_ANEW)


Changer = Callable[[Change], None]


def not_begun() -> Any:
    """Where a change writes how far it has come."""
    return RawValue("i", 0)


def honest(change: Change) -> None:
    """As the product does: make a key, have a copy of it opened, take it into use, destroy the one before."""
    _have_one_that_waits(change)
    change.reach(Step.TAKING_INTO_USE)
    with suppress(Refusal):  # a kill came after the last row
        keys.rotate(change.console, change.purpose, change.sealed)
    change.reach(Step.DESTROYING)
    # None is left of what is not sealed with, and none after a kill that came late.
    with suppress(Refusal):
        leaving = retiring_keys.leaving(change.console, change.before)
        retiring_keys.retire(change.console, leaving, an_administrator(change.console), None)


def hasty(change: Change) -> None:
    """A mistake: the key before is destroyed, in every file, as soon as something is sealed with the new."""
    _have_one_that_waits(change)

    def gone(count: int) -> None:
        with changing(change.console.folder) as documents:
            for document in documents.values():
                if has(document, change.purpose.entry):
                    every = entries(document, change.purpose.entry)
                    kept = [one for one in every if Use(one["use"]) is not Use.EARLIER]
                    keep(document, change.purpose.entry, kept)
        change.sealed(count)

    change.reach(Step.TAKING_INTO_USE)
    with suppress(Refusal):  # a kill came after the last row
        keys.rotate(change.console, change.purpose, gone)


def others_first(change: Change) -> None:
    """A mistake: the file of whoever seals is written before the file of whoever opens."""
    change.reach(Step.TAKING_INTO_USE)
    documents = documents_in(change.console.folder)
    clinic, pair = documents.pop(CLINIC_FILE), X25519PrivateKey.generate()
    new: Entry = {"id": new_id(), "private": as_text(pair.private_bytes_raw()), "use": Use.ACTIVE.value}
    earlier = [{**one, "use": Use.EARLIER.value} for one in entries(clinic, change.purpose.entry)]
    keep(clinic, change.purpose.entry, [*earlier, new])
    for name, document in documents.items():
        follow(clinic, document, change.purpose)
        write_document(change.console.folder / name, document)
    # As long as a slow disk takes.
    sleep(0.2)
    write_document(change.console.folder / CLINIC_FILE, clinic)
    honest(change)


def one_secret(change: Change) -> None:
    """A mistake: both sites get the same secret, so that each takes for its own what the other signs."""
    honest(change)
    with changing(change.console.folder) as documents:
        every = entries(documents[CLINIC_FILE], change.purpose.entry)
        keep(documents[PATIENT_FILE], change.purpose.entry, json.loads(json.dumps(every)))


def an_administrator(console: Console) -> StaffMember:
    """Bob, who may destroy keys."""
    with console.database.read() as session:
        came = accounts.members_who_came(session, console.keys())
    return next(one for one in came if one.username == "bob")


def _have_one_that_waits(change: Change) -> None:
    """A new key of which a recovery copy was opened, unless one came into use already."""
    document = documents_in(change.console.folder)[CLINIC_FILE]
    if the_active(document, change.purpose.entry)["id"] != change.before:
        return
    every = entries(document, change.purpose.entry)
    waits = [one["id"] for one in every if Use(one["use"]) is Use.WAITING]
    if not waits:
        change.reach(Step.MAKING)
        waits = [keys.make(change.console, change.purpose)]
    if waits[0] not in keys.copied_keys(document):
        change.reach(Step.COPYING)
        copied(change.console, change.folder / f"recovery-{uuid4()}.age", change.keepers)
