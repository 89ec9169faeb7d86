"""A fresh database of each kind, and the keys of one clinic."""

import shutil
import uuid

import psycopg
import pytest
from sqlalchemy import make_url

from intake.storage.database import Database, migrate
from intake.storage.keyring import create_keyring, read_clinic_keys, read_patient_keys
from intake.storage.tables import Base

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


@pytest.fixture(scope="session")
def _postgresql_original(postgres_server):
    name = f"storage_{uuid.uuid4().hex}"
    url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with _administering(postgres_server) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    _migrated(url)
    yield url
    with _administering(postgres_server) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def migrated_postgresql(_postgresql_original):
    """Emptied, not made anew, which would take longer than most of the tests."""
    yield _postgresql_original
    with _administering(_postgresql_original) as connection:
        # As a replica: no trigger refuses, and no foreign key asks for an order.
        connection.execute("SET session_replication_role = replica")
        for table in Base.metadata.tables:
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            connection.execute(f"DELETE FROM {table}")
        connection.execute("INSERT INTO audit_head VALUES (1, 0, %s)", [bytes(32)])


def _opened(url):
    database = Database(url)
    yield database
    database.dispose()


def _migrated(url):
    database = Database(url)
    migrate(database)
    database.dispose()


def _administering(url):
    return psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True)
