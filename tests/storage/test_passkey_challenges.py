"""What a passkey is asked to sign is answered once, in time, by whom and for what it was asked."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from intake.storage.passkey_challenges import LASTS, Asked, make, remove_over, take
from intake.storage.tables import PasskeyChallengeRow
from storage.samples import NOW

A_MOMENT = timedelta(microseconds=1)
ALICE = uuid4()


@pytest.fixture
def session(sqlite_database):
    with sqlite_database.write() as session:
        # Nobody has to work here for that.
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        yield session
        session.rollback()


@pytest.fixture
def made(session, clinic_keys):
    return make(session, clinic_keys, Asked.ADD, ALICE, NOW)


def left(session):
    return session.scalar(select(func.count()).select_from(PasskeyChallengeRow))


def test_it_is_long_enough_that_nobody_guesses_it_and_never_the_same(session, clinic_keys, made):
    token, challenge = made

    assert (len(token), len(challenge)) == (43, 64)
    assert len({*made, *make(session, clinic_keys, Asked.ADD, ALICE, NOW)}) == 4


def test_it_is_answered_once(session, clinic_keys, made):
    token, challenge = made

    assert take(session, clinic_keys, token, Asked.ADD, ALICE, NOW) == challenge
    assert take(session, clinic_keys, token, Asked.ADD, ALICE, NOW) is None


@pytest.mark.parametrize(
    ("at", "in_time"), [(-A_MOMENT, False), (timedelta(0), True), (LASTS, True), (LASTS + A_MOMENT, False)]
)
def test_it_is_answered_within_five_minutes_and_not_before_it_was_asked(
    session, clinic_keys, made, at, in_time
):
    assert timedelta(minutes=5) == LASTS

    assert (take(session, clinic_keys, made[0], Asked.ADD, ALICE, NOW + at) is not None) == in_time
    assert left(session) == 0, "whatever came of it, it is gone"


@pytest.mark.parametrize(
    ("asked", "member"), [(Asked.SIGN_IN, ALICE), (Asked.ADD, uuid4()), (Asked.ADD, None)]
)
def test_for_something_else_or_by_somebody_else_it_is_no_answer_and_gone(
    session, clinic_keys, made, asked, member
):
    assert take(session, clinic_keys, made[0], asked, member, NOW) is None
    assert left(session) == 0


def test_one_that_was_changed_in_the_database_is_none(session, clinic_keys, made):
    session.execute(text("UPDATE passkey_challenges SET challenge = x'00'"))
    session.expire_all()

    assert take(session, clinic_keys, made[0], Asked.ADD, ALICE, NOW) is None


def test_those_that_are_over_are_forgotten_and_no_others(session, clinic_keys, made):
    remove_over(session, NOW + LASTS)
    assert left(session) == 1
    remove_over(session, NOW + LASTS + A_MOMENT)
    assert left(session) == 0
