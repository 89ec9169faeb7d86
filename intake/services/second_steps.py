"""Proving more than a password: when signing in, and again before something that matters.

Wrong codes are counted (``typed_codes``). A passkey is never paused by them.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import ProvedAgain, SignInRefused
from intake.domain.factors import Factors, Proven, app_is_taken
from intake.domain.permissions import StaffMember
from intake.domain.rate_limits import network_of
from intake.domain.sign_in_limits import Budget, Counted
from intake.services import accounts, coming_in, one_time_codes, passkeys, typed_codes, wrong_passwords
from intake.services.accounts import LockedOut
from intake.services.clinic import Clinic
from intake.services.entering import Begun, enter, factors_of, go_on
from intake.services.passkeys import Ceremony, PasskeyRefused
from intake.storage import (
    audit,
    session_proofs,
    sign_in_limits,
    unfinished_sign_ins,
)
from intake.storage.passkey_challenges import Asked
from intake.storage.session_proofs import SessionProof

FRESH = timedelta(minutes=5)
# For whoever changes how they sign in: as long as it takes to go to that page from the one that asked.
FRESH_FOR_FACTORS = timedelta(minutes=1)


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
        proven = Proven.PASSWORD_AND_APP if typed_codes.app_proves(clinic, member, typed) else None
    else:
        proven = (
            Proven.PASSWORD_AND_RECOVERY_CODE
            if typed_codes.recovery_code_proves(clinic, member, typed)
            else None
        )
    if proven is None:
        return None
    if proven is Proven.PASSWORD_AND_RECOVERY_CODE:
        typed_codes.forget(clinic, member)
    with clinic.database.write() as session:
        return _entered(session, clinic, token, member, proven)


def ask_for_passkey(clinic: Clinic, begun: str = "", source: str = "", known_as: str = "") -> Ceremony:
    """Ask for the passkey of whoever wants to sign in, or of somebody whose password was right.

    Each asking is kept for a while, so that a network may ask so often and no more; a browser somebody has
    come with is counted by itself, which nobody beside it can use up. Raises SignInOver and LockedOut.
    """
    member = who_began(clinic, begun) if begun else None
    if member is None:
        known = coming_in.is_known(clinic, known_as)
        asked = Budget(Counted.ASKED, ("browser", known_as) if known else ("network", network_of(source)))
        if _is_asked_too_often(clinic, asked):
            raise LockedOut
    with clinic.database.write() as session:
        return passkeys.ask(session, clinic, Asked.SIGN_IN, member)


def _is_asked_too_often(clinic: Clinic, asked: Budget) -> bool:
    try:
        return wrong_passwords.counting(
            lambda: sign_in_limits.count(clinic.database, clinic.keys, (asked,), clinic.now())
        )
    except wrong_passwords.NotCounted:
        # Nobody guesses a passkey: where nothing can be counted, it is the one way in that is left.
        return False


def finish_with_passkey(
    clinic: Clinic, ceremony: str, answer: str, begun: str = "", source: str = ""
) -> str | None:
    """The token of a session; None when the passkey proves nothing. Raises SignInOver."""
    member = who_began(clinic, begun) if begun else None
    try:
        challenge = passkeys.taken(clinic, ceremony, Asked.SIGN_IN, member)
        with clinic.database.write() as session:
            used = passkeys.prove(session, clinic, answer, challenge, member)
            if begun:
                unfinished_sign_ins.end(session, begun)
            whose = used.row.id
            token = enter(session, clinic, whose, Proven.PASSKEY, clinic.now())
        typed_codes.forget(clinic, whose)
        return token
    except PasskeyRefused as refusal:
        # Whoever has no password yet can be anybody, as often as they like.
        if refusal.copied or begun or wrong_passwords.is_to_be_told(clinic, network_of(source)):
            refused(clinic, member, refusal)
    return None


def is_fresh(clinic: Clinic, token: str, source: str, within: timedelta = FRESH) -> bool:
    """Whether whoever holds this session proved so lately that it is them, in the network they are in."""
    proof = proof_of(clinic, token, source)
    if proof is None or proof.is_elsewhere:
        return False
    # A clock set back makes nothing fresh.
    return timedelta(0) <= clinic.now() - proof.authenticated_at <= within


def proof_of(clinic: Clinic, token: str, source: str) -> SessionProof | None:
    """What a session rests on, and whether it is used from another network than that was proved in."""
    with clinic.database.read() as session:
        return session_proofs.of(session, clinic.keys, token, network_of(source))


def ask_again(clinic: Clinic, member: StaffMember) -> Ceremony:
    """Ask somebody who is signed in for one of their own passkeys."""
    with clinic.database.write() as session:
        return passkeys.ask(session, clinic, Asked.AGAIN, member.id)


def again_with_passkey(
    clinic: Clinic, member: StaffMember, token: str, ceremony: str, answer: str, source: str
) -> str | None:
    """The new token of the session; None when the passkey proves nothing."""
    try:
        challenge = passkeys.taken(clinic, ceremony, Asked.AGAIN, member.id)
        with clinic.database.write() as session:
            passkeys.prove(session, clinic, answer, challenge, member.id)
            renewed = _proved_again(session, clinic, member, token, Proven.PASSKEY, source)
        typed_codes.forget(clinic, member.id)
        return renewed
    except PasskeyRefused as refusal:
        refused(clinic, member.id, refusal)
    return None


def again_with_password(
    clinic: Clinic, member: StaffMember, token: str, password: str, code: str, source: str
) -> str | None:
    """The new token of the session; None when something is wrong. Raises LockedOut and TooBusy."""
    proven = confirms(clinic, member, password, code, source)
    if proven is None:
        return None
    with clinic.database.write() as session:
        return _proved_again(session, clinic, member, token, proven, source)


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
    proved = one_time_codes.is_of_an_app(code) and typed_codes.app_proves(clinic, member.id, code)
    return Proven.PASSWORD_AND_APP if proved else None


def refused(clinic: Clinic, member: UUID | None, refusal: PasskeyRefused) -> None:
    """Record that a passkey was refused, and why; whose it is, is told where somebody has a copy of it."""
    copied = refusal.copied
    if copied is not None and not wrong_passwords.is_to_be_told(clinic, f"copied {copied}"):
        return
    with clinic.database.write() as session:
        if copied is not None:
            coming_in.tell(clinic, session, copied)
        event = SignInRefused(member or copied, str(refusal))
        audit.record(session, clinic.keys, member or copied or "unknown", event, clinic.now())


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
    session: Session, clinic: Clinic, member: StaffMember, token: str, proven: Proven, source: str
) -> str | None:
    renewed = session_proofs.proved_again(
        session, clinic.keys, token, proven, clinic.now(), network_of(source)
    )
    audit.record(session, clinic.keys, member.id, ProvedAgain(member.id, proven.value), clinic.now())
    return renewed
