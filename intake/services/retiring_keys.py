"""Destroying a key that took its leave: never while anything names it, and by two administrators."""

from dataclasses import dataclass

from intake.domain.events import KeyRetired
from intake.domain.permissions import Role, StaffMember
from intake.services.console import Console
from intake.services.refusals import Refusal
from intake.storage import accounts, audit, retired_keys, rewrapping
from intake.storage.key_changes import follow
from intake.storage.key_documents import changing, documents_in
from intake.storage.key_entries import Entry, KeyPurpose, entries, has, id_bytes, keep, the_active
from intake.storage.keyring import CLINIC_FILE


@dataclass(frozen=True, slots=True)
class Leaving:
    """A key that is to be destroyed."""

    purpose: KeyPurpose
    id: str


def leaving(console: Console, key_id: str) -> Leaving:
    """The key of this id, in whichever file. Raises Refusal when there is none, or it is the one in use.

    Whoever was killed while destroying one may have left it in another file than the clinic's.
    """
    documents, wanted = documents_in(console.folder), key_id.strip().casefold()
    for purpose in KeyPurpose:
        if the_active(documents[CLINIC_FILE], purpose.entry)["id"] == wanted:
            raise Refusal(
                f"{wanted} is the {purpose.value} key in use: take another into use first "
                f"(`intake keys rotate {purpose.value}`). Nothing was destroyed"
            )
        if any(_holds(document, purpose, wanted) for document in documents.values()):
            return Leaving(purpose, wanted)
    raise Refusal(f"there is no key {key_id} that could be destroyed; `intake keys list` shows them all")


def refuse_people(console: Console, first: StaffMember, second: StaffMember | None) -> None:
    """Two different administrators; one will do where there is no other. Raises Refusal."""
    for one in (first, second):
        if one is not None and Role.ADMINISTRATOR not in one.roles:
            raise Refusal(f"{one.printed_name} is no administrator. Nothing was destroyed")
    if second is not None and second.id == first.id:
        raise Refusal("two different people are needed. Nothing was destroyed")
    with console.database.read() as session:
        came = accounts.members_who_came(session, console.keys())
    others = [one for one in came if Role.ADMINISTRATOR in one.roles and one.id != first.id]
    if second is None and others:
        raise Refusal(
            "a key is destroyed by two administrators: name the second with --confirmed-by (one of "
            f"{', '.join(one.username for one in others)}). Nothing was destroyed"
        )


def retire(console: Console, key: Leaving, first: StaffMember, second: StaffMember | None) -> None:
    """Destroy the key, if nothing names it, once and for all; safe to repeat after a kill. Raises Refusal.

    From the moment it is noted in the database nothing can be sealed to it any more; then it goes from
    its file. Recovery copies still have it, for backups made before.
    """
    refuse_people(console, first, second)
    key_id = id_bytes(key.id)
    with changing(console.folder) as documents:
        with console.database.write() as session:
            rewrapping.keep_others_from_writing(session)
            if named := rewrapping.naming(session, key_id):
                told = ", ".join(f"{count} of {column}" for column, count in named.items())
                raise Refusal(
                    f"the key {key.id} still opens what nothing else does: {told}. Run `intake keys rotate "
                    f"{key.purpose.value}` again; what that cannot open was damaged, and has to be restored "
                    "from a backup or erased first. Nothing was destroyed"
                )
            if key.id not in retired_keys.retired(session):
                retired_keys.retire(session, key.purpose, key_id, console.now())
                confirmed_by = second.id if second is not None else None
                event = KeyRetired(key.id, key.purpose.value, confirmed_by, console.account)
                audit.record(session, console.keys(), first.id, event, console.now())
        for name, document in documents.items():
            if name != CLINIC_FILE:
                # As after a kill while a new key was taken into use: it must not stay the one in use here.
                follow(documents[CLINIC_FILE], document, key.purpose)
            if _holds(document, key.purpose, key.id):
                every = entries(document, key.purpose.entry)
                keep(document, key.purpose.entry, [one for one in every if one["id"] != key.id])


def _holds(document: Entry, purpose: KeyPurpose, key: str) -> bool:
    return has(document, purpose.entry) and any(one["id"] == key for one in entries(document, purpose.entry))
