"""`intake audit verify` on a file of the trail: without the database, and compared with it."""

import shutil

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from copies import NOON, make_copy, staff
from intake.cli import main
from intake.domain.events import QueueOpened
from intake.domain.permissions import Role
from intake.services import trail_files
from intake.storage import audit
from intake.storage.database import Database
from intake.storage.keyring import create_keyring, read_clinic_keys


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A clinic with an auditor, and its trail as she downloaded it."""
    folder = tmp_path_factory.mktemp("original")
    copy = make_copy(folder)
    audrey = staff(copy.clinic, "audrey", "A. Ledger", Role.AUDITOR)
    taken = "".join(trail_files.take(copy.clinic, audrey))
    copy.desk.database.dispose()
    copy.clinic.database.dispose()
    return copy.settings.instance, taken


@pytest.fixture
def database(original, tmp_path, monkeypatch):
    instance, _ = original
    shutil.copytree(instance, tmp_path / "instance")
    monkeypatch.setenv("INTAKE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.chdir(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'instance' / 'intake.db'}")
    yield database
    database.dispose()


@pytest.fixture
def file(database, original, tmp_path):
    path = tmp_path / "audit-trail.jsonl"
    path.write_text(original[1], encoding="utf-8")
    return path


def verify(*arguments, code=0):
    done = CliRunner().invoke(main, ["audit", "verify", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.output


def lines_in(file):
    return len(file.read_text(encoding="utf-8").splitlines()) - 1


def test_settings_that_have_no_line_in_the_trail_are_named(database):
    assert "not in force" not in verify()
    with database.write() as session:
        planted = (
            "INSERT INTO clinic_settings (number, at, member_id, document) "
            "SELECT 1, '2026-11-20 17:00:00.000000', id, '{}' FROM staff_members"
        )
        session.execute(text(planted))

    told = verify(code=1)

    assert "The audit trail is whole" in told
    assert "Not in the trail, and not in force: settings (change 1)." in told


def test_a_file_is_followed_with_the_keys_of_the_patients_side_alone(file, tmp_path):
    (tmp_path / "instance" / "intake.db").unlink()
    (tmp_path / "instance" / "keys" / "clinic-keys.json").unlink()

    assert verify("--file", file) == f"audit-trail.jsonl is whole: {lines_in(file)} lines.\n"


def test_a_file_that_was_changed_is_broken_at_its_line(file):
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("audrey", "andrea").replace("auditor", "clinician"), encoding="utf-8")

    told = verify("--file", file, code=1)

    assert told.startswith("audit-trail.jsonl is broken at line ")
    assert "the line was changed after it was written, or written with another key" in told


def test_a_file_cut_short_is_told_apart(file):
    file.write_text("".join(file.read_text("utf-8").splitlines(keepends=True)[:-2]), encoding="utf-8")

    assert "it was not downloaded whole, or lines were taken out of it" in verify("--file", file, code=1)


def test_the_database_goes_on_from_a_file_that_was_kept_elsewhere(database, file, tmp_path):
    keys = read_clinic_keys(tmp_path / "instance" / "keys")
    with database.write() as session:
        audit.record(session, keys, audit.SYSTEM, QueueOpened(1), NOON)

    told = verify("--file", file, "--with-database")

    assert told.endswith("The trail of the database begins with these lines.\n")


def test_a_trail_cut_off_with_its_head_shows_against_a_file(database, file):
    """Whole by itself, and shorter than what was kept elsewhere."""
    with database.write() as session:
        session.execute(text("DROP TRIGGER audit_events_no_delete"))
        newest = session.scalar(text("SELECT max(seq) FROM audit_events"))
        session.execute(text("DELETE FROM audit_events WHERE seq = :seq"), {"seq": newest})
        mac = session.scalar(text("SELECT mac FROM audit_events WHERE seq = :seq"), {"seq": newest - 1})
        values = {"seq": newest - 1, "mac": mac}
        session.execute(text("UPDATE audit_head SET seq = :seq, mac = :mac"), values)

    assert "The audit trail is whole" in verify()
    told = verify("--file", file, "--with-database", code=1)
    assert f"The two part at line {newest}: the database has no such line" in told


def test_a_file_of_another_clinic_is_not_taken_for_ones_own(file, tmp_path):
    shutil.rmtree(tmp_path / "instance" / "keys")
    create_keyring(tmp_path / "instance" / "keys")

    assert "broken at line 1" in verify("--file", file, code=1)


def test_what_is_missing_is_named(database, tmp_path):
    assert "cannot be read (No such file or directory)" in verify("--file", tmp_path / "none", code=2)
    assert "Name the file with --file" in verify("--with-database", code=2)
