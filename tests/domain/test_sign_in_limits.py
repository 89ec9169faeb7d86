"""How many wrong passwords are taken, as a table of its own: the code that counts reads the same numbers."""

from datetime import timedelta

from intake.domain import sign_in_limits
from intake.domain.rate_limits import Pace
from intake.domain.sign_in_limits import (
    Budget,
    Counted,
    budgets_of,
    forgotten_after_success,
    pace_of,
    told_of,
)

PACES = {
    Counted.ACCOUNT: (timedelta(seconds=90), 10),
    Counted.BROWSER: (timedelta(seconds=90), 10),
    Counted.AGAIN: (timedelta(seconds=90), 10),
    Counted.NETWORK: (timedelta(seconds=30), 30),
    Counted.EVERYWHERE: (timedelta(seconds=3), 100),
    Counted.ALARM: (timedelta(hours=1), 1),
    Counted.TOLD: (timedelta(minutes=1), 1),
    Counted.ASKED: (timedelta(seconds=5), 100),
}


def test_each_thing_counted_has_the_pace_that_was_decided():
    assert {one: pace_of(one) for one in Counted} == {one: Pace(*pace) for one, pace in PACES.items()}
    assert sign_in_limits.WRONG_BEFORE_SET_ASIDE == 100


def test_how_often_a_network_is_told_of_is_counted_under_the_name_it_always_was():
    assert told_of("192.0.2.1") == Budget(Counted.TOLD, ("from", "192.0.2.1"))


def test_a_stranger_counts_against_the_account_and_the_network_and_a_known_browser_against_itself_alone():
    of_account = Budget(Counted.ACCOUNT, ("alice",))
    strangers = budgets_of("alice", "2001:db8:1:2::7", "")

    assert strangers == (of_account, Budget(Counted.NETWORK, ("2001:db8:1:2::/64",)))
    assert budgets_of("alice", "2001:db8:1:2::7", "own") == (Budget(Counted.BROWSER, ("alice", "own")),)
    assert forgotten_after_success(strangers) == (of_account,)
