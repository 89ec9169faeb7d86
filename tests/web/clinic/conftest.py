"""A small clinic on November 20, 2026: Alice reviews, Bob administers, Dana does both, Pat is a patient."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import sending
from intake.config import NOT_REQUIRED, Settings
from intake.domain.answers import DECLINED, Chosen, Day, Text, answered
from intake.domain.permissions import Role
from intake.domain.processes import Process
from intake.services import accounts, answering, instance
from intake.services.clinic import Clinic, PatientDesk, publish_editions
from intake.storage.database import Database
from intake.storage.keyring import read_clinic_keys, read_patient_keys
from intake.storage.submissions import ids
from intake.web.clinic.site import create_clinic_site
from roles import seen_from
from web.clinic.content import LIBRARY
from web.clinic.person import Person

PASSWORD = "four words nobody says"
STAFF = {
    "alice": ("A. Rivera, NP", {Role.CLINICIAN}),
    "bob": ("B. Stone", {Role.ADMINISTRATOR}),
    "dana": ("D. Both, MD", {Role.CLINICIAN, Role.ADMINISTRATOR}),
    "fay": ("F. Moreno", {Role.FRONT_DESK}),
    "audrey": ("A. Ledger", {Role.AUDITOR}),
}


class Clock:
    """The clinic's clock, which stands still until a test moves it."""

    def __init__(self):
        self.at = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)

    def __call__(self):
        return self.at

    def move(self, **by):
        self.at += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def new_instance(tmp_path_factory):
    """The folder of a clinic nobody has an account in yet. Tests get copies: making one is slow."""
    folder = tmp_path_factory.mktemp("new") / "instance"
    instance.prepare(settings_in(folder))
    return folder


@pytest.fixture(scope="session")
def staffed_instance(new_instance, tmp_path_factory):
    """The folder of a clinic where everybody of STAFF has an account."""
    folder = copied(new_instance, tmp_path_factory.mktemp("staffed"))
    with_staff(opened(folder, Clock())).database.dispose()
    return folder


@pytest.fixture
def new_clinic(new_instance, tmp_path, clock):
    """A clinic nobody has an account in yet."""
    clinic = opened(copied(new_instance, tmp_path), clock)
    yield clinic
    clinic.database.dispose()


@pytest.fixture
def clinic(staffed_instance, tmp_path, clock):
    clinic = opened(copied(staffed_instance, tmp_path), clock)
    yield clinic
    clinic.database.dispose()


@pytest.fixture
def staff(clinic):
    """Everybody who works here, by username."""
    return {member.username: member for member in accounts.staff(clinic)}


@pytest.fixture
def site(clinic):
    return create_clinic_site(clinic)


@pytest.fixture
def anyone(site):
    """A browser nobody has signed in with."""
    return Person(site)


@pytest.fixture
def signed_in(site):
    """A browser with somebody signed in."""
    return lambda username: Person(site).sign_in(username, PASSWORD)


@pytest.fixture
def alice(signed_in):
    return signed_in("alice")


@pytest.fixture
def sent(clinic, clock):
    """Send Pat's form with these answers changed; returns its id."""
    desk = PatientDesk(
        clinic.settings,
        seen_from(clinic.database, Process.PATIENT),
        clinic.library,
        read_patient_keys(clinic.settings.instance / "keys"),
        clock,
    )

    def send(typed_name="Pat Doe", **changes):
        token = answering.start(desk)
        given = PAT | {
            question: answered(Chosen(value)) if isinstance(value, str) else value
            for question, value in changes.items()
        }
        pages = [page for _, page in LIBRARY.questionnaire.pages]
        asked = [page for page in pages if any(question.id in given for question in page.questions)]
        sending.fill_in_pages(desk, token, asked, given)
        before = _ids(clinic)
        answering.send(desk, token, typed_name)
        (new,) = _ids(clinic) - before
        return new

    return send


PAT = {
    "filled_in_by": answered(Chosen("me")),
    "first_name": answered(Text("Pat")),
    "last_name": answered(Text("Doe")),
    "date_of_birth": answered(Day(date(1988, 7, 4))),
    "pressure": answered(Chosen("yes")),
    "treated": answered(Chosen("no")),
    "home": DECLINED,
    "takes": answered(Chosen("no")),
}


def settings_in(folder):
    # What signing in takes is the subject of tests of its own (test_second_steps.py).
    return Settings(folder, database_url=f"sqlite:///{folder / 'intake.db'}", second_factor=NOT_REQUIRED)


def opened(folder, clock):
    settings = settings_in(folder)
    # No test pulls the plug: nothing waits for the disk.
    return opened_on(settings, Database(settings.database_url, durable=False), clock)


def opened_on(settings, database, clock):
    clinic = Clinic(settings, database, LIBRARY, read_clinic_keys(settings.instance / "keys"), clock)
    publish_editions(clinic)
    return clinic


def with_staff(clinic):
    """The same, and everybody of STAFF has an account."""
    for username, (printed_name, roles) in STAFF.items():
        invitation = accounts.add_staff(clinic, None, username, printed_name, roles)
        accounts.accept_invitation(clinic, invitation, PASSWORD)
    return clinic


def copied(folder, into):
    # Everything of the database is in its one file: it was closed properly.
    return Path(shutil.copytree(folder, into / "instance"))


def _ids(clinic):
    with clinic.database.read() as session:
        return set(ids(session))
