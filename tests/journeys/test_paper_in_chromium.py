"""A patient prints the form; two people type a paper in, settle where they differ, and sign it in."""

import os
from pathlib import Path

import pytest

from copies import PASSWORD, staff
from intake.domain.answers import Chosen, ChosenMany, Text, answered
from intake.domain.paper_edition import PaperEdition
from intake.domain.permissions import Role
from intake.services import accounts, transcribing
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from journeys.test_in_chromium import write

pytestmark = pytest.mark.browser

# What stands on the paper beside what is blank.
WRITTEN = {
    "filled_in_by": answered(Chosen("helper_present")),
    "helper_name": answered(Text("Rosa Doe")),
    "helper_relation": answered(Text("I am her mother")),
    "first_name": answered(Text("Quetzal")),
    "last_name": answered(Text("Doe")),
    "phone": answered(Text("(555) 010-0177")),
    "access_needs": answered(ChosenMany(("interpreter",))),
    "preferred_language": answered(Text("K'iche'")),
    "hypertension_history": answered(Chosen("often_high")),
}


@pytest.fixture
def tess(copy):
    return staff(copy.clinic, "tess", "T. Typist", Role.TRANSCRIBER)


@pytest.fixture
def alice(copy):
    return staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)


def type_all(copy, member, paper, but=(), **changes):
    """Type whatever is not typed yet, in the service; ``but`` are parts left for the browser."""
    given = WRITTEN | changes
    for number in range(1, len(copy.clinic.library.questionnaire.parts) + 1):
        while number not in but:
            opened = transcribing.open_typing(copy.clinic, member, paper)
            if not (pages := opened.unseen(number)):
                break
            asked = {one.id for page in pages for one in page.questions}
            answers = {name: one for name, one in given.items() if name in asked}
            transcribing.type_pages(copy.clinic, member, paper, pages, answers, frozenset(), "In pencil")


def comes_in(browser, copy, username, path):
    token = accounts.sign_in(copy.clinic, username, PASSWORD, "here")
    cookie = {"name": "intake_clinic", "value": token, "url": f"{browser._site}/clinic"}
    browser._context.add_cookies([cookie])
    browser.open(f"/clinic{path}")


def shot(browser, name):
    """Keep a picture for whoever looks, when told where."""
    if folder := os.environ.get("INTAKE_PAPER_SHOTS"):
        width = browser.tab.viewport_size["width"]
        browser.tab.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_a_paper_is_printed_typed_in_twice_and_signed_in(window, copy, tess, alice, width, scripts, kind):
    browser = window(width, scripts, kind)
    prints_the_form(browser)
    comes_in(browser, copy, "tess", "/paper-forms")
    paper = types_it_first(browser, copy, tess)
    transcribing.finish(copy.clinic, tess, paper)
    transcribing.begin_second(copy.clinic, alice, paper)
    type_all(copy, alice, paper, hypertension_history=answered(Chosen("no")))
    transcribing.finish(copy.clinic, alice, paper)
    comes_in(browser, copy, "alice", "/paper-forms")
    settles_and_signs_in(browser)
    reads_it(browser)


def prints_the_form(browser):
    browser.open("/help")
    browser.follow("Print the form")
    assert browser.page.h1 == "The form on paper"
    shot(browser, "paper-page")


def types_it_first(browser, copy, tess):
    edition = copy.clinic.library.questionnaire.edition
    write(browser, "Begin", "Edition on the paper: 12345678", expecting=422)
    assert browser.has_focus("#errors")
    shot(browser, "papers")
    paper = transcribing.begin(copy.clinic, tess, PaperEdition(edition))
    type_all(copy, tess, paper, but=(3,))
    browser.open("/clinic/paper-forms")
    browser.open(f"/clinic/paper-forms/{paper}")
    shot(browser, "paper-overview")
    browser.follow("3. Heart and blood pressure")
    shot(browser, "paper-part")
    form = browser.page.form("Keep this part and go on")
    form.pick(next(one for one in form.controls if one.label == "Yes, often high"))
    browser.press(form, "Keep this part and go on")
    assert "Now asked" in browser.page.text
    assert browser.has_focus("#now-applies")
    type_all(copy, tess, paper)
    return paper


def settles_and_signs_in(browser):
    browser.open(browser.page.links()[next(one for one in browser.page.links() if one.startswith("Compare"))])
    assert browser.page.h1.endswith("1 place differs")
    shot(browser, "paper-compare")
    while not browser.page.h1.endswith("both say the same"):
        # What follows on the first answer was asked of nobody the second time, and comes next.
        buttons = [button for form in browser.page.forms() for button in form.buttons]
        button = next(one for one in buttons if one.startswith("The first is right"))
        browser.press(browser.page.form(button), button)
    write(browser, "Sign in and send to the clinicians", "Date beside the signature: soon", expecting=422)
    assert browser.has_focus("#errors")
    shot(browser, "paper-sign-in")
    form = browser.page.form("Sign in and send to the clinicians")
    form.fill("Name printed under the signature", "Rosa Doe, her mother")
    form.fill("Date beside the signature", "November 17 2026")
    form.pick(next(one for one in form.controls if one.label.startswith("I have the paper in front of me")))
    browser.press(form, "Sign in and send to the clinicians")
    assert browser.page.h1.endswith("is signed in")


def reads_it(browser):
    browser.follow("Open the form")
    assert "Filled in by a helper: Rosa Doe (“I am her mother”)." in browser.page.text
    assert "Needs an interpreter: K'iche'." in browser.page.text
    assert "From paper, typed in by T. Typist and A. Rivera, NP." in browser.page.text
    shot(browser, "paper-header")
    browser.open("/clinic/")
    assert "Interpreter: K'iche'" in browser.page.text
    shot(browser, "paper-queue")
