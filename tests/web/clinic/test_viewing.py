"""Read-first mode and second reads: the answers alone, and nothing of what rules made of them."""

from dataclasses import replace

import pytest

from intake.domain.review_entries import View
from intake.services import reviewing
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import LIBRARY
from web.clinic.person import Person
from web.clinic.test_sign_off import read, sign

__all__ = ["read"]

# Everything that could tell what the rules made of the answers.
TELLING = (
    *(rule.title for rule in LIBRARY.rulebook.rules),
    *(rule.why for rule in LIBRARY.rulebook.rules),
    "Raised",
    "Cannot tell",
    "Not raised",
    "acknowledged",
    "Worked out",
    "flag-",
    "tag urgent",
    "tag high",
    "tag moderate",
)


@pytest.fixture
def reading_first(clinic):
    """The clinic in read-first mode."""
    return replace(clinic, settings=replace(clinic.settings, read_first=True))


@pytest.fixture
def form(sent):
    """A form with flags, none of them urgent."""
    return sent(treated="yes")


def at(clinic, username):
    return Person(create_clinic_site(clinic)).sign_in(username, PASSWORD)


def test_the_answers_come_first_and_alone(reading_first, form):
    alice = at(reading_first, "alice")

    alice.open(f"/submissions/{form}")
    assert alice.response.headers["Location"] == f"/clinic/submissions/{form}/read-first"
    alice.follow()

    assert alice.page.h1 == "Read first: Pat Doe, 38"
    assert "Do you have high blood pressure? Yes" in alice.text
    assert "Is home a safe place for you? Chose not to say" in alice.text
    # A question may be worded as a rule is; so may the links to the queue and the form's own words.
    leaks = [one for one in TELLING if one in alice.response.text and one != "High blood pressure"]
    assert leaks == []
    assert "(" not in alice.page.title


def test_the_pages_beside_it_lead_there_too(reading_first, form):
    alice = at(reading_first, "alice")

    for path in (f"/submissions/{form}/sign-off", f"/submissions/{form}/history"):
        alice.open(path)
        assert alice.response.headers["Location"] == f"/clinic/submissions/{form}/read-first"


def test_a_view_is_noted_and_the_whole_page_shown(reading_first, clinic, staff, form):
    alice = at(reading_first, "alice")
    alice.open(f"/submissions/{form}/read-first")

    alice.send(f"/submissions/{form}/view", kind="first", words="Pressure")
    assert alice.status == 422
    assert "Pick one, or have the flags shown at once below" in alice.text
    assert "Pressure" in alice.response.text
    alice.send(f"/submissions/{form}/view", kind="first", how_soon="high", words=" ")
    assert alice.status == 422
    assert "Say in your words what stands out" in alice.text
    alice.send(f"/submissions/{form}/view", kind="first", how_soon="high", words="Pressure")
    alice.follow()

    assert "Raised (1)" in alice.text
    (view,) = (
        one for one in reviewing.open_review(clinic, staff["alice"], form).entries if isinstance(one, View)
    )
    assert (view.priority.value, view.words, view.skipped) == ("high", "Pressure", False)
    alice.send(f"/submissions/{form}/view", kind="first", how_soon="nothing", words="Once more")
    assert alice.status == 409
    assert "Once more" in alice.response.text


def test_the_flags_can_be_shown_at_once_and_that_is_no_view(reading_first, clinic, staff, form):
    alice = at(reading_first, "alice")
    alice.open(f"/submissions/{form}/read-first")

    alice.send(f"/submissions/{form}/skip-view", kind="first")
    alice.follow()

    assert "Raised (1)" in alice.text
    (view,) = reviewing.open_review(clinic, staff["alice"], form).entries
    assert (view.skipped, view.priority, view.words) == (True, None, "")


def test_an_urgent_form_is_shown_as_it_is(reading_first, sent):
    alice = at(reading_first, "alice")
    submission = sent()

    alice.open(f"/submissions/{submission}")

    assert alice.status == 200
    assert "High blood pressure, not treated" in alice.text


def test_a_signed_form_that_was_drawn_is_read_by_somebody_else_without_its_flags(clinic, alice, read):
    drawing = replace(clinic, settings=replace(clinic.settings, second_read_percent=100))
    sign(at(drawing, "alice"), read)
    alice.open(f"/submissions/{read}")
    assert "drawn for a second reading, by somebody other than A. Rivera, NP" in alice.text

    dana = at(drawing, "dana")
    dana.open(f"/submissions/{read}")
    dana.follow()
    assert "This form was signed, and drawn for a second reading." in dana.text
    assert "A. Rivera" not in dana.text
    assert "not treated" not in dana.text

    dana.send(f"/submissions/{read}/skip-view", kind="second")
    dana.follow()
    assert "You had its flags shown without one. Read it a second time" in dana.text
    dana.open(f"/submissions/{read}/second-read")
    dana.send(f"/submissions/{read}/view", kind="second", how_soon="nothing")
    dana.follow()
    assert "Signed off A. Rivera, NP" in dana.text
    assert "Reopen" in dana.text
    dana.open(f"/submissions/{read}/second-read")
    assert dana.response.headers["Location"] == f"/clinic/submissions/{read}"


def test_the_signer_does_not_read_it_a_second_time(clinic, read):
    drawing = replace(clinic, settings=replace(clinic.settings, second_read_percent=100))
    alice = at(drawing, "alice")
    sign(alice, read)

    alice.send(f"/submissions/{read}/view", kind="second", how_soon="nothing", words="Mine")

    assert alice.status == 409
    assert "Mine" in alice.response.text
