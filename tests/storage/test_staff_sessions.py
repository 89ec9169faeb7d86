"""A staff session ends after 15 minutes without a request, after 10 hours, or on signing out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import object_session

from intake.domain.factors import Due
from intake.storage import accounts, session_proofs, staff_sessions
from intake.storage.encryption import token_digest
from intake.storage.tables import StaffMemberRow, StaffSessionRow
from storage.samples import MINUTE, NOW
from storage.side_by_side import at_once


@pytest.fixture
def alice(database, clinic_keys):
    with database.write() as session:
        return accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW)


@pytest.fixture
def token(database, clinic_keys, alice):
    with database.write() as session:
        return staff_sessions.start(session, clinic_keys, alice.id, NOW)


def found(database, clinic_keys, token, now=NOW):
    with database.write() as session:
        return staff_sessions.find(session, clinic_keys, token, now)


def test_the_token_leads_to_the_person(database, clinic_keys, alice, token):
    assert found(database, clinic_keys, token) == alice
    assert found(database, clinic_keys, token + "x") is None
    with database.read() as session:
        assert staff_sessions.find(session, clinic_keys, token, NOW) == alice


@pytest.mark.parametrize("due", [one for one in Due if one is not Due.NOTHING])
def test_while_something_is_due_it_is_found_by_whoever_asks_for_that_and_by_nobody_else(
    database, clinic_keys, alice, due
):
    with database.write() as session:
        token = staff_sessions.start(session, clinic_keys, alice.id, NOW, due=due)

        assert staff_sessions.find(session, clinic_keys, token, NOW) is None
        assert staff_sessions.find(session, clinic_keys, token, NOW, also_due=True) == alice


def test_the_database_knows_only_the_tokens_digest(database, token):
    with database.read() as session:
        assert session.scalars(select(StaffSessionRow.token_digest)).all() == [token_digest(token)]


@pytest.mark.parametrize(("minutes", "there"), [(15, True), (16, False)])
def test_fifteen_minutes_without_a_request_end_it(database, clinic_keys, token, minutes, there):
    assert (found(database, clinic_keys, token, NOW + minutes * MINUTE) is not None) is there


def test_ten_hours_end_it_however_busy(database, clinic_keys, token):
    now = NOW
    while now <= NOW + timedelta(hours=10):
        assert found(database, clinic_keys, token, now) is not None
        now += 14 * MINUTE
    assert found(database, clinic_keys, token, now) is None


@pytest.mark.parametrize(("more", "there"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_it_lasts_its_ten_hours_and_its_fifteen_minutes_to_the_last_moment(
    database, clinic_keys, alice, more, there
):
    with database.write() as session:
        for idle, longest in ((staff_sessions.LONGEST, staff_sessions.LONGEST), (15 * MINUTE, 60 * MINUTE)):
            token = staff_sessions.start(session, clinic_keys, alice.id, NOW, idle=idle)
            end = NOW + min(idle, longest) + more
            assert (staff_sessions.find(session, clinic_keys, token, end, idle, longest) is not None) is there
            assert bool(staff_sessions.visits(session, alice.id, token, end, idle)) is there
            staff_sessions.remove_expired(session, end, idle, longest)
            assert (session.get(StaffSessionRow, token_digest(token)) is not None) is there
            staff_sessions.end(session, token)


def test_a_clock_set_back_does_not_lengthen_it(database, clinic_keys, token):
    found(database, clinic_keys, token, NOW + 10 * MINUTE)
    assert found(database, clinic_keys, token, NOW + 9 * MINUTE) is not None, "clocks wander"
    assert found(database, clinic_keys, token, NOW + 7 * MINUTE) is None, (
        "a day of idling could hide behind it"
    )
    assert found(database, clinic_keys, token, NOW - timedelta(days=1)) is None
    assert found(database, clinic_keys, token, NOW + 26 * MINUTE) is None


def test_it_is_touched_at_most_once_a_minute(database, clinic_keys, token):
    def last_seen():
        with database.read() as session:
            return session.scalars(select(StaffSessionRow.last_seen)).one()

    found(database, clinic_keys, token, NOW + timedelta(seconds=59))
    assert last_seen() == NOW
    found(database, clinic_keys, token, NOW + MINUTE)
    assert last_seen() == NOW + MINUTE


def test_a_session_from_before_a_new_password_stays_ended(database, clinic_keys, alice, token):
    """Also where somebody kept its row, and puts it back with its seal."""
    with database.write() as session:
        kept = session.execute(select(StaffSessionRow.__table__)).mappings().one()
        accounts.set_password(session, clinic_keys, alice.id, "a hash")
        session.execute(insert(StaffSessionRow.__table__).values(dict(kept)))
    assert found(database, clinic_keys, token) is None


def test_signing_out_ends_it(database, clinic_keys, token):
    with database.write() as session:
        staff_sessions.end(session, token)
    assert found(database, clinic_keys, token) is None


def test_nobody_unknown_gets_a_session(database, clinic_keys):
    with database.write() as session, pytest.raises(accounts.NoSuchMember):
        staff_sessions.start(session, clinic_keys, uuid4(), NOW)


def test_what_expired_is_removed(database, clinic_keys, alice, token):
    with database.write() as session:
        fresh = staff_sessions.start(session, clinic_keys, alice.id, NOW + 10 * MINUTE)
        staff_sessions.remove_expired(session, NOW + 16 * MINUTE)
    with database.read() as session:
        assert session.scalars(select(StaffSessionRow.token_digest)).all() == [token_digest(fresh)]


def test_a_fourth_session_ends_the_oldest(database, clinic_keys, alice, token):
    with database.write() as session:
        others = [
            staff_sessions.start(session, clinic_keys, alice.id, NOW + number * MINUTE)
            for number in (1, 2, 3)
        ]
    assert found(database, clinic_keys, token, NOW + 3 * MINUTE) is None
    assert all(found(database, clinic_keys, one, NOW + 3 * MINUTE) == alice for one in others)


def test_sign_ins_at_the_same_moment_are_still_three(database, clinic_keys, alice):
    outcomes = at_once(
        database,
        [lambda session: staff_sessions.start(session, clinic_keys, alice.id, NOW) for _ in range(6)],
    )
    assert all(isinstance(one, str) for one in outcomes), outcomes
    with database.read() as session:
        assert len(session.scalars(select(StaffSessionRow.token_digest)).all()) == 3


def test_a_session_that_was_signed_out_does_not_come_back(database, clinic_keys, alice):
    """Whoever was at work with it when it ended: twenty times, all at the same moment."""
    later = NOW + 2 * MINUTE
    for number in range(20):
        with database.write() as session:
            token = staff_sessions.start(session, clinic_keys, alice.id, NOW)
        deeds = [
            lambda session, token=token: staff_sessions.end(session, token),
            *[
                lambda session, token=token: staff_sessions.find(session, clinic_keys, token, later)
                for _ in range(4)
            ],
        ]
        outcomes = at_once(database, deeds)
        assert not [one for one in outcomes if isinstance(one, Exception)], (number, outcomes)
        assert found(database, clinic_keys, token, later) is None
    with database.read() as session:
        assert session.scalars(select(StaffSessionRow.token_digest)).all() == []


def test_a_session_that_ended_after_it_was_read_lets_nobody_in(
    database, clinic_keys, alice, token, monkeypatch
):
    """The moment between: it was read, it ends, and is touched."""
    expired = staff_sessions._expired

    def ends_meanwhile(row, *given):
        session = object_session(row)
        session.execute(delete(StaffSessionRow).execution_options(synchronize_session=False))
        return expired(row, *given)

    monkeypatch.setattr(staff_sessions, "_expired", ends_meanwhile)
    assert found(database, clinic_keys, token, NOW + 2 * MINUTE) is None


def test_one_sees_where_one_is_signed_in_and_ends_one_or_all_others(database, clinic_keys, alice, token):
    with database.write() as session:
        bob = accounts.add_member(session, clinic_keys, "bob", "B. Ob", [], NOW)
        bobs = staff_sessions.start(session, clinic_keys, bob.id, NOW)
        second = staff_sessions.start(session, clinic_keys, alice.id, NOW + MINUTE)
        assert alice.id == session_proofs.begun_in(
            session, clinic_keys, second, "Safari on an iPad", "192.0.2.1"
        )
    with database.write() as session:
        visits = staff_sessions.visits(session, alice.id, token, NOW + MINUTE)
        assert [(one.browser, one.is_this) for one in visits] == [
            ("Safari on an iPad", False),
            ("A browser", True),
        ]
        (bobs_visit,) = staff_sessions.visits(session, bob.id, bobs, NOW)
        assert not staff_sessions.end_one(session, alice.id, bobs_visit.name), "not one's own"
        assert not staff_sessions.end_one(session, alice.id, "no such name")
        assert staff_sessions.end_one(session, alice.id, visits[0].name)
        assert staff_sessions.end_all(session, alice.id, but=token) == 0
    assert found(database, clinic_keys, second, NOW + MINUTE) is None
    assert found(database, clinic_keys, token, NOW + MINUTE) == alice
    assert found(database, clinic_keys, bobs, NOW + MINUTE) == bob
    with database.write() as session:
        assert staff_sessions.end_all(session, alice.id) == 1
    assert found(database, clinic_keys, token, NOW + MINUTE) is None


def test_the_name_of_a_session_opens_nothing(database, clinic_keys, alice, token):
    with database.read() as session:
        (visit,) = staff_sessions.visits(session, alice.id, token, NOW)
    assert found(database, clinic_keys, visit.name) is None


def test_the_token_cannot_be_guessed(database, clinic_keys, alice):
    with database.write() as session:
        tokens = {staff_sessions.start(session, clinic_keys, alice.id, NOW) for _ in range(3)}
    assert [len(one) for one in tokens] == [43] * 3, "of 32 random bytes"


def test_it_is_over_after_its_last_moment_and_not_at_it(database, clinic_keys, token):
    longest, moment = staff_sessions.LONGEST, timedelta(microseconds=1)

    def there(now, **limits):
        with database.read() as session:
            return staff_sessions.find(session, clinic_keys, token, now, **limits) is not None

    assert there(NOW + staff_sessions.IDLE)
    assert not there(NOW + staff_sessions.IDLE + moment)
    assert there(NOW + longest, idle=2 * longest)
    assert not there(NOW + longest + moment, idle=2 * longest)
    assert there(NOW - 2 * MINUTE), "clocks wander"
    assert not there(NOW - 2 * MINUTE - moment)


def test_what_was_changed_after_somebody_read_it_is_seen_as_it_is_now(database, clinic_keys, alice, token):
    with database.write() as session:
        read = session.scalars(select(StaffSessionRow)).one(), session.scalars(select(StaffMemberRow)).one()
        for table in (StaffSessionRow, StaffMemberRow):
            (kept,) = session.scalars(select(table.seal))
            session.execute(update(table.__table__).values(seal=b"planted"))
            assert b"planted" not in {one.seal for one in read}, "it was read before"
            assert staff_sessions.find(session, clinic_keys, token, NOW) is None
            if table is StaffMemberRow:
                session.execute(update(table.__table__).values(seal=kept))
                assert staff_sessions.find(session, clinic_keys, token, NOW) == alice
                session.execute(update(table.__table__).values(seal=b"planted"))
                with pytest.raises(accounts.NoSuchMember):
                    staff_sessions.start(session, clinic_keys, alice.id, NOW)
            session.execute(update(table.__table__).values(seal=kept))
            assert staff_sessions.find(session, clinic_keys, token, NOW) == alice
