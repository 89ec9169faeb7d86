"""The worker: it sends what waits to be e-mailed and deletes what is over, so that no page waits for either.

It holds one key, that of the outbox: with it a letter opens, and nothing that a patient sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Self

from intake.config import Settings
from intake.services.clinic_settings import settings_in_force
from intake.storage.database import Database
from intake.storage.keyring import as_they_are_now, read_outbox_keys
from intake.storage.outbox_keys import OutboxKeys


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Worker:
    """What the worker holds. ``now`` is the clock; tests bring their own."""

    settings: Settings
    database: Database
    keys: OutboxKeys
    now: Callable[[], datetime] = _now

    def today(self) -> date:
        """The calendar day at the clinic."""
        return self.settings.local(self.now()).date()

    def as_set_by_now(self) -> Self:
        """The same with the keys of now and what the clinic set on its page. Not in a transaction."""
        settings = settings_in_force(self.database, self.settings)
        return replace(self, settings=settings, keys=as_they_are_now(self.keys))


def open_worker(settings: Settings) -> Worker:
    """The worker's part of this instance. Raises KeyringRefused and DatabaseRefused."""
    keys = read_outbox_keys(settings.instance / "keys")
    return Worker(settings, Database(settings.database_url), keys)
