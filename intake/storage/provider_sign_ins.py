"""Sign-ins that somebody went to the provider with: used up by whoever comes back, in the same browser.

And who at the provider is who here, by a keyed digest of issuer and subject: never by an e-mail address.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives import constant_time, hashes, hmac
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.storage.encryption import (
    ClinicKeys,
    DecryptionFailed,
    Place,
    length_prefixed,
    shared_key,
    token_digest,
)
from intake.storage.key_entries import KeyPurpose
from intake.storage.row_seals import MEMBERS
from intake.storage.sealed_columns import SealedColumn
from intake.storage.tables import ProviderIdentityRow, ProviderSignInRow, StaffMemberRow

LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Gone:
    """What whoever comes back is checked against; ``member`` is whom the provider's subject is linked to."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    member: UUID | None = None


class LinkedToAnother(Exception):
    """The person at the provider is somebody else here."""


def begin(session: Session, keys: ClinicKeys, member: UUID | None, now: datetime) -> tuple[str, str, Gone]:
    """The state that goes to the provider, what the browser keeps, and what only we know."""
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    gone = Gone(secrets.token_urlsafe(32), secrets.token_urlsafe(48), member)
    digest = token_digest(state)
    content = json.dumps({"nonce": gone.nonce, "verifier": gone.verifier}).encode()
    session.add(
        ProviderSignInRow(
            state_digest=digest,
            browser_digest=token_digest(browser),
            member_id=member,
            created_at=now,
            sealed=keys.staff_key.seal(content, _place(digest, member)),
        )
    )
    session.flush()
    return state, browser, gone


def remove_over(session: Session, now: datetime) -> None:
    """Forget those that took too long."""
    session.execute(delete(ProviderSignInRow).where(ProviderSignInRow.created_at < now - LASTS))


def take(session: Session, keys: ClinicKeys, state: str, browser: str, now: datetime) -> Gone | None:
    """What was begun with this state in this browser; gone for good, whoever asks."""
    digest = token_digest(state)
    taken = session.execute(
        delete(ProviderSignInRow)
        .where(ProviderSignInRow.state_digest == digest)
        .returning(
            ProviderSignInRow.browser_digest,
            ProviderSignInRow.member_id,
            ProviderSignInRow.created_at,
            ProviderSignInRow.sealed,
        )
    ).one_or_none()
    if taken is None or not constant_time.bytes_eq(taken.browser_digest, token_digest(browser)):
        return None
    # A clock set back makes nothing last longer.
    if not timedelta(0) <= now - taken.created_at <= LASTS:
        return None
    try:
        said = json.loads(keys.staff_key.open(taken.sealed, _place(digest, taken.member_id)))
    except DecryptionFailed:
        return None
    return Gone(said["nonce"], said["verifier"], taken.member_id)


def link(session: Session, keys: ClinicKeys, issuer: str, subject: str, member: UUID, now: datetime) -> None:
    """From now on this person at the provider is this one here. Raises LinkedToAnother."""
    digest = _subject(keys, issuer, subject)
    row = session.get(ProviderIdentityRow, digest)
    if row is not None and row.member_id != member:
        raise LinkedToAnother
    unlink(session, member)
    sealed = keys.staff_key.seal(b"", _identity_place(digest, member))
    session.add(ProviderIdentityRow(subject_digest=digest, member_id=member, created_at=now, sealed=sealed))
    session.flush()


def unlink(session: Session, member: UUID) -> None:
    """Nobody at the provider is this person any more."""
    session.execute(delete(ProviderIdentityRow).where(ProviderIdentityRow.member_id == member))


def linked(session: Session, member: UUID) -> datetime | None:
    """Since when somebody may sign in at the provider; None when they may not."""
    query = select(ProviderIdentityRow.created_at).where(ProviderIdentityRow.member_id == member)
    return session.scalar(query)


def member_of(session: Session, keys: ClinicKeys, issuer: str, subject: str) -> UUID | None:
    """Who that is here; None when nobody is, or whoever was has left."""
    digest = _subject(keys, issuer, subject)
    query = (
        select(ProviderIdentityRow, StaffMemberRow)
        .join(StaffMemberRow, StaffMemberRow.id == ProviderIdentityRow.member_id)
        .where(ProviderIdentityRow.subject_digest == digest, StaffMemberRow.removed_at.is_(None))
    )
    found = session.execute(query).one_or_none()
    if found is None or not MEMBERS.is_ours(keys, found[1]):
        return None
    row: ProviderIdentityRow = found[0]
    try:
        # Whoever can write to the database cannot make one's own sign-in another's.
        keys.staff_key.open(row.sealed, _identity_place(digest, row.member_id))
    except DecryptionFailed:
        return None
    return row.member_id


def _subject(keys: ClinicKeys, issuer: str, subject: str) -> bytes:
    # Not under the key for staff: a new one has to find everybody again.
    digest = hmac.HMAC(shared_key(keys, "provider identities"), hashes.SHA256())
    digest.update(length_prefixed("intake", "provider", issuer, subject))
    return digest.finalize()


def _place(digest: bytes, member: UUID | None) -> Place:
    return Place("provider_sign_ins", "sealed", f"{digest.hex()} {member or ''}")


def _identity_place(digest: bytes, member: UUID) -> Place:
    return Place("provider_identities", "sealed", f"{digest.hex()} {member}")


# For a new key to take over (storage/rewrapping.py).
SEALED_FOR_STAFF = SealedColumn(
    ProviderIdentityRow,
    "sealed",
    KeyPurpose.STAFF,
    lambda _, row: _identity_place(row.subject_digest, row.member_id),
)
