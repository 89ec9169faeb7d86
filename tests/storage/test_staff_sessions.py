"""A staff session ends after 15 minutes without a request, after 10 hours, or on signing out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from intake.storage import accounts, staff_sessions
from intake.storage.encryption import token_digest
from intake.storage.tables import StaffMemberRow, StaffSessionRow
from storage.samples import MINUTE, NOW


@pytest.fixture
def alice(database):
    with database.write() as session:
        return accounts.add_member(session, "alice", "A. Lice, NP", [], NOW)


@pytest.fixture
def token(database, alice):
    with database.write() as session:
        return staff_sessions.start(session, alice.id, NOW)


def found(database, token, now=NOW):
    with database.write() as session:
        return staff_sessions.find(session, token, now)


def test_the_token_leads_to_the_person(database, alice, token):
    assert found(database, token) == alice
    assert found(database, token + "x") is None
    with database.read() as session:
        assert staff_sessions.find(session, token, NOW) == alice


def test_the_database_knows_only_the_tokens_digest(database, token):
    with database.read() as session:
        assert session.scalars(select(StaffSessionRow.token_digest)).all() == [token_digest(token)]


@pytest.mark.parametrize(("minutes", "there"), [(15, True), (16, False)])
def test_fifteen_minutes_without_a_request_end_it(database, token, minutes, there):
    assert (found(database, token, NOW + minutes * MINUTE) is not None) is there


def test_ten_hours_end_it_however_busy(database, token):
    now = NOW
    while now <= NOW + timedelta(hours=10):
        assert found(database, token, now) is not None
        now += 14 * MINUTE
    assert found(database, token, now) is None


def test_a_clock_set_back_does_not_lengthen_it(database, token):
    found(database, token, NOW + 10 * MINUTE)
    assert found(database, token, NOW - timedelta(days=1)) is not None
    assert found(database, token, NOW + 26 * MINUTE) is None


def test_it_is_touched_at_most_once_a_minute(database, token):
    def last_seen():
        with database.read() as session:
            return session.scalars(select(StaffSessionRow.last_seen)).one()

    found(database, token, NOW + timedelta(seconds=59))
    assert last_seen() == NOW
    found(database, token, NOW + MINUTE)
    assert last_seen() == NOW + MINUTE


def test_a_session_from_before_a_new_password_stays_ended(database, alice, token):
    """Even one that was begun in the same moment, and so was not deleted with the others."""
    with database.write() as session:
        session.execute(update(StaffMemberRow).values(auth_epoch=2))
    assert found(database, token) is None


def test_signing_out_ends_it(database, token):
    with database.write() as session:
        staff_sessions.end(session, token)
    assert found(database, token) is None


def test_nobody_unknown_gets_a_session(database):
    with database.write() as session, pytest.raises(accounts.NoSuchMember):
        staff_sessions.start(session, uuid4(), NOW)


def test_what_expired_is_removed(database, alice, token):
    with database.write() as session:
        fresh = staff_sessions.start(session, alice.id, NOW + 10 * MINUTE)
        staff_sessions.remove_expired(session, NOW + 16 * MINUTE)
    with database.read() as session:
        assert session.scalars(select(StaffSessionRow.token_digest)).all() == [token_digest(fresh)]
