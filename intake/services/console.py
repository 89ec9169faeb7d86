"""What commands on keys and backups work with: settings, database, keys and a clock, and no content files.

A rules file that does not load must not keep anybody from making a backup.
"""

import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from intake.config import Settings
from intake.services import instance
from intake.services.refusals import Refusal
from intake.storage.database import Database, is_current
from intake.storage.encryption import ClinicKeys
from intake.storage.keyring import read_clinic_keys


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Console:
    """One instance, as somebody at its console works on it. ``account`` is theirs on the machine."""

    settings: Settings
    database: Database
    account: str
    now: Callable[[], datetime] = _now

    @property
    def folder(self) -> Path:
        """Where the key files lie."""
        return self.settings.instance / "keys"

    def keys(self) -> ClinicKeys:
        """The keys as they stand in their file now. Raises KeyringRefused."""
        return read_clinic_keys(self.folder)


def open_console(settings: Settings) -> Console:
    """The console of an instance that was set up. Raises Refusal and KeyringRefused."""
    if not instance.is_prepared(settings):
        raise Refusal(
            f"{settings.instance} was not set up yet. Run `intake init` first, or name the instance folder "
            "with INTAKE_INSTANCE"
        )
    read_clinic_keys(settings.instance / "keys")
    database = Database(settings.database_url)
    if not is_current(database):
        database.dispose()
        raise Refusal("the database is not in the form this version needs: run `intake migrate` first")
    return Console(settings, database, account())


def account() -> str:
    """Whose account on the machine it is: also through sudo, which says so."""
    return os.environ.get("SUDO_USER") or getpass.getuser()
