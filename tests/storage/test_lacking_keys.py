"""A row sealed with a key that this process lacks is not called planted; one with a made-up key is."""

import pytest
from sqlalchemy import select, update

from intake.domain.events import KeyActivated, KeyRetired
from intake.domain.permissions import Role
from intake.storage import accounts, altered_accounts, audit, staff_sessions
from intake.storage.key_entries import KeyPurpose
from intake.storage.keyring import CLINIC_FILE, create_keyring, read_clinic_keys
from intake.storage.row_seals import EVERY, MEMBERS, SESSIONS
from intake.storage.tables import StaffMemberRow, StaffSessionRow
from storage.samples import NOW
from storage.several_keys import with_new_key

STAFF, CLINIC = KeyPurpose.STAFF.value, KeyPurpose.CLINIC.value


@pytest.fixture
def folder(tmp_path):
    create_keyring(tmp_path / "keys")
    return tmp_path / "keys"


class Rotated:
    """Alice is signed in, under a key that the keys of before lack. Their file holds it, or lacks it too."""

    def __init__(self, session, folder, *, file_is_as_before):
        path = folder / CLINIC_FILE
        before = path.read_bytes()
        self.session, self.lacking = session, read_clinic_keys(folder)
        self.newest = with_new_key(folder, KeyPurpose.STAFF)
        if file_is_as_before:
            path.write_bytes(before)
            self.lacking = read_clinic_keys(folder)
        self.alice = accounts.add_member(session, self.newest, "alice", "Alice", [Role.CLINICIAN], NOW)
        self.token = staff_sessions.start(session, self.newest, self.alice.id, NOW)
        self.key = self.newest.staff_key.id.hex()

    def said(self, event, keys=None):
        audit.record(self.session, keys or self.newest, audit.SYSTEM, event, NOW)

    @property
    def planted(self):
        return [rows for rows in (MEMBERS, SESSIONS) if rows.planted(self.session, self.lacking)]

    @property
    def cannot_be_told(self):
        return [rows for rows in EVERY if rows.cannot_be_told(self.session, self.lacking)]


@pytest.fixture
def before_it_was_read(sqlite_database, folder):
    with sqlite_database.write() as session:
        yield Rotated(session, folder, file_is_as_before=False)


@pytest.fixture
def never_brought(sqlite_database, folder):
    """The process of another machine, whose file nobody brought up to date."""
    with sqlite_database.write() as session:
        yield Rotated(session, folder, file_is_as_before=True)


def test_where_a_key_is_lacking_nobody_is_said_to_have_been_changed(before_it_was_read):
    at = before_it_was_read
    assert [one.printed_name for one in accounts.everybody(at.session, at.newest)] == ["Alice"], "the control"

    assert [one.printed_name for one in accounts.everybody(at.session, at.lacking)] == [accounts.UNTOLD]

    at.session.execute(update(StaffMemberRow).values(roles="auditor"))
    at.session.expire_all()
    assert [one.printed_name for one in accounts.everybody(at.session, at.newest)] == [accounts.ALTERED]


def test_while_the_file_is_another_than_was_read_nothing_is_planted_and_nothing_opens(before_it_was_read):
    at = before_it_was_read
    assert staff_sessions.find(at.session, at.newest, at.token, NOW), "the control"

    assert at.planted == []
    assert at.cannot_be_told == [MEMBERS, SESSIONS]
    assert staff_sessions.find(at.session, at.lacking, at.token, NOW) is None
    assert accounts.members(at.session, at.lacking) == ()
    with pytest.raises(accounts.NoSuchMember):
        altered_accounts.make_anew(at.session, at.lacking, "alice", "Mallory", [Role.AUDITOR], NOW)


def test_with_a_file_that_is_gone_it_cannot_be_told_either(never_brought, folder):
    (folder / CLINIC_FILE).unlink()

    assert never_brought.planted == []


def test_a_key_that_came_into_use_by_the_trail_is_the_clinics_own(never_brought):
    at = never_brought
    assert at.planted == [MEMBERS, SESSIONS], "the control: of a key nobody heard of, by a file as it stands"

    at.said(KeyActivated(at.key, STAFF, "root"))

    assert at.planted == []
    assert at.cannot_be_told == [MEMBERS, SESSIONS]


@pytest.mark.parametrize("what", ["retired", "of the clinic", "another", "planted"])
def test_other_lines_of_the_trail_make_it_nobodys_own(never_brought, what, tmp_path):
    at = never_brought
    match what:
        case "retired":
            at.said(KeyActivated(at.key, STAFF, "root"))
            at.said(KeyRetired(at.key, STAFF, None, "root"))
        case "of the clinic":
            at.said(KeyActivated(at.key, CLINIC, "root"))
        case "another":
            at.said(KeyActivated("5b0c19d2", STAFF, "root"))
        case _:
            create_keyring(tmp_path / "other")
            at.said(KeyActivated(at.key, STAFF, "root"), read_clinic_keys(tmp_path / "other"))

    assert at.planted == [MEMBERS, SESSIONS]
    assert at.cannot_be_told == []


@pytest.mark.parametrize("seal", [None, b"", b"\x01\x01\0\0\0\0 and more", b"\x01\x03abcd", "held"])
def test_what_names_no_key_that_is_lacking_is_planted_whatever_the_file_is(before_it_was_read, seal):
    at = before_it_was_read
    if seal == "held":
        seal = at.session.scalar(select(StaffSessionRow.seal))
        seal = seal[:2] + at.lacking.staff_key.id + seal[6:]
    at.session.execute(update(StaffSessionRow).values(seal=seal))

    assert at.planted == [SESSIONS]
