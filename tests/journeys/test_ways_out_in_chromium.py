"""Ways out of the form: on paper, to another site at once, signed out on a shared phone, deleted for good."""

import re

import pytest

from intake.services import answering
from journeys.modes import PATIENTS_MODES_OF_RARE_PAGES, READERS, in_make_journeys
from journeys.test_admission_in_chromium import address_of
from pdf import Pdf

pytestmark = [pytest.mark.browser, in_make_journeys]

LEAVE_NOW = (
    '<a class="btn alt sm" href="%(leave_now_address)s" rel="noreferrer">Leave this page now</a><br>It opens '
    "another site. This page stays in the list of pages in your browser."
)
SIGNED_OUT = (
    "Nothing of your form is left in this browser. If you sent it, the clinic has it. If you have four "
    "words, they still open it."
)
ERASED = "Your answers were deleted for good. Your words do not open them any more."


@PATIENTS_MODES_OF_RARE_PAGES
def test_a_patient_signs_out_comes_back_and_deletes_it_all(window, copy, width, scripts, kind):
    pat = window(width, scripts, kind)
    form = pat.open("/").form("Start")
    pat.press(form, "Start")
    page = pat.open(address_of(copy.desk.library.questionnaire, "home_safe"))
    page = pat.press(page.form("Save and finish later"), "Save and finish later")
    phrase, code = re.findall(r"<dd><strong[^>]*>([^<]+)</strong></dd>", pat.tab.content())
    token = next(one["value"] for one in pat.tab.context.cookies() if one["name"] == "intake_patient")

    page = pat.press(page.form("Sign out here"), "Sign out here")
    assert page.h1 == pat.said("Nothing is left here")
    assert page.says(SIGNED_OUT)
    pat.open("/return")
    door = pat.page.form("Open my form")
    door.fill("Your link, or your code", code)
    door.fill("Your four words", phrase)
    page = pat.press(door, "Open my form")
    page = pat.press(page.form("Show my words"), "Show my words")
    page = pat.press(page.form("Delete my answers for good"), "Delete my answers for good")

    assert page.says(ERASED)
    assert answering.find(copy.desk, token) is None


@READERS
@pytest.mark.parametrize("width", [390, 1280])
def test_the_form_is_printed_in_the_language_it_is_read_in(window, copy, width, kind):
    pat = window(width, True, kind)
    pat.open("/help")
    pat.follow("Print the form")
    assert pat.page.h1 == pat.said("The form on paper")
    pat.picture("paper")
    pat.follow("Show it in large print")
    pat.follow("Show it in normal print")

    found = Pdf(pat.tab.pdf(prefer_css_page_size=True))

    asked = copy.desk.library.questionnaire
    for question in ("first_name", "takes_medicines", "recent_bp_reading", "home_safe"):
        assert found.says(pat.question_in(asked, question)), question
    # A published instrument is in its publisher's words, whoever reads it.
    assert found.says(asked.question("phq9_9").ask)
    assert not found.says(pat.said("The form on paper")), "what is about printing is not printed"


@READERS
@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1280, True)])
def test_where_home_is_asked_about_one_press_leads_to_another_site(window, copy, width, scripts, kind):
    pat = window(width, scripts, kind)
    elsewhere = copy.settings.leave_now_address
    pat.tab.context.route(
        f"{elsewhere}**", lambda route: route.fulfill(body="Sunny", content_type="text/html")
    )
    pat.press(pat.open("/").form("Start"), "Start")
    page = pat.open(address_of(copy.desk.library.questionnaire, "home_safe"))
    leave_now = pat.reader.said_in_link(LEAVE_NOW)
    assert page.links()[leave_now] == elsewhere

    with pat.tab.expect_navigation():
        pat._activate(pat.tab.get_by_role("link", name=leave_now))

    assert pat.tab.url == elsewhere
    (asked,) = pat.strangers
    assert asked == elsewhere, "nothing goes along"
