"""A password, tried: as slow as ever, and not at all once there were too many wrong ones.

What is counted, and against whom, is in ``domain/sign_in_limits``. When nothing can be counted nobody is
let in with a password: a door that counts no tries is no door. Passkeys ask nothing of this.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from intake.domain.events import PasswordSetAside, SignInAlarm, SignInRefused
from intake.domain.sign_in_limits import Budget, Counted, forgotten_after_success, pace_of, told_of
from intake.log import Noted, note
from intake.services import coming_in
from intake.services.clinic import SYSTEM, Clinic
from intake.services.refusals import Refusal
from intake.storage import audit, sign_in_limits
from intake.storage.database import DatabaseRefused
from intake.storage.passwords import Proof
from intake.storage.signing_in import PAUSED, Claim, Refused

_Answer = TypeVar("_Answer")
UNKNOWN = "unknown"


class LockedOut(Exception):
    """Too many wrong passwords; they are not taken for a while."""


class NotCounted(Refusal):
    """Wrong passwords cannot be counted now, so that none is taken; nothing was done."""

    def __init__(self) -> None:
        super().__init__(
            "wrong passwords cannot be counted at the moment, so none is taken. Nothing is wrong with yours: "
            "try again in a minute. If it goes on, look at the database with `intake doctor`"
        )


def proved(clinic: Clinic, claim: Claim, password: str, budgets: tuple[Budget, ...]) -> Proof:
    """Whether the password is right; a wrong one is counted. Raises LockedOut.

    Call it outside any transaction.
    """
    if counting(lambda: sign_in_limits.is_used_up(clinic.database, clinic.keys, budgets, clinic.now())):
        _refuse(clinic, claim, budgets)
    proof = claim.prove(password)
    # Those who began before there were too many are refused after it, right or wrong.
    over = sign_in_limits.is_used_up if proof.right else sign_in_limits.count
    if counting(lambda: over(clinic.database, clinic.keys, budgets, clinic.now())):
        _refuse(clinic, claim, budgets)
    return proof


def succeeded(clinic: Clinic, budgets: tuple[Budget, ...]) -> None:
    """What was counted against whoever came in is forgotten."""
    forgotten = forgotten_after_success(budgets)
    counting(lambda: sign_in_limits.forget(clinic.database, clinic.keys, forgotten))


def record(session: Session, clinic: Clinic, claim: Claim, refused: Refused) -> None:
    """Write down that a password was not taken, and what came of it, with what it is counted by.

    In the same transaction, so that neither is without the other, and a name nobody has costs the same.
    """
    now = clinic.now()
    if refused.set_aside and refused.member is not None:
        # The person before the trail, as everywhere: two who wait for each other are in nobody's order.
        coming_in.tell(clinic, session, refused.member)
    actor = refused.member or UNKNOWN
    audit.record(session, clinic.keys, actor, SignInRefused(refused.member, refused.reason), now)
    if refused.set_aside and refused.member is not None:
        where = "a browser that was known" if claim.browser else "browsers nobody knows"
        audit.record(session, clinic.keys, SYSTEM, PasswordSetAside(refused.member, where), now)


def alarm(clinic: Clinic) -> None:
    """Count one more that was recorded, and raise an alarm where they are many. Raises NotCounted.

    Call it outside any transaction.
    """
    if not counting(lambda: sign_in_limits.is_an_alarm(clinic.database, clinic.keys, clinic.now())):
        return
    with clinic.database.write() as session:
        many = pace_of(Counted.EVERYWHERE).at_once
        audit.record(session, clinic.keys, SYSTEM, SignInAlarm(many), clinic.now())
    note(Noted.SIGN_IN_ALARM, logging.WARNING)


def is_to_be_told(clinic: Clinic, network: str) -> bool:
    """Whether the trail is to say once more that somebody in a network was refused.

    A line for each would let strangers fill the disk with lines that are never erased. Where nothing can be
    counted it says so: a refusal is not to go unrecorded.
    """
    try:
        return not sign_in_limits.count(clinic.database, clinic.keys, (told_of(network),), clinic.now())
    except (SQLAlchemyError, DatabaseRefused):
        return True


def _refuse(clinic: Clinic, claim: Claim, budgets: tuple[Budget, ...]) -> None:
    # One line a minute says it of a name, and of a network: whoever goes on to other names adds none.
    networks = (told_of(*one.which) for one in budgets if one.counted is Counted.NETWORK)
    told = (Budget(Counted.TOLD, (claim.username,)), *networks)
    if not counting(lambda: sign_in_limits.count(clinic.database, clinic.keys, told, clinic.now())):
        with clinic.database.write() as session:
            record(session, clinic, claim, Refused(claim.member, PAUSED))
        alarm(clinic)
    raise LockedOut


def counting(ask: Callable[[], _Answer]) -> _Answer:
    """What is asked of the counts. Raises NotCounted, so that nothing is taken that is not counted."""
    try:
        return ask()
    except (SQLAlchemyError, DatabaseRefused) as error:
        note(Noted.PASSWORDS_NOT_TAKEN, error=error)
        raise NotCounted from None
