"""Proving more than a password: when signing in, and again before something that matters.

Wrong codes are counted for each account, whoever types them: only somebody who knows the password
gets so far. A passkey is never paused by them.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import ProvedAgain, RecoveryCodeUsed, SignInRefused
from intake.domain.factors import Factors, Proven, app_is_taken
from intake.domain.permissions import StaffMember
from intake.services import accounts, one_time_codes, passkeys
from intake.services.accounts import LockedOut
from intake.services.clinic import Clinic
from intake.services.entering import Begun, enter, factors_of, go_on
from intake.services.passkeys import Ceremony, PasskeyRefused
from intake.storage import accounts as members
from intake.storage import (
    audit,
    authenticator_apps,
    lockouts,
    recovery_codes,
    session_proofs,
    unfinished_sign_ins,
)
from intake.storage.encryption import DecryptionFailed
from intake.storage.lockouts import Limit
from intake.storage.passkey_challenges import Asked
from intake.storage.session_proofs import SessionProof

FRESH = timedelta(minutes=5)
# For whoever changes how they sign in: as long as it takes to go to that page from the one that asked.
FRESH_FOR_FACTORS = timedelta(minutes=1)
_LIMIT = Limit(failures=5, within=timedelta(minutes=15), pause=timedelta(minutes=15))
_WRONG, _PAUSED, _DAMAGED = "wrong code", "too many wrong codes", "what is kept of the code does not open"


class SignInOver(Exception):
    """The sign-in that was begun is over: it took too long, or something changed meanwhile."""


def who_began(clinic: Clinic, token: str) -> UUID:
    """Whose password was right. Raises SignInOver."""
    with clinic.database.read() as session:
        member = unfinished_sign_ins.find(session, clinic.keys, token, clinic.now())
    if member is None:
        raise SignInOver
    return member


def factors(clinic: Clinic, member: UUID) -> Factors:
    """What somebody has beside their password."""
    with clinic.database.read() as session:
        return factors_of(session, member)


def finish_with_code(clinic: Clinic, token: str, typed: str) -> str | None:
    """The token of a session, for a code of the app or a recovery code; None when it is wrong.

    Raises SignInOver, LockedOut and TooBusy.
    """
    member = who_began(clinic, token)
    if one_time_codes.is_of_an_app(typed):
        proven = Proven.PASSWORD_AND_APP if _app_proves(clinic, member, typed) else None
    else:
        proven = Proven.PASSWORD_AND_RECOVERY_CODE if _recovery_code_proves(clinic, member, typed) else None
    if proven is None:
        return None
    with clinic.database.write() as session:
        return _entered(session, clinic, token, member, proven)


def ask_for_passkey(clinic: Clinic, begun: str = "") -> Ceremony:
    """Ask for the passkey of whoever wants to sign in, or of somebody whose password was right.

    Raises SignInOver.
    """
    member = who_began(clinic, begun) if begun else None
    with clinic.database.write() as session:
        return passkeys.ask(session, clinic, Asked.SIGN_IN, member)


def finish_with_passkey(clinic: Clinic, ceremony: str, answer: str, begun: str = "") -> str | None:
    """The token of a session; None when the passkey proves nothing. Raises SignInOver."""
    member = who_began(clinic, begun) if begun else None
    try:
        challenge = passkeys.taken(clinic, ceremony, Asked.SIGN_IN, member)
        with clinic.database.write() as session:
            used = passkeys.prove(session, clinic, answer, challenge, member)
            if begun:
                unfinished_sign_ins.end(session, begun)
            return enter(session, clinic, used.row.id, Proven.PASSKEY, clinic.now())
    except PasskeyRefused as refusal:
        refused(clinic, member, str(refusal))
    return None


def is_fresh(clinic: Clinic, token: str, within: timedelta = FRESH) -> bool:
    """Whether whoever holds this session proved so lately that it is them."""
    proof = proof_of(clinic, token)
    # A clock set back makes nothing fresh.
    return proof is not None and timedelta(0) <= clinic.now() - proof.authenticated_at <= within


def proof_of(clinic: Clinic, token: str) -> SessionProof | None:
    """What a session rests on."""
    with clinic.database.read() as session:
        return session_proofs.of(session, clinic.keys, token)


def ask_again(clinic: Clinic, member: StaffMember) -> Ceremony:
    """Ask somebody who is signed in for one of their own passkeys."""
    with clinic.database.write() as session:
        return passkeys.ask(session, clinic, Asked.AGAIN, member.id)


def again_with_passkey(
    clinic: Clinic, member: StaffMember, token: str, ceremony: str, answer: str
) -> str | None:
    """The new token of the session; None when the passkey proves nothing."""
    try:
        challenge = passkeys.taken(clinic, ceremony, Asked.AGAIN, member.id)
        with clinic.database.write() as session:
            passkeys.prove(session, clinic, answer, challenge, member.id)
            return _proved_again(session, clinic, member, token, Proven.PASSKEY)
    except PasskeyRefused as refusal:
        refused(clinic, member.id, str(refusal))
    return None


def again_with_password(
    clinic: Clinic, member: StaffMember, token: str, password: str, code: str, source: str
) -> str | None:
    """The new token of the session; None when something is wrong. Raises LockedOut and TooBusy."""
    proven = confirms(clinic, member, password, code, source)
    if proven is None:
        return None
    with clinic.database.write() as session:
        return _proved_again(session, clinic, member, token, proven)


def confirms(clinic: Clinic, member: StaffMember, password: str, code: str, source: str) -> Proven | None:
    """What a password, with a code where there is an app, proves of somebody who is signed in.

    Nothing where only a passkey would. Raises LockedOut and TooBusy.
    """
    has = factors(clinic, member.id)
    by_app = app_is_taken(clinic.settings.sign_in_policy, has)
    if has.any and not by_app:
        return None
    if not accounts.confirms(clinic, member, password, source):
        return None
    if not has.any:
        return Proven.PASSWORD
    proved = one_time_codes.is_of_an_app(code) and _app_proves(clinic, member.id, code)
    return Proven.PASSWORD_AND_APP if proved else None


def refused(clinic: Clinic, member: UUID | None, reason: str) -> None:
    """Record that somebody was refused, and why."""
    with clinic.database.write() as session:
        event = SignInRefused(member, reason)
        audit.record(session, clinic.keys, member or "unknown", event, clinic.now())


def _entered(session: Session, clinic: Clinic, begun: str, member: UUID, proven: Proven) -> str:
    now = clinic.now()
    if unfinished_sign_ins.find(session, clinic.keys, begun, now) != member:
        raise SignInOver
    unfinished_sign_ins.end(session, begun)
    token = go_on(session, clinic, member, proven, now)
    if isinstance(token, Begun):
        raise TypeError("two factors lead to a session")
    return token


def _proved_again(
    session: Session, clinic: Clinic, member: StaffMember, token: str, proven: Proven
) -> str | None:
    renewed = session_proofs.proved_again(session, clinic.keys, token, proven, clinic.now())
    audit.record(session, clinic.keys, member.id, ProvedAgain(member.id, proven.value), clinic.now())
    return renewed


def _app_proves(clinic: Clinic, member: UUID, typed: str) -> bool:
    now, code = clinic.now(), one_time_codes.as_code(typed)
    with clinic.database.write() as session:
        lockout = lockouts.hold(session, _who(clinic, member), now)
        paused = lockouts.is_paused(lockout, now)
        reason = _PAUSED if paused else _why_not(session, clinic, member, code)
        if not reason:
            session.delete(lockout)
            return True
        if not paused:
            lockouts.count(lockout, _LIMIT, now)
        audit.record(session, clinic.keys, member, SignInRefused(member, reason), now)
    if paused:
        raise LockedOut
    return False


def _why_not(session: Session, clinic: Clinic, member: UUID, code: str) -> str:
    """Why a code of an app does not count; empty when it does, and then it is used up."""
    if not app_is_taken(clinic.settings.sign_in_policy, factors_of(session, member)):
        return _WRONG
    try:
        seed = authenticator_apps.seed_of(session, clinic.keys, members.hold(session, clinic.keys, member))
    except DecryptionFailed:
        return _DAMAGED
    step = None if seed is None else one_time_codes.matching_step(seed, code, clinic.now())
    return "" if step is not None and authenticator_apps.take_step(session, member, step) else _WRONG


def _recovery_code_proves(clinic: Clinic, member: UUID, typed: str) -> bool:
    now, number = clinic.now(), one_time_codes.recovery_number(typed)
    with clinic.database.read() as session:
        paused = lockouts.is_paused(lockouts.find(session, _who(clinic, member)), now)
        hashed, reason = _hash_of(session, clinic, member, number)
    # Slow on purpose, so outside any transaction; and not at all while it would not count.
    right = not paused and one_time_codes.is_recovery_code(hashed, typed)
    with clinic.database.write() as session:
        lockout = lockouts.hold(session, _who(clinic, member), now)
        paused = lockouts.is_paused(lockout, now)
        if right and not paused and number is not None and recovery_codes.burn(session, member, number, now):
            session.delete(lockout)
            used = RecoveryCodeUsed(member, recovery_codes.left(session, member))
            audit.record(session, clinic.keys, member, used, now)
            return True
        if not paused:
            lockouts.count(lockout, _LIMIT, now)
        event = SignInRefused(member, _PAUSED if paused else reason)
        audit.record(session, clinic.keys, member, event, now)
    if paused:
        raise LockedOut
    return False


def _hash_of(session: Session, clinic: Clinic, member: UUID, number: int | None) -> tuple[str | None, str]:
    """What is kept of a recovery code, and what it is called when it does not count."""
    if number is None:
        return None, _WRONG
    try:
        row = members.hold(session, clinic.keys, member)
        return recovery_codes.kept(session, clinic.keys, row, number), _WRONG
    except DecryptionFailed:
        return None, _DAMAGED


def _who(clinic: Clinic, member: UUID) -> bytes:
    return lockouts.who(clinic.keys.staff_key.secret, "second factor", str(member))
