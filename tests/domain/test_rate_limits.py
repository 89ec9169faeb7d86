"""What counts as one source, and how often it may knock."""

from datetime import timedelta

import pytest

from intake.domain.rate_limits import PERSON, Door, Pace, network_of, pace_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("/run/intake.sock", "/run/intake.sock"),
        ("", "unknown"),
    ],
)
def test_a_household_is_one_source(address, network):
    assert network_of(address) == network


def test_a_clinic_says_how_many_forms_an_hour_may_begin_from_one_place():
    assert pace_of(Door.START, 120).every == timedelta(seconds=30)
    assert pace_of(Door.START, 120).burst == timedelta(hours=1)
    for door in (Door.REPLY, Door.RETURN):
        assert pace_of(door, 120) == pace_of(door, 1) == Pace(timedelta(minutes=3), 20)


def test_a_person_sends_a_page_every_two_seconds_and_the_whole_form_at_once():
    assert Pace(timedelta(seconds=2), 120) == PERSON
    assert PERSON.burst == timedelta(minutes=4)
