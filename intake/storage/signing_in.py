"""Signing in: a claim to be somebody, and its proof.

In three steps, because a password takes long to check and nobody else can write while a
transaction is open: read the claim, prove it outside any transaction, then settle it. How many
wrong ones are taken, and from whom, is counted beside it (``sign_in_limits``).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from intake.domain.permissions import StaffMember
from intake.domain.sign_in_limits import WRONG_BEFORE_SET_ASIDE
from intake.storage import accounts, known_browsers
from intake.storage.auth_epochs import factors_are_gone, open_password, seal_password
from intake.storage.encryption import ClinicKeys, DecryptionFailed
from intake.storage.passwords import Proof, prove
from intake.storage.row_seals import MEMBERS
from intake.storage.tables import StaffMemberRow

WRONG = "wrong username or password"
PAUSED = "too many failures"
# Right or wrong is not told apart: whoever guesses is to learn nothing.
SET_ASIDE = "the password is set aside"
DAMAGED = "what is kept of the password does not open"

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says they are ``username``; unknown names are claims like any other.

    ``browser`` is what the browser's cookie holds, and only if this person has signed in from it.
    ``again`` is said of somebody who is signed in, and shows once more that it is them.
    """

    username: str
    member: UUID | None = None
    auth_epoch: int = 0
    damaged: bool = False
    kept: str | None = field(default=None, repr=False)
    browser: str = field(default="", repr=False)
    again: bool = False

    @property
    def is_a_strangers(self) -> bool:
        """Whether anybody at all could have made it."""
        return not self.browser and not self.again

    def prove(self, password: str) -> Proof:
        """Slow on purpose, and as slow for names nobody has. Call it outside any transaction."""
        return prove(self.kept, password)


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that did not succeed; returned and not raised, so that it is remembered.

    ``set_aside``: from now on the password is not taken where this one came from.
    """

    member: UUID | None
    reason: str
    set_aside: bool = False


def claim(session: Session, keys: ClinicKeys, username: str, browser: str, now: datetime) -> Claim:
    """What is known of the account, and of the browser."""
    name = accounts.as_kept(username)
    # A password may stand in the box of the name, and a server of a database may log what it is asked for.
    everybody = session.scalars(select(StaffMemberRow))
    row = next((one for one in everybody if one.username == name), None)
    if row is None or row.removed_at is not None:
        return Claim(name)
    if not MEMBERS.is_ours(keys, row):
        return Claim(name, row.id, row.auth_epoch, damaged=True)
    known = browser if known_browsers.is_known(session, row.id, browser, now) else ""
    claimed = Claim(name, row.id, row.auth_epoch, browser=known)
    try:
        kept = None if factors_are_gone(session, row) else open_password(keys, row)
    except DecryptionFailed:
        return replace(claimed, damaged=True)
    # Planted, or its factors were taken away in the database: nobody comes in by such a password.
    return replace(claimed, damaged=kept is None and row.password is not None, kept=kept)


def claim_again(session: Session, keys: ClinicKeys, username: str, now: datetime) -> Claim:
    """The same of somebody who is signed in and asked for their password once more."""
    return replace(claim(session, keys, username, "", now), again=True)


def settle(session: Session, keys: ClinicKeys, claimed: Claim, proof: Proof) -> StaffMember | Refused:
    """Whose claim it was, or why it is nobody's. Wrong ones in a row are counted with the account."""
    row = _member_row(session, keys, claimed)
    if row is not None and claimed.is_a_strangers and row.failures >= WRONG_BEFORE_SET_ASIDE:
        return Refused(claimed.member, SET_ASIDE)
    if row is None or not proof.right:
        reason = DAMAGED if claimed.damaged else WRONG
        return Refused(claimed.member, reason, set_aside=_failed(session, claimed))
    if proof.renewed is not None:
        row.password = seal_password(keys, row, proof.renewed)
    # Set aside, it stays so for strangers until it is renewed, whoever comes from a browser that is known.
    if row.failures < WRONG_BEFORE_SET_ASIDE and not claimed.again:
        row.failures = 0
    session.flush()
    return accounts.staff_member(row)


def renew(session: Session, member_id: UUID) -> None:
    """They showed otherwise who they are (a passkey): their password is taken from anywhere again."""
    session.execute(update(StaffMemberRow).where(StaffMemberRow.id == member_id).values(failures=0))


def is_set_aside(session: Session, member_id: UUID) -> bool:
    """Whether their password is taken from browsers they have signed in from, and from no other."""
    query = select(StaffMemberRow.id).where(
        StaffMemberRow.id == member_id, StaffMemberRow.failures >= WRONG_BEFORE_SET_ASIDE
    )
    return session.scalar(query) is not None


def _failed(session: Session, claimed: Claim) -> bool:
    if claimed.browser and claimed.member is not None:
        return known_browsers.failed(session, claimed.member, claimed.browser)
    if claimed.again:
        return False
    # The same statement for names nobody has, without the name.
    left = session.scalar(
        update(StaffMemberRow)
        .where(StaffMemberRow.id == (claimed.member or _NOBODY), StaffMemberRow.removed_at.is_(None))
        .values(failures=StaffMemberRow.failures + 1)
        .returning(StaffMemberRow.failures)
    )
    return left == WRONG_BEFORE_SET_ASIDE


def _member_row(session: Session, keys: ClinicKeys, claimed: Claim) -> StaffMemberRow | None:
    """The account, unless its password or roles changed while the proof was worked out."""
    query = select(StaffMemberRow).where(
        StaffMemberRow.id == claimed.member, StaffMemberRow.auth_epoch == claimed.auth_epoch
    )
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    return row if row is not None and MEMBERS.is_ours(keys, row) else None
