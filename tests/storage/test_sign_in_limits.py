"""Wrong passwords counted in the one limiter, on both kinds of database."""

from datetime import timedelta

import pytest

from intake.domain.sign_in_limits import Budget, Counted, budgets_of, forgotten_after_success, pace_of
from intake.storage.sign_in_limits import count, forget, is_used_up
from storage.samples import NOW

ALICE = budgets_of("alice", "192.0.2.1", "")


def used_up(database, keys, budgets=ALICE, now=NOW):
    return is_used_up(database, keys, budgets, now)


def fail(database, keys, times, budgets=ALICE, now=NOW):
    return [count(database, keys, budgets, now) for _ in range(times)]


def test_looking_counts_nothing_and_tells_what_the_next_one_comes_to(database, clinic_keys):
    for number in range(12):
        assert used_up(database, clinic_keys) is (number >= 10)
        assert used_up(database, clinic_keys) is (number >= 10)
        assert fail(database, clinic_keys, 1) == [number >= 10]


def test_one_more_is_taken_after_ninety_seconds_and_not_before(database, clinic_keys):
    fail(database, clinic_keys, 10)
    assert used_up(database, clinic_keys, now=NOW + timedelta(seconds=89))
    assert not used_up(database, clinic_keys, now=NOW + timedelta(seconds=90))


def test_what_is_forgotten_is_counted_from_nothing(database, clinic_keys):
    fail(database, clinic_keys, 11)
    forget(database, clinic_keys, forgotten_after_success(ALICE))
    assert not used_up(database, clinic_keys)
    assert fail(database, clinic_keys, 11) == [False] * 10 + [True]


def test_a_clock_set_back_begins_anew(database, clinic_keys):
    fail(database, clinic_keys, 11)
    assert not used_up(database, clinic_keys, now=NOW - timedelta(days=30))


def test_a_known_browser_is_asked_for_nothing_else(database, clinic_keys):
    fail(database, clinic_keys, 40)
    assert not used_up(database, clinic_keys, budgets_of("alice", "192.0.2.1", "known"))


@pytest.mark.parametrize("counted", list(Counted))
def test_everything_counted_has_a_pace_and_one_is_always_taken(database, clinic_keys, counted):
    budgets = (Budget(counted, ("somebody",)),)
    assert pace_of(counted).at_once >= 1
    assert not used_up(database, clinic_keys, budgets)
    assert fail(database, clinic_keys, 1, budgets) == [False]
