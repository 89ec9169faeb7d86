"""How many wrong passwords are taken, from whom, and how soon there may be another."""

from datetime import timedelta

import pytest

from intake.domain.rate_limits import Pace
from intake.domain.sign_in_limits import (
    WRONG_BEFORE_SET_ASIDE,
    Budget,
    Counted,
    budgets_of,
    forgotten_after_success,
    pace_of,
    told_of,
)


def test_a_password_is_set_aside_after_a_hundred_wrong_ones_in_a_row():
    assert WRONG_BEFORE_SET_ASIDE == 100


@pytest.mark.parametrize(
    ("counted", "every", "at_once"),
    [
        (Counted.ACCOUNT, timedelta(seconds=90), 10),
        (Counted.BROWSER, timedelta(seconds=90), 10),
        (Counted.AGAIN, timedelta(seconds=90), 10),
        (Counted.NETWORK, timedelta(seconds=30), 30),
        (Counted.EVERYWHERE, timedelta(seconds=3), 100),
        (Counted.ALARM, timedelta(hours=1), 1),
        (Counted.TOLD, timedelta(minutes=1), 1),
        (Counted.ASKED, timedelta(seconds=5), 100),
    ],
)
def test_each_thing_that_is_counted_has_its_pace(counted, every, at_once):
    assert pace_of(counted) == Pace(every, at_once)


def test_everything_that_is_counted_has_one():
    assert {type(pace_of(one)) for one in Counted} == {Pace}


def test_a_stranger_is_counted_with_the_account_and_with_the_network_and_a_known_browser_by_itself():
    account, network = Budget(Counted.ACCOUNT, ("alice",)), Budget(Counted.NETWORK, ("192.0.2.7",))

    assert budgets_of("alice", "192.0.2.7", "") == (account, network)
    assert budgets_of("alice", "192.0.2.7", "known") == (Budget(Counted.BROWSER, ("alice", "known")),)


def test_a_right_password_gives_no_network_its_tries_back():
    every = (*budgets_of("alice", "192.0.2.7", ""), *budgets_of("alice", "192.0.2.7", "known"))

    assert [one.counted for one in forgotten_after_success(every)] == [Counted.ACCOUNT, Counted.BROWSER]


def test_what_the_trail_is_told_is_counted_for_each_network():
    assert told_of("a").counted is Counted.TOLD
    assert told_of("a") != told_of("b")
    assert told_of("a").which == ("from", "a"), "under another name, what was counted would be forgotten"
