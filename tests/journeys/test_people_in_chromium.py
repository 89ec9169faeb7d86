"""Somebody ends a session left open; an administrator lets people go, and reads a form in an emergency."""

import pytest

from copies import PASSWORD, staff
from intake.domain.permissions import Role
from intake.services import accounts
from intake.storage import trail
from intake.storage.submissions import ids
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from journeys.test_in_chromium import send, write
from journeys.vignettes import PEOPLE

pytestmark = pytest.mark.browser

WHY = "The night nurse called: nobody of the clinicians answers"


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_an_administrator_looks_after_accounts_and_an_emergency(window, copy, width, scripts, kind):
    for username, name, role in (
        ("bob", "B. Stone", Role.ADMINISTRATOR),
        ("fay", "F. Moreno", Role.FRONT_DESK),
    ):
        staff(copy.clinic, username, name, role)
    send(copy, PEOPLE["p02_high_blood_pressure_and_stimulant"])
    with copy.clinic.database.read() as session:
        (reference,) = trail.references(session, map(str, ids(session))).values()
    left_open = accounts.sign_in(copy.clinic, "bob", PASSWORD, "192.0.2.1")
    browser = window(width, scripts, kind)

    comes_in(browser)
    ends_what_was_left_open(browser, copy, left_open)
    lets_somebody_go(browser)
    opens_a_form_in_an_emergency(browser, reference)


def comes_in(browser):
    browser.open("/clinic/sign-in")
    if browser.tab.get_by_role("button", name="Show").count():
        browser.tab.get_by_role("button", name="Show").click()  # leads nowhere: shows what was typed
        assert browser.tab.locator("#password").get_attribute("type") == "text"
        browser.look()
    write(browser, "Sign in", "Username: bob", f"Password: {PASSWORD}")


def ends_what_was_left_open(browser, copy, left_open):
    browser.open("/clinic/account")
    browser.picture("account")
    (button,) = (
        one for form in browser.page.forms() for one in form.buttons if one.startswith("End this one")
    )
    browser.press(browser.page.form(button), button)
    assert browser.page.h1 == "Your account"
    assert accounts.whoever(copy.clinic, left_open) is None
    write(browser, "Keep this address", "Your e-mail address: nowhere", expecting=422)
    assert browser.has_focus("#errors")
    write(browser, "Keep this address", "Your e-mail address: bob@example.com")


def lets_somebody_go(browser):
    browser.open("/clinic/staff")
    browser.follow("F. Moreno")
    browser.picture("person")
    form = browser.page.form("Take this account away")
    browser.press(form, "Take this account away", expecting=(422,))
    assert browser.has_focus("#errors")
    form = browser.page.form("Take this account away")
    form.pick(next(one for one in form.controls if one.label.startswith("I mean")))
    browser.press(form, "Take this account away")
    assert "People who left (1)" in browser.page.text


def opens_a_form_in_an_emergency(browser, reference):
    browser.follow("Emergency access to one form")
    button = "Record this and open the form"
    write(browser, button, f"Reference of the form: {reference}", expecting=422)
    write(browser, button, f"Why this cannot wait for a clinician: {WHY}")
    assert browser.page.h1.startswith("Answers of Darnell Whitaker")
    browser.picture("emergency")
    browser.open("/clinic/staff")
    assert f"Reason: “{WHY}”" in browser.page.text
