"""Whether a network may knock once more, asked at the doors of the patient site and nowhere behind them."""

import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from intake.domain.rate_limits import Door, Pace, network_of, pace_of
from intake.services.clinic import PatientDesk
from intake.storage import rate_limits
from intake.storage.database import DatabaseRefused

_log = logging.getLogger("intake")


def knock(desk: PatientDesk, door: Door, address: str) -> timedelta | None:
    """Count a knock from an address; None when whoever it is may come in, else how long they should wait.

    When nothing can be counted everybody comes in: a form that opens matters more than a limit.
    """
    key, pace = _counted_as(desk, door, address)
    try:
        return rate_limits.knock(desk.database, key, pace, desk.now())
    except (SQLAlchemyError, DatabaseRefused) as error:
        _log.error("knocks cannot be counted (%s); everybody may come in", type(error).__name__)
        return None


def was_right(desk: PatientDesk, door: Door, address: str) -> None:
    """Whoever knocked had all that opens: only guesses use up how often a network may knock."""
    key, pace = _counted_as(desk, door, address)
    try:
        rate_limits.give_back(desk.database, key, pace)
    except (SQLAlchemyError, DatabaseRefused) as error:
        _log.error("a knock stays counted (%s)", type(error).__name__)


def _counted_as(desk: PatientDesk, door: Door, address: str) -> tuple[bytes, Pace]:
    key = rate_limits.key_of(desk.keys, door.value, network_of(address), desk.now().date())
    return key, pace_of(door, desk.settings.starts_per_hour)
