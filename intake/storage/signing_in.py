"""Signing in: a claim to be somebody, its proof, and a pause after too many wrong ones.

In three steps, because a password takes long to check and nobody else can write while a
transaction is open: read the claim, prove it outside any transaction, then settle it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives import hashes, hmac
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from intake.domain.permissions import StaffMember
from intake.storage import accounts
from intake.storage.database import insert_unless_kept
from intake.storage.encryption import ClinicKeys, length_prefixed
from intake.storage.passwords import Proof, prove
from intake.storage.tables import LockoutRow, StaffMemberRow

FAILURES = 10
WITHIN = timedelta(minutes=15)
PAUSE = timedelta(minutes=15)

WRONG = "wrong username or password"
PAUSED = "too many failures"


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody at ``source`` says they are ``username``; unknown names are claims like any other."""

    username: str
    source: str
    member: UUID | None = None
    auth_epoch: int = 0
    paused: bool = False
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
    lockout = session.get(LockoutRow, _who(keys, name, source))
    paused = lockout is not None and _is_paused(lockout, now)
    row = session.scalar(select(StaffMemberRow).where(StaffMemberRow.username == name))
    if row is None:
        return Claim(name, source, paused=paused)
    kept = accounts.open_password(keys, row)
    return Claim(name, source, row.id, row.auth_epoch, paused, kept)


def settle(
    session: Session, keys: ClinicKeys, claimed: Claim, proof: Proof, now: datetime
) -> StaffMember | Refused:
    """Who signed in, or why nobody did. A failure is counted; a success forgets failures."""
    lockout = _lockout(session, _who(keys, claimed.username, claimed.source), now)
    if _is_paused(lockout, now):
        return Refused(claimed.member, PAUSED)
    row = _member_row(session, claimed)
    if row is None or not proof.right:
        _count_failure(lockout, now)
        session.flush()
        return Refused(claimed.member, WRONG)
    if proof.renewed is not None:
        row.password = accounts.seal_password(keys, row, proof.renewed)
    session.delete(lockout)
    session.flush()
    return accounts.staff_member(row)


def remove_expired(session: Session, now: datetime) -> None:
    """Forget failures that no longer count."""
    session.execute(delete(LockoutRow).where(LockoutRow.since < now - WITHIN - PAUSE))


def _member_row(session: Session, claimed: Claim) -> StaffMemberRow | None:
    """The account, unless its password or roles changed while the proof was worked out."""
    query = select(StaffMemberRow).where(
        StaffMemberRow.id == claimed.member, StaffMemberRow.auth_epoch == claimed.auth_epoch
    )
    return session.scalar(query.with_for_update())


def _lockout(session: Session, who: bytes, now: datetime) -> LockoutRow:
    insert_unless_kept(session, LockoutRow, {"who": who, "failures": 0, "since": now})
    query = select(LockoutRow).where(LockoutRow.who == who).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _is_paused(lockout: LockoutRow, now: datetime) -> bool:
    return lockout.refused_until is not None and now < lockout.refused_until


def _count_failure(lockout: LockoutRow, now: datetime) -> None:
    over = lockout.refused_until is not None
    if over or now - lockout.since > WITHIN:
        lockout.failures, lockout.since, lockout.refused_until = 0, now, None
    lockout.failures += 1
    if lockout.failures >= FAILURES:
        lockout.refused_until = now + PAUSE


def _who(keys: ClinicKeys, username: str, source: str) -> bytes:
    # Keyed, because people type passwords into the box for the username.
    digest = hmac.HMAC(keys.staff_key.secret, hashes.SHA256())
    digest.update(length_prefixed("intake", "lockouts", "who", username, source))
    return digest.finalize()
