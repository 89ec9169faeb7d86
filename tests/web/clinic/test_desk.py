"""The front desk's page: who sent a form, how far it has come, how to reach them; no word of what it says."""

from dataclasses import fields

import pytest

from intake.domain.answers import Text, answered
from intake.domain.desk import DeskEntry, DeskStatus, status_of
from intake.domain.standing import Standing
from intake.services import desk as service
from intake.services import reviewing
from intake.storage import audit, reviews
from web.clinic.conftest import PASSWORD, Clock
from web.clinic.person import words


@pytest.fixture
def desk(signed_in):
    return signed_in("fay")


def listed(person):
    """Each line of the list, as words."""
    return [words(line) for line in person.page.tree.iter("li")]


def name(first, last):
    return {"first_name": answered(Text(first)), "last_name": answered(Text(last))}


def test_a_line_says_who_how_far_how_to_reach_them_and_when(desk, clinic, sent):
    reference = reference_of(clinic, sent())

    desk.open("/desk")

    assert listed(desk) == [
        f"Sent Pat Doe {reference} No phone number given No email given "
        "Did not say whether a message may name the clinic Sent November 20, 2026 at 12:00 pm EST"
    ]


def test_an_entry_has_these_fields_and_no_other():
    """Whatever is added here is shown to people who read no answers: think twice."""
    assert [field.name for field in fields(DeskEntry)] == [
        *("reference", "name", "status", "sent_at", "phone", "email", "may_leave_message"),
        "interpreter",  # whoever calls needs one
    ]


def test_two_forms_look_the_same_whatever_is_in_them(desk, clinic, sent):
    """One raises an urgent flag, the other none at all: from the desk nobody can tell which."""
    urgent = sent(pressure="yes", treated="no")
    calm = sent(pressure="no", home="yes")
    assert [bool(review_of(clinic, one).flags) for one in (urgent, calm)] == [True, False]

    desk.open("/desk")

    references = [reference_of(clinic, one) for one in (urgent, calm)]
    lines = [
        line.replace(reference, "") for line in listed(desk) for reference in references if reference in line
    ]
    assert len(lines) == 2
    assert lines[0] == lines[1]


def test_the_order_is_that_of_sending_and_not_of_priority(desk, clinic, clock, sent):
    order = []
    for home, pressure in (("yes", "no"), ("no", "yes"), ("yes", "no"), ("no", "yes")):
        order.append(sent(home=home, pressure=pressure, treated="no"))
        clock.move(minutes=2)

    desk.open("/desk")

    wanted = [reference_of(clinic, one) for one in reversed(order)]
    assert [line.split()[3] for line in listed(desk)] == wanted


def test_the_status_follows_the_form(desk, alice, clinic, staff, sent):
    submission = sent(pressure="no", home="yes")
    assert status(desk) == "Sent Pat"

    alice.open(f"/submissions/{submission}")
    assert status(desk) == "Being read"

    shown = reviewing.open_review(clinic, staff["alice"], submission).fingerprint()
    reviewing.sign_off(clinic, staff["alice"], submission, "", shown)
    assert status(desk) == "Read Pat"


def status(person):
    person.open("/desk")
    return " ".join(listed(person)[0].split()[:2])


@pytest.mark.parametrize(
    ("standing", "opened", "status"),
    [
        (Standing(), False, DeskStatus.SENT),
        (Standing(), True, DeskStatus.BEING_READ),
        (Standing(signed=True), True, DeskStatus.READ),
        (Standing(signed=True), False, DeskStatus.READ),
        (Standing(asked_at=Clock().at), True, DeskStatus.ASKED),
        (Standing(signed=True, asked_at=Clock().at), True, DeskStatus.ASKED),
        (Standing(new_answer=True), True, DeskStatus.BEING_READ),
        (Standing(signed=True, second_read=True), True, DeskStatus.READ),
    ],
)
def test_where_a_review_stands_is_told_in_four_words(standing, opened, status):
    assert status_of(standing, opened=opened) is status


def test_what_was_read_long_ago_is_listed_no_more(desk, clinic, clock, staff, sent):
    submission = sent(pressure="no", home="yes")
    shown = reviewing.open_review(clinic, staff["alice"], submission).fingerprint()
    reviewing.sign_off(clinic, staff["alice"], submission, "", shown)
    waiting = sent(**name("Quinn", "Roe"))

    clock.move(days=14)
    desk.sign_in("fay", PASSWORD).open("/desk")
    assert len(listed(desk)) == 2

    clock.move(minutes=1)
    desk.open("/desk")
    assert [line.split()[3] for line in listed(desk)] == [reference_of(clinic, waiting)]


def test_people_are_found_by_their_names(desk, sent):
    for first, last in (("Pat", "Doe"), ("Pat", "Roe"), ("Inés", "García")):
        sent(**name(first, last))
    desk.open("/desk")

    for typed, found in {
        "doe": ["Doe"],
        "PAT": ["Doe", "Roe"],
        "roe pat": ["Roe"],
        "garcia": ["García"],
        "GARCÍA": ["García"],
        "nobody": [],
        "'; --": [],
        "": ["Doe", "García", "Roe"],
    }.items():
        desk.send("/desk", look_for=typed)
        assert sorted(line.split()[2] for line in listed(desk)) == found, typed
        assert ("Nobody found" in desk.text) is (not found)


def test_a_form_is_found_by_its_reference_however_it_is_typed(desk, clinic, sent):
    wanted = reference_of(clinic, sent())
    sent()
    desk.open("/desk")

    for typed in (wanted, wanted.lower(), wanted.replace("-", " "), wanted.replace("-", "")[2:]):
        desk.send("/desk", look_for=typed)
        assert [wanted in line for line in listed(desk)] == [True], typed


def test_what_is_searched_for_stands_in_no_address(desk, sent, monkeypatch):
    monkeypatch.setattr(service, "PAGE", 2)
    for number in range(3):
        sent(**name("Pat", f"Doe{number}"))
    desk.open("/desk")

    desk.send("/desk", look_for="Doe")

    assert "3 forms, page 1 of 2" in desk.text
    assert not [address for address in desk.page.links().values() if "Doe" in address]
    desk.send("/desk", look_for="Doe", page="2")
    assert len(listed(desk)) == 1
    assert "page 2 of 2" in desk.text


def test_so_many_are_shown_at_once_and_the_others_follow(desk, sent, monkeypatch):
    assert service.PAGE == 25
    monkeypatch.setattr(service, "PAGE", 2)
    for number in range(3):
        sent(**name("Pat", f"Doe{number}"))

    desk.open("/desk")
    assert len(listed(desk)) == 2
    desk.open(desk.page.links()["Sent earlier"])
    assert len(listed(desk)) == 1
    for page in ("0", "x", "99999", "-1"):
        assert desk.open(f"/desk?page={page}").status_code == 200


def test_looking_is_recorded_with_how_many_were_shown(desk, clinic, sent):
    sent()
    sent()

    desk.open("/desk")

    with clinic.database.read() as session:
        line = audit.events(session)[-1]
    assert (line.event, line.detail) == ("DeskOpened", {"shown": 2})


def test_the_front_desk_begins_with_its_list_and_is_led_nowhere_else(desk, sent):
    submission = sent()
    desk.open("/")

    assert desk.response.headers["Location"] == "/clinic/desk"
    desk.follow()
    assert not set(desk.page.links()) & {"Queue", "Safety log", "Staff", "Rules", "Audit trail"}
    assert not [address for address in desk.page.links().values() if str(submission) in address]


def test_a_form_that_cannot_be_opened_is_listed_as_just_that(desk, clinic, sent):
    submission = sent()
    reference = reference_of(clinic, submission)
    with clinic.database.write() as session:
        session.connection().exec_driver_sql("UPDATE record_keys SET sealed = x'00'")

    desk.open("/desk")

    (line,) = listed(desk)
    assert f"Sent Cannot be opened {reference} No phone number given" in line


def review_of(clinic, submission):
    with clinic.database.read() as session:
        return reviews.review(session, clinic.keys, submission)


def reference_of(clinic, submission):
    return review_of(clinic, submission).submission.reference
