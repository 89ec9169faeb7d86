"""Lists of networks: an address lies in one or it does not, and what is no network is refused in words."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.networks import Networks, NotNetworks, StaffNetworks, Work, networks_in
from intake.domain.permissions import ADMINISTRATION, PERMISSIONS, Permission, Role

OFFICE = "192.0.2.0/24, 2001:db8:5::/48 198.51.100.7"


@pytest.mark.parametrize(
    ("address", "lies"),
    [
        ("192.0.2.200", True),
        ("::ffff:192.0.2.200", True),
        ("198.51.100.7", True),
        ("2001:db8:5:1::9", True),
        ("2001:db8:5:1::9%eth0", True),
        ("192.0.3.1", False),
        ("198.51.100.8", False),
        ("2001:db8:6::1", False),
        ("::192.0.2.200", False),
        ("unknown", False),
        ("", False),
        ("/run/intake.sock", False),
    ],
)
def test_an_address_lies_in_a_list_or_it_does_not(address, lies):
    assert networks_in(OFFICE).hold(address) is lies


@pytest.mark.parametrize("written", ["", "  ", ",", "\n"])
def test_no_list_is_everywhere_and_keeps_nobody_out(written):
    assert networks_in(written) == Networks()
    assert networks_in(written).hold("203.0.113.9")
    assert networks_in(written).hold("unknown")
    assert not networks_in(written).are_everywhere, "nothing was written"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("the office", "“the” is no network; write each like 192.0.2.0/24"),
        ("192.0.2.0/33", "“192.0.2.0/33” is no network"),
        ("300.0.2.0/24", "“300.0.2.0/24” is no network"),
        ("192.0.2.5/24", "write 192.0.2.0/24 for the network, or 192.0.2.5/32 for that machine alone"),
        ("2001:db8::1/48", "write 2001:db8::/48 for the network, or 2001:db8::1/128"),
        ("192.0.2.0-255", "is no network"),
    ],
)
def test_what_is_no_network_is_refused_and_says_what_to_write(written, words):
    with pytest.raises(NotNetworks, match=words):
        networks_in(f"198.51.100.0/24, {written}")


def test_every_wrong_entry_is_named():
    with pytest.raises(NotNetworks) as refusal:
        networks_in("here 192.0.2.0/24 there")
    assert [one.split("”")[0] for one in refusal.value.problems] == ["“here", "“there"]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("192.0.2.0/24", "192.0.2.128/25", True),
        ("192.0.2.128/25", "192.0.2.0/24", True),
        ("192.0.2.0/25", "192.0.2.128/25", False),
        ("192.0.2.0/24", "2001:db8::/32", False),
        ("", "192.0.2.0/24", True),
        ("192.0.2.0/24", "", True),
    ],
)
def test_two_lists_meet_where_an_address_lies_in_both(one, other, meet):
    assert networks_in(one).meet(networks_in(other)) is meet


@given(st.lists(st.ip_addresses(v=4), max_size=4), st.integers(8, 32), st.ip_addresses(v=4))
def test_a_list_holds_what_any_of_its_networks_holds(beginnings, length, address):
    written = [ip_network((one, length), strict=False) for one in beginnings]
    held = any(ip_address(address) in one for one in written)

    assert networks_in(", ".join(map(str, written))).hold(str(address)) is (held or not written)


def test_each_list_is_about_its_own_work():
    both = StaffNetworks(networks_in("192.0.2.0/24"), networks_in("198.51.100.0/24"))
    assert both.of(Work.CLINIC).hold("192.0.2.1")
    assert not both.of(Work.ADMINISTRATION).hold("192.0.2.1")


def test_what_administrators_alone_may_do_is_named():
    """Whoever gives one of these to another role takes it out of the list of networks for administration."""
    named = {
        Permission.MANAGE_STAFF,
        Permission.MANAGE_RULES,
        Permission.MANAGE_SETTINGS,
        Permission.EXPORT_MANY,
        Permission.EMERGENCY_ACCESS,
    }
    assert named == ADMINISTRATION
    assert not any(ADMINISTRATION & PERMISSIONS[role] for role in Role if role is not Role.ADMINISTRATOR)
