"""Signing in, and the pause after ten failures from one place."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from intake.domain.permissions import Role, StaffMember
from intake.storage import accounts, lockouts, passwords, signing_in
from intake.storage.signing_in import PAUSED, WRONG, Refused
from intake.storage.tables import LockoutRow, StaffMemberRow
from storage.samples import MINUTE, NOW

PASSWORD = "correct horse"
RIGHT = passwords.Proof(right=True)
FALSE = passwords.Proof(right=False)


@pytest.fixture
def alice(database, clinic_keys):
    with database.write() as session:
        alice = accounts.add_member(session, "alice", "A. Lice, NP", [Role.CLINICIAN], NOW)
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed(PASSWORD))
    return alice


def sign_in(database, keys, username="alice", source="here", now=NOW, proof=None, password=PASSWORD):
    """As the services do it. With a ``proof`` the slow part is left out."""
    with database.read() as session:
        claim = signing_in.claim(session, keys, username, source, now)
    found = claim.prove(password) if proof is None else proof
    with database.write() as session:
        return signing_in.settle(session, keys, claim, found, now)


def fail(database, keys, times, **attempt):
    return [sign_in(database, keys, proof=FALSE, **attempt) for _ in range(times)]


def test_the_right_password_signs_in(database, clinic_keys, alice):
    assert sign_in(database, clinic_keys) == alice
    assert sign_in(database, clinic_keys, username=" ALICE ") == alice


def test_a_wrong_password_and_an_unknown_name_read_the_same(database, clinic_keys, alice):
    assert sign_in(database, clinic_keys, password="wrong") == Refused(alice.id, WRONG)
    assert sign_in(database, clinic_keys, username="nobody") == Refused(None, WRONG)


def test_somebody_without_a_password_cannot_sign_in(database, clinic_keys):
    with database.write() as session:
        bob = accounts.add_member(session, "bob", "Bob", [], NOW)
    assert sign_in(database, clinic_keys, username="bob", password="") == Refused(bob.id, WRONG)


def test_ten_failures_in_fifteen_minutes_bring_a_pause(database, clinic_keys, alice):
    assert fail(database, clinic_keys, 10) == [Refused(alice.id, WRONG)] * 10
    assert sign_in(database, clinic_keys) == Refused(alice.id, PAUSED)


def test_nine_failures_do_not(database, clinic_keys, alice):
    fail(database, clinic_keys, 9)
    assert sign_in(database, clinic_keys, proof=RIGHT) == alice


def test_the_pause_ends_after_fifteen_minutes(database, clinic_keys, alice):
    fail(database, clinic_keys, 10)
    almost = NOW + 15 * MINUTE - timedelta(seconds=1)
    assert sign_in(database, clinic_keys, now=almost, proof=RIGHT) == Refused(alice.id, PAUSED)
    assert sign_in(database, clinic_keys, now=NOW + 15 * MINUTE, proof=RIGHT) == alice


def test_tries_during_the_pause_do_not_lengthen_it(database, clinic_keys, alice):
    fail(database, clinic_keys, 10)
    fail(database, clinic_keys, 3, now=NOW + 10 * MINUTE)
    assert sign_in(database, clinic_keys, now=NOW + 15 * MINUTE, proof=RIGHT) == alice


def test_after_the_pause_counting_begins_anew(database, clinic_keys, alice):
    fail(database, clinic_keys, 10)
    later = NOW + 16 * MINUTE
    fail(database, clinic_keys, 9, now=later)
    assert sign_in(database, clinic_keys, now=later, proof=RIGHT) == alice


def test_failures_further_apart_than_fifteen_minutes_do_not_add_up(database, clinic_keys, alice):
    fail(database, clinic_keys, 9)
    fail(database, clinic_keys, 9, now=NOW + 16 * MINUTE)
    assert sign_in(database, clinic_keys, now=NOW + 17 * MINUTE, proof=RIGHT) == alice


def test_a_success_forgets_the_failures(database, clinic_keys, alice):
    for _ in range(2):
        fail(database, clinic_keys, 9)
        assert sign_in(database, clinic_keys, proof=RIGHT) == alice


def test_strangers_elsewhere_do_not_lock_alice_out(database, clinic_keys, alice):
    fail(database, clinic_keys, 10, source="elsewhere")
    assert sign_in(database, clinic_keys, source="elsewhere", proof=RIGHT) == Refused(alice.id, PAUSED)
    assert sign_in(database, clinic_keys, source="here", proof=RIGHT) == alice


def test_one_account_paused_leaves_others_alone(database, clinic_keys, alice):
    fail(database, clinic_keys, 10, username="bob")
    assert sign_in(database, clinic_keys, proof=RIGHT) == alice


def test_an_unknown_account_pauses_like_a_known_one(database, clinic_keys):
    fail(database, clinic_keys, 10, username="nobody")
    assert sign_in(database, clinic_keys, username="nobody") == Refused(None, PAUSED)


def test_during_a_pause_no_password_is_worked_out(database, clinic_keys, alice, monkeypatch):
    fail(database, clinic_keys, 10)
    monkeypatch.setattr(signing_in, "prove", lambda kept, password: pytest.fail("worked out"))
    assert sign_in(database, clinic_keys) == Refused(alice.id, PAUSED)


def test_claims_made_before_the_pause_are_refused_in_it(database, clinic_keys, alice):
    """Fifty tries at once: each was allowed when it began, and only ten count."""
    with database.read() as session:
        claims = [signing_in.claim(session, clinic_keys, "alice", "here", NOW) for _ in range(12)]
    outcomes = []
    for number, claim in enumerate(claims):
        with database.write() as session:
            proof = RIGHT if number == 11 else FALSE
            outcomes.append(signing_in.settle(session, clinic_keys, claim, proof, NOW))
    assert [one.reason for one in outcomes] == [WRONG] * 10 + [PAUSED] * 2


def test_a_password_changed_meanwhile_does_not_sign_in(database, clinic_keys, alice):
    with database.read() as session:
        claim = signing_in.claim(session, clinic_keys, "alice", "here", NOW)
    with database.write() as session:
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed("newer"))
    with database.write() as session:
        assert signing_in.settle(session, clinic_keys, claim, RIGHT, NOW) == Refused(alice.id, WRONG)


def test_a_cheap_hash_is_replaced_on_signing_in(decided_cost, database, clinic_keys, alice):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.write() as session:
        accounts.set_password(session, clinic_keys, alice.id, cheap)
    assert isinstance(sign_in(database, clinic_keys), StaffMember)
    with database.read() as session:
        row = session.scalars(select(StaffMemberRow)).one()
        assert "m=19456,t=2,p=1" in accounts.open_password(clinic_keys, row)
    assert isinstance(sign_in(database, clinic_keys), StaffMember)


def test_neither_the_name_typed_nor_the_place_is_stored(database, clinic_keys):
    """People type their password into the box for the name."""
    fail(database, clinic_keys, 1, username="hunter2", source="192.0.2.7")
    with database.read() as session:
        row = session.scalars(select(LockoutRow)).one()
        assert len(row.who) == 32
        assert b"hunter2" not in row.who


def test_without_the_key_nobody_finds_out_whose_failures_they_are():
    assert lockouts.who(b"a" * 32, "alice", "192.0.2.7") != lockouts.who(b"b" * 32, "alice", "192.0.2.7")


def test_old_failures_are_forgotten(database, clinic_keys):
    fail(database, clinic_keys, 1)
    for minutes, left in ((119, 1), (121, 0)):
        with database.write() as session:
            signing_in.remove_expired(session, NOW + minutes * MINUTE)
            assert len(session.scalars(select(LockoutRow)).all()) == left


def test_a_claim_does_not_show_the_hash(database, clinic_keys, alice):
    with database.read() as session:
        assert "argon2" not in repr(signing_in.claim(session, clinic_keys, "alice", "here", NOW))
