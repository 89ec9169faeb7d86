"""After sending: a patient keeps a copy, asks for deletion, clears the browser; a clinician sees to it."""

from urllib.parse import urlsplit

import pytest

from copies import PASSWORD, staff
from exchanging import FORM, LIBRARY
from intake.domain.permissions import Role
from intake.services import answering
from journeys.modes import PATIENTS_MODES_OF_RARE_PAGES, in_make_journeys
from pdf import Pdf
from sending import fill_in

pytestmark = pytest.mark.browser

TAKE_BACK = 'You can <a href="%(address)s">take back your consent, or ask us to delete your form</a>.'
WORDS = "I do not want to go on with this."


@pytest.fixture
def content():
    """A short form: every page of it is looked at."""
    return LIBRARY


@in_make_journeys
@PATIENTS_MODES_OF_RARE_PAGES
def test_a_patient_asks_for_deletion_and_a_clinician_sees_to_it(window, copy, width, scripts, kind):
    token = fill_in(copy.desk, FORM)
    reference = answering.send(copy.desk, token, "Quetzal Doe").reference
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    pat, alice = window(width, scripts, kind), window(width, scripts, kind)
    pat.tab.context.add_cookies([{"name": "intake_patient", "value": token, "url": pat._site}])

    keeps_a_copy(pat, reference)
    asks(pat)
    clears(pat, reference)
    sees_to_it(alice, reference)


def keeps_a_copy(pat, reference):
    pat.open("/sent")
    if pat._scripts:
        with pat.tab.expect_download() as arrived:
            pat._activate(pat.tab.get_by_role("link", name=pat.said("Get a copy (PDF)")))
        found = Pdf(arrived.value.path().read_bytes())
        assert arrived.value.suggested_filename == f"copy-{reference}.pdf"
        assert found.says("Do you have high blood pressure?")
        assert not found.says("Cannot tell")
    pat.follow("Open it as a page to print")
    assert pat.page.h1 == pat.said("Copy of your answers")
    pat.follow("Back")


def asks(pat):
    page = pat.follow(pat.reader.said_in_link(TAKE_BACK))
    page = pat.press(page.form("Send this to the clinic"), "Send this to the clinic", expecting=(422,))
    assert pat.has_focus("#errors")
    form = page.form("Send this to the clinic")
    form.choose("Delete what I sent.")
    form.fill("Do you want to say more? (optional)", WORDS)
    page = pat.press(form, "Send this to the clinic")
    assert page.h1 == pat.said("We got what you asked for")


def clears(pat, reference):
    page = pat.open("/sent")
    page = pat.press(page.form("Sign out and clear this page"), "Sign out and clear this page")
    assert page.h1 == pat.said("Nothing is left here")
    # The address of the thanks leads to the first page now.
    assert reference not in pat.open("/sent").text
    assert urlsplit(pat.tab.url).path == "/"


def sees_to_it(alice, reference):
    page = alice.open("/clinic/sign-in")
    form = page.form("Sign in")
    form.fill("Username", "alice")
    form.fill("Password", PASSWORD)
    page = alice.press(form, "Sign in")
    assert "Asked for deletion" in page.text
    page = alice.follow("Requests")
    assert WORDS in page.text
    alice.unfold(f"Say what came of it: {reference}")
    form = alice.page.form(f"Record what came of {reference}")
    form.pick(next(one for one in form.controls if one.label == "Not possible"))
    form.fill("How it was done, or why it is not possible", "It has to be kept. The clinic does not use it.")
    page = alice.press(form, f"Record what came of {reference}")
    form = page.form(f"Record that they know, {reference}")
    form.pick(next(one for one in form.controls if one.label == "By phone"))
    page = alice.press(form, f"Record that they know, {reference}")
    assert "Closed (1)" in page.text
