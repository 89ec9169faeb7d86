"""The keys of an instance: which there are, making a new one, and taking it into use without a pause.

A new key waits until somebody has shown that a recovery copy with it can be opened
(``services/recovery_copies.py``). Then it takes over: everything the one before sealed is sealed anew, in
small steps, and both open meanwhile. The one before is destroyed apart (``services/retiring_keys.py``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from intake.domain.events import KeyActivated, KeyMade, RecordsRewrapped
from intake.services.clinic import SYSTEM
from intake.services.console import Console
from intake.services.refusals import Refusal
from intake.storage import audit, rewrapping
from intake.storage.encryption import ClinicKeys
from intake.storage.key_changes import follow, in_use
from intake.storage.key_documents import changing, documents_in
from intake.storage.key_entries import (
    Entry,
    KeyPurpose,
    Use,
    as_text,
    entries,
    has,
    id_bytes,
    keep,
    new_id,
    new_secret,
    the_active,
)
from intake.storage.keyring import CLINIC_FILE, PATIENT_FILE
from intake.storage.rewrapping import Rewrapped
from intake.storage.sealed_columns import SealedColumn

RECOVERY_COPIES = "recovery_copies"
_PAIRS = (KeyPurpose.CLINIC, KeyPurpose.OUTBOX)


@dataclass(frozen=True, slots=True)
class HeldKey:
    """One key: what for, its id, what it is for by now, since when it is there (empty: from the beginning).

    ``copied_on`` is the day on which a recovery copy with it was shown to open; empty when none was.
    ``sealed`` is how many values in the database name it.
    """

    purpose: KeyPurpose
    id: str
    use: Use
    made_on: str
    copied_on: str
    sealed: int


@dataclass(frozen=True, slots=True)
class Rotated:
    """What came of taking a key into use: its id, whether it was waiting until now, what was sealed anew."""

    id: str
    came_into_use: bool
    rewrapped: Rewrapped


def held(console: Console) -> tuple[HeldKey, ...]:
    """Every key that can be changed for another, by purpose, oldest first."""
    document = documents_in(console.folder)[CLINIC_FILE]
    copied = copied_keys(document)
    with console.database.read() as session:
        return tuple(
            HeldKey(
                purpose,
                one["id"],
                Use(one["use"]),
                one.get("made", ""),
                copied.get(one["id"], ""),
                sum(rewrapping.naming(session, id_bytes(one["id"])).values()),
            )
            for purpose in KeyPurpose
            for one in entries(document, purpose.entry)
        )


def make(console: Console, purpose: KeyPurpose) -> str:
    """A new key that waits; its id. Raises Refusal when another waits."""
    with changing(console.folder) as documents:
        if waits := _waiting(documents[CLINIC_FILE], purpose):
            raise Refusal(
                f"a new {purpose.value} key waits already: {waits['id']}. Write a recovery copy of it "
                f"(`intake keys escrow`), confirm that (`intake keys confirm-escrow`), then `intake keys "
                f"rotate {purpose.value}`"
            )
        new = {"id": new_id(), "use": Use.WAITING.value, "made": _today(console)}
        _record(console, KeyMade(new["id"], purpose.value, console.account))
        pair = as_text(X25519PrivateKey.generate().private_bytes_raw())
        for name, document in documents.items():
            if _holds_secrets(name, document, purpose):
                secret = {"private": pair} if purpose in _PAIRS else {"secret": new_secret()}
                keep(document, purpose.entry, [*entries(document, purpose.entry), {**new, **secret}])
    return str(new["id"])


def rotate(
    console: Console, purpose: KeyPurpose, progress: Callable[[int], None] = lambda _: None
) -> Rotated:
    """Take the key that waits into use, and seal anew what others sealed. Safe to repeat after a kill.

    ``progress`` hears how many values were sealed anew since it last heard. Raises Refusal.
    """
    came_into_use = _activate(console, purpose)
    keys = console.keys()
    key_id = the_active(documents_in(console.folder)[CLINIC_FILE], purpose.entry)["id"]
    done = _rewrap_all(console, keys, purpose, key_id, progress)
    if not came_into_use and not done.sealed_anew and not done.unreadable:
        raise Refusal(
            f"no {purpose.value} key waits, and everything is sealed to the one in use ({key_id}). "
            f"Make a new one first: intake keys new {purpose.value}"
        )
    return Rotated(key_id, came_into_use, done)


def to_rewrap(console: Console, purpose: KeyPurpose) -> int:
    """How many values would be sealed anew if the key that waits, or else the one in use, took over now."""
    document = documents_in(console.folder)[CLINIC_FILE]
    key_id = id_bytes((_waiting(document, purpose) or the_active(document, purpose.entry))["id"])
    with console.database.read() as session:
        columns = rewrapping.columns_of(purpose)
        return sum(len(rewrapping.under_another_key(session, one, key_id)) for one in columns)


def copied_keys(document: Entry) -> Mapping[str, str]:
    """The ids of the keys of which a recovery copy was shown to open, and on which day last."""
    return {
        key: str(copy["confirmed"])
        for copy in document.get(RECOVERY_COPIES, [])
        if copy["confirmed"]
        for key in copy["keys"]
    }


def _activate(console: Console, purpose: KeyPurpose) -> bool:
    """Whether a key that waited came into use; the other files are brought after the clinic's in any case."""
    with changing(console.folder) as documents:
        document = documents[CLINIC_FILE]
        waits = _waiting(document, purpose)
        if waits is not None:
            if waits["id"] not in copied_keys(document):
                raise Refusal(
                    f"no recovery copy with the key {waits['id']} is confirmed yet: what it seals would be "
                    "lost with this machine. Write one (`intake keys escrow`) and have somebody who keeps it "
                    "open it (`intake keys confirm-escrow`). Nothing was changed"
                )
            _record(console, KeyActivated(waits["id"], purpose.value, console.account))
            keep(document, purpose.entry, in_use(entries(document, purpose.entry), waits["id"], purpose))
        for name, other in documents.items():
            if name != CLINIC_FILE:
                follow(document, other, purpose)
    return waits is not None


def _rewrap_all(
    console: Console, keys: ClinicKeys, purpose: KeyPurpose, key_id: str, progress: Callable[[int], None]
) -> Rewrapped:
    done = Rewrapped()
    for column in rewrapping.columns_of(purpose):
        # A site that has not looked at its key file yet goes on with the key before for a moment.
        while (step := _rewrap(console, keys, column, key_id, progress)).sealed_anew:
            done += Rewrapped(step.sealed_anew)
        done += Rewrapped(0, step.unreadable)
    return done


def _rewrap(
    console: Console, keys: ClinicKeys, column: SealedColumn, key_id: str, progress: Callable[[int], None]
) -> Rewrapped:
    with console.database.read() as session:
        waiting = rewrapping.under_another_key(session, column, id_bytes(key_id))
    done = Rewrapped()
    for batch in rewrapping.in_batches(waiting):
        with console.database.write() as session:
            step = rewrapping.rewrap(session, keys, column, batch)
            if step.sealed_anew:
                unreadable = len(step.unreadable)
                event = RecordsRewrapped(
                    key_id, column.purpose.value, step.sealed_anew, unreadable, console.account
                )
                audit.record(session, keys, SYSTEM, event, console.now())
        progress(step.sealed_anew)
        done += step
    return done


def _waiting(document: Entry, purpose: KeyPurpose) -> Entry | None:
    every = entries(document, purpose.entry)
    return next((one for one in every if Use(one["use"]) is Use.WAITING), None)


def _holds_secrets(name: str, document: Entry, purpose: KeyPurpose) -> bool:
    """Whether a new key stands in this file while it waits; what only seals is told of it later."""
    match purpose:
        case KeyPurpose.CLINIC | KeyPurpose.STAFF:
            return name == CLINIC_FILE
        case KeyPurpose.OUTBOX:
            return has(document, purpose.entry) and name != PATIENT_FILE
        case KeyPurpose.SECRET:
            # Of each site its own: what one signs, the other must not take for its own.
            return has(document, purpose.entry)


def _record(console: Console, event: KeyMade | KeyActivated) -> None:
    with console.database.write() as session:
        audit.record(session, console.keys(), SYSTEM, event, console.now())


def _today(console: Console) -> str:
    return console.settings.local(console.now()).date().isoformat()
