"""The e-mail page: what could not be sent and why, without a patient's address for who may not see it."""

from dataclasses import replace
from uuid import uuid4

import pytest
from click.testing import CliRunner

from intake.cli import main
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.services import dead_letters
from intake.storage import audit, outgoing
from intake.storage.outgoing import Addressed, Outcome
from intake.storage.tables import OutgoingRow
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD, copied, opened
from web.clinic.person import Person, words

PATIENT, STAFF = "quetzal@example.org", "desk@clinic.example"


@pytest.fixture
def clinic(staffed_instance, tmp_path, clock):
    """A clinic with a mail server, at which nobody answers."""
    clinic = opened(copied(staffed_instance, tmp_path), clock)
    yield clinic.with_settings(
        replace(clinic.settings, mail_host="mail.clinic.example", mail_sender="forms@clinic.example")
    )
    clinic.database.dispose()


@pytest.fixture
def bob(signed_in):
    return signed_in("bob")


def not_sent(clinic, recipient=PATIENT, kind=NoticeKind.MESSAGE, failure=NoticeFailure.NO_SUCH_ADDRESS):
    """A notice that could not be sent; its id."""
    notice = uuid4()
    with clinic.database.write() as session:
        outgoing.add(session, clinic.keys, notice, Addressed(recipient, "s-e-c-r-e-t", kind), clinic.now())
        outgoing.settle(session, notice, Outcome.REFUSED, clinic.now(), failure)
    return notice


def events(clinic, notice=None):
    with clinic.database.read() as session:
        every = [(one.event, one.detail) for one in audit.events(session)]
    return [name for name, detail in every if notice is None or detail.get("notice") == str(notice)]


def told(person):
    return words(person.page.one("main"))


def at(person, page):
    person.open(page)
    return told(person)


def test_the_administrator_sees_what_was_not_sent_and_why_but_no_patients_address(clinic, bob):
    not_sent(clinic)
    not_sent(clinic, STAFF, NoticeKind.TO_READ)

    bob.open("/mail")

    assert "A message to a patient" in told(bob)
    assert "nobody has this address" in told(bob)
    assert PATIENT not in bob.response.text
    assert STAFF in told(bob)
    assert "s-e-c-r-e-t" not in bob.response.text
    assert events(clinic)[-1] == "NoticesNotSentOpened"


def test_who_may_see_how_to_reach_patients_sees_the_address(clinic, signed_in):
    not_sent(clinic)

    assert PATIENT in at(signed_in("dana"), "/mail")


def test_every_page_says_that_something_was_not_sent(clinic, bob, alice):
    for person, page in ((bob, "/staff"), (alice, "/queue")):
        assert "could not be sent" not in at(person, page)
    not_sent(clinic)

    assert "Some e-mail could not be sent. See which, and why" in at(bob, "/staff")
    assert "An administrator can see which" in at(alice, "/queue")
    assert "/clinic/mail" not in alice.response.text


def test_one_is_tried_again_and_of_one_that_is_set_aside_nothing_is_kept(clinic, bob):
    tried, aside = not_sent(clinic), not_sent(clinic)
    bob.open("/mail")

    bob.send(f"/mail/{tried}/again")
    bob.send(f"/mail/{aside}/aside")

    with clinic.database.read() as session:
        assert [one.id for one in outgoing.due(session, clinic.now())] == [tried]
        assert session.get_one(OutgoingRow, aside).sealed == b""
    assert events(clinic, tried) == ["NoticeTriedAgain"]
    assert events(clinic, aside) == ["NoticeSetAside"]
    assert "Nothing is left over" in at(bob, "/mail")


def test_two_who_press_at_once_are_told_and_nothing_is_done_twice(clinic, bob):
    notice = not_sent(clinic)
    bob.open("/mail")
    dead_letters.set_aside(clinic, None, notice)

    for what in ("again", "aside"):
        bob.send(f"/mail/{notice}/{what}")
        assert bob.status == 409
        assert "meanwhile" in told(bob)

    assert events(clinic, notice) == ["NoticeSetAside"]


def test_every_failure_has_words_for_the_administrator(clinic, bob):
    for failure in NoticeFailure:
        not_sent(clinic, failure=failure)

    page = at(bob, "/mail")

    assert set(dead_letters.WHY) == set(NoticeFailure)
    assert [why for why in dead_letters.WHY.values() if why not in page] == []


def test_e_mail_that_is_held_up_is_told_before_it_is_given_up(clinic, bob, alice):
    notice = uuid4()
    addressed = Addressed(PATIENT, "", NoticeKind.MESSAGE)
    with clinic.database.write() as session:
        outgoing.add(session, clinic.keys, notice, addressed, clinic.now())
        outgoing.came_to_nothing(session, notice, NoticeFailure.NOT_LET_IN)
        session.get_one(OutgoingRow, notice).attempts = 2
    assert "held up" not in at(bob, "/staff")
    with clinic.database.write() as session:
        session.get_one(OutgoingRow, notice).attempts = 3

    assert "did not accept the user name and password" in at(bob, "/staff")
    assert "E-mail is held up" in at(alice, "/queue")
    assert "password" not in told(alice)


def test_without_a_mail_server_administrators_are_told_and_nobody_else(clinic):
    site = create_clinic_site(clinic.with_settings(replace(clinic.settings, mail_host="")))
    dana, alice = (Person(site).sign_in(who, PASSWORD) for who in ("dana", "alice"))

    assert "No mail server is set up" in at(dana, "/queue")
    assert "No mail server is set up" in at(dana, "/mail")
    assert "No mail server is set up" in at(dana, "/settings")
    assert "mail server" not in at(dana, "/staff")
    assert "mail server" not in at(alice, "/queue")


def test_the_console_lists_tries_again_and_sets_aside_without_an_address(clinic, tmp_path, monkeypatch):
    monkeypatch.setenv("INTAKE_INSTANCE", str(clinic.settings.instance))
    first, second = not_sent(clinic), not_sent(clinic, STAFF, NoticeKind.TO_READ)
    run = CliRunner().invoke

    listed = run(main, ["mail", "list"])
    assert listed.exit_code == 1
    assert PATIENT not in listed.output
    assert f"{first}  " in listed.output
    assert run(main, ["mail", "again", str(first)]).output == "1 notice is tried again from now on.\n"
    assert run(main, ["mail", "set-aside", str(second), str(first)]).exit_code == 1
    assert "Nothing is left over" in run(main, ["mail", "list"]).output


def test_sending_from_the_console_says_when_there_is_no_server(clinic, monkeypatch):
    monkeypatch.setenv("INTAKE_INSTANCE", str(clinic.settings.instance))

    for command in ("send", "work"):
        told_by = CliRunner().invoke(main, ["mail", command])
        assert told_by.output == "No mail server is set up (setting: mail_host), so nothing is sent.\n"
