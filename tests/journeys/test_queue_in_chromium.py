"""A clinician at the queue: pages, lists, finding a form, taking it in hand, and taking it over."""

from datetime import timedelta

import pytest

import sending
from copies import PASSWORD, staff
from intake.domain.permissions import Role
from intake.services import claims
from intake.storage.queue import reference
from journeys.chromium import Chromium
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from storage.samples import send

pytestmark = pytest.mark.browser


@pytest.fixture
def chen(copy):
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    return staff(copy.clinic, "chen", "R. Chen, MD", Role.CLINICIAN)


@pytest.fixture
def forms(copy):
    """Twenty-seven forms, of which the last came a minute ago."""
    with copy.clinic.database.write() as session:
        sent_at = (copy.clock.at - timedelta(minutes=n) for n in range(27, 0, -1))
        return [send(session, copy.clinic.keys, sent_at=at) for at in sent_at]


def write(browser, button, expecting=200, **boxes):
    """Write in the boxes of the form with this button, by the labels' first words, and press it."""
    form = browser.page.form(button)
    for label, words in boxes.items():
        (box,) = [one for one in form.controls if one.label.lower().startswith(label.replace("_", " "))]
        form.type(box, words)
    browser.press(form, button, expecting=(expecting,))


def signs_in(browser):
    browser.open("/clinic/sign-in")
    write(browser, "Sign in", username="alice", password=PASSWORD)


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_a_clinician_finds_a_form_takes_it_and_takes_another_over(
    window, width, scripts, kind, copy, chen, forms
):
    browser = window(width, scripts, kind)
    signs_in(browser)
    turns_pages(browser)
    looks_into_every_list(browser)
    with copy.clinic.database.read() as session:
        first, second = (reference(session, one) for one in forms[:2])
    finds(browser, first)
    takes_and_gives_back(browser)
    claims.claim(copy.clinic, chen, forms[1])
    finds(browser, second)
    assert "R. Chen, MD has this form" in browser.page.text
    takes_over(browser, copy, chen, forms[0])
    if scripts:
        is_told_of_new_forms(browser, copy)


def turns_pages(browser):
    assert browser.page.h1 == "Review queue"
    browser.picture("queue-pages")
    browser.follow("Next page")
    assert "26 to 27 of 27" in browser.page.text
    assert "Urgent (continued) Review today, 27" in browser.page.text
    assert "Previous page" in browser.page.links()


def looks_into_every_list(browser):
    for name, words in (
        ("Waiting on patient (0)", "No patient was asked anything"),
        ("Later (0)", "Nothing is put off"),
        ("Done (0)", "Nothing is done yet"),
    ):
        browser.follow(name)
        assert words in browser.page.text
    browser.open("/clinic/queue?who=mine&group=high")
    assert "No forms match" in browser.page.text
    assert browser.page.links()["Clear filters"] == "/clinic/queue"


def finds(browser, wanted):
    """Somebody who is not there first; what was typed stands in no address."""
    browser.open("/clinic/queue/find")
    write(browser, "Find", name="Nightingale")
    assert "No form found" in browser.page.text
    write(browser, "Find", name=wanted.lower().replace("-", ""))
    assert "1 form found" in browser.page.text
    browser.picture("found")
    assert wanted not in browser.tab.url
    browser.follow("Pat migraine Doe, 38")
    assert wanted in browser.page.text


def takes_and_gives_back(browser):
    browser.press(browser.page.form("Take this form"), "Take this form")
    assert "You have this form, since 12:00 pm, until 12:30 pm." in browser.page.text
    browser.press(browser.page.form("Give it back"), "Give it back")
    assert "Nobody has this form." in browser.page.text


def takes_over(browser, copy, chen, other):
    """Without a reason, then with one; and a form that a colleague took while the page was open."""
    browser.unfold("Take it over")
    write(browser, "Take it over", 422)
    assert browser.has_focus("#errors")
    write(browser, "Take it over", why="She went home")
    assert "You have this form" in browser.page.text

    browser.open(f"/clinic/submissions/{other}")
    claims.claim(copy.clinic, chen, other)
    browser.press(browser.page.form("Take this form"), "Take this form", expecting=(409,))
    assert browser.page.h1 == "R. Chen, MD has this form"
    browser.picture("claimed")
    write(browser, "Take it over", why="Asked for by phone")
    assert "You have this form" in browser.page.text


def is_told_of_new_forms(browser: Chromium, copy):
    """The page says that forms came, in words and in its title, and moves nothing."""
    browser.open("/clinic/queue")
    tab, rows = browser.tab, browser.tab.locator(".queue li")
    before, title = rows.all_inner_texts(), tab.title()
    copy_sends(copy, 2)
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    tab.get_by_role("status").get_by_text("2 new forms, answers or signals. Show them").wait_for()
    assert rows.all_inner_texts() == before
    assert title.startswith("(27) ")
    assert tab.title() == title.replace("(27)", "(29)")
    browser.follow("2 new forms, answers or signals. Show them")
    assert browser.page.title.startswith("(29) ")


def copy_sends(copy, number):
    """Patients send forms, each with its line in the trail."""
    for _ in range(number):
        sending.send_at_once(copy.desk)
