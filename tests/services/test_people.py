"""Whoever manages people: other roles, leaving, a forgotten password, sessions ended, who no longer comes."""

from datetime import timedelta

import pytest

import sending
from copies import NOON, PASSWORD, make_copy, staff
from intake.domain.events import RolesChanged, SessionsEnded, StaffMemberRemoved, SubmissionReleased
from intake.domain.permissions import Role
from intake.services import accounts, claims, own_account, people, reviewing
from intake.services.accounts import LinkUsedUp
from intake.storage import audit, known_browsers
from intake.storage.accounts import LastAdministrator, NoSuchMember, UsernameTaken
from intake.storage.one_time_links import Purpose


@pytest.fixture
def copy(tmp_path):
    """On SQLite: what differs between databases is tried in storage/test_accounts.py."""
    copy = make_copy(tmp_path)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


HERE = "192.0.2.1"
NEW = "another four plain words"


def sign_in(copy, username, password=PASSWORD):
    return accounts.sign_in(copy.clinic, username, password, HERE)


def happened(copy, *kinds):
    names = {kind.__name__ for kind in kinds}
    with copy.clinic.database.read() as session:
        return [(one.event, one.actor, one.object) for one in audit.events(session) if one.event in names]


def names(members):
    return [one.username for one in members]


def test_leaving_ends_everything_in_one_step(copy, alice, bob):
    sending.send_at_once(copy.desk)
    (submission,) = reviewing.to_rescreen(copy.clinic)
    claims.claim(copy.clinic, alice, submission)
    token = sign_in(copy, "alice")
    invitation = people.make_reset_link(copy.clinic, bob, alice.id)
    own_account.tell_at(copy.clinic, alice, "alice@example.com")

    people.remove(copy.clinic, bob, alice.id)

    assert accounts.whoever(copy.clinic, token) is None, "from the next page on"
    assert sign_in(copy, "alice") is None
    assert accounts.link_purpose(copy.clinic, invitation) is None
    assert claims.hold(copy.clinic, bob, submission).claim is None
    assert names(accounts.staff(copy.clinic)) == ["bob"]
    assert names(one for one, _ in people.left(copy.clinic)) == ["alice"]
    assert accounts.printed_names(copy.clinic)[alice.id] == "A. Rivera, MD", "under what she did"
    with copy.clinic.database.read() as session:
        assert known_browsers.of(session, alice.id, copy.clock.at) == ()
    assert happened(copy, StaffMemberRemoved, SubmissionReleased) == [
        ("StaffMemberRemoved", str(bob.id), str(alice.id)),
        ("SubmissionReleased", str(bob.id), str(submission)),
    ]


def test_nobody_who_left_is_changed_invited_or_replaced(copy, alice, bob):
    people.remove(copy.clinic, bob, alice.id)

    for deed in (
        lambda: people.remove(copy.clinic, bob, alice.id),
        lambda: people.set_roles(copy.clinic, bob, alice.id, [Role.ADMINISTRATOR]),
        lambda: people.make_reset_link(copy.clinic, bob, alice.id),
        lambda: people.end_sessions(copy.clinic, bob, alice.id),
        lambda: accounts.invite_again(copy.clinic, bob, alice.id),
    ):
        with pytest.raises(NoSuchMember):
            deed()
    with pytest.raises(UsernameTaken):
        accounts.add_staff(copy.clinic, bob, "alice", "A. Other", [Role.CLINICIAN])


def test_a_link_handed_out_before_does_not_bring_somebody_back(copy, bob):
    token = accounts.add_staff(copy.clinic, bob, "carol", "C. Diaz, NP", [Role.CLINICIAN])
    (carol,) = accounts.waiting(copy.clinic)
    people.remove(copy.clinic, bob, carol)
    with pytest.raises(LinkUsedUp):
        accounts.accept_invitation(copy.clinic, token, PASSWORD)


def test_the_last_administrator_stays(copy, alice, bob):
    carol = staff(copy.clinic, "carol", "C. Diaz", Role.ADMINISTRATOR)
    accounts.add_staff(copy.clinic, None, "dan", "D. Never Came", [Role.ADMINISTRATOR])

    people.remove(copy.clinic, bob, carol.id)

    with pytest.raises(LastAdministrator):
        people.remove(copy.clinic, alice, bob.id)
    with pytest.raises(LastAdministrator):
        people.set_roles(copy.clinic, bob, bob.id, [Role.CLINICIAN])
    with pytest.raises(people.OneselfOnly):
        people.remove(copy.clinic, bob, bob.id)
    people.set_roles(copy.clinic, bob, bob.id, [Role.ADMINISTRATOR, Role.CLINICIAN])


def test_other_roles_sign_somebody_out_and_keep_their_password(copy, alice, bob):
    token = sign_in(copy, "alice")

    people.set_roles(copy.clinic, bob, alice.id, [Role.FRONT_DESK])

    assert accounts.whoever(copy.clinic, token) is None
    found = accounts.whoever(copy.clinic, sign_in(copy, "alice"))
    assert found.roles == {Role.FRONT_DESK}
    people.set_roles(copy.clinic, bob, alice.id, [Role.FRONT_DESK])
    assert len(happened(copy, RolesChanged)) == 1, "the same again is nothing"


def test_a_forgotten_password_is_chosen_anew_with_a_link_and_the_old_one_holds_until_then(copy, alice, bob):
    token = people.make_reset_link(copy.clinic, bob, alice.id)
    assert accounts.link_purpose(copy.clinic, token) is Purpose.RESET
    session = sign_in(copy, "alice")

    accounts.accept_invitation(copy.clinic, token, NEW)

    assert accounts.whoever(copy.clinic, session) is None
    assert sign_in(copy, "alice") is None
    assert sign_in(copy, "alice", NEW)
    with pytest.raises(LinkUsedUp):
        accounts.accept_invitation(copy.clinic, token, "a third set of plain words")


@pytest.mark.parametrize(("hours", "works"), [(23, True), (24, False)], ids=["within a day", "a day later"])
def test_a_link_for_a_new_password_is_good_for_a_day(copy, alice, bob, hours, works):
    token = people.make_reset_link(copy.clinic, bob, alice.id)
    copy.clock.at += timedelta(hours=hours)
    assert (accounts.link_purpose(copy.clinic, token) is not None) is works


def test_an_invitation_is_good_for_three_days(copy, bob):
    token = accounts.add_staff(copy.clinic, bob, "carol", "C. Diaz, NP", [Role.CLINICIAN])
    copy.clock.at += timedelta(hours=71, minutes=59)
    assert accounts.link_purpose(copy.clinic, token) is Purpose.INVITATION
    copy.clock.at += timedelta(minutes=1)
    with pytest.raises(LinkUsedUp):
        accounts.accept_invitation(copy.clinic, token, PASSWORD)


def test_nobody_makes_such_a_link_for_themselves_or_for_somebody_who_never_came(copy, bob):
    accounts.add_staff(copy.clinic, bob, "carol", "C. Diaz, NP", [Role.CLINICIAN])
    (carol,) = accounts.waiting(copy.clinic)
    with pytest.raises(people.OneselfOnly):
        people.make_reset_link(copy.clinic, bob, bob.id)
    with pytest.raises(people.NotIn):
        people.make_reset_link(copy.clinic, bob, carol)


def test_an_administrator_ends_all_sessions_of_somebody_at_once(copy, alice, bob):
    tokens = [sign_in(copy, "alice") for _ in range(2)]
    mine = sign_in(copy, "bob")

    assert people.end_sessions(copy.clinic, bob, alice.id) == 2

    assert [accounts.whoever(copy.clinic, one) for one in tokens] == [None, None]
    assert accounts.whoever(copy.clinic, mine) == bob
    assert len(happened(copy, SessionsEnded)) == 1


def test_who_did_not_come_for_ninety_days_is_listed(copy, alice, bob):
    sign_in(copy, "bob")
    sign_in(copy, "alice")
    copy.clock.at += timedelta(days=60)
    sign_in(copy, "bob")
    copy.clock.at += timedelta(days=31)

    listed = {one.member.username: one.is_dormant for one in people.everybody(copy.clinic)}

    assert listed == {"alice": True, "bob": False}
    (alices, _) = people.everybody(copy.clinic)
    assert alices.came_last == NOON


@pytest.mark.parametrize("deed", ["a new password", "all sessions ended"])
def test_a_new_password_or_ending_all_sessions_ends_links_made_before(copy, alice, bob, deed):
    """Whoever got hold of such a link could take the account over again, for a day."""
    link = people.make_reset_link(copy.clinic, bob, alice.id)
    assert accounts.link_purpose(copy.clinic, link) is Purpose.RESET
    if deed == "a new password":
        assert accounts.change_password(copy.clinic, alice, PASSWORD, NEW, "here")
    else:
        people.end_sessions(copy.clinic, bob, alice.id)

    assert accounts.link_purpose(copy.clinic, link) is None
    with pytest.raises(accounts.LinkUsedUp):
        accounts.accept_invitation(copy.clinic, link, "a third set of plain words")
