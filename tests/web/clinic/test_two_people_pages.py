"""What takes two people, as pages: each sees where it is, and nobody is both of them."""

import pytest

from agreeing import REASON, asked_to_erase
from intake.domain.two_people import LASTS
from intake.services import administrators, erasing
from intake.storage import same_person


@pytest.fixture
def asked(clinic, sent, staff):
    """Where a form is erased whose patient asked to have it deleted."""
    form = sent()
    with clinic.database.read() as session:
        reference = same_person.references(session, (form,))[form]
    submission, number = asked_to_erase(clinic, staff["alice"], reference)
    return f"/submissions/{submission}/requests/{number}/erasing"


def test_one_proposes_to_erase_a_form_and_another_confirms_it(clinic, asked, alice, signed_in):
    dana = signed_in("dana")
    assert "Nobody has signed this form off yet" in (alice.open("/requests"), alice.text)[1]
    alice.send(f"{asked}/propose", words="  ", seen="0")
    assert alice.status == 422
    assert "Say in words why it may be erased" in alice.text
    alice.send(f"{asked}/propose", words=REASON, seen="0")
    alice.follow()
    assert "Somebody else who reads forms has to confirm it by" in alice.text
    assert "Confirm that it is erased" not in alice.text
    alice.send(f"{asked}/confirm", seen="1")
    assert alice.status == 409
    assert "You proposed it yourself" in alice.text

    dana.open("/requests")
    assert f"Proposed to erase this form. {REASON}. A. Rivera, NP" in dana.text
    dana.send(f"{asked}/confirm", seen="1")
    dana.follow()

    assert "It is erased when intake erase due runs next" in dana.text
    assert erasing.erase_agreed(clinic).forms == 1
    assert "Nothing is to be done" in (dana.open("/requests"), dana.text)[1]


def test_what_nobody_confirmed_is_overdue_in_the_tasks_and_in_the_queue(asked, alice, signed_in, clock):
    alice.open("/requests")
    alice.send(f"{asked}/propose", words=REASON, seen="0")
    clock.at += LASTS

    dana = signed_in("dana")
    dana.open("/requests")

    assert "Overdue" in dana.text
    assert "The patient still waits" in dana.text
    assert "Asked for deletion: overdue" in (dana.open("/queue"), dana.text)[1]
    dana.open("/requests")
    dana.send(f"{asked}/confirm", seen="1")
    assert dana.status == 409
    dana.send(f"{asked}/refuse", words="We have to keep it for another year", seen="1")
    dana.follow()
    assert "Refused that this form is erased. We have to keep it for another year." in dana.text
    assert "Overdue" not in dana.text


def test_what_was_typed_stays_when_somebody_was_faster(asked, alice, signed_in):
    dana = signed_in("dana")
    for one in (alice, dana):
        one.open("/requests")
    alice.send(f"{asked}/propose", words=REASON, seen="0")
    dana.send(f"{asked}/propose", words="My own reason", seen="0")

    assert dana.status == 409
    assert "My own reason" in dana.text
    dana.send(f"{asked}/refuse", words="", seen="1")
    assert dana.status == 422


def test_whoever_reads_no_forms_proposes_and_confirms_nothing(asked, signed_in):
    bob = signed_in("bob")
    for deed in ("propose", "confirm", "refuse"):
        bob.open("/staff")
        bob.send(f"{asked}/{deed}", words=REASON, seen="0")
        assert bob.status == 403


def test_one_administrator_proposes_another_and_a_second_confirms(clinic, staff, signed_in):
    bob, dana = signed_in("bob"), signed_in("dana")
    page = f"/staff/{staff['fay'].id}"
    bob.open(page)
    bob.send(f"{page}/roles", roles=["front_desk", "administrator"])
    assert bob.status == 422
    assert "Say in a few words why they become an administrator" in bob.text
    bob.send(f"{page}/roles", roles=["front_desk", "administrator"], reason=REASON)
    bob.follow()
    assert "Another administrator has to confirm it. Until then nothing changes" in bob.text
    bob.send(f"{page}/administrator/confirm")
    assert bob.status == 409
    assert "You proposed it yourself" in bob.text

    assert "Waits for a second administrator (1)" in (dana.open("/staff"), dana.text)[1]
    dana.open(page)
    assert REASON in dana.text
    dana.send(f"{page}/administrator/confirm")
    dana.follow()

    assert administrators.waiting(clinic) == ()
    fay = signed_in("fay")
    assert fay.open("/staff").status_code == 200
    dana.send(f"{page}/administrator/confirm")
    assert dana.status == 409


def test_somebody_new_gets_no_link_while_nothing_is_confirmed_that_they_would_do(clinic, signed_in):
    bob, dana = signed_in("bob"), signed_in("dana")
    bob.open("/staff")
    new = {"username": "erin", "printed_name": "E. Fox", "roles": ["administrator"]}
    bob.send("/staff", **new)
    assert bob.status == 422
    bob.send("/staff", reason=REASON, **new)
    bob.follow()
    assert "There is a link once another administrator has confirmed" in bob.text
    (waiting,) = administrators.waiting(clinic)
    page = f"/staff/{waiting.member.id}"
    bob.send(f"{page}/invitation")
    assert bob.status == 303, "no link"

    dana.open(page)
    dana.send(f"{page}/administrator/refuse", reason="")
    assert dana.status == 422
    dana.send(f"{page}/administrator/refuse", reason="Nobody knows them")
    dana.follow()

    assert administrators.waiting(clinic) == ()
    assert "Waits for a second administrator" not in (bob.open("/staff"), bob.text)[1]
    dana.send(f"{page}/administrator/refuse", reason="Once more")
    assert dana.status == 409
    assert "Once more" in dana.text


def test_an_administrator_whom_nobody_confirmed_in_time_is_overdue_on_the_staff_page(staff, signed_in, clock):
    bob = signed_in("bob")
    page = f"/staff/{staff['fay'].id}"
    bob.open(page)
    bob.send(f"{page}/roles", roles=["administrator"], reason=REASON)
    clock.at += LASTS
    dana = signed_in("dana")

    assert "overdue since" in (dana.open("/staff"), dana.text)[1]
    dana.open(page)
    assert "Nobody confirmed it in time" in dana.text
    dana.send(f"{page}/administrator/confirm")
    assert dana.status == 409
