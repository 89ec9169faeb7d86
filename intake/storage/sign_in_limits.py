"""Wrong passwords, counted in the rows of the one limiter (``rate_limits``): one statement for each.

No name and no address is kept: people type passwords into the box for the username, so a row's name is
made with the staff key.
"""

from collections.abc import Iterable
from datetime import datetime

from cryptography.hazmat.primitives import hashes, hmac

from intake.domain.sign_in_limits import Budget, Counted, pace_of
from intake.storage import rate_limits
from intake.storage.database import Database
from intake.storage.encryption import ClinicKeys, length_prefixed


def is_used_up(database: Database, keys: ClinicKeys, budgets: Iterable[Budget], now: datetime) -> bool:
    """Whether any of them has no try left; nothing is counted."""
    return any(
        rate_limits.is_used_up(database, _key(keys, one), pace_of(one.counted), now) for one in budgets
    )


def count(database: Database, keys: ClinicKeys, budgets: Iterable[Budget], now: datetime) -> bool:
    """One more failure against each; True when any had no try left."""
    # A list, so that each is counted, also after one that refuses.
    refused = [
        rate_limits.knock(database, _key(keys, one), pace_of(one.counted), now) is not None for one in budgets
    ]
    return any(refused)


def forget(database: Database, keys: ClinicKeys, budgets: Iterable[Budget]) -> None:
    """Nothing counts against these any more."""
    rate_limits.forget(database, [_key(keys, one) for one in budgets])


def is_an_alarm(database: Database, keys: ClinicKeys, now: datetime) -> bool:
    """Count a failure among all there are; True when they are so many that somebody should know.

    Said at most once an hour, and nobody is refused for it.
    """
    if not count(database, keys, [Budget(Counted.EVERYWHERE)], now):
        return False
    return not count(database, keys, [Budget(Counted.ALARM)], now)


def _key(keys: ClinicKeys, budget: Budget) -> bytes:
    digest = hmac.HMAC(keys.staff_key.secret, hashes.SHA256())
    digest.update(length_prefixed("intake", "sign_in", budget.counted.value, *budget.which))
    return digest.finalize()
