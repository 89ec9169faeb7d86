"""`intake mail work` sends until it is told to stop, and refuses to start what `intake serve` refuses."""

import pytest
from click.testing import CliRunner

from copies import make_copy
from intake.cli import main
from intake.services import notices


@pytest.fixture
def copy(tmp_path, monkeypatch):
    copy = make_copy(tmp_path)
    monkeypatch.setenv("INTAKE_INSTANCE", str(copy.settings.instance))
    monkeypatch.setenv("INTAKE_MAIL_HOST", "127.0.0.1")
    monkeypatch.setenv("INTAKE_MAIL_SECURITY", "none")
    monkeypatch.setenv("INTAKE_MAIL_SENDER", "forms@clinic.example")
    monkeypatch.chdir(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def begun(monkeypatch):
    """The sending of a process that is told to stop at once."""
    begun = []
    monkeypatch.setattr(notices, "keep_sending", lambda clinic, _stop: begun.append(clinic))
    return begun


def test_it_sends_until_it_is_told_to_stop(copy, begun):
    told = CliRunner().invoke(main, ["mail", "work"])

    assert (told.exit_code, len(begun)) == (0, 1), told.output


def test_it_does_not_start_where_others_read_the_keys(copy, begun):
    (copy.settings.instance / "keys").chmod(0o755)

    told = CliRunner().invoke(main, ["mail", "work"])

    assert (told.exit_code, begun) == (2, [])
    assert "chmod 700" in told.output
