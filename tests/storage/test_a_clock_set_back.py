"""What was counted or promised while the clock was ahead keeps nobody out, and lasts no longer (0059)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from intake.domain.notice_kinds import NoticeKind
from intake.domain.replies import ReplyDraft
from intake.storage import (
    accounts,
    authenticator_apps,
    lockouts,
    outgoing,
    own_copies,
    reply_sessions,
    staff_sessions,
    wrong_tries,
)
from intake.storage.lockouts import Limit
from intake.storage.outgoing import Addressed
from intake.storage.patient_questions import LinkState
from intake.storage.tables import AuthenticatorAppRow, StaffSessionRow
from storage.samples import NOW, send, submission_of_pat

MINUTE, HOUR, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=365)
LIMIT = Limit(failures=2, within=timedelta(minutes=30), pause=timedelta(minutes=30))
AHEAD = 1_000_000


class Tried:
    """A way back that was tried wrongly so often that it rests."""

    failures, paused_until = 5, NOW + HOUR


@pytest.mark.parametrize(
    ("now", "may"),
    [(NOW, False), (NOW - 5 * MINUTE, False), (NOW - 6 * MINUTE, True), (NOW - YEAR, True)],
    ids=["now", "a clock that wanders", "set back", "a year"],
)
def test_a_way_back_rests_for_an_hour_and_not_for_years(now, may):
    assert wrong_tries.may_be_tried(Tried(), now) is may
    # What the page of the question says of it.
    link = LinkState(1, b"", NOW, NOW + YEAR, 5, Tried.paused_until, None)
    assert link.is_paused(now) is not may


@pytest.mark.parametrize(("by", "paused"), [(0 * MINUTE, True), (5 * MINUTE, True), (YEAR, False)], ids=str)
def test_a_pause_begun_while_the_clock_was_ahead_keeps_nobody_out(database, by, paused):
    with database.write() as session:
        lockout = lockouts.hold(session, b"w" * 32, NOW)
        for _ in range(LIMIT.failures):
            lockouts.count(lockout, LIMIT, NOW)

        assert lockouts.is_paused(lockout, NOW - by) is paused


def test_failures_counted_then_are_counted_from_nothing_and_pause_as_ever(database):
    with database.write() as session:
        lockout = lockouts.hold(session, b"w" * 32, NOW)
        lockouts.count(lockout, LIMIT, NOW)
        lockouts.count(lockout, LIMIT, NOW - YEAR)
        assert (lockout.failures, lockout.since) == (1, NOW - YEAR)
        lockouts.count(lockout, LIMIT, NOW - YEAR)

        assert lockouts.is_paused(lockout, NOW - YEAR)


@pytest.mark.parametrize(
    ("step", "taken"),
    [
        (AHEAD + 1, True),
        (AHEAD, False),
        # Within a day nobody takes a code twice, whatever the clock does.
        (AHEAD - 2880, False),
        (AHEAD - 2881, True),
    ],
)
def test_a_code_of_an_app_counts_again_when_the_clock_was_days_ahead(database, clinic_keys, step, taken):
    with database.write() as session:
        alice = accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW)
        session.add(AuthenticatorAppRow(member_id=alice.id, created_at=NOW, last_step=AHEAD, sealed=b"x"))
        session.flush()

        assert authenticator_apps.take_step(session, alice.id, step) is taken
        # Once.
        assert not authenticator_apps.take_step(session, alice.id, step)


def test_a_letter_put_off_while_the_clock_was_ahead_is_sent(database, clinic_keys, patient_keys):
    with database.write() as session:
        addressed = Addressed("quetzal@example.org", "s-e-c-r-e-t", NoticeKind.SAVED_FORM)
        outgoing.add(session, patient_keys, uuid4(), addressed, NOW)
        (due,) = outgoing.due(session, NOW)
        outgoing.claim(session, clinic_keys.outbox_keys, due, NOW + 6 * HOUR)

        assert outgoing.due(session, NOW) == ()
        assert len(outgoing.due(session, NOW - YEAR)) == 1


def test_a_session_of_staff_that_a_clock_set_back_ended_does_not_come_back(database, clinic_keys):
    with database.write() as session:
        alice = accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW)
        token = staff_sessions.start(session, clinic_keys, alice.id, NOW)
        staff_sessions.remove_expired(session, NOW - 2 * MINUTE)
        assert staff_sessions.find(session, clinic_keys, token, NOW) == alice

        staff_sessions.remove_expired(session, NOW - HOUR)
        # The clock has caught up.
        assert staff_sessions.find(session, clinic_keys, token, NOW) is None
        assert session.scalar(select(func.count()).select_from(StaffSessionRow)) == 0


def test_a_reply_is_not_open_for_longer_and_what_was_written_in_it_waits(database, patient_keys):
    with database.write() as session:
        submission = send(session, patient_keys)
        token = reply_sessions.start(session, patient_keys, submission, None, ReplyDraft(), NOW)
        open_at = [
            reply_sessions.find(session, patient_keys, token, NOW - by, HOUR) is not None
            for by in (0 * MINUTE, 5 * MINUTE, 6 * MINUTE, YEAR)
        ]

        assert open_at == [True, True, False, False]
        assert reply_sessions.left_here(session, patient_keys, token, NOW - YEAR) is not None


def test_a_copy_in_a_browser_is_there_for_no_longer(database, patient_keys):
    with database.write() as session:
        own_copies.add(session, patient_keys, "t" * 43, submission_of_pat(), NOW)
        there_at = [
            own_copies.is_there(session, "t" * 43, NOW - by) for by in (0 * MINUTE, 5 * MINUTE, 6 * MINUTE)
        ]

    assert there_at == [True, True, False]
