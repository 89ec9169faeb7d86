"""A form is taken back, signed, put off and reopened; another is read first, and a second time by another."""

from dataclasses import replace

import pytest

from both_sites import both
from copies import PASSWORD, make_copy, staff
from intake.domain.permissions import Role
from intake.domain.review_changes import lines_of
from intake.domain.review_entries import Done
from intake.services import acting, reviewing
from journeys.modes import MODES_OF_RARE_PAGES, MODES_ON_A_PHONE, in_make_journeys
from journeys.test_in_chromium import write
from short_form import LIBRARY, PAT, send
from web.looking import served

pytestmark = pytest.mark.browser

SIGN = "Sign off as A. Rivera, NP"
URGENT = "Acknowledge: High blood pressure, not treated"


@pytest.fixture
def copy(tmp_path):
    """A copy with a short form: these journeys are about what is done with one."""
    made = make_copy(tmp_path, LIBRARY)
    settings = replace(made.settings, next_steps=("Book a visit", "Call back"))
    yield replace(made, settings=settings, clinic=replace(made.clinic, settings=settings))
    made.desk.database.dispose()
    made.clinic.database.dispose()


@pytest.fixture
def people(copy):
    """Alice and Carol, who are clinicians."""
    return (
        staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN),
        staff(copy.clinic, "carol", "C. Diaz, MD", Role.CLINICIAN),
    )


def signs_in(browser, username):
    browser.open("/clinic/sign-in")
    write(browser, "Sign in", f"Username: {username}", f"Password: {PASSWORD}")


def picks(browser, button, label):
    """The form with this button, with this radio picked."""
    form = browser.page.form(button)
    form.pick(next(one for one in form.controls if one.label == label))
    return form


@MODES_ON_A_PHONE
def test_a_form_is_acknowledged_signed_put_off_and_reopened(window, copy, people, width, scripts, kind):
    form = send(copy)
    here = f"/clinic/submissions/{form}"
    alice = window(width, scripts, kind)
    signs_in(alice, "alice")
    alice.open(here)

    acknowledges_and_takes_back(alice)
    acknowledges_the_rest(alice)
    signs(alice, copy, people, form)
    alice.unfold("Put this form off until a day")
    write(alice, "Look again on this day", "Day: 2026-12-24", "Why (optional): Holiday")
    assert "Put off until December 24, 2026." in alice.page.text
    alice.press(alice.page.form("Take the day away"), "Take the day away")
    assert "Put off until December" not in alice.page.text
    reopens(alice)


def acknowledges_and_takes_back(alice):
    """Nothing picked first, then a colleague asked, and taken back."""
    alice.press(alice.page.form(URGENT), URGENT, expecting=(422,))
    assert "Pick what was done about this urgent flag" in alice.page.text
    assert alice.has_focus("#errors")
    form = picks(alice, URGENT, "I asked a colleague: the note says whom")
    form.fill("Note", "Dr. Diaz, by phone")
    alice.press(form, URGENT)
    assert "Asked a colleague" in alice.page.text
    undo = "Undo the acknowledgement of: High blood pressure, not treated"
    alice.press(alice.page.form(undo), undo)
    assert "0 of 5 flags acknowledged" in alice.page.text
    alice.press(picks(alice, URGENT, "I called the patient"), URGENT)
    assert "Called the patient" in alice.page.text


def acknowledges_the_rest(alice):
    alice.press(alice.page.form("Acknowledge these 2 notes"), "Acknowledge these 2 notes")
    assert "3 of 5 flags acknowledged" in alice.page.text
    while left := [b for form in alice.page.forms() for b in form.buttons if b.startswith("Acknowledge: ")]:
        alice.press(alice.page.form(left[0]), left[0])
    assert "5 of 5 flags acknowledged" in alice.page.text


def signs(alice, copy, people, form):
    """The first time somebody else was faster with something; the second time it is signed."""
    alice.follow("Go to sign-off")
    sent = reviewing.open_review(copy.clinic, people[1], form).submission
    everything_stands_above_the_button(alice, [line.asked for line in lines_of(sent)])
    flag = reviewing.open_review(copy.clinic, people[1], form).acknowledgements[-1].flag
    number = len(reviewing.open_review(copy.clinic, people[1], form).acknowledgements)
    acting.undo(copy.clinic, people[1], form, number)
    asked = picks(alice, SIGN, "Call back")
    asked.fill("Note for the record (optional)", "Discussed by phone")
    asked.fill("Your password", PASSWORD)
    alice.press(asked, SIGN, expecting=(409,))
    assert "C. Diaz, MD took back the acknowledgement of" in alice.page.text
    kept = alice.page.form(SIGN)
    assert "Discussed by phone" in [one.value for one in kept.controls]
    assert [one.label for one in kept.controls if one.picked] == ["Call back"]

    reviewing.acknowledge(copy.clinic, people[1], form, flag, "", Done.CALLED_PATIENT)
    kept.fill("Your password", PASSWORD)
    alice.press(kept, SIGN, expecting=(409,))
    assert "C. Diaz, MD acknowledged" in alice.page.text
    again = alice.page.form(SIGN)
    again.fill("Your password", PASSWORD)
    alice.press(again, SIGN)
    assert "Next step: Call back" in alice.page.text
    assert "Note: Discussed by phone" in alice.page.text


def everything_stands_above_the_button(alice, asked):
    """regulation.md B2: who signs has had the whole form before them on the page that is signed."""
    (button,) = (one for one in alice.tab.get_by_role("button").all() if "Sign off as" in one.inner_text())
    below = button.bounding_box()["y"]
    assert len(asked) >= 7
    for words in asked:
        line = alice.tab.locator(
            "#answers ~ section dt, section[aria-labelledby^=part] dt", has_text=words
        ).first
        assert line.is_visible(), words
        assert line.bounding_box()["y"] < below, words
    for title in ("High blood pressure, not treated", "First note", "Second note"):
        assert alice.tab.locator("article", has_text=title).first.is_visible()
    assert below > alice.tab.viewport_size["height"], "the whole form has to be passed to reach the button"


def reopens(alice):
    alice.unfold("Take this form up again")
    alice.press(alice.page.form("Reopen this form"), "Reopen this form", expecting=(422,))
    assert "Say why this form is reopened" in alice.page.text
    write(alice, "Reopen this form", "Why is it reopened?: A letter came")
    assert "reopened this form on November 20, 2026 at 12:00 pm EST: A letter came." in alice.page.text


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_a_form_is_read_first_and_read_a_second_time(window, copy, people, width, scripts, kind):
    settings = replace(copy.settings, read_first=True, second_read_percent=100)
    reading = replace(copy.clinic, settings=settings)
    form = send(copy, PAT.with_({"treated": PAT["pressure"]}))
    with served(both(copy.desk, reading)) as address:
        alice, carol = window(width, scripts, kind), window(width, scripts, kind)
        for browser, username in ((alice, "alice"), (carol, "carol")):
            browser._site = address
            signs_in(browser, username)

        notes_a_view(alice, form)
        acknowledges_the_rest_of(alice)
        alice.follow("Go to sign-off")
        write(alice, SIGN, f"Your password: {PASSWORD}")
        assert "drawn for a second reading, by somebody other than A. Rivera, NP" in alice.page.text

        reads_a_second_time(carol, form)
    assert reviewing.open_review(reading, people[0], form).standing.is_finished


def notes_a_view(alice, form):
    alice.open(f"/clinic/submissions/{form}")
    assert alice.page.h1 == "Read first: Pat"
    button = "Note this and show the flags"
    alice.press(alice.page.form(button), button, expecting=(422,))
    assert "Pick one, or have the flags shown at once below" in alice.page.text
    asked = picks(alice, button, "High: next")
    asked.fill("What stands out to you, in your words", "Her blood pressure")
    alice.press(asked, button)
    assert "Raised (3)" in alice.page.text


def acknowledges_the_rest_of(alice):
    alice.press(alice.page.form("Acknowledge these 2 notes"), "Acknowledge these 2 notes")
    while left := [b for form in alice.page.forms() for b in form.buttons if b.startswith("Acknowledge: ")]:
        alice.press(alice.page.form(left[0]), left[0])


def reads_a_second_time(carol, form):
    carol.open(f"/clinic/submissions/{form}")
    assert "drawn for a second reading" in carol.page.text
    carol.press(carol.page.form("Show the flags now"), "Show the flags now")
    assert "Signed off" in carol.page.text
    carol.follow("Read it a second time")
    button = "Note this and show the flags"
    carol.press(picks(carol, button, "Nothing stands out to me"), button)
    assert "Signed off" in carol.page.text
    assert "second reading" not in carol.page.text
