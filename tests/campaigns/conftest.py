"""Reports of what a test runs are not those of a campaign: they are kept where nobody reads them."""

import pytest


@pytest.fixture(autouse=True)
def apart(monkeypatch, tmp_path):
    monkeypatch.setattr("campaigns.reports.FOLDER", tmp_path / "assurance")
