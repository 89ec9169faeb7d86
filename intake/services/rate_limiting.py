"""Whether a network may knock once more, asked at the doors of the patient site and nowhere behind them.

Behind them, whether somebody sends faster than a person could: counted for one form, or one session.
"""

from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from intake.domain.rate_limits import Door, Pace, network_of, pace_of
from intake.log import Noted, note
from intake.services.clinic import Clinic, PatientDesk
from intake.storage import rate_limits
from intake.storage.database import DatabaseRefused


def knock(desk: PatientDesk, door: Door, address: str) -> timedelta | None:
    """Count a knock from an address; None when whoever it is may come in, else how long they should wait.

    When nothing can be counted everybody comes in: a form that opens matters more than a limit.
    """
    key, pace = _counted_as(desk, door, address)
    return _counted(desk, key, pace)


def sent(desk: PatientDesk | Clinic, whose: str, pace: Pace) -> timedelta | None:
    """Count what was sent by one session, or into one form; how long to wait when it was too fast.

    ``whose`` is a token or an id: it is kept nowhere, and nobody else's count is touched. When nothing can
    be counted nobody waits.
    """
    key = rate_limits.key_of(desk.keys, "pace", whose, desk.now().date())
    return _counted(desk, key, pace)


def was_right(desk: PatientDesk, door: Door, address: str) -> None:
    """Whoever knocked had all that opens: only guesses use up how often a network may knock."""
    key, pace = _counted_as(desk, door, address)
    try:
        rate_limits.give_back(desk.database, key, pace)
    except (SQLAlchemyError, DatabaseRefused) as error:
        note(Noted.KNOCK_STAYS_COUNTED, error=error)


def _counted(desk: PatientDesk | Clinic, key: bytes, pace: Pace) -> timedelta | None:
    try:
        return rate_limits.knock(desk.database, key, pace, desk.now())
    except (SQLAlchemyError, DatabaseRefused) as error:
        # Everybody may come in.
        note(Noted.KNOCKS_NOT_COUNTED, error=error)
        return None


def _counted_as(desk: PatientDesk, door: Door, address: str) -> tuple[bytes, Pace]:
    key = rate_limits.key_of(desk.keys, door.value, network_of(address), desk.now().date())
    return key, pace_of(door, desk.settings.starts_per_hour)
