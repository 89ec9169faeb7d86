"""How somebody signs in, as they set it up themselves: passkeys, an authenticator app, recovery codes.

Every change begins a new point in time for the person: whatever else was signed in is signed out, and
the browser the change came from gets a new session.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import (
    AppRemoved,
    AppSetUp,
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
from intake.services import one_time_codes, passkeys
from intake.services.clinic import SYSTEM, Clinic
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


class WrongCode(Exception):
    """The code is not one of the app that is being set up, at this time."""


class TooMany(Exception):
    """The person has as many passkeys as anybody may."""


class NothingToRecover(Exception):
    """Recovery codes stand for a second factor, and there is none yet."""


class FactorsDamaged(Exception):
    """Something kept of how the person signs in does not open: it was changed in the database."""


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


@dataclass(frozen=True, slots=True)
class OfferedApp:
    """An authenticator app to be set up: what its page shows, and what it carries back."""

    seed: str = field(repr=False)
    address: str = field(repr=False)
    carried: str = field(repr=False)


def overview(clinic: Clinic, member: StaffMember, token: str) -> Overview:
    """How somebody signs in. Raises FactorsDamaged."""
    with clinic.database.read() as session:
        row = accounts.hold(session, member.id)
        proof = session_proofs.of(session, token)
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
        if len(_opened(session, clinic, accounts.hold(session, member.id))) >= MOST_PASSKEYS:
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

    return _changed(clinic, member, token, add, proven=Proven.PASSKEY)


def rename_passkey(clinic: Clinic, member: StaffMember, token: str, passkey: UUID, name: str) -> Changed:
    """Call it something else. Raises NoSuchPasskey, FactorsDamaged and SessionOver."""
    words = name.strip()[: passkeys.LONGEST_NAME] or "Passkey"

    def rename(session: Session, row: Held) -> Event:
        known = _one(session, clinic, row, passkey)
        kept.rename(session, clinic.keys, row, passkey, words)
        return PasskeyRenamed(member.id, content_digest(known.public_key))

    return _changed(clinic, member, token, rename)


def remove_passkey(clinic: Clinic, member: StaffMember, token: str, passkey: UUID) -> Changed:
    """Forget it. Raises LastWayIn, NoSuchPasskey, FactorsDamaged and SessionOver."""

    def remove(session: Session, row: Held) -> Event:
        known = _one(session, clinic, row, passkey)
        kept.remove(session, row, passkey)
        return PasskeyRemoved(member.id, content_digest(known.public_key))

    return _changed(clinic, member, token, remove)


def offer_app(clinic: Clinic, member: StaffMember) -> OfferedApp:
    """A new seed for an authenticator app; nothing is kept of it until a code of it is typed."""
    with clinic.database.read() as session:
        row = accounts.hold(session, member.id)
        seed = one_time_codes.new_seed()
        carried = authenticator_apps.offer(clinic.keys, row, seed)
    return _offered(clinic, member, seed, base64.urlsafe_b64encode(carried).decode())


def offered_app(clinic: Clinic, member: StaffMember, carried: str) -> OfferedApp:
    """The same that a page carried; another one where it carried nothing of this person's."""
    try:
        with clinic.database.read() as session:
            seed = _seed(session, clinic, member, carried)
    except WrongCode:
        return offer_app(clinic, member)
    return _offered(clinic, member, seed, carried)


def set_up_app(clinic: Clinic, member: StaffMember, token: str, carried: str, code: str) -> Changed:
    """Keep the app, once a code of it was typed; that code is used up.

    Raises WrongCode, FactorsDamaged and SessionOver.
    """
    with clinic.database.read() as session:
        seed = _seed(session, clinic, member, carried)
    step = one_time_codes.matching_step(seed, one_time_codes.as_code(code), clinic.now())
    if step is None:
        raise WrongCode

    def put(session: Session, row: Held) -> Event:
        authenticator_apps.put(session, clinic.keys, row, seed, step, clinic.now())
        return AppSetUp(member.id)

    return _changed(clinic, member, token, put, proven=Proven.PASSWORD_AND_APP)


def remove_app(clinic: Clinic, member: StaffMember, token: str) -> Changed:
    """Forget the app. Raises LastWayIn, FactorsDamaged and SessionOver."""

    def remove(session: Session, row: Held) -> Event:
        authenticator_apps.remove(session, row.id)
        return AppRemoved(member.id)

    return _changed(clinic, member, token, remove)


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

    return Changed(_changed(clinic, member, token, put).token, codes)


def finish_review(clinic: Clinic, member: StaffMember, token: str) -> None:
    """The person looked at how they sign in, and goes on to their work. Raises LastWayIn."""
    with clinic.database.write() as session:
        if not is_enough(clinic.settings.sign_in_policy, factors_of(session, member.id)):
            raise LastWayIn
        session_proofs.settle(session, token)
        audit.record(session, clinic.keys, member.id, FactorsReviewed(member.id), clinic.now())


def of_everybody(clinic: Clinic) -> dict[UUID, Factors]:
    """What everybody has beside their password."""
    with clinic.database.read() as session:
        return {one.id: factors_of(session, one.id) for one in accounts.members(session)}


def forget(clinic: Clinic, by: StaffMember | None, member: UUID) -> None:
    """Take away how somebody signs in beside their password, for them to set up anew; never by themselves.

    ``by`` is None on the console. Raises NoSuchMember.
    """
    with clinic.database.write() as session:
        auth_epochs.start_over(session, clinic.keys, accounts.hold(session, member))
        event = FactorsForgotten(member)
        audit.record(session, clinic.keys, by.id if by else SYSTEM, event, clinic.now())


def _changed(
    clinic: Clinic,
    member: StaffMember,
    token: str,
    deed: Callable[[Session, Held], Event],
    proven: Proven | None = None,
) -> Changed:
    now = clinic.now()
    try:
        with clinic.database.write() as session:
            row = accounts.hold(session, member.id)
            before = session_proofs.of(session, token)
            if before is None:
                raise SessionOver
            with auth_epochs.next_epoch(session, clinic.keys, row):
                event = deed(session, row)
            has = factors_of(session, row.id)
            policy = clinic.settings.sign_in_policy
            if isinstance(event, (PasskeyRemoved, AppRemoved)) and not is_enough(policy, has):
                raise LastWayIn
            if not has.any:
                recovery_codes.remove(session, row.id)
            due = Due.NOTHING if before.due is Due.SET_UP and is_enough(policy, has) else before.due
            renewed = staff_sessions.start(session, row.id, now, proven or before.proven, due)
            audit.record(session, clinic.keys, member.id, event, now)
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


def _seed(session: Session, clinic: Clinic, member: StaffMember, carried: str) -> str:
    try:
        blob = base64.urlsafe_b64decode(carried.encode())
        return authenticator_apps.offered(clinic.keys, accounts.hold(session, member.id), blob)
    except (DecryptionFailed, binascii.Error, ValueError):
        raise WrongCode from None


def _offered(clinic: Clinic, member: StaffMember, seed: str, carried: str) -> OfferedApp:
    address = one_time_codes.setup_address(seed, member.username, clinic.settings.clinic_name)
    return OfferedApp(seed, address, carried)
