"""A running copy of the product and the people in it, on SQLite and on PostgreSQL."""

import pytest

from copies import make_copy, staff
from intake.domain.permissions import Role


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copy(request, tmp_path):
    url = request.getfixturevalue("migrated_postgres_database") if request.param == "postgresql" else ""
    copy = make_copy(tmp_path, database_url=url)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)


@pytest.fixture
def bob(copy):
    return staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
