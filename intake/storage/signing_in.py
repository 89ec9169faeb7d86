"""Signing in: a claim to be somebody, its proof, and a pause after too many wrong ones.

In three steps, because a password takes long to check and nobody else can write while a
transaction is open: read the claim, prove it outside any transaction, then settle it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.domain.permissions import StaffMember
from intake.storage import accounts, lockouts
from intake.storage.auth_epochs import factors_are_gone, open_password, seal_password
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.lockouts import Limit
from intake.storage.passwords import Proof, prove
from intake.storage.tables import StaffMemberRow

FAILURES = 10
WITHIN = timedelta(minutes=15)
PAUSE = timedelta(minutes=15)
_LIMIT = Limit(FAILURES, WITHIN, PAUSE)
# Wrong phrases of patients lie in the same table, and are remembered for longer.
_REMEMBERED = timedelta(hours=2)

WRONG = "wrong username or password"
PAUSED = "too many failures"
DAMAGED = "what is kept of the password does not open"


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody at ``source`` says they are ``username``; unknown names are claims like any other."""

    username: str
    source: str
    member: UUID | None = None
    auth_epoch: int = 0
    paused: bool = False
    damaged: bool = False
    kept: str | None = field(default=None, repr=False)

    def prove(self, password: str) -> Proof:
        """Slow on purpose. Call it outside any transaction."""
        return Proof(right=False) if self.paused else prove(self.kept, password)


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that did not succeed; returned and not raised, so that it is remembered."""

    member: UUID | None
    reason: str


def claim(session: Session, keys: ClinicKeys, username: str, source: str, now: datetime) -> Claim:
    """What is known of the account. ``source`` is where the attempt comes from."""
    name = accounts.as_kept(username)
    paused = lockouts.is_paused(lockouts.find(session, _who(keys, name, source)), now)
    row = session.scalar(select(StaffMemberRow).where(StaffMemberRow.username == name))
    if row is None:
        return Claim(name, source, paused=paused)
    known = (name, source, row.id, row.auth_epoch, paused)
    try:
        kept = None if factors_are_gone(session, row) else open_password(keys, row)
    except DecryptionFailed:
        return Claim(*known, damaged=True)
    # Planted, or its factors were taken away in the database: nobody comes in by such a password.
    return Claim(*known, damaged=kept is None and row.password is not None, kept=kept)


def settle(
    session: Session, keys: ClinicKeys, claimed: Claim, proof: Proof, now: datetime
) -> StaffMember | Refused:
    """Who signed in, or why nobody did. A failure is counted; a success forgets failures."""
    lockout = lockouts.hold(session, _who(keys, claimed.username, claimed.source), now)
    if lockouts.is_paused(lockout, now):
        return Refused(claimed.member, PAUSED)
    row = _member_row(session, claimed)
    if row is None or not proof.right:
        lockouts.count(lockout, _LIMIT, now)
        session.flush()
        return Refused(claimed.member, DAMAGED if claimed.damaged else WRONG)
    if proof.renewed is not None:
        row.password = seal_password(keys, row, proof.renewed)
    session.delete(lockout)
    session.flush()
    return accounts.staff_member(row)


def remove_expired(session: Session, now: datetime) -> None:
    """Forget failures that no longer count."""
    lockouts.remove_over(session, _REMEMBERED, now)


def _member_row(session: Session, claimed: Claim) -> StaffMemberRow | None:
    """The account, unless its password or roles changed while the proof was worked out."""
    query = select(StaffMemberRow).where(
        StaffMemberRow.id == claimed.member, StaffMemberRow.auth_epoch == claimed.auth_epoch
    )
    return session.scalar(query.with_for_update())


def _who(keys: ClinicKeys, username: str, source: str) -> bytes:
    # Keyed, because people type passwords into the box for the username.
    return lockouts.who(keys.staff_key.secret, username, source)
