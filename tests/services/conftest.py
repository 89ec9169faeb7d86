"""A running copy of the product and the people in it."""

import pytest

from copies import make_copy, staff
from intake.domain.permissions import Role


@pytest.fixture
def copy(tmp_path):
    return make_copy(tmp_path)


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)


@pytest.fixture
def bob(copy):
    return staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
