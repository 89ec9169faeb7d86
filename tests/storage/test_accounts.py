"""The clinic's staff, and passwords nobody can read, plant or bring back."""

from uuid import uuid4

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from sqlalchemy import select

from intake.domain.permissions import Role
from intake.storage import accounts, auth_epochs, passwords, staff_sessions
from intake.storage.encryption import DecryptionFailed
from intake.storage.tables import StaffMemberRow
from storage.samples import NOW
from storage.side_by_side import at_once


@pytest.fixture
def alice(database, clinic_keys):
    with database.write() as session:
        return accounts.add_member(session, clinic_keys, " Alice ", " A. Lice, NP ", [Role.CLINICIAN], NOW)


def test_somebody_new_is_known_and_has_no_password(database, clinic_keys, alice):
    with database.read() as session:
        assert accounts.member(session, clinic_keys, alice.id) == alice
        assert accounts.members(session, clinic_keys) == (alice,)
        assert not accounts.has_password(session, clinic_keys, alice.id)
    assert (alice.username, alice.printed_name) == ("alice", "A. Lice, NP")
    assert alice.roles == {Role.CLINICIAN}


def test_somebody_may_hold_both_roles_or_none(database, clinic_keys):
    with database.write() as session:
        both = accounts.add_member(session, clinic_keys, "bob", "Bob", Role, NOW)
        none = accounts.add_member(session, clinic_keys, "carol", "Carol", (), NOW)
        assert accounts.member(session, clinic_keys, both.id).roles == set(Role)
        assert accounts.member(session, clinic_keys, none.id).roles == frozenset()


def test_a_username_is_taken_whatever_its_capitals(database, clinic_keys, alice):
    with database.write() as session:
        with pytest.raises(accounts.UsernameTaken, match="alice is taken"):
            accounts.add_member(session, clinic_keys, "ALICE", "Another", [], NOW)
        assert len(accounts.members(session, clinic_keys)) == 1


def test_nobody_is_invented(database, clinic_keys, alice):
    with database.write() as session, pytest.raises(accounts.NoSuchMember):
        accounts.set_password(session, clinic_keys, uuid4(), "hash")


def test_a_password_is_kept_as_a_sealed_hash(database, clinic_keys, alice):
    kept = passwords.hashed("correct horse")
    with database.write() as session:
        accounts.set_password(session, clinic_keys, alice.id, kept)
    with database.read() as session:
        assert accounts.has_password(session, clinic_keys, alice.id)
        row = session.scalars(select(StaffMemberRow)).one()
        assert b"argon2" not in row.password
        assert row.password[2:6] == clinic_keys.staff_key.id
        assert auth_epochs.open_password(clinic_keys, row) == kept


def test_a_password_put_beside_another_name_or_put_back_opens_for_nobody(database, clinic_keys, alice):
    with database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "Bob", [], NOW)
        for one in (alice, bob):
            accounts.set_password(session, clinic_keys, one.id, passwords.hashed(one.username))
        alices, bobs = (session.get_one(StaffMemberRow, one.id) for one in (alice, bob))
        earlier, bobs.password = alices.password, alices.password
        with pytest.raises(DecryptionFailed):
            auth_epochs.open_password(clinic_keys, bobs)
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed("new"))
        alices.password = earlier
        with pytest.raises(DecryptionFailed):
            auth_epochs.open_password(clinic_keys, alices)


def test_a_new_password_ends_every_session_of_that_person(database, clinic_keys, alice):
    with database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "Bob", [], NOW)
        tokens = [staff_sessions.start(session, clinic_keys, one.id, NOW) for one in (alice, alice, bob)]
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed("new"))
    with database.read() as session:
        found = [staff_sessions.find(session, clinic_keys, token, NOW) for token in tokens]
    assert found == [None, None, bob]


def test_passwords_cost_what_was_decided(decided_cost):
    parameters = extract_parameters(passwords.hashed("correct horse"))
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19456, 2, 1)


def test_the_right_password_is_proved_and_no_other():
    kept = passwords.hashed("correct horse")
    assert passwords.prove(kept, "correct horse") == passwords.Proof(right=True)
    assert passwords.prove(kept, "correct horsE") == passwords.Proof(right=False)
    assert passwords.prove("not a hash", "correct horse") == passwords.Proof(right=False)


def test_nobody_can_prove_a_password_that_was_never_set():
    assert not passwords.prove(None, "nobody has this password").right


def test_an_unknown_account_costs_as_much_as_a_known_one(decided_cost, monkeypatch):
    tried = []

    class Noting(PasswordHasher):
        def verify(self, kept, password):
            tried.append(extract_parameters(kept))
            return super().verify(kept, password)

    monkeypatch.setattr(passwords, "_HASHER", Noting(2, 19456, 1))
    passwords.prove(passwords.hashed("right"), "wrong")
    passwords.prove(None, "wrong")
    assert tried[0] == tried[1]


def test_a_password_hashed_more_cheaply_is_hashed_again(decided_cost):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
    proof = passwords.prove(cheap, "correct horse")
    assert proof.right
    assert extract_parameters(proof.renewed).memory_cost == 19456
    assert passwords.prove(cheap, "wrong").renewed is None


def administrators(database, keys, *usernames):
    with database.write() as session:
        every = [accounts.add_member(session, keys, one, one, [Role.ADMINISTRATOR], NOW) for one in usernames]
        for one in every:
            accounts.set_password(session, keys, one.id, "a hash")
    return every


def test_two_administrators_who_remove_each_other_leave_one(database, clinic_keys):
    bob, carol = administrators(database, clinic_keys, "bob", "carol")

    outcomes = at_once(
        database,
        [lambda session, one=one: accounts.remove(session, clinic_keys, one.id, NOW) for one in (bob, carol)],
    )

    assert sum(isinstance(one, accounts.LastAdministrator) for one in outcomes) == 1, outcomes
    with database.read() as session:
        assert len(accounts.members(session, clinic_keys)) == 1


def test_somebody_who_never_came_is_no_administrator_to_leave_the_clinic_to(database, clinic_keys):
    (bob,) = administrators(database, clinic_keys, "bob")
    with database.write() as session:
        accounts.add_member(session, clinic_keys, "carol", "C. Never Came", [Role.ADMINISTRATOR], NOW)
        with pytest.raises(accounts.LastAdministrator):
            accounts.remove(session, clinic_keys, bob.id, NOW)
        with pytest.raises(accounts.LastAdministrator):
            accounts.set_roles(session, clinic_keys, bob.id, [Role.CLINICIAN])


def test_other_roles_keep_the_password_and_are_an_epoch_of_their_own(database, clinic_keys):
    bob, _ = administrators(database, clinic_keys, "bob", "carol")
    with database.write() as session:
        before = session.get_one(StaffMemberRow, bob.id).auth_epoch
        accounts.set_roles(session, clinic_keys, bob.id, [Role.CLINICIAN])
    with database.read() as session:
        row = session.get_one(StaffMemberRow, bob.id)
        assert (row.auth_epoch, row.roles) == (before + 1, "clinician")
        assert auth_epochs.open_password(clinic_keys, row) == "a hash"


def test_where_somebody_is_told_is_sealed_for_them_alone(database, clinic_keys):
    bob, carol = administrators(database, clinic_keys, "bob", "carol")
    with database.write() as session:
        accounts.set_notice_address(session, clinic_keys, bob.id, "bob@example.com")
        assert accounts.notice_address(session, clinic_keys, bob.id) == "bob@example.com"
        assert accounts.notice_address(session, clinic_keys, carol.id) == ""
        bobs = session.get_one(StaffMemberRow, bob.id)
        assert b"example" not in bobs.notice_address
        session.get_one(StaffMemberRow, carol.id).notice_address = bobs.notice_address
        session.flush()
        with pytest.raises(DecryptionFailed):
            accounts.notice_address(session, clinic_keys, carol.id)
        accounts.set_notice_address(session, clinic_keys, bob.id, "")
        assert accounts.notice_address(session, clinic_keys, bob.id) == ""
