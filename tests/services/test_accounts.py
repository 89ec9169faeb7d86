"""Who may work here: links that work once, no default password, sign-in that pauses."""

from datetime import timedelta

import pytest

from copies import NOON, PASSWORD, staff
from intake.domain.permissions import Role
from intake.services import accounts, coming_in
from intake.services.accounts import LinkUsedUp, LockedOut, PasswordTooWeak
from intake.storage.accounts import UsernameTaken
from intake.storage.one_time_links import Purpose

HERE, THERE = "192.0.2.1", "198.51.100.1"


def came(copy, username, password, source, known_as=""):
    """The token of the session somebody gets; None when they are refused."""
    return accounts.sign_in(copy.clinic, username, password, source, known_as)


def test_the_first_administrator_comes_in_through_a_link_that_works_once(copy):
    assert accounts.setup_needed(copy.clinic)
    token = accounts.make_setup_link(copy.clinic)

    assert accounts.link_purpose(copy.clinic, token) is Purpose.SETUP
    bob = accounts.set_up(copy.clinic, token, "bob", "B. Stone", PASSWORD, [])

    assert bob.roles == {Role.ADMINISTRATOR}
    assert not accounts.setup_needed(copy.clinic)
    with pytest.raises(LinkUsedUp):
        accounts.set_up(copy.clinic, token, "eve", "E. Vil", PASSWORD, [])


def test_a_new_setup_link_ends_the_one_before(copy):
    first = accounts.make_setup_link(copy.clinic)
    accounts.make_setup_link(copy.clinic)

    with pytest.raises(LinkUsedUp):
        accounts.set_up(copy.clinic, first, "eve", "E. Vil", PASSWORD, [])


def test_a_setup_link_is_good_for_a_day(copy):
    token = accounts.make_setup_link(copy.clinic)

    copy.clock.at = NOON + timedelta(days=1)

    assert accounts.link_purpose(copy.clinic, token) is None


def test_an_invitation_chooses_a_first_password_and_is_used_up(copy):
    token = accounts.add_staff(copy.clinic, None, "carol", "C. Diaz, NP", [Role.CLINICIAN])
    assert came(copy, "carol", "", HERE) is None

    accounts.accept_invitation(copy.clinic, token, PASSWORD)

    assert came(copy, "Carol", PASSWORD, HERE)
    with pytest.raises(LinkUsedUp):
        accounts.accept_invitation(copy.clinic, token, "three other plain words")


def test_a_setup_link_is_no_invitation(copy):
    with pytest.raises(LinkUsedUp):
        accounts.accept_invitation(copy.clinic, accounts.make_setup_link(copy.clinic), PASSWORD)


@pytest.mark.parametrize("weak", ["", "short", "x" * 14, "four plain words " * 9, "carol carol carol"])
def test_a_weak_password_is_refused_and_the_link_still_works(copy, weak):
    token = accounts.add_staff(copy.clinic, None, "carol", "C. Diaz, NP", [Role.CLINICIAN])

    with pytest.raises(PasswordTooWeak):
        accounts.accept_invitation(copy.clinic, token, weak)

    assert accounts.accept_invitation(copy.clinic, token, PASSWORD)


def test_a_username_is_taken_whatever_its_capitals(copy, alice):
    with pytest.raises(UsernameTaken):
        accounts.add_staff(copy.clinic, None, "ALICE", "A. Other", [Role.CLINICIAN])


def test_who_is_signed_in_is_known_until_they_sign_out(copy, alice):
    token = came(copy, "alice", PASSWORD, HERE)

    assert accounts.whoever(copy.clinic, token) == alice
    accounts.sign_out(copy.clinic, token)
    assert accounts.whoever(copy.clinic, token) is None
    accounts.sign_out(copy.clinic, token)


def test_a_session_ends_after_fifteen_idle_minutes(copy, alice):
    token = came(copy, "alice", PASSWORD, HERE)

    copy.clock.at = NOON + timedelta(minutes=16)

    assert accounts.whoever(copy.clinic, token) is None


def test_too_many_wrong_passwords_pause_sign_in_and_not_from_a_browser_that_is_known(copy, alice):
    known = coming_in.recognize(copy.clinic, came(copy, "alice", PASSWORD, HERE), "", "Firefox", HERE)
    for _ in range(10):
        assert came(copy, "alice", "wrong password here", THERE) is None

    with pytest.raises(LockedOut):
        came(copy, "alice", PASSWORD, THERE)
    assert came(copy, "alice", PASSWORD, THERE, known)
    copy.clock.at = NOON + timedelta(minutes=16)
    assert came(copy, "alice", PASSWORD, THERE)


def test_a_new_password_ends_every_session(copy, alice):
    token = came(copy, "alice", PASSWORD, HERE)

    assert not accounts.change_password(
        copy.clinic, alice, "not the old one", "another four plain words", "here"
    )
    assert accounts.whoever(copy.clinic, token)
    assert accounts.change_password(copy.clinic, alice, PASSWORD, "another four plain words", "here")

    assert accounts.whoever(copy.clinic, token) is None
    assert came(copy, "alice", PASSWORD, HERE) is None
    assert came(copy, "alice", "another four plain words", HERE)


def test_everybody_with_an_account_is_listed(copy, alice, bob):
    staff(copy.clinic, "carol", "C. Diaz, NP", Role.CLINICIAN, Role.ADMINISTRATOR)

    assert [member.username for member in accounts.staff(copy.clinic)] == ["alice", "bob", "carol"]


def test_a_lost_invitation_is_made_anew_and_the_first_stops_working(copy, bob):
    first = accounts.add_staff(copy.clinic, bob, "carol", "C. Diaz, NP", [Role.CLINICIAN])
    (carol,) = accounts.waiting(copy.clinic)

    second = accounts.invite_again(copy.clinic, bob, carol)

    with pytest.raises(LinkUsedUp):
        accounts.accept_invitation(copy.clinic, first, PASSWORD)
    accounts.accept_invitation(copy.clinic, second, PASSWORD)
    assert accounts.waiting(copy.clinic) == frozenset()
    with pytest.raises(accounts.AlreadyIn):
        accounts.invite_again(copy.clinic, bob, carol)
