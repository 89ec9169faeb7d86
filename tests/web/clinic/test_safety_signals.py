"""The clinic's side of the safety signal: the alert, whom to call, what was done, and switching it on."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from intake.domain.contact import Contact
from intake.domain.safety_signal import Signal
from intake.domain.truth import Truth
from intake.services import changing_settings
from intake.storage import audit, safety_signals
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import LIBRARY
from web.clinic.person import Person

PAGE = "You are not alone"
ON = {
    "answered_by": "Dr. Rivera, (555) 010-0177",
    "within_minutes": "30",
    "days": ["0", "1", "2", "3", "4"],
    "opens": "9 am",
    "closes": "5 pm",
    "confirmed": "Somebody answers.",
    "number": "0",
    "do": "on",
}


@pytest.fixture
def raised(clinic, clock):
    """Raise a signal of somebody; its id."""

    def raise_one(name="Pat Doe", phone="(555) 010-0142", draft=1, page=PAGE):
        at = clinic.local(clock())
        contact = Contact(name, phone, Truth.NOT_KNOWN)
        signal = Signal(uuid4(), UUID(int=draft), at, at + timedelta(minutes=30), contact, page)
        with clinic.database.write() as session:
            safety_signals.add(session, clinic.keys, signal)
        return signal.id

    return raise_one


@pytest.fixture
def bob(clinic):
    """Bob, at a clinic whose questionnaire has a page after which it may be told."""
    questionnaire = LIBRARY.questionnaire
    pages = tuple(replace(one, signal=1) for one in questionnaire.safety_pages)
    library = replace(LIBRARY, questionnaire=replace(questionnaire, safety_pages=pages))
    return Person(create_clinic_site(clinic.with_library(library))).sign_in("bob", PASSWORD)


def events(clinic):
    with clinic.database.read() as session:
        return [(one.event, one.object) for one in audit.events(session)]


def switched_on(bob, **changes):
    bob.open("/settings/safety-signal")
    return bob.send("/settings/safety-signal", **{**ON, **changes})


def test_the_alert_stands_above_every_list_and_names_nobody(alice, clinic, raised, clock):
    alice.open("/queue")
    assert "waits for a call" not in alice.text
    raised()
    raised(draft=2)
    clock.move(minutes=4)

    for path in ("/queue", "/queue/later", "/queue/done", "/queue/waiting-on-patient"):
        alice.open(path)
        assert "2 patients wait for a call Safety signal, first 4 min ago." in alice.text
        assert "Promised by November 20, 2026 at 12:30 pm EST." in alice.text
        assert "Pat" not in alice.response.text
    clock.move(minutes=30)
    alice.sign_in("alice", PASSWORD).open("/queue")
    assert "which has passed" in alice.text
    assert alice.page.links()["See whom to call"] == "/clinic/safety-signals"


def test_its_page_says_whom_to_call_and_which_page_was_shown_and_is_recorded(alice, clinic, raised):
    signal = raised()

    alice.open(f"/safety-signals/{signal}")

    assert alice.page.h1 == "Pat Doe"
    assert alice.page.links()["(555) 010-0142"] == "tel:5550100142"
    assert "Did not say whether a message may name the clinic" in alice.text
    assert f"“{PAGE}”" in alice.text
    assert "Not sent. Its answers can be read by nobody but the patient." in alice.text
    assert events(clinic)[-1] == ("SafetySignalOpened", str(signal))


def test_a_page_that_was_shown_often_has_one_line_and_another_one_its_own(alice, raised, clock):
    for page in (PAGE, PAGE, "Call now", PAGE):
        signal = raised(page=page)
        clock.move(minutes=1)

    alice.open(f"/safety-signals/{signal}")

    assert alice.response.text.count(f"“{PAGE}”") == alice.response.text.count("“Call now”") == 1
    assert "3 times since November 20, 2026 at 12:00 pm EST" in alice.text


def test_no_number_is_said_so(alice, raised):
    signal = raised(phone="")

    alice.open(f"/safety-signals/{signal}")

    assert "No phone number given so far." in alice.text


def test_what_was_done_is_recorded_and_settles_it(alice, clinic, raised):
    signal = raised()
    path = f"/safety-signals/{signal}"
    alice.open(path)
    alice.send(path, what="not_reached", words="No voicemail")
    alice.follow()
    assert "A. Rivera, NP" in alice.text
    assert "Could not reach them No voicemail" in alice.text
    assert "Waiting for a call" in alice.text

    alice.send(path, what="welfare_check", words="Police, 12:20")
    alice.follow()

    assert "Settled" in alice.text
    assert ("SafetySignalAnswered", str(signal)) in events(clinic)
    alice.open("/queue")
    assert "waits for a call" not in alice.text
    alice.open("/safety-signals")
    assert "Settled in the last 30 days 1" in alice.text


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [({"words": "x"}, "Choose what you did"), ({"what": "other", "words": " "}, "Say what you did")],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(alice, raised, sent, wrong):
    path = f"/safety-signals/{raised()}"
    alice.open(path)

    alice.send(path, **sent)

    assert alice.status == 422
    assert wrong in alice.text
    assert (sent["words"].strip() or "textarea") in alice.response.text


@pytest.mark.parametrize("username", ["fay", "bob", "audrey"])
def test_only_clinicians_read_it(signed_in, clinic, raised, username):
    signal, person = raised(), signed_in(username)

    for path in ("/safety-signals", f"/safety-signals/{signal}"):
        assert person.open(path).status_code == 403
        assert "Pat" not in person.response.text


def test_one_there_is_not_is_a_page_that_says_so(alice):
    assert alice.open(f"/safety-signals/{uuid4()}").status_code == 404


def test_it_is_switched_on_with_somebody_who_answers_and_off_again(bob, clinic):
    switched_on(bob)
    assert bob.status == 303
    bob.follow()
    assert "Safety signal On" in bob.text
    assert "Dr. Rivera, (555) 010-0177 answers, Monday to Friday, 9 am to 5 pm." in bob.text
    assert "Safety signal From off to on: Dr. Rivera, (555) 010-0177; within 30 minutes" in bob.text

    switched_on(bob, number="1", do="off", confirmed="")
    bob.follow()

    assert "Safety signal Off" in bob.text


@pytest.mark.parametrize(
    ("box", "typed"), [("answered_by", ""), ("within_minutes", ""), ("confirmed", "yes, sure"), ("days", [])]
)
def test_it_is_not_switched_on_without_and_what_was_typed_stays(bob, clinic, box, typed):
    switched_on(bob, **{"opens": "9:15 am", box: typed})

    assert bob.status == 422
    assert bob.page.title.startswith("Error: ")
    assert 'value="9:15 am"' in bob.response.text
    assert changing_settings.current(clinic).number == 0


def test_a_questionnaire_without_a_page_that_may_signal_refuses_it(signed_in, clinic):
    switched_on(signed_in("bob"))

    assert changing_settings.current(clinic).number == 0


def test_whoever_comes_second_sees_what_was_changed_and_keeps_what_they_typed(bob, clinic):
    switched_on(bob)

    switched_on(bob, answered_by="Dr. Chen, (555) 010-0178")

    assert bob.status == 409
    assert "Somebody changed the settings while you had this page open" in bob.text
    assert 'value="Dr. Chen, (555) 010-0178"' in bob.response.text
