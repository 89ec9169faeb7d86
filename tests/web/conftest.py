"""Both sites of one small copy, for what is true of every address there is."""

import pytest

from copies import make_copy
from web.clinic.content import LIBRARY
from web.knocking import BothSites


@pytest.fixture(scope="session")
def both_sites(tmp_path_factory):
    """Opened once: a test that leaves something behind opens a copy of its own."""
    copy = make_copy(tmp_path_factory.mktemp("both"), LIBRARY)
    yield BothSites(copy)
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
