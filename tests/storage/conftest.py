"""A fresh database of each kind, and the keys of one clinic."""

import shutil

import pytest

from intake.storage import accounts
from intake.storage.database import Database, migrate
from intake.storage.keyring import create_keyring, read_clinic_keys, read_patient_keys
from storage.samples import NOW

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def keyring(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clinic") / "keys"
    create_keyring(folder)
    return folder


@pytest.fixture(scope="session")
def clinic_keys(keyring):
    return read_clinic_keys(keyring)


@pytest.fixture(scope="session")
def patient_keys(keyring):
    return read_patient_keys(keyring)


@pytest.fixture(params=KINDS)
def empty_database(request, tmp_path):
    """A database with nothing in it, as a new clinic has."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'intake.db'}"
    else:
        url = request.getfixturevalue("fresh_postgres_database")
    yield from _opened(url)


@pytest.fixture(params=KINDS)
def database(request):
    """A database with every table and nothing in them but what the migrations put there."""
    yield from _opened(request.getfixturevalue(f"migrated_{request.param}"))


@pytest.fixture
def sqlite_database(migrated_sqlite):
    yield from _opened(migrated_sqlite)


@pytest.fixture
def session(sqlite_database):
    """One transaction, for what is the same on both."""
    with sqlite_database.write() as session:
        yield session


@pytest.fixture
def people(session, clinic_keys):
    """Alice and Bob, as they are held while something of theirs is changed."""
    made = [accounts.add_member(session, clinic_keys, name, name, [], NOW).id for name in ("alice", "bob")]
    return [accounts.hold(session, clinic_keys, one) for one in made]


@pytest.fixture(scope="session")
def _sqlite_original(tmp_path_factory):
    path = tmp_path_factory.mktemp("original") / "intake.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def migrated_sqlite(_sqlite_original, tmp_path):
    path = tmp_path / "intake.db"
    shutil.copy(_sqlite_original, path)
    return f"sqlite:///{path}"


@pytest.fixture
def migrated_postgresql(migrated_postgres_database):
    return migrated_postgres_database


def _opened(url):
    database = Database(url)
    yield database
    database.dispose()


def _migrated(url):
    database = Database(url)
    migrate(database)
    database.dispose()
