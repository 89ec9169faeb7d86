"""The keys after a restore: a recovery copy may be from before a key was taken into use, or destroyed.

What a backup says comes first. Sealing to a key that took its leave would be undoing a change of keys, and
the database refuses what is sealed to one that was destroyed.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from intake.domain.events import KeyActivated
from intake.services.refusals import Refusal
from intake.storage import audit, retired_keys, rewrapping
from intake.storage.key_changes import follow
from intake.storage.key_documents import changing
from intake.storage.key_entries import Entry, KeyPurpose, Use, entries, has, keep
from intake.storage.keyring import ACCOUNTS_SEALED, CLINIC_FILE


def bring_forward(session: Session, folder: Path) -> None:
    """Make the key files say which keys are in use by what was restored, and drop destroyed ones.

    Accounts are sealed by now, also those of a version that sealed none: an older recovery copy does not say
    so, and the next start would seal whatever was put beside them meanwhile.

    Raises Refusal when none that could be in use is left.
    """
    gone = retired_keys.retired(session)
    with changing(folder) as documents:
        documents[CLINIC_FILE][ACCOUNTS_SEALED] = True
        for purpose in KeyPurpose:
            _bring_forward(documents, purpose, _were_in_use(session, purpose), gone)


def is_nothing_but(there: Mapping[str, Entry], copy: Mapping[str, Entry]) -> bool:
    """Whether key files hold nothing that a recovery copy does not: an earlier restore may have left them."""
    clinic = copy[CLINIC_FILE]
    return set(there) == set(copy) and all(
        (one["deployment"], one.get("audit_key")) == (copy[name]["deployment"], copy[name].get("audit_key"))
        and _secrets(one) <= _secrets(copy[name]) | _secrets(clinic)
        for name, one in there.items()
    )


def _were_in_use(session: Session, purpose: KeyPurpose) -> frozenset[str]:
    """The keys that rows name, and those of which the trail says that they came into use."""
    activated = (dict(one.detail) for one in audit.of_kind(session, KeyActivated))
    told = {str(one["key"]) for one in activated if one["purpose"] == purpose.value}
    return rewrapping.named(session, purpose) | told


def _bring_forward(
    documents: Mapping[str, Entry], purpose: KeyPurpose, used: Collection[str], gone: Collection[str]
) -> None:
    clinic, name = documents[CLINIC_FILE], purpose.entry
    every = [one for one in entries(clinic, name) if one["id"] not in gone]
    # They stand in the order in which they were made, which is that in which they come into use.
    came = [at for at, one in enumerate(every) if one["id"] in used or Use(one["use"]) is Use.ACTIVE]
    if not came:
        raise Refusal(
            f"every {purpose.value} key of this recovery copy was destroyed before the backup was made. Name "
            "a recovery copy that was made when the key after it was there. Nothing was restored"
        )
    newest = came[-1]
    before = [] if purpose is KeyPurpose.SECRET else every[:newest]
    after = [
        *({**one, "use": Use.EARLIER.value} for one in before),
        {**every[newest], "use": Use.ACTIVE.value},
        *every[newest + 1 :],
    ]
    if after != entries(clinic, name):
        keep(clinic, name, after)
    for document in documents.values():
        if document is not clinic and has(document, name):
            # Secrets are each site's own: at first their ids differ, and nothing is to be changed.
            if purpose is not KeyPurpose.SECRET or _has(document, name, every[newest]["id"]):
                follow(clinic, document, purpose)
            kept = [one for one in entries(document, name) if one["id"] not in gone]
            if kept != entries(document, name):
                keep(document, name, kept)


def _has(document: Entry, name: str, key: str) -> bool:
    return any(one["id"] == key for one in entries(document, name))


def _secrets(document: Entry) -> frozenset[str]:
    return frozenset(
        one[kind]
        for purpose in KeyPurpose
        if has(document, purpose.entry)
        for one in entries(document, purpose.entry)
        for kind in ("private", "secret")
        if kind in one
    )
