"""What a session rests on is kept with it, changed with its seal, and noted when it moves."""

import pytest
from sqlalchemy import select, text

from intake.domain.factors import Due, Proven
from intake.storage import accounts, session_proofs, staff_sessions
from intake.storage.encryption import Place
from intake.storage.session_proofs import SessionProof
from intake.storage.tables import StaffSessionRow
from storage.samples import MINUTE, NOW

HERE, THERE = "192.0.2.0/24", "198.51.100.0/24"


@pytest.fixture
def alice(session, clinic_keys):
    return accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW).id


@pytest.fixture
def token(session, clinic_keys, alice):
    return staff_sessions.start(session, clinic_keys, alice, NOW, Proven.PASSKEY, Due.REVIEW)


def test_a_new_session_rests_on_what_it_began_with_and_in_no_network(session, clinic_keys, token):
    proof = session_proofs.of(session, clinic_keys, token, HERE)
    assert proof == SessionProof(NOW, Proven.PASSKEY, Due.REVIEW, None, is_elsewhere=False)
    assert SessionProof(NOW, Proven.PASSKEY, Due.REVIEW) == proof, "nobody is elsewhere unless it is said"
    assert not session_proofs.moved(session, clinic_keys, token, HERE)
    assert session_proofs.of(session, clinic_keys, "another", HERE) is None


def test_it_is_elsewhere_in_another_network_alone_and_that_is_noted_once(session, clinic_keys, alice, token):
    assert session_proofs.begun_in(session, clinic_keys, token, "Firefox", HERE) == alice

    def is_elsewhere(network):
        return session_proofs.of(session, clinic_keys, token, network).is_elsewhere

    assert [is_elsewhere(one) for one in (HERE, THERE, "")] == [False, True, False]
    moves = [session_proofs.moved(session, clinic_keys, token, one) for one in (HERE, THERE, THERE, HERE)]
    assert moves == [False, True, False, False]
    assert not session_proofs.moved(session, clinic_keys, "another", THERE)
    row = session.scalars(select(StaffSessionRow)).one()
    assert row.browser == "Firefox"
    # Sessions begun before an update go on: where the tag is of may not be called otherwise.
    assert row.network == clinic_keys.staff_key.tag(HERE, Place("staff_sessions", "network", alice))


def test_proved_again_it_has_another_token_and_rests_on_that(session, clinic_keys, alice, token):
    session_proofs.begun_in(session, clinic_keys, token, "Firefox", HERE)
    other = staff_sessions.start(session, clinic_keys, alice, NOW)
    assert session_proofs.moved(session, clinic_keys, token, THERE)

    renewed = session_proofs.proved_again(
        session, clinic_keys, token, Proven.PASSWORD_AND_APP, NOW + MINUTE, THERE
    )

    assert len(renewed) == 43, "of 32 random bytes"
    assert session_proofs.of(session, clinic_keys, token) is None
    proof = session_proofs.of(session, clinic_keys, renewed, THERE)
    assert (proof.authenticated_at, proof.proven) == (NOW + MINUTE, Proven.PASSWORD_AND_APP)
    assert (proof.due, proof.is_elsewhere) == (Due.REVIEW, False)
    assert session_proofs.moved(session, clinic_keys, renewed, HERE), "it is told anew"
    assert session_proofs.of(session, clinic_keys, other).authenticated_at == NOW
    assert session_proofs.proved_again(session, clinic_keys, token, Proven.PASSKEY, NOW, HERE) is None, (
        "the old token proves nothing"
    )


def test_what_was_due_is_done_in_this_session_alone(session, clinic_keys, alice, token):
    other = staff_sessions.start(session, clinic_keys, alice, NOW, due=Due.SET_UP)
    session_proofs.settle(session, clinic_keys, token)
    assert session_proofs.of(session, clinic_keys, token).due is Due.NOTHING
    assert session_proofs.of(session, clinic_keys, other).due is Due.SET_UP


def test_the_same_network_of_two_people_has_two_tags(session, clinic_keys, token):
    bob = accounts.add_member(session, clinic_keys, "bob", "B. Ob, MD", [], NOW).id
    other = staff_sessions.start(session, clinic_keys, bob, NOW)
    for one in (token, other):
        session_proofs.begun_in(session, clinic_keys, one, "Firefox", HERE)

    first, second = (session_proofs.of(session, clinic_keys, one).network for one in (token, other))
    assert first != second


@pytest.mark.parametrize(
    "changed", ["due = ''", "proven = 'password'", "authenticated_at = '2030-01-01 00:00:00.000000'"]
)
def test_a_session_changed_in_the_database_rests_on_nothing_and_stays_so(
    session, clinic_keys, token, changed
):
    session_proofs.begun_in(session, clinic_keys, token, "Firefox", HERE)
    read = session.scalars(select(StaffSessionRow)).one()
    session.execute(text(f"UPDATE staff_sessions SET {changed}"))
    assert read.due == Due.REVIEW.value, "it was read before"

    assert session_proofs.of(session, clinic_keys, token) is None
    assert session_proofs.proved_again(session, clinic_keys, token, Proven.PASSKEY, NOW, HERE) is None
    assert session_proofs.begun_in(session, clinic_keys, token, "Firefox", HERE) is None
    assert not session_proofs.moved(session, clinic_keys, token, THERE)
    session_proofs.settle(session, clinic_keys, token)
    assert session_proofs.of(session, clinic_keys, token) is None
