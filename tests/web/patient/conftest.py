"""The patient site on November 20, 2026, and Pat's browser on it."""

import shutil

import pytest

from copies import make_copy
from web.patient.visitor import Visitor


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """An instance nobody has used; making keys and tables takes a second, copying them does not."""
    folder = tmp_path_factory.mktemp("prepared")
    made = make_copy(folder)
    made.desk.database.dispose()
    made.clinic.database.dispose()
    return folder


@pytest.fixture
def copy(prepared, tmp_path):
    shutil.copytree(prepared / "instance", tmp_path / "instance")
    copy = make_copy(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def desk(copy):
    return copy.desk


@pytest.fixture
def visitor(desk):
    """A browser that was never here."""
    return Visitor(desk)


@pytest.fixture
def pat(visitor):
    """Pat, who has pressed Start."""
    visitor.open("/")
    visitor.send("/start")
    return visitor


@pytest.fixture
def ready(pat):
    """Pat, who has been through every page."""
    pat.give_name_and_number()
    pat.skip_everything()
    return pat
