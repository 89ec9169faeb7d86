"""How somebody signs in, as they set it up themselves: passkeys and recovery codes; ``own_app`` is the app.

Every change begins a new point in time for the person: whatever else was signed in is signed out, the
browser the change came from gets a new session, and the person is told by e-mail, where they gave an address.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import (
    AppRemoved,
    Event,
    FactorsForgotten,
    FactorsReviewed,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeyRenamed,
    RecoveryCodesMade,
)
from intake.domain.factors import Due, Factors, Proven, is_enough
from intake.domain.permissions import StaffMember
from intake.services import coming_in, one_time_codes, passkeys
from intake.services.clinic import SYSTEM, Clinic
from intake.services.entering import FactorsDamaged as FactorsDamaged
from intake.services.entering import factors_of
from intake.services.passkeys import Ceremony, PasskeyRefused
from intake.storage import (
    accounts,
    audit,
    auth_epochs,
    authenticator_apps,
    recovery_codes,
    session_proofs,
    staff_sessions,
)
from intake.storage import passkeys as kept
from intake.storage.accounts import Held
from intake.storage.encryption import DecryptionFailed, content_digest
from intake.storage.passkey_challenges import Asked
from intake.storage.passkeys import NoSuchPasskey, Passkey, PasskeyTaken

MOST_PASSKEYS = 10


class LastWayIn(Exception):
    """Without it the person could not sign in any more as the clinic asks."""


class TooMany(Exception):
    """The person has as many passkeys as anybody may."""


class NothingToRecover(Exception):
    """Recovery codes stand for a second factor, and there is none yet."""


class SessionOver(Exception):
    """The session the change came from is over."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How somebody signs in. ``codes_used`` is when recovery codes were used, until there are new ones."""

    passkeys: tuple[Passkey, ...]
    app_since: datetime | None
    codes_left: int
    codes_used: tuple[datetime, ...]
    due: Due
    is_enough: bool

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all."""
        return bool(self.passkeys) or self.app_since is not None


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was made: the session's new token, and recovery codes to be shown now and never again."""

    token: str = field(repr=False)
    codes: tuple[str, ...] = field(default=(), repr=False)


def overview(clinic: Clinic, member: StaffMember, token: str) -> Overview:
    """How somebody signs in. Raises FactorsDamaged."""
    with clinic.database.read() as session:
        row = accounts.hold(session, clinic.keys, member.id)
        proof = session_proofs.of(session, clinic.keys, token)
        has = factors_of(session, member.id)
        return Overview(
            _opened(session, clinic, row),
            authenticator_apps.since(session, member.id),
            has.codes,
            recovery_codes.used(session, member.id),
            Due.NOTHING if proof is None else proof.due,
            is_enough(clinic.settings.sign_in_policy, has),
        )


def ask_for_new_passkey(clinic: Clinic, member: StaffMember) -> Ceremony:
    """Ask the browser to make one. Raises FactorsDamaged and TooMany."""
    with clinic.database.write() as session:
        if len(_opened(session, clinic, accounts.hold(session, clinic.keys, member.id))) >= MOST_PASSKEYS:
            raise TooMany
        return passkeys.ask_to_add(session, clinic, member)


def add_passkey(
    clinic: Clinic, member: StaffMember, token: str, ceremony: str, answer: str, name: str
) -> Changed:
    """Keep what the browser made. Raises PasskeyRefused, FactorsDamaged and SessionOver."""
    challenge = passkeys.taken(clinic, ceremony, Asked.ADD, member.id)
    made = passkeys.made(clinic, member, answer, challenge, name)

    def add(session: Session, row: Held) -> Event:
        try:
            kept.add(session, clinic.keys, row, made)
        except PasskeyTaken:
            raise PasskeyRefused("this passkey is known already") from None
        return PasskeyAdded(member.id, content_digest(made.public_key))

    return changed(clinic, member, token, add, proven=Proven.PASSKEY)


def rename_passkey(clinic: Clinic, member: StaffMember, token: str, passkey: UUID, name: str) -> Changed:
    """Call it something else. Raises NoSuchPasskey, FactorsDamaged and SessionOver."""
    words = name.strip()[: passkeys.LONGEST_NAME] or "Passkey"

    def rename(session: Session, row: Held) -> Event:
        known = _one(session, clinic, row, passkey)
        kept.rename(session, clinic.keys, row, passkey, words)
        return PasskeyRenamed(member.id, content_digest(known.public_key))

    return changed(clinic, member, token, rename)


def remove_passkey(clinic: Clinic, member: StaffMember, token: str, passkey: UUID) -> Changed:
    """Forget it. Raises LastWayIn, NoSuchPasskey, FactorsDamaged and SessionOver."""

    def remove(session: Session, row: Held) -> Event:
        known = _one(session, clinic, row, passkey)
        kept.remove(session, row, passkey)
        return PasskeyRemoved(member.id, content_digest(known.public_key))

    return changed(clinic, member, token, remove)


def make_recovery_codes(clinic: Clinic, member: StaffMember, token: str) -> Changed:
    """Ten new codes; those before stop working.

    Raises NothingToRecover, FactorsDamaged, SessionOver and TooBusy.
    """
    with clinic.database.read() as session:
        if not factors_of(session, member.id).any:
            raise NothingToRecover
    codes = one_time_codes.new_recovery_codes()
    hashes = [one_time_codes.hashed(code) for code in codes]  # slow on purpose, outside any transaction

    def put(session: Session, row: Held) -> Event:
        recovery_codes.put(session, clinic.keys, row, hashes)
        return RecoveryCodesMade(member.id)

    return Changed(changed(clinic, member, token, put).token, codes)


def finish_review(clinic: Clinic, member: StaffMember, token: str) -> None:
    """The person looked at how they sign in, and goes on to their work. Raises LastWayIn."""
    with clinic.database.write() as session:
        if not is_enough(clinic.settings.sign_in_policy, factors_of(session, member.id)):
            raise LastWayIn
        session_proofs.settle(session, clinic.keys, token)
        audit.record(session, clinic.keys, member.id, FactorsReviewed(member.id), clinic.now())


def of_everybody(clinic: Clinic) -> dict[UUID, Factors]:
    """What everybody has beside their password."""
    with clinic.database.read() as session:
        return {one.id: factors_of(session, one.id) for one in accounts.members(session, clinic.keys)}


def forget(clinic: Clinic, by: StaffMember | None, member: UUID) -> None:
    """Take away how somebody signs in beside their password, for them to set up anew; never by themselves.

    ``by`` is None on the console. Raises NoSuchMember.
    """
    with clinic.database.write() as session:
        auth_epochs.start_over(session, clinic.keys, accounts.hold(session, clinic.keys, member))
        event = FactorsForgotten(member)
        coming_in.tell(clinic, session, member)
        audit.record(session, clinic.keys, by.id if by else SYSTEM, event, clinic.now())


def changed(
    clinic: Clinic,
    member: StaffMember,
    token: str,
    deed: Callable[[Session, Held], Event],
    proven: Proven | None = None,
) -> Changed:
    """Do something to how somebody signs in, in a session of theirs; ``deed`` says what was done.

    Raises LastWayIn, FactorsDamaged, SessionOver, and what ``deed`` raises.
    """
    now = clinic.now()
    try:
        with clinic.database.write() as session:
            row = accounts.hold(session, clinic.keys, member.id)
            before = session_proofs.of(session, clinic.keys, token)
            if before is None:
                raise SessionOver
            with auth_epochs.next_epoch(session, clinic.keys, row):
                event = deed(session, row)
            has = factors_of(session, row.id)
            policy = clinic.settings.sign_in_policy
            if isinstance(event, PasskeyRemoved | AppRemoved) and not is_enough(policy, has):
                raise LastWayIn
            if not has.any:
                recovery_codes.remove(session, row.id)
            due = Due.NOTHING if before.due is Due.SET_UP and is_enough(policy, has) else before.due
            renewed = staff_sessions.start(
                session, clinic.keys, row.id, now, proven or before.proven, due, network=before.network
            )
            audit.record(session, clinic.keys, member.id, event, now)
            if not isinstance(event, PasskeyRenamed):
                # Whoever sits at an open session is not to be the only one who knows.
                coming_in.tell(clinic, session, member.id)
    except DecryptionFailed:
        raise FactorsDamaged from None
    return Changed(renewed)


def _opened(session: Session, clinic: Clinic, row: Held) -> tuple[Passkey, ...]:
    try:
        return kept.of(session, clinic.keys, row)
    except DecryptionFailed:
        raise FactorsDamaged from None


def _one(session: Session, clinic: Clinic, row: Held, passkey: UUID) -> Passkey:
    found = next((one for one in kept.of(session, clinic.keys, row) if one.id == passkey), None)
    if found is None:
        raise NoSuchPasskey
    return found
