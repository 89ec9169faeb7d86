"""The browser somebody comes in with, and how they are told of what happens to their account."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from copies import make_copy, staff
from intake.domain.factors import Proven
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.services import coming_in, own_account
from intake.services.entering import enter
from intake.storage import accounts, audit, outgoing
from intake.storage.encryption import DecryptionFailed, Place
from intake.storage.tables import OutgoingRow
from web.clinic.content import LIBRARY

HOME, AWAY = "192.0.2.1", "198.51.100.7"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One clinic for all of these, with a mail server, where Alice gave an address and Bob gave none."""
    copy = make_copy(tmp_path_factory.mktemp("coming_in"), LIBRARY)
    alice, bob = (staff(copy.clinic, one, one.title(), Role.CLINICIAN) for one in ("alice", "bob"))
    own_account.tell_at(copy.clinic, alice, "alice@example.com")
    yield copy, alice, bob
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def clinic(shared):
    clinic = shared[0].clinic
    mail = {"mail_host": "mail.example", "mail_sender": "a@b.example"}
    return clinic.with_settings(replace(clinic.settings, **mail))


@pytest.fixture
def alice(shared):
    return shared[1]


@pytest.fixture
def bob(shared):
    return shared[2]


@pytest.fixture
def happened(clinic):
    """What has been written since: the letters that wait, and the lines of the trail."""

    def now():
        with clinic.database.read() as session:
            return len(session.scalars(select(OutgoingRow)).all()), audit.events(session)

    letters, lines = now()

    def since():
        more, all_lines = now()
        return more - letters, [(one.event, one.actor, one.detail) for one in all_lines[len(lines) :]]

    return since


def session_of(clinic, member):
    with clinic.database.write() as session:
        return enter(session, clinic, member.id, Proven.PASSKEY, clinic.now())


def told(clinic, member_id):
    with clinic.database.write() as session:
        coming_in.tell(clinic, session, member_id)


def test_whoever_gave_an_address_is_told_that_there_is_something_and_not_what(clinic, alice, happened):
    told(clinic, alice.id)

    assert happened() == (1, [])
    with clinic.database.write() as session:
        newest = session.scalars(select(OutgoingRow.id)).all()[-1]
        due = [one for one in outgoing.due(session, clinic.now()) if one.id == newest]
        (found,) = [outgoing.claim(session, clinic.keys.outbox_keys, one, clinic.now()) for one in due]
    assert (found.recipient, found.secret, found.kind) == ("alice@example.com", "", NoticeKind.ACCOUNT)


def test_nobody_is_written_to_without_an_address_or_without_a_mail_server(clinic, alice, bob, happened):
    told(clinic, bob.id)
    told(clinic.with_settings(replace(clinic.settings, mail_host="")), alice.id)

    assert happened() == (0, [])


@pytest.mark.parametrize(
    "error",
    [DecryptionFailed(Place("staff_members", "notice_address", UUID(int=1))), accounts.NoSuchMember()],
    ids=lambda one: type(one).__name__,
)
def test_an_account_that_does_not_open_keeps_nothing_else_from_being_done(
    clinic, alice, happened, monkeypatch, error
):
    def broken(*_how):
        raise error

    monkeypatch.setattr(accounts, "notice_address", broken)
    told(clinic, alice.id)

    assert happened() == (0, [])


def test_a_new_browser_is_told_of_once_and_a_known_one_is_not(clinic, alice, happened):
    token = session_of(clinic, alice)
    name = coming_in.recognize(clinic, token, "", "Firefox", HOME)
    again = session_of(clinic, alice)

    assert name
    assert not coming_in.is_known(clinic, "made up")
    assert coming_in.is_known(clinic, name)
    assert coming_in.recognize(clinic, again, name, "Firefox", HOME) == name
    letters, lines = happened()
    assert letters == 1
    assert [one for one in lines if one[0] == "NewBrowserUsed"] == [
        ("NewBrowserUsed", str(alice.id), {"member": str(alice.id), "browser": "Firefox"})
    ]


def test_a_browser_whose_session_is_over_is_given_a_name_and_nobody_is_told(clinic, happened):
    assert coming_in.recognize(clinic, "over", "mine", "Firefox", HOME) == "mine"
    assert len(coming_in.recognize(clinic, "over", "", "Firefox", HOME)) > 20
    assert not coming_in.is_known(clinic, "mine")
    assert len({coming_in.new_name() for _ in range(3)}) == 3
    assert len(coming_in.new_name()) > 20
    assert happened() == (0, [])


def test_a_browser_somebody_else_came_with_is_new_for_whoever_comes_with_it_now(clinic, alice, bob, happened):
    name = coming_in.new_name()
    for member in (bob, alice):
        coming_in.recognize(clinic, session_of(clinic, member), name, "Firefox", HOME)

    letters, lines = happened()
    assert letters == 1
    new = [actor for event, actor, _ in lines if event == "NewBrowserUsed"]
    assert new == [str(bob.id), str(alice.id)]


def test_a_session_that_is_used_in_another_network_is_told_of_once(clinic, alice, happened):
    token = session_of(clinic, alice)
    coming_in.recognize(clinic, token, "", "Firefox", HOME)
    letters, lines = happened()

    def used_in(source):
        with clinic.database.write() as session:
            coming_in.notice_move(clinic, session, alice.id, token, source)
        more, all_lines = happened()
        return more - letters, all_lines[len(lines) :]

    assert used_in(HOME) == (0, [])
    moved = (1, [("NetworkChanged", str(alice.id), {"member": str(alice.id)})])
    assert [used_in(AWAY), used_in(AWAY)] == [moved, moved], "the second time adds nothing"


def test_a_browser_is_known_by_a_cookie_of_ours_alone(clinic):
    made = coming_in.cookie_of(clinic, "mine")
    secret = clinic.keys.secret_key
    others = [
        URLSafeSerializer(secret).dumps("mine"),
        URLSafeSerializer(secret, salt="another use").dumps("mine"),
        URLSafeSerializer(b"another key", salt="intake known browser").dumps("mine"),
        URLSafeSerializer(secret, salt="intake known browser").dumps(["mine"]),
        "mine",
        made[:-1],
        "",
    ]

    assert coming_in.browser_in(clinic, made) == "mine"
    assert [coming_in.browser_in(clinic, one) for one in others] == [""] * len(others)
    # Browsers keep theirs over an upgrade.
    assert URLSafeSerializer(secret, salt="intake known browser").loads(made) == "mine"


def test_a_session_rests_for_as_many_minutes_as_the_clinic_says(clinic):
    resting = clinic.with_settings(replace(clinic.settings, staff_idle_minutes=7))

    assert coming_in.idle(resting) == timedelta(minutes=7)
