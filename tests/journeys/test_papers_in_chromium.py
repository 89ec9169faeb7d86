"""Papers and exports in Chromium: what a person makes of a form at a desk or on a phone, and prints."""

import json
import zipfile

import pytest

from copies import PASSWORD, staff
from intake.domain.permissions import Role
from journeys.chromium import Chromium
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from journeys.test_in_chromium import REVIEWED, send, write
from pdf import Pdf

pytestmark = pytest.mark.browser

NAME = "Darnell Whitaker, 52"


@pytest.fixture
def dana(copy, window):
    """Opens a window with Dana at the queue: clinician and administrator, with one form to read."""
    staff(copy.clinic, "dana", "D. Both, MD", Role.CLINICIAN, Role.ADMINISTRATOR)
    send(copy, REVIEWED)

    def at_the_queue(width, scripts, kind=Chromium):
        browser = window(width, scripts, kind)
        browser.open("/clinic/sign-in")
        write(browser, "Sign in", "Username: dana", f"Password: {PASSWORD}")
        return browser

    return at_the_queue


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_papers_and_exports_are_made(dana, width, scripts, kind):
    browser = dana(width, scripts, kind)
    browser.follow(NAME)
    addresses = browser.page.links()

    browser.follow("Copy for the patient")
    assert browser.page.h1 == "Copy of your answers"
    browser.open(addresses["Who opened this form"])
    assert "A clinician" in browser.page.text
    browser.picture("access")
    browser.open(addresses["Export as a file"])
    exports_one(browser)
    exports_many(browser)


def exports_one(browser):
    """Nothing chosen at first, then a document."""
    browser.press(browser.page.form("Export"), "Export", expecting=(422,))
    assert browser.has_focus("#errors")
    form = browser.page.form("Export")
    form.pick(next(one for one in form.controls if one.label.startswith("JSON")))
    got = browser.download(form, "Export")
    assert got.suggested_filename.startswith("form-HL-")
    assert json.loads(got.path().read_bytes())["format"] == "intake submission"


def exports_many(browser):
    """A wrong password at first; what was typed is still there."""
    browser.open("/clinic/exports")
    browser.picture("export")
    asked = ("Sent from: 2026-11-01", "Sent until: 2026-11-30", "What the export is for: A study")
    write(browser, "Export", *asked, "Your password: not it", expecting=422)
    assert browser.has_focus("#errors")
    form = browser.page.form("Export")
    form.fill("Your password", PASSWORD)
    with zipfile.ZipFile(browser.download(form, "Export").path()) as folder:
        assert len(json.loads(folder.read("manifest.json"))["submissions"]) == 1


def test_a_form_is_printed_as_a_record_and_not_as_a_screen(dana):
    tab = dana(1280, scripts=False).tab
    tab.get_by_role("link", name=NAME).click()
    tab.emulate_media(media="print", color_scheme="dark")
    colors = "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
    dark = tab.evaluate(colors)

    found = Pdf(tab.pdf(prefer_css_page_size=True, print_background=True))

    assert tab.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    tab.emulate_media(media="print", color_scheme="light")
    assert tab.evaluate(colors) == dark
    rows = "[...document.querySelectorAll('#main .rows > div')].map(one => getComputedStyle(one).breakInside)"
    assert set(tab.evaluate(rows)) == {"avoid"}
    for number, page in enumerate(found.pages, 1):
        assert "Confidentialhealthrecord" in "".join(page.split())
        assert f"{number}of{len(found.pages)}" in "".join(page.split())
    for words in (NAME, "All answers", "Not acknowledged yet", "Signed by the patient"):
        assert found.says(words), words
    on_screen = ("Sign out", "Safety log", "Go to sign-off", "Was this flag useful", "Export as a file")
    # What is looked for stands on the screen, and would be found there.
    assert all(words in tab.content() for words in (*on_screen, "https://"))
    for words in (*on_screen, "Back to", "Add a note", "https://", "Skip to"):
        assert not found.says(words), words
