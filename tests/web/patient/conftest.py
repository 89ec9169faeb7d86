"""The patient site on November 20, 2026, and Pat's browser on it."""

import shutil

import pytest

from copies import make_copy
from web.patient.browser import Browser


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
def browser(desk):
    """A browser that was never here."""
    return Browser(desk)


@pytest.fixture
def pat(browser):
    """Pat, who has pressed Start."""
    browser.open("/")
    browser.send("/start")
    return browser
