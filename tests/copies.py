"""Running copies of the product: a fresh folder, keys and database, and a clock that stands still."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import as_shipped
from intake import resources
from intake.config import NOT_REQUIRED, Settings
from intake.content.library import Library
from intake.domain.permissions import Role, StaffMember
from intake.domain.processes import Process
from intake.services import accounts
from intake.services.clinic import Clinic, PatientDesk, library_of, publish_editions
from intake.services.instance import is_prepared, prepare
from intake.services.worker import Worker
from intake.storage.database import Database
from intake.storage.keyring import create_keyring, read_clinic_keys, read_patient_keys
from roles import UNDER_ROLES, fresh_database_url, opened_as, roles_in

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # noon in New York
PASSWORD = "four plain words together"
_LIBRARIES: dict[tuple[Path, Path, Path], Library] = {}


@dataclass
class Clock:
    """A clock that moves only when told to."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, repr=False)
class Copy:
    """One copy of the product, seen from both sides."""

    settings: Settings
    desk: PatientDesk
    clinic: Clinic
    clock: Clock
    worker_database: str = ""

    @property
    def worker(self) -> Worker:
        """What works beside both."""
        database = opened_as(self.worker_database) if self.worker_database else self.clinic.database
        return Worker(self.settings, database, self.clinic.keys.outbox_keys, self.clock)

    def with_library(self, library: Library) -> "Copy":
        """The same copy after its content files changed."""
        copy = replace(
            self,
            desk=replace(self.desk, library=library),
            clinic=replace(self.clinic, library=library),
        )
        publish_editions(copy.clinic)
        return copy


def make_copy(
    folder: Path, library: Library | None = None, database_url: str = "", *, under_roles: bool = UNDER_ROLES
) -> Copy:
    """A fresh copy in ``folder``, on SQLite unless told otherwise, with the shipped content.

    ``under_roles`` lets each side come to PostgreSQL under a role of its own.
    """
    instance = folder / "instance"
    if under_roles and not database_url:
        database_url = fresh_database_url()
    settings = Settings(
        instance=instance,
        database_url=database_url or f"sqlite:///{instance / 'intake.db'}",
        timezone="America/New_York",
        # What signing in takes is the subject of tests of its own.
        second_factor=NOT_REQUIRED,
        # All of a test's patients sit at one address, and its clock stands still.
        starts_per_hour=100_000,
    )
    if not is_prepared(settings):
        create_keyring(instance / "keys")
        if not database_url:
            (instance / "intake.db").touch(mode=0o600)
            (instance / "intake.db").write_bytes(_new_database())
    if database_url:
        prepare(settings)  # makes the tables where there are none
    clock = Clock()
    keys = instance / "keys"
    content = library or shipped(settings)
    urls = roles_in(settings.database_url) if under_roles else {}
    # No test pulls the plug on a copy: nothing waits for the disk.
    desk_database, clinic_database = (
        Database(urls.get(one, settings.database_url), durable=False)
        for one in (Process.PATIENT, Process.CLINIC)
    )
    desk = PatientDesk(settings, desk_database, content, read_patient_keys(keys), clock)
    clinic = Clinic(settings, clinic_database, content, read_clinic_keys(keys), clock)
    publish_editions(clinic)
    return Copy(settings, desk, clinic, clock, urls.get(Process.WORKER, ""))


@cache
def _new_database() -> bytes:
    """The file of a database that ``prepare`` made: making the tables takes longer than most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "intake.db"
        prepare(Settings(Path(folder), database_url=f"sqlite:///{file}"))
        return file.read_bytes()


def shipped(settings: Settings) -> Library:
    """The content files in the checkout, read once: their examples take a moment."""
    key = (settings.questionnaire, settings.screening_rules, settings.medicines)
    if key == (resources.QUESTIONNAIRE, resources.SCREENING_RULES, resources.MEDICINES):
        return as_shipped.library()
    if key not in _LIBRARIES:
        _LIBRARIES[key] = library_of(settings)
    return _LIBRARIES[key]


def staff(clinic: Clinic, username: str, printed_name: str, *roles: Role) -> StaffMember:
    """Somebody with an account and the password every test knows."""
    token = accounts.add_staff(clinic, None, username, printed_name, roles)
    return accounts.accept_invitation(clinic, token, PASSWORD)
