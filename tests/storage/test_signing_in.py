"""A claim, its proof, and a hundred wrong ones in a row."""

from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, select, update

from intake.domain.permissions import Role, StaffMember
from intake.domain.sign_in_limits import WRONG_BEFORE_SET_ASIDE
from intake.storage import (
    accounts,
    auth_epochs,
    authenticator_apps,
    known_browsers,
    passwords,
    signing_in,
)
from intake.storage.signing_in import SET_ASIDE, WRONG, Refused
from intake.storage.tables import AuthenticatorAppRow, KnownBrowserRow, StaffMemberRow
from storage.samples import MINUTE, NOW

PASSWORD = "correct horse"
RIGHT = passwords.Proof(right=True)
FALSE = passwords.Proof(right=False)


@pytest.fixture
def alice(database, clinic_keys):
    with database.write() as session:
        alice = accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [Role.CLINICIAN], NOW)
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed(PASSWORD))
    return alice


@pytest.fixture
def known(database, alice):
    """What a browser is known by that Alice has signed in from."""
    name = known_browsers.new_name()
    with database.write() as session:
        known_browsers.remember(session, alice.id, name, "Firefox", NOW)
    return name


def sign_in(database, keys, username="alice", proof=None, password=PASSWORD, browser=""):
    """As the services do it. With a ``proof`` the slow part is left out."""
    with database.read() as session:
        claim = signing_in.claim(session, keys, username, browser, NOW)
    found = claim.prove(password) if proof is None else proof
    with database.write() as session:
        return signing_in.settle(session, keys, claim, found)


def failed(database, times):
    """As if so many passwords had been wrong in a row."""
    with database.write() as session:
        session.execute(update(StaffMemberRow).values(failures=times))


def failures(database):
    with database.read() as session:
        return session.scalars(select(StaffMemberRow.failures)).one()


def test_the_right_password_signs_in(database, clinic_keys, alice):
    assert sign_in(database, clinic_keys) == alice
    assert sign_in(database, clinic_keys, username=" ALICE ") == alice


def test_a_wrong_password_and_an_unknown_name_read_the_same(database, clinic_keys, alice):
    assert sign_in(database, clinic_keys, password="wrong") == Refused(alice.id, WRONG)
    assert sign_in(database, clinic_keys, username="nobody") == Refused(None, WRONG)


@pytest.mark.parametrize("username", ["alice", "bob", "left", "nobody"])
def test_a_password_is_worked_out_once_for_whoever_it_is(database, clinic_keys, alice, monkeypatch, username):
    """Known, without a password, gone, and never there: one run of argon2id each."""
    with database.write() as session:
        accounts.add_member(session, clinic_keys, "bob", "Bob", [], NOW)
        gone = accounts.add_member(session, clinic_keys, "left", "L. Eft", [], NOW)
        accounts.remove(session, clinic_keys, gone.id, NOW)
    runs, verify = [], PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *given: runs.append(1) or verify(*given))

    assert sign_in(database, clinic_keys, username=username, password="wrong").reason == WRONG

    assert len(runs) == 1


def test_somebody_without_a_password_cannot_sign_in(database, clinic_keys):
    with database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "Bob", [], NOW)
    assert sign_in(database, clinic_keys, username="bob", password="") == Refused(bob.id, WRONG)


def test_a_hundred_wrong_ones_in_a_row_set_it_aside_for_strangers(database, clinic_keys, alice, known):
    failed(database, WRONG_BEFORE_SET_ASIDE - 2)
    assert sign_in(database, clinic_keys, proof=FALSE) == Refused(alice.id, WRONG)
    assert sign_in(database, clinic_keys, proof=FALSE) == Refused(alice.id, WRONG, set_aside=True)

    assert sign_in(database, clinic_keys) == Refused(alice.id, SET_ASIDE)
    assert sign_in(database, clinic_keys, browser=known) == alice
    assert sign_in(database, clinic_keys) == Refused(alice.id, SET_ASIDE), "until it is renewed"


def test_ninety_nine_and_a_right_one_begin_anew(database, clinic_keys, alice):
    failed(database, WRONG_BEFORE_SET_ASIDE - 1)

    assert sign_in(database, clinic_keys) == alice

    assert failures(database) == 0


def test_a_new_password_or_a_passkey_renews_it(database, clinic_keys, alice):
    failed(database, WRONG_BEFORE_SET_ASIDE)
    with database.write() as session:
        assert signing_in.is_set_aside(session, alice.id)
        signing_in.renew(session, alice.id)
    assert sign_in(database, clinic_keys) == alice

    failed(database, WRONG_BEFORE_SET_ASIDE)
    with database.write() as session:
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed("newer"))
    assert sign_in(database, clinic_keys, password="newer") == alice


def test_whoever_is_signed_in_is_asked_for_their_password_also_when_it_is_set_aside(
    database, clinic_keys, alice
):
    failed(database, WRONG_BEFORE_SET_ASIDE)
    with database.read() as session:
        claim = signing_in.claim_again(session, clinic_keys, "alice", NOW)
    with database.write() as session:
        assert signing_in.settle(session, clinic_keys, claim, RIGHT) == alice
    assert failures(database) == WRONG_BEFORE_SET_ASIDE


def test_a_known_browser_that_guesses_is_a_strangers_after_a_hundred(database, clinic_keys, alice, known):
    with database.write() as session:
        session.execute(update(KnownBrowserRow).values(failures=97))
    outcomes = [sign_in(database, clinic_keys, proof=FALSE, browser=known) for _ in range(3)]

    assert [one.set_aside for one in outcomes] == [False, False, True]
    assert failures(database) == 0, "they were its own tries"
    sign_in(database, clinic_keys, proof=FALSE, browser=known)
    assert failures(database) == 1


def test_a_browser_is_known_of_the_person_who_used_it_and_of_nobody_else(database, clinic_keys, alice, known):
    with database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "Bob", [], NOW)
        assert known_browsers.is_known(session, alice.id, known, NOW)
        assert not known_browsers.is_known(session, bob.id, known, NOW)
        assert not known_browsers.is_known(session, alice.id, known, NOW + 91 * 24 * 60 * MINUTE)
        assert not known_browsers.is_known(session, alice.id, "", NOW)


def test_a_password_changed_meanwhile_does_not_sign_in(database, clinic_keys, alice):
    with database.read() as session:
        claim = signing_in.claim(session, clinic_keys, "alice", "", NOW)
    with database.write() as session:
        accounts.set_password(session, clinic_keys, alice.id, passwords.hashed("newer"))
    with database.write() as session:
        assert signing_in.settle(session, clinic_keys, claim, RIGHT) == Refused(alice.id, WRONG)


def test_an_account_that_was_changed_meanwhile_is_nobodys_also_where_it_was_read_before(
    database, clinic_keys, alice
):
    with database.write() as session:
        claim = signing_in.claim(session, clinic_keys, "alice", "", NOW)
        held = accounts.hold(session, clinic_keys, alice.id)
        session.connection().exec_driver_sql("UPDATE staff_members SET roles = 'administrator'")

        assert signing_in.settle(session, clinic_keys, claim, RIGHT) == Refused(held.id, WRONG)
        session.rollback()


def test_a_cheap_hash_is_replaced_on_signing_in(decided_cost, database, clinic_keys, alice):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with database.write() as session:
        accounts.set_password(session, clinic_keys, alice.id, cheap)
    assert isinstance(sign_in(database, clinic_keys), StaffMember)
    with database.read() as session:
        row = session.scalars(select(StaffMemberRow)).one()
        assert "m=19456,t=2,p=1" in auth_epochs.open_password(clinic_keys, row)
    assert isinstance(sign_in(database, clinic_keys), StaffMember)


def test_a_claim_shows_neither_the_hash_nor_the_cookie(database, clinic_keys, alice, known):
    with database.read() as session:
        told = repr(signing_in.claim(session, clinic_keys, "alice", known, NOW))
    assert "argon2" not in told
    assert known not in told


def test_of_a_password_that_was_planted_or_lost_its_factors_it_is_told_that_it_is_damaged(
    sqlite_database, clinic_keys
):
    def claimed():
        found = signing_in.claim(session, clinic_keys, "bob", "", NOW)
        assert (found.member, found.auth_epoch) == (row.id, row.auth_epoch)
        told = signing_in.settle(session, clinic_keys, found, FALSE).reason
        return found.damaged, found.kept, told

    with sqlite_database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "B. Ob", [], NOW).id
        row = accounts.hold(session, clinic_keys, bob)
        assert claimed() == (False, None, WRONG), "there is none"
        accounts.set_password(session, clinic_keys, bob, "a hash")
        assert claimed() == (False, "a hash", WRONG)
        sealed, row.password = row.password, b"planted"
        assert claimed() == (True, None, signing_in.DAMAGED)
        row.password = sealed
        with auth_epochs.next_epoch(session, clinic_keys, row):
            authenticator_apps.put(session, clinic_keys, row, "SEED", 5, NOW)
        assert claimed() == (False, "a hash", WRONG)
        session.execute(delete(AuthenticatorAppRow))
        assert claimed() == (True, None, signing_in.DAMAGED)


def test_what_was_changed_after_somebody_read_it_is_seen_as_it_is_now(sqlite_database, clinic_keys):
    with sqlite_database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "B. Ob", [], NOW).id
        accounts.set_password(session, clinic_keys, bob, "a hash")
        read = session.get_one(StaffMemberRow, bob)
        claim = signing_in.claim(session, clinic_keys, "bob", "", NOW)
        session.execute(update(StaffMemberRow.__table__).values(failures=WRONG_BEFORE_SET_ASIDE))
        assert read.failures == 0, "it was read before"
        assert signing_in.settle(session, clinic_keys, claim, RIGHT) == Refused(bob, SET_ASIDE)


def test_one_is_set_aside_from_the_hundredth_on_and_of_nobody_else(sqlite_database, clinic_keys):
    with sqlite_database.write() as session:
        bob, carol = (
            accounts.add_member(session, clinic_keys, name, name, [], NOW).id for name in ("bob", "carol")
        )
        for wrong, aside in ((WRONG_BEFORE_SET_ASIDE - 1, False), (WRONG_BEFORE_SET_ASIDE, True)):
            session.execute(update(StaffMemberRow).where(StaffMemberRow.id == bob).values(failures=wrong))
            assert signing_in.is_set_aside(session, bob) is aside
            assert not signing_in.is_set_aside(session, carol)
        assert not signing_in.is_set_aside(session, UUID(int=0))
        session.execute(update(StaffMemberRow).values(failures=WRONG_BEFORE_SET_ASIDE))
        signing_in.renew(session, carol)
        assert [signing_in.is_set_aside(session, one) for one in (bob, carol)] == [True, False]
