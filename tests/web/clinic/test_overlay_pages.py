"""What the clinic's overlay hides is shown to whoever reads a form, and to whoever looks after the rules."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from intake.domain.review_entries import Done
from intake.services import reviewing
from intake.services.clinic import publish_editions
from intake.storage import audit, editions
from intake.web.clinic.site import create_clinic_site
from web.clinic.conftest import PASSWORD
from web.clinic.content import LIBRARY
from web.clinic.overlaid import OVERLAY, overlaid
from web.clinic.person import Person, words
from web.clinic.test_submission import cards, section


@pytest.fixture
def clinic(clinic):
    """The small clinic, with an overlay among its files."""
    with_overlay = replace(clinic, library=overlaid())
    publish_editions(with_overlay)
    return with_overlay


def at_the_clinic(clinic, username, **changed):
    """Somebody signed in at the clinic with other files, or on another day."""
    return Person(create_clinic_site(replace(clinic, **changed))).sign_in(username, PASSWORD)


def headings(person):
    return [words(one) for one in person.page.tree.iter("h2")]


def test_what_was_not_run_stands_under_a_heading_of_its_own(alice, sent):
    alice.open(f"/submissions/{sent()}")

    assert headings(alice)[:6] == [
        "Raised (2)",
        "Cannot tell (0)",
        "Not raised (1)",
        "Not run: silenced by the clinic (1)",
        "Lowered by the clinic (1)",
        "What the rules do not cover",
    ]
    assert words(section(alice, "not-run")) == (
        "Not run: silenced by the clinic (1) No rule looked at these for this form, so nobody knows what "
        "would have been raised. Not run is not “not raised”. "
        "Home is not a safe place (Moderate) Our social worker asks R. Chen, MD, until December 31, 2026"
    )
    assert "Home is not a safe place" not in words(section(alice, "not-raised"))
    assert words(section(alice, "lowered")).endswith(
        "High blood pressure, not treated: Urgent as shipped, Note here The nurse measures everybody "
        "R. Chen, MD, until March 1, 2027"
    )
    assert alice.page.links()["Not run (1)"] == "#not-run"
    assert alice.page.links()["Lowered (1)"] == "#lowered"


def test_a_flag_says_that_its_priority_is_the_clinics(alice, sent):
    alice.open(f"/submissions/{sent()}")

    moved_up, lowered = cards(alice, "raised")
    assert moved_up.startswith(
        "Urgent High blood pressure Priority set by the clinic: was High. Do you have high blood pressure?"
    )
    assert lowered.startswith(
        "Note High blood pressure, not treated Priority set by the clinic: was Urgent. The nurse measures "
        "everybody. R. Chen, MD, until March 1, 2027"
    )


def test_a_rule_of_the_clinics_own_is_a_flag_like_any_other(alice, sent):
    alice.open(f"/submissions/{sent(takes='yes')}")

    (own,) = (card for card in cards(alice, "raised") if "Takes medicines" in card)
    assert own.startswith("Moderate Takes medicines")
    assert "Priority set by the clinic" not in own


def test_where_nothing_was_raised_it_says_that_not_everything_was_run(alice, sent):
    alice.open(f"/submissions/{sent(pressure='no', home='no')}")

    told = "Raised (0) No rule was raised. Still needs a clinician’s eyes. 1 rule was not run."
    assert words(section(alice, "raised")) == told


def test_the_page_that_is_signed_shows_it_too(alice, sent, clinic, staff):
    submission = sent()
    for flag in reviewing.open_review(clinic, staff["alice"], submission).flags:
        reviewing.acknowledge(clinic, staff["alice"], submission, flag.key, "", Done.CALLED_PATIENT)

    alice.open(f"/submissions/{submission}/sign-off")

    assert "Not run: silenced by the clinic (1)" in headings(alice)
    assert "Lowered by the clinic (1)" in headings(alice)


def test_an_old_form_says_what_was_not_run_over_it_whatever_is_in_force_now(clinic, sent):
    submission = sent()
    alice = at_the_clinic(clinic, "alice", library=LIBRARY)

    alice.open(f"/submissions/{submission}")

    assert "Not run: silenced by the clinic (1)" in headings(alice)
    assert "Priority set by the clinic: was Urgent." in cards(alice, "raised")[1]


def test_when_the_last_day_is_over_the_page_says_that_this_form_waits_to_be_screened(clinic, sent):
    submission = sent()
    january = at_the_clinic(clinic, "alice", now=lambda: datetime(2027, 1, 4, 17, tzinfo=UTC))

    january.open(f"/submissions/{submission}")

    told = "until December 31, 2026. That day is over, and this form has not been screened since"
    assert told in words(section(january, "not-run"))
    assert "That day is over" not in words(section(january, "lowered"))


def test_screened_again_after_the_last_day_the_rule_looks_again(clinic, sent):
    submission = sent(home="no")
    later = replace(clinic, library=clinic.library.as_of(date(2027, 1, 4)))
    reviewing.rescreen(later, submission)
    alice = at_the_clinic(later, "alice")

    alice.open(f"/submissions/{submission}")

    assert "Not run" not in alice.text
    assert any(card.startswith("Moderate Home is not a safe place") for card in cards(alice, "raised"))


def test_without_an_overlay_no_page_speaks_of_one(clinic, sent):
    plain = replace(clinic, library=LIBRARY)
    alice, bob = at_the_clinic(plain, "alice"), at_the_clinic(plain, "bob")
    submission = sent()
    reviewing.rescreen(plain, submission)

    for path in ("/queue", f"/submissions/{submission}"):
        alice.open(path)
        assert "silenced" not in alice.text
        assert "Lowered" not in alice.text
        assert "Priority set by the clinic" not in alice.text
    bob.open("/rules")
    assert (
        words(section(bob, "overlay"))
        == "The clinic’s overlay It adds, moves up, lowers and silences nothing."
    )


def test_the_queue_says_once_what_is_silenced(alice, sent):
    sent()
    sent()

    alice.open("/queue")

    told = "1 rule is silenced by this clinic: Home is not a safe place. It is not run over new forms."
    assert alice.text.count(told) == 1


def test_administrators_see_every_change_with_the_days_left(signed_in):
    bob = signed_in("bob")

    bob.open("/rules")

    assert words(section(bob, "overlay")) == (
        "The clinic’s overlay "
        "Silenced (1) Home is not a safe place: Moderate as shipped, not run Our social worker asks "
        "Rule home-not-safe. R. Chen, MD, until December 31, 2026: 41 days left "
        "Lowered (1) High blood pressure, not treated: Urgent as shipped, Note here "
        "The nurse measures everybody "
        "Rule pressure-untreated. R. Chen, MD, until March 1, 2027: 101 days left "
        "Moved up (1) High blood pressure: High as shipped, Urgent here Rule pressure-known "
        "Added (1) Takes medicines: Moderate Rule our-own. R. Chen, MD, to be read again by May 20, 2027"
    )


@pytest.mark.parametrize(
    ("day", "left"),
    [(30, "1 day left"), (31, "today is the last day")],
    ids=["the day before", "the last day"],
)
def test_the_last_days_are_counted_down(clinic, day, left):
    bob = at_the_clinic(clinic, "bob", now=lambda: datetime(2026, 12, day, 17, tzinfo=UTC))

    bob.open("/rules")

    assert f"until December 31, 2026: {left}" in words(section(bob, "overlay"))


def test_administrators_are_told_what_ended(clinic):
    later = replace(clinic, library=clinic.library.as_of(date(2027, 1, 1)))
    bob = at_the_clinic(later, "bob", now=lambda: datetime(2027, 1, 1, 17, tzinfo=UTC))

    bob.open("/rules")

    told = words(section(bob, "overlay"))
    assert (
        "Ended Home is not a safe place (rule home-not-safe): ended on December 31, 2026. "
        "The rule is as shipped since. Remove the change from the overlay, or renew it." in told
    )
    assert "Silenced" not in told


def test_the_overlay_is_kept_as_an_edition_and_the_trail_says_so(clinic):
    edition = clinic.library.laid.overlay.edition

    with clinic.database.read() as session:
        assert editions.fetch(session, "overlay", edition) == OVERLAY
        assert editions.fetch(session, "rules", clinic.library.editions.rules) == clinic.library.laid.text
        published = [event.detail for event in audit.events(session) if event.event == "EditionPublished"]
    assert {"kind": "overlay", "edition": edition} in published
