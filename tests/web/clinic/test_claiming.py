"""Taking a form in hand on its page, and the page of whoever comes second."""

from uuid import UUID

import pytest

from intake.services import claims
from intake.storage import audit


@pytest.fixture
def form(sent):
    return f"/submissions/{sent()}"


@pytest.fixture
def dana(signed_in):
    return signed_in("dana")


def press(person, form, what, **fields):
    person.open(form)
    return person.send(f"{form}/{what}", **fields)


def holder(form, clinic, staff):
    held = claims.hold(clinic, staff["bob"], submission_of(form)).claim
    return held.member if held else None


def submission_of(form):
    return UUID(form.rpartition("/")[2])


def test_a_form_is_taken_by_a_press_and_not_by_opening_it(alice, form, clinic, staff):
    alice.open(form)
    assert "Nobody has this form." in alice.text
    assert holder(form, clinic, staff) is None

    press(alice, form, "claim")
    alice.follow()

    assert "You have this form, since 12:00 pm, until 12:30 pm." in alice.text
    press(alice, form, "release")
    alice.follow()
    assert "Nobody has this form." in alice.text


def test_the_page_says_who_has_the_form_and_who_read_it_lately(alice, dana, form, clock):
    press(dana, form, "claim")
    clock.move(minutes=2)
    alice.open(form)
    assert "D. Both, MD has this form, since 12:00 pm, until 12:30 pm." in alice.text
    assert "D. Both, MD opened this 2 min ago." in alice.text
    assert "D. Both, MD opened" not in dana.open(form).text


def test_claiming_what_another_has_shows_who_and_how_to_take_it_over(alice, dana, form):
    alice.open(form)
    press(dana, form, "claim")

    alice.send(f"{form}/claim")

    assert alice.status == 409
    assert alice.page.h1 == "D. Both, MD has this form"
    assert "Nothing was recorded now." in alice.text
    assert "Pat Doe" not in alice.response.text


def test_taking_over_takes_a_reason(alice, dana, form, clinic, staff):
    press(dana, form, "claim")

    press(alice, form, "take-over", taken_from=str(staff["dana"].id), reason=" ")
    assert alice.status == 422
    assert "Say why you take it over" in alice.text
    assert holder(form, clinic, staff) == staff["dana"].id

    alice.send(f"{form}/take-over", taken_from=str(staff["dana"].id), reason="She went home")
    assert alice.status == 303
    assert holder(form, clinic, staff) == staff["alice"].id


def test_a_reason_typed_too_late_or_too_long_is_kept(alice, dana, form, staff, clinic):
    press(dana, form, "claim")
    press(alice, form, "take-over", taken_from=str(staff["bob"].id), reason="Bob went home")
    assert alice.status == 409
    assert "Bob went home" in alice.text

    alice.send(f"{form}/take-over", taken_from=str(staff["dana"].id), reason="x" * 2001)
    assert alice.status == 422
    assert "Keep it to 2,000 characters" in alice.text
    assert "x" * 2001 in alice.response.text
    assert holder(form, clinic, staff) == staff["dana"].id


def test_giving_back_what_another_has_is_refused(alice, dana, form, clinic, staff):
    press(dana, form, "claim")
    press(alice, form, "release")
    assert alice.status == 409
    assert holder(form, clinic, staff) == staff["dana"].id


def test_whoever_has_a_form_keeps_nobody_from_acknowledging(alice, dana, form):
    press(dana, form, "claim")
    alice.open(form)
    (flag, *_) = [one.get("value") for one in alice.page.tree.iter("input") if one.get("name") == "flag"]
    alice.send(f"{form}/acknowledge", flag=flag, place="1", note="seen", done="called_patient")
    assert alice.status == 303


def test_only_clinicians_claim_and_unknown_forms_are_unknown(signed_in, alice, form, clinic):
    bob = signed_in("bob")
    bob.open("/staff")
    for what in ("claim", "release", "take-over"):
        assert bob.send(f"{form}/{what}").status_code == 403
        alice.open("/queue")
        unknown = "/submissions/00000000-0000-0000-0000-000000000000"
        assert alice.send(f"{unknown}/{what}").status_code == 404
        assert alice.send(f"{form}/{what}", csrf_token="forged").status_code == 400
    with clinic.database.read() as session:
        assert not [one for one in audit.events(session) if one.event.startswith("SubmissionClaim")]
