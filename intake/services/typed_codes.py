"""The codes somebody types after their password: of an authenticator app, or one of their recovery codes.

Wrong ones are counted for each account, whoever types them: only somebody who knows the password gets so
far. Five pause an account's codes. Pauses alone would leave a guesser hundreds of tries a day, for ever: so
a hundred wrong codes of the app in a row, however slowly, end it. The person goes on with a passkey or a
recovery code, which set that count to nothing, as an administrator does who starts over how they sign in.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import RecoveryCodeUsed, SignInRefused
from intake.domain.factors import app_is_taken
from intake.domain.sign_in_limits import Budget, Counted
from intake.services import coming_in, one_time_codes
from intake.services.clinic import Clinic
from intake.services.entering import factors_of
from intake.services.wrong_passwords import LockedOut, NotCounted, counting
from intake.storage import accounts as members
from intake.storage import audit, authenticator_apps, lockouts, recovery_codes, sign_in_limits
from intake.storage.encryption import DecryptionFailed
from intake.storage.lockouts import Limit, Lockout

LIMIT = Limit(failures=5, within=timedelta(minutes=15), pause=timedelta(minutes=15))
_WRONG, _PAUSED, _DAMAGED = "wrong code", "too many wrong codes", "what is kept of the code does not open"
_OVER = "too many wrong codes in a row: the app is not taken"


def app_proves(clinic: Clinic, member: UUID, typed: str) -> bool:
    """Whether this is the code an app of theirs shows now. Raises LockedOut and NotCounted."""
    reason = _why_not_taken(clinic, member, one_time_codes.as_code(typed))
    if not reason:
        forget(clinic, member)
        return True
    if reason in (_PAUSED, _OVER):
        raise LockedOut
    _count_in_a_row(clinic, member)
    return False


def _why_not_taken(clinic: Clinic, member: UUID, code: str) -> str:
    """Why a code of an app lets nobody in, which is recorded; empty when it does."""
    over, now = _are_too_many(clinic, member), clinic.now()
    with clinic.database.write() as session:
        lockout = lockouts.hold(session, _who(clinic, member), now)
        paused = lockouts.is_paused(lockout, now)
        if over or paused:
            reason = _OVER if over else _PAUSED
        elif not (reason := _why_not(session, clinic, member, code)):
            session.delete(lockout)
            return ""
        else:
            _count(session, clinic, member, lockout)
        audit.record(session, clinic.keys, member, SignInRefused(member, reason), now)
    return reason


def _count(session: Session, clinic: Clinic, member: UUID, lockout: Lockout) -> None:
    lockouts.count(lockout, LIMIT, clinic.now())
    if lockouts.is_paused(lockout, clinic.now()):
        # Somebody has the password: whose it is should know.
        coming_in.tell(clinic, session, member)


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


def _are_too_many(clinic: Clinic, member: UUID) -> bool:
    """Whether no code of the app is taken any more. Raises NotCounted."""
    return counting(
        lambda: sign_in_limits.is_used_up(clinic.database, clinic.keys, _of(member), clinic.now())
    )


def _count_in_a_row(clinic: Clinic, member: UUID) -> None:
    """One more in a row. Raises NotCounted. Call it outside any transaction."""
    counting(lambda: sign_in_limits.count(clinic.database, clinic.keys, _of(member), clinic.now()))


def forget(clinic: Clinic, member: UUID) -> None:
    """The person showed who they are, or has another app now. Call it outside any transaction."""
    # They are in by then: where nothing can be forgotten, the log says so, and that is all.
    with suppress(NotCounted):
        counting(lambda: sign_in_limits.forget(clinic.database, clinic.keys, _of(member)))


def _of(member: UUID) -> tuple[Budget, ...]:
    return (Budget(Counted.CODES, (str(member),)),)
