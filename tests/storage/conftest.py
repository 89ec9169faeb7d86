"""A fresh database of each kind, and the keys of one clinic."""

import shutil
import uuid

import psycopg
import pytest
from sqlalchemy import make_url

from intake.storage.database import Database, migrate
from intake.storage.keyring import create_keyring, read_clinic_keys, read_patient_keys

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
    """A database with every table. Copied, because the migrations take their time."""
    yield from _opened(request.getfixturevalue(f"{request.param}_copy"))


@pytest.fixture
def sqlite_database(sqlite_copy):
    yield from _opened(sqlite_copy)


@pytest.fixture(scope="session")
def _sqlite_original(tmp_path_factory):
    path = tmp_path_factory.mktemp("original") / "intake.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_copy(_sqlite_original, tmp_path):
    path = tmp_path / "intake.db"
    shutil.copy(_sqlite_original, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def _postgresql_original(postgres_server):
    name = f"original_{uuid.uuid4().hex}"
    _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0")
    _migrated(_named(postgres_server, name))
    yield name
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql_copy(_postgresql_original, postgres_server):
    name = f"copy_{uuid.uuid4().hex}"
    _administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_postgresql_original} STRATEGY file_copy")
    yield _named(postgres_server, name)
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def _opened(url):
    database = Database(url)
    yield database
    database.dispose()


def _migrated(url):
    database = Database(url)
    migrate(database)
    database.dispose()


def _named(server, name):
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(server, statement):
    address = server.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
