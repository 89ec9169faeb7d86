"""What is over at a certain moment is over then, and not a microsecond before or after."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from intake.storage import (
    accounts,
    known_browsers,
    lockouts,
    one_time_links,
    passkey_challenges,
    staff_sessions,
    unfinished_sign_ins,
)
from intake.storage.lockouts import Limit
from intake.storage.one_time_links import Purpose
from intake.storage.passkey_challenges import Asked
from intake.storage.tables import (
    KnownBrowserRow,
    LockoutRow,
    OneTimeLinkRow,
    PasskeyChallengeRow,
    StaffMemberRow,
    StaffSessionRow,
    UnfinishedSignInRow,
)
from storage.samples import MINUTE, NOW

MOMENT = timedelta(microseconds=1)
LIMIT = Limit(3, within=timedelta(minutes=15), pause=timedelta(minutes=10))
WHO = lockouts.who(bytes(32), "somebody")


@pytest.fixture
def alice(session, clinic_keys):
    return accounts.add_member(session, clinic_keys, "alice", "A. Lice, NP", [], NOW)


def how_many(session, row):
    return session.scalar(select(func.count()).select_from(row))


def test_a_browser_is_known_for_ninety_days_to_the_moment(session, alice):
    def remember(at):
        return known_browsers.remember(session, alice.id, "name", "Safari", at)

    assert remember(NOW)
    last = NOW + known_browsers.REMEMBERED

    for at, known in ((last, True), (last + MOMENT, False)):
        assert known_browsers.is_known(session, alice.id, "name", at) is known
        assert known_browsers.is_somebodys(session, "name", at) is known
        assert len(known_browsers.of(session, alice.id, at)) == known
    for name in ("", "another"):
        assert not known_browsers.is_known(session, alice.id, name, NOW)
        assert not known_browsers.is_somebodys(session, name, NOW)
    assert not known_browsers.is_known(session, uuid4(), "name", NOW)
    known_browsers.remove_expired(session, last)
    assert how_many(session, KnownBrowserRow) == 1
    known_browsers.remove_expired(session, last + MOMENT)
    assert how_many(session, KnownBrowserRow) == 0


def test_a_known_browser_keeps_when_it_was_first_seen_until_it_is_one_nobody_knows(session, alice):
    later, too_late = NOW + timedelta(days=80), NOW + timedelta(days=171)
    known_browsers.remember(session, alice.id, "name", "Safari", NOW)

    assert not known_browsers.remember(session, alice.id, "name", "Firefox", later)
    (browser,) = known_browsers.of(session, alice.id, later)
    assert (browser.browser, browser.first_seen, browser.last_seen) == ("Firefox", NOW, later)
    assert known_browsers.remember(session, alice.id, "name", "Firefox", too_late)
    (browser,) = known_browsers.of(session, alice.id, too_late)
    assert browser.first_seen == browser.last_seen == too_late


def test_after_a_hundred_wrong_passwords_in_a_row_a_browser_is_one_nobody_knows(session, alice):
    def wrong(times):
        return [known_browsers.failed(session, alice.id, "name") for _ in range(times)]

    for _ in range(2):
        known_browsers.remember(session, alice.id, "name", "Safari", NOW)
        assert wrong(99) == [False] * 99
    known_browsers.remember(session, alice.id, "other", "Safari", NOW)
    assert wrong(1) == [True]
    assert not known_browsers.is_known(session, alice.id, "name", NOW)
    assert known_browsers.is_known(session, alice.id, "other", NOW)
    assert not known_browsers.failed(session, alice.id, "nobodys")


def test_the_pause_after_too_many_failures_is_over_at_its_end(session):
    for at, paused in ((NOW, False), (NOW + MINUTE, False), (NOW + LIMIT.within, True)):
        lockouts.count(lockouts.hold(session, WHO, at), LIMIT, at)
        assert lockouts.is_paused(lockouts.find(session, WHO), at) is paused
    over = NOW + LIMIT.within + LIMIT.pause
    assert lockouts.is_paused(lockouts.find(session, WHO), over - MOMENT)
    assert not lockouts.is_paused(lockouts.find(session, WHO), over)
    assert not lockouts.is_paused(None, NOW)
    held = lockouts.hold(session, WHO, over)
    lockouts.count(held, LIMIT, over)
    assert (held.failures, held.since, held.refused_until) == (1, over, None)


def test_after_a_pause_the_first_failure_is_the_first_of_so_many_again(session):
    held = lockouts.hold(session, WHO, NOW)
    for _ in range(3):
        lockouts.count(held, LIMIT, NOW)

    after = NOW + LIMIT.pause
    assert after - NOW < LIMIT.within
    lockouts.count(held, LIMIT, after)

    assert (held.failures, held.since, held.refused_until) == (1, after, None)


def test_failures_that_lie_too_far_apart_are_counted_from_one(session):
    held = lockouts.hold(session, WHO, NOW)
    assert (held.failures, held.since) == (0, NOW)
    for at, failures in ((NOW, 1), (NOW + LIMIT.within, 2), (NOW + LIMIT.within + MOMENT, 1)):
        lockouts.count(held, LIMIT, at)
        assert held.failures == failures


def test_a_clock_set_back_by_more_than_five_minutes_counts_from_one_and_pauses_nobody(session):
    held = lockouts.hold(session, WHO, NOW)
    for _ in range(3):
        lockouts.count(held, LIMIT, NOW)

    assert lockouts.is_paused(held, NOW - 5 * MINUTE)
    assert not lockouts.is_paused(held, NOW - 5 * MINUTE - MOMENT)
    lockouts.count(held, LIMIT, NOW - 5 * MINUTE - MOMENT)
    assert (held.failures, held.since) == (1, NOW - 5 * MINUTE - MOMENT)


def test_failures_are_forgotten_when_no_limit_remembers_them(session):
    lockouts.hold(session, WHO, NOW)
    for at, left in ((NOW + MINUTE, 1), (NOW + MINUTE + MOMENT, 0)):
        lockouts.remove_over(session, MINUTE, at)
        assert how_many(session, LockoutRow) == left


def test_a_second_step_is_taken_for_ten_minutes_and_from_no_clock_that_was_ahead(session, clinic_keys, alice):
    member = session.get_one(StaffMemberRow, alice.id)
    token = unfinished_sign_ins.begin(session, clinic_keys, member, NOW)
    last = NOW + unfinished_sign_ins.LASTS

    for at, whose in ((NOW - MOMENT, None), (NOW, alice.id), (last, alice.id), (last + MOMENT, None)):
        assert unfinished_sign_ins.find(session, clinic_keys, token, at) == whose
    for at, left in ((last, 1), (last + MOMENT, 0)):
        unfinished_sign_ins.remove_over(session, at)
        assert how_many(session, UnfinishedSignInRow) == left


def test_a_challenge_is_answered_within_five_minutes_by_whom_and_for_what_it_was_made(
    session, clinic_keys, alice
):
    last = NOW + passkey_challenges.LASTS

    def taken(at=NOW, asked=Asked.AGAIN, member=alice.id):
        token, challenge = passkey_challenges.make(session, clinic_keys, Asked.AGAIN, alice.id, NOW)
        answered = passkey_challenges.take(session, clinic_keys, token, asked, member, at)
        assert passkey_challenges.take(session, clinic_keys, token, Asked.AGAIN, alice.id, NOW) is None
        return answered == challenge and len(challenge) == 64

    assert [taken(at) for at in (NOW - MOMENT, NOW, last, last + MOMENT)] == [False, True, True, False]
    assert not taken(asked=Asked.ADD)
    assert not taken(member=uuid4())
    passkey_challenges.make(session, clinic_keys, Asked.AGAIN, alice.id, NOW)
    for at, left in ((last, 1), (last + MOMENT, 0)):
        passkey_challenges.remove_over(session, at)
        assert how_many(session, PasskeyChallengeRow) == left


def test_a_link_that_stopped_working_is_known_for_thirty_days_more(session, clinic_keys, alice):
    one_time_links.make(session, clinic_keys, Purpose.RESET, NOW, alice.id)
    last = NOW + timedelta(days=30)
    for at, left in ((last, 1), (last + MOMENT, 0)):
        one_time_links.remove_over(session, at)
        assert how_many(session, OneTimeLinkRow) == left


def test_links_of_one_kind_for_one_person_are_taken_back_and_no_others(session, clinic_keys, alice):
    expires = NOW + MINUTE
    bob = accounts.add_member(session, clinic_keys, "bob", "B. Ob", [], NOW)
    reset, provider, bobs = (
        one_time_links.make(session, clinic_keys, purpose, expires, whose.id)
        for purpose, whose in ((Purpose.RESET, alice), (Purpose.PROVIDER, alice), (Purpose.RESET, bob))
    )

    one_time_links.take_back(session, Purpose.RESET, alice.id)

    left = [one_time_links.find(session, clinic_keys, one, NOW) for one in (reset, provider, bobs)]
    assert [one is not None for one in left] == [False, True, True]


@pytest.mark.parametrize(
    "over",
    [
        NOW + staff_sessions.IDLE,
        # The clock was ahead when it was used last.
        NOW - timedelta(minutes=2),
    ],
)
def test_a_session_is_removed_when_it_is_over_and_not_before(session, clinic_keys, alice, over):
    staff_sessions.start(session, clinic_keys, alice.id, NOW)
    further = MOMENT if over > NOW else -MOMENT
    for at, left in ((over, 1), (over + further, 0)):
        staff_sessions.remove_expired(session, at)
        assert how_many(session, StaffSessionRow) == left


def test_however_busy_a_session_is_removed_after_ten_hours(session, clinic_keys, alice):
    staff_sessions.start(session, clinic_keys, alice.id, NOW)
    for at, left in ((NOW + staff_sessions.LONGEST, 1), (NOW + staff_sessions.LONGEST + MOMENT, 0)):
        staff_sessions.remove_expired(session, at, idle=timedelta(days=1))
        assert how_many(session, StaffSessionRow) == left


def test_failures_counted_by_another_after_somebody_read_them_are_counted_on(session):
    read = lockouts.hold(session, WHO, NOW)
    session.execute(LockoutRow.__table__.update().values(failures=2))
    assert read.failures == 0, "it was read before"
    held = lockouts.hold(session, WHO, NOW)
    lockouts.count(held, LIMIT, NOW)
    assert lockouts.is_paused(held, NOW)
