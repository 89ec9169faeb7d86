"""A session says when, where and with what its owner proved that it is them; nobody writes that into it."""

from datetime import timedelta

import pytest

from intake.domain.factors import Due, Proven
from intake.storage import accounts, session_proofs, staff_sessions
from storage.samples import NOW

LATER = NOW + timedelta(minutes=9)


@pytest.fixture
def session(sqlite_database):
    with sqlite_database.write() as session:
        yield session


@pytest.fixture
def alice(session, clinic_keys):
    return accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW).id


@pytest.fixture
def token(session, clinic_keys, alice):
    return staff_sessions.start(session, clinic_keys, alice, NOW, Proven.PASSWORD, Due.SET_UP)


def test_it_begins_with_what_was_proved_and_in_no_network_yet(session, clinic_keys, token):
    proof = session_proofs.of(session, clinic_keys, token, "here")

    assert proof == session_proofs.SessionProof(NOW, Proven.PASSWORD, Due.SET_UP)
    assert not proof.is_elsewhere, "the browser has no token yet"
    assert session_proofs.of(session, clinic_keys, "another", "here") is None


def test_it_is_elsewhere_once_it_is_used_from_another_network(session, clinic_keys, alice, token):
    assert session_proofs.begun_in(session, clinic_keys, token, "Firefox", "here") == alice

    def is_elsewhere(network):
        return session_proofs.of(session, clinic_keys, token, network).is_elsewhere

    assert [is_elsewhere(network) for network in ("here", "there", "")] == [False, True, False]
    assert not session_proofs.moved(session, clinic_keys, token, "here")
    assert session_proofs.moved(session, clinic_keys, token, "there")
    assert not session_proofs.moved(session, clinic_keys, token, "there"), "it is noted once"
    assert not session_proofs.moved(session, clinic_keys, "another", "there")
    (visit,) = staff_sessions.visits(session, alice, token, NOW)
    assert visit.browser == "Firefox"


def test_the_same_network_of_two_people_is_told_by_two_tags(session, clinic_keys, alice, token):
    bob = accounts.add_member(session, clinic_keys, "bob", "B. Ob, MD", [], NOW).id
    other = staff_sessions.start(session, clinic_keys, bob, NOW)
    for one in (token, other):
        session_proofs.begun_in(session, clinic_keys, one, "Firefox", "here")

    first, second = (session_proofs.of(session, clinic_keys, one).network for one in (token, other))
    assert first != second
    assert b"here" not in first


def test_proving_it_again_makes_it_a_new_one_of_there_and_then(session, clinic_keys, token):
    session_proofs.begun_in(session, clinic_keys, token, "Firefox", "here")
    session_proofs.moved(session, clinic_keys, token, "there")

    renewed = session_proofs.proved_again(session, clinic_keys, token, Proven.PASSKEY, LATER, "there")

    assert len(renewed) == 43
    assert session_proofs.of(session, clinic_keys, token) is None, "the old token leads nowhere"
    proof = session_proofs.of(session, clinic_keys, renewed, "there")
    assert (proof.authenticated_at, proof.proven, proof.is_elsewhere) == (LATER, Proven.PASSKEY, False)
    assert session_proofs.moved(session, clinic_keys, renewed, "here"), "it moves anew"
    assert session_proofs.proved_again(session, clinic_keys, token, Proven.PASSKEY, LATER, "there") is None


def test_what_was_due_is_settled_once_it_is_done(session, clinic_keys, token):
    session_proofs.settle(session, clinic_keys, token)

    assert session_proofs.of(session, clinic_keys, token).due is Due.NOTHING


@pytest.mark.parametrize(
    "changed", ["due = 'nothing'", "proven = 'passkey'", "authenticated_at = '2030-01-01 00:00:00.000000'"]
)
def test_one_that_was_changed_in_the_database_says_nothing_and_is_changed_no_more(
    session, clinic_keys, token, changed
):
    """Also where it was read before in the same transaction."""
    assert session_proofs.of(session, clinic_keys, token)
    session.connection().exec_driver_sql(f"UPDATE staff_sessions SET {changed}")

    assert session_proofs.of(session, clinic_keys, token) is None
    assert session_proofs.begun_in(session, clinic_keys, token, "Firefox", "here") is None
    assert session_proofs.proved_again(session, clinic_keys, token, Proven.PASSKEY, LATER, "here") is None
