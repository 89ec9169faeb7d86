"""Whether a network may knock once more, asked at the doors of the patient site and nowhere behind them."""

from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from intake.domain.rate_limits import Door, network_of, pace_of
from intake.log import Noted, note
from intake.services.clinic import PatientDesk
from intake.storage import rate_limits
from intake.storage.database import DatabaseRefused


def knock(desk: PatientDesk, door: Door, address: str) -> timedelta | None:
    """Count a knock from an address; None when whoever it is may come in, else how long they should wait.

    When nothing can be counted everybody comes in: a form that opens matters more than a limit.
    """
    now = desk.now()
    key = rate_limits.key_of(desk.keys, door.value, network_of(address), now.date())
    pace = pace_of(door, desk.settings.starts_per_hour)
    try:
        return rate_limits.knock(desk.database, key, pace, now)
    except (SQLAlchemyError, DatabaseRefused) as error:
        # Everybody may come in.
        note(Noted.KNOCKS_NOT_COUNTED, error=error)
        return None
