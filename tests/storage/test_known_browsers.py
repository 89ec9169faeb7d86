"""The browsers somebody signed in from are theirs alone, and are forgotten when they are to be."""

from datetime import timedelta

import pytest

from intake.storage import known_browsers
from storage.samples import MINUTE, NOW


@pytest.fixture
def people(people):
    return [row.id for row in people]


def test_only_the_browsers_of_whom_it_is_asked_for_are_forgotten(session, people):
    alice, bob = people
    for member, name in ((alice, "one"), (alice, "two"), (bob, "one"), (bob, "three")):
        known_browsers.remember(session, member, name, "Firefox", NOW)

    known_browsers.forget(session, alice)

    assert known_browsers.of(session, alice, NOW) == ()
    assert not known_browsers.is_known(session, alice, "one", NOW)
    assert len(known_browsers.of(session, bob, NOW)) == 2
    assert known_browsers.is_known(session, bob, "one", NOW)
    assert known_browsers.is_somebodys(session, "one", NOW)
    assert not known_browsers.is_somebodys(session, "two", NOW)


def test_in_one_browser_two_people_are_counted_and_named_apart(session, people):
    alice, bob = people
    known_browsers.remember(session, alice, "shared", "Firefox", NOW)
    assert not known_browsers.is_known(session, bob, "shared", NOW)
    assert known_browsers.remember(session, bob, "shared", "Safari", NOW + MINUTE)

    assert not known_browsers.remember(session, alice, "shared", "Firefox 2", NOW + 2 * MINUTE)
    (hers,), (his,) = (known_browsers.of(session, one, NOW) for one in people)
    assert (hers.browser, hers.last_seen) == ("Firefox 2", NOW + 2 * MINUTE)
    assert (his.browser, his.last_seen) == ("Safari", NOW + MINUTE)

    wrong = [known_browsers.failed(session, alice, "shared") for _ in range(100)]
    assert wrong == [False] * 99 + [True]
    assert known_browsers.is_known(session, bob, "shared", NOW)
    assert not known_browsers.failed(session, bob, "shared")


def test_the_one_used_last_is_named_first(session, people):
    alice, _ = people
    for name, days in (("a", 1), ("b", 3), ("c", 2)):
        known_browsers.remember(session, alice, name, name, NOW + timedelta(days=days))
    assert [one.browser for one in known_browsers.of(session, alice, NOW)] == ["b", "c", "a"]


def test_a_new_name_cannot_be_guessed():
    names = {known_browsers.new_name() for _ in range(20)}
    assert len(names) == 20
    assert {len(one) for one in names} == {43}, "of 32 random bytes"
