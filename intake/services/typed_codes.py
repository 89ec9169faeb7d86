"""The codes somebody types after their password: of an authenticator app, or one of their recovery codes.

Wrong ones are counted for each account, whoever types them: only somebody who knows the password gets so
far. Five pause an account's codes. Pauses alone would leave a guesser hundreds of tries a day, for ever: so
a hundred wrong codes of the app in a row, however slowly, end it. The person goes on with a passkey or a
recovery code, which set that count to nothing, as an administrator does who starts over how they sign in.
That count is sealed with the app's seed in the database itself: no file that may be lost sets it back.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import RecoveryCodeUsed, SignInRefused
from intake.domain.factors import app_is_taken
from intake.domain.sign_in_limits import WRONG_BEFORE_SET_ASIDE
from intake.services import coming_in, one_time_codes
from intake.services.clinic import Clinic
from intake.services.entering import factors_of
from intake.services.wrong_passwords import LockedOut
from intake.storage import accounts as members
from intake.storage import audit, authenticator_apps, lockouts, recovery_codes
from intake.storage.accounts import NoSuchMember
from intake.storage.encryption import DecryptionFailed
from intake.storage.lockouts import Limit, Lockout

LIMIT = Limit(failures=5, within=timedelta(minutes=15), pause=timedelta(minutes=15))
_WRONG, _PAUSED, _DAMAGED = "wrong code", "too many wrong codes", "what is kept of the code does not open"
_OVER = "too many wrong codes in a row: the app is not taken"


def app_proves(clinic: Clinic, member: UUID, typed: str) -> bool:
    """Whether this is the code an app of theirs shows now. Raises LockedOut."""
    reason = _why_not_taken(clinic, member, one_time_codes.as_code(typed))
    if reason in (_PAUSED, _OVER):
        raise LockedOut
    return not reason


def _why_not_taken(clinic: Clinic, member: UUID, code: str) -> str:
    """Why a code of an app lets nobody in, which is recorded; empty when it does."""
    now = clinic.now()
    with clinic.database.write() as session:
        lockout = lockouts.hold(session, _who(clinic, member), now)
        paused = lockouts.is_paused(lockout, now)
        reason = _PAUSED if paused else _why_not(session, clinic, member, code)
        if not reason:
            session.delete(lockout)
            return ""
        if reason not in (_PAUSED, _OVER):
            _count(session, clinic, member, lockout)
        audit.record(session, clinic.keys, member, SignInRefused(member, reason), now)
    return reason


def _count(session: Session, clinic: Clinic, member: UUID, lockout: Lockout) -> None:
    lockouts.count(lockout, LIMIT, clinic.now())
    if lockouts.is_paused(lockout, clinic.now()):
        # Somebody has the password: whose it is should know.
        coming_in.tell(clinic, session, member)


def _why_not(session: Session, clinic: Clinic, member: UUID, code: str) -> str:
    """Why a code of an app does not count; empty when it does, and then it is used up.

    Wrong ones are counted on the way: until this transaction ends nobody else counts, or is right.
    """
    if not app_is_taken(clinic.settings.sign_in_policy, factors_of(session, member)):
        return _WRONG
    row = members.hold(session, clinic.keys, member)
    try:
        app = authenticator_apps.kept(session, clinic.keys, row)
    except DecryptionFailed:
        return _DAMAGED
    if app is None:
        return _WRONG
    if app.wrong >= WRONG_BEFORE_SET_ASIDE:
        return _OVER
    step = one_time_codes.matching_step(app.seed, code, clinic.now())
    if step is None or not authenticator_apps.take_step(session, member, step):
        authenticator_apps.count_wrong(session, clinic.keys, row)
        return _WRONG
    authenticator_apps.forget_wrong(session, clinic.keys, row)
    return ""


def recovery_code_proves(clinic: Clinic, member: UUID, typed: str) -> bool:
    """Whether this is one of their recovery codes, used up by it. Raises LockedOut and TooBusy."""
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
            coming_in.tell(clinic, session, member)
            audit.record(session, clinic.keys, member, used, now)
            return True
        if not paused:
            _count(session, clinic, member, lockout)
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


def forget(clinic: Clinic, member: UUID) -> None:
    """The person showed who they are: wrong codes count from nothing. Call it outside any transaction."""
    with clinic.database.read() as session:
        if not _are_any(session, clinic, member):
            return
    with clinic.database.write() as session:
        if _are_any(session, clinic, member):
            authenticator_apps.forget_wrong(session, clinic.keys, members.hold(session, clinic.keys, member))


def _are_any(session: Session, clinic: Clinic, member: UUID) -> bool:
    """Whether wrong codes are counted; of an app that does not open, nothing can be said, or forgotten."""
    try:
        app = authenticator_apps.kept(session, clinic.keys, members.hold(session, clinic.keys, member))
    except (DecryptionFailed, NoSuchMember):
        return False
    return app is not None and app.wrong > 0
