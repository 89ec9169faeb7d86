"""A claim lasts while its holder does something, and never comes back by itself."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from intake.domain.claims import Deed, until

ALICE, BOB = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LASTS = timedelta(minutes=30)
minutes = st.integers(-60, 400)


def ends(*deeds):
    """Minutes after noon at which a claim of Alice's, made at noon, runs out."""
    made = [Deed(str(who), NOON + timedelta(minutes=at), ends) for who, at, ends in deeds]
    return (until(ALICE, NOON, NOON + LASTS, LASTS, made) - NOON) / timedelta(minutes=1)


def test_a_claim_left_alone_runs_out():
    assert ends() == 30


def test_what_the_holder_does_lengthens_it_and_what_others_do_does_not():
    assert ends((ALICE, 20, False)) == 50
    assert ends((ALICE, 20, False), (ALICE, 45, False)) == 75
    assert ends((BOB, 20, False)) == 30


def test_what_the_holder_does_after_it_ran_out_does_not_bring_it_back():
    assert ends((ALICE, 31, False)) == 30


def test_whoever_takes_the_form_out_of_the_queue_ends_it():
    assert ends((BOB, 10, True)) == 10
    assert ends((ALICE, 10, True), (ALICE, 11, False)) == 10


def test_what_was_done_before_it_was_taken_says_nothing():
    assert ends((ALICE, -5, False), (BOB, -5, True)) == 30


@given(st.lists(st.tuples(st.sampled_from([ALICE, BOB]), minutes, st.just(False))))
def test_there_is_never_a_gap_longer_than_it_lasts(deeds):
    end = ends(*deeds)
    mine = sorted(at for who, at, _ in deeds if who == ALICE and 0 < at < end)
    steps = [0, *mine, end]
    assert all(later - earlier <= 30 for earlier, later in itertools.pairwise(steps))
    assert end == 30 + max([0, *mine])
