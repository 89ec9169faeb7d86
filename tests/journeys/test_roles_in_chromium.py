"""The front desk looks people up, an auditor reads and checks the trail, a clinician reads a history."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from copies import NOON, PASSWORD, staff
from intake.domain.permissions import Role
from intake.domain.review_entries import Done
from intake.services import accounts, reviewing
from intake.storage.submissions import ids
from journeys.chromium import Keyboard
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from journeys.test_in_chromium import send, write
from journeys.vignettes import PEOPLE

pytestmark = pytest.mark.browser

# The last needs an interpreter, of whom a line of the front desk's list says so in words that do not break.
SENT = (
    "p02_high_blood_pressure_and_stimulant",
    "p03_heart_attack_four_months_ago",
    "p12_hazy_vision_older_interpreter",
)


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)


@pytest.fixture
def submissions(copy, alice):
    """Three forms, of which Alice has read the first."""
    for hours, person in zip((3, 1, 0.5), SENT, strict=True):
        copy.clock.at = NOON - timedelta(hours=hours)
        send(copy, PEOPLE[person])
    copy.clock.at = NOON
    with copy.clinic.database.read() as session:
        first, second, _ = ids(session)
    review = reviewing.open_review(copy.clinic, alice, first)
    reviewing.acknowledge(
        copy.clinic, alice, first, review.flags[0].key, "Will take it again at the visit", Done.CALLED_PATIENT
    )
    return first, second


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_everybody_finds_their_work(window, copy, alice, submissions, width, scripts, kind):
    members = {
        "bob": ("B. Stone", Role.ADMINISTRATOR),
        "fay": ("F. Moreno", Role.FRONT_DESK),
        "audrey": ("A. Ledger", Role.AUDITOR),
    }
    for username, (printed_name, role) in members.items():
        staff(copy.clinic, username, printed_name, role)
    browser = window(width, scripts, kind)

    comes_in(browser, copy, "bob")
    invites_somebody(browser)
    comes_in(browser, copy, "fay")
    looks_people_up(browser, submissions)
    comes_in(browser, copy, "audrey")
    reads_the_trail(browser)
    downloads_it(browser)
    break_the_trail(copy)
    browser.open("/clinic/trail?day=2020-01-01")
    browser.press(browser.page.form("Check the whole trail"), "Check the whole trail")
    assert browser.page.h1 == "The audit trail is broken at line 2"
    comes_in(browser, copy, alice.username)
    browser.open(f"/clinic/submissions/{submissions[0]}/history")
    assert "“Will take it again at the visit”" in browser.page.text
    browser.picture("history")


def comes_in(browser, copy, username):
    """Signed in as the journey of a clinician shows; here is what comes after."""
    token = accounts.sign_in(copy.clinic, username, PASSWORD, "here")
    cookie = {"name": "intake_clinic", "value": token, "url": f"{browser._site}/clinic"}
    browser._context.add_cookies([cookie])
    browser.open("/clinic/")


def invites_somebody(browser):
    assert browser.page.h1 == "Staff"
    form = browser.page.form("Add and make a link")
    form.fill("Username", "gil")
    form.fill("Name as it is signed", "G. Moreno")
    form.pick(next(one for one in form.controls if one.label.startswith("Front desk: sees who sent a form")))
    browser.picture("staff", at="#add")
    browser.press(form, "Add and make a link")
    assert browser.page.h1 == "Give this link to G. Moreno"


def looks_people_up(browser, submissions):
    assert browser.page.h1 == "Front desk"
    browser.picture("desk")
    # By the time of sending: what is more urgent does not come first.
    lines = [one.text_content() for one in browser.tab.locator("main li").all()]
    assert ["Sent" in line.split()[0] for line in lines] == [True, True, False]
    assert lines[2].split()[:2] == ["Being", "read"]
    write(browser, "Search", "Name or reference: whitaker")
    assert "Found 1 form" in browser.page.text
    assert "Darnell Whitaker" in browser.page.text
    write(browser, "Search", "Name or reference: Nobody At All")
    assert "Nobody found" in browser.page.text
    browser.open(f"/clinic/submissions/{submissions[0]}", expecting=403)


def reads_the_trail(browser):
    assert browser.page.h1 == "Audit trail"
    browser.picture("trail")
    choose(browser, "What was done", "Acknowledged a flag")
    browser.press(browser.page.form("Show these lines"), "Show these lines")
    (reference,) = browser.tab.locator("dl a").all_text_contents()
    assert lines_on(browser) == [f"A. Rivera, NP Acknowledged a flag: {reference}"]
    write(browser, "Show these lines", "Form, by its reference or id: HL-000-000", expecting=422)
    assert browser.has_focus("#errors")
    choose(browser, "What was done", "Everything")
    write(browser, "Show these lines", f"Form, by its reference or id: {reference.lower()}")
    assert f"A patient Sent a form: {reference}" in lines_on(browser)
    choose_the_day(browser)
    browser.press(browser.page.form("Show these lines"), "Show these lines")
    assert "No such line" in browser.page.text
    browser.press(browser.page.form("Check the whole trail"), "Check the whole trail")
    assert browser.page.h1 == "The audit trail is whole"
    browser.open("/clinic/trail?day=2020-01-01")


def lines_on(browser):
    """Who did what, line by line, without what more there is to say of it."""
    return [" ".join(one.split("\n")[:2]) for one in browser.tab.locator("dd").all_inner_texts()]


def downloads_it(browser):
    with browser.tab.expect_download() as saved:
        browser._activate(browser.tab.get_by_role("button", name="Download the trail"))
    assert saved.value.suggested_filename == "audit-trail-2026-11-20.jsonl"


def choose(browser, label, words):
    select = browser.tab.get_by_label(label)
    if isinstance(browser, Keyboard):
        browser._reach(select)
        browser.tab.keyboard.type(words)
    else:
        select.select_option(label=words)
    assert select.locator("option:checked").text_content() == words


def choose_the_day(browser):
    """The first of January, 2020, in the browser's own control for a day."""
    day = browser.tab.get_by_label("Day")
    if isinstance(browser, Keyboard):
        browser._reach(day)
        browser.tab.keyboard.type("01012020")
    else:
        day.fill("2020-01-01")
    assert day.input_value() == "2020-01-01"


def break_the_trail(copy):
    with copy.clinic.database.write() as session:
        session.execute(text("DROP TRIGGER audit_events_no_update"))
        session.execute(text("UPDATE audit_events SET actor = 'patient' WHERE seq = 2"))
