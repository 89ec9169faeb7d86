"""Time-outs as somebody meets them: the question whether they are there, Back and Forward, two tabs."""

import time
from datetime import timedelta

import pytest

import sending
from intake.domain.answers import Chosen
from intake.services import answering, returning
from intake.storage import submissions
from journeys.modes import (
    ALL_JOURNEYS,
    PATIENTS_MODES,
    PATIENTS_MODES_IN_BOTH_LANGUAGES,
    PATIENTS_MODES_OF_RARE_PAGES,
    READERS,
)
from web.looking import follow, look

pytestmark = pytest.mark.browser

KEPT = "We kept what you typed here. It is not saved as your answer until you press Continue."
HELD = (
    "<strong>We hold the page you just sent for %(minutes)s minutes.</strong> Open your form again in "
    "that time, with your link or code and your four words. Then you find the page filled in."
)
EMPTY = "Your list is empty. You can add a medicine, or press Continue again to skip."


@pytest.fixture
def at(copy, window):
    """Opens Pat's form at a question, in a window; a form with a way back, and answers to every page."""

    def open_at(question, width=390, scripts=True, kind=None, *, begun=False, words=True):
        made = window(width, scripts, *([kind] if kind else []))
        pat = sending.fill_in(copy.desk) if begun else answering.start(copy.desk)
        if words:
            returning.keep_open(copy.desk, pat)
        made.tab.context.add_cookies([{"name": "intake_patient", "value": pat, "url": made._site}])
        made.pat = pat
        made.open(address(copy, question) if question else "/check")
        return made

    return open_at


def address(copy, question):
    for number, part in enumerate(copy.desk.library.questionnaire.parts, start=1):
        for at, page in enumerate(part.pages, start=1):
            if any(one.id == question for one in page.questions):
                return f"/f/{number}/{at}"
    raise KeyError(question)


def draft_of(copy, made):
    return answering.find(copy.desk, made.pat)


def leave_alone(copy):
    copy.clock.at += timedelta(minutes=copy.settings.patient_idle_minutes + 1)


@READERS
def test_somebody_who_is_there_is_asked_and_goes_on(copy, at, kind):
    made = at("reasons_more", kind=kind)
    page = made.tab
    page.clock.install()
    page.reload()
    page.locator("textarea").fill("It began last")
    page.clock.run_for(53 * 60_000)
    assert page.get_by_role("dialog").count() == 0
    copy.clock.at += timedelta(minutes=54)
    with page.expect_request("**/keep"):
        page.clock.run_for(61_000)
    dialog = page.get_by_role("dialog", name=made.said("Are you still there?"))
    dialog.wait_for()
    look(page)
    made.look()

    with page.expect_response("**/stay") as stayed:
        dialog.get_by_role("button", name=made.said("Keep going")).click()
    assert stayed.value.status == 204
    dialog.wait_for(state="hidden")
    assert page.locator("textarea").input_value() == "It began last"
    # Ten minutes later the form is still open: without the press it would be closed by now.
    copy.clock.at += timedelta(minutes=10)
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    assert draft_of(copy, made).answers.value("reasons_more").words == "It began last"


@pytest.mark.skipif(not ALL_JOURNEYS, reason="of one key; with all the journeys")
@READERS
def test_escape_says_the_same_as_the_button(copy, at, kind):
    page = at("pregnancy", kind=kind).tab
    page.clock.install()
    page.reload()
    page.clock.run_for(54 * 60_000 + 5_000)
    page.get_by_role("dialog").wait_for()
    with page.expect_response("**/stay"):
        page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")


@READERS
def test_nobody_there_the_answers_leave_the_screen_and_come_back_with_the_words(copy, at, kind):
    made = at("reasons_more", kind=kind)
    page, way = made.tab, returning.kept(copy.desk, made.pat).way
    page.clock.install()
    page.reload()
    page.locator("textarea").fill("It began last")
    copy.clock.at += timedelta(minutes=54)
    with page.expect_response("**/keep"):
        page.clock.run_for(54 * 60_000 + 5_000)
    page.get_by_role("dialog").wait_for()
    copy.clock.at += timedelta(minutes=7)
    with page.expect_navigation():
        page.clock.run_for(6 * 60_000 + 6_000)
    out = made.said("We signed you out to keep your answers private")
    assert page.get_by_role("heading", level=1).inner_text() == out
    assert "It began" not in page.content()
    look(page)
    made.look()

    come_back(made, way)
    made.open(address(copy, "reasons_more"))
    assert page.locator("textarea").input_value() == "It began last"
    assert page.get_by_text(made.said(KEPT)).is_visible()
    look(page)
    made.look()


@pytest.mark.skipif(not ALL_JOURNEYS, reason="the script is tried above; with all the journeys")
@pytest.mark.parametrize("width", [390, 1280])
@READERS
def test_nobody_there_and_no_words_yet_the_answers_leave_the_screen_and_wait(copy, at, width, kind):
    made = at("reasons_more", width, kind=kind, words=False)
    page = made.tab
    page.clock.install()
    page.reload()
    page.locator("textarea").fill("It began last")
    copy.clock.at += timedelta(minutes=61)
    page.clock.run_for(54 * 60_000 + 5_000)
    page.get_by_role("dialog").wait_for()
    with page.expect_navigation():
        page.clock.run_for(6 * 60_000 + 6_000)
    assert page.url.endswith("/away")
    assert "It began" not in page.content()
    made.look()

    # The next morning.
    copy.clock.at += timedelta(hours=14)
    follow(page.get_by_role("link", name=made.said("Keep going")))
    made.open(address(copy, "reasons_more"))
    assert page.locator("textarea").input_value() == "It began last"


def come_back(made, way):
    made.open("/return")
    made.tab.get_by_label(made.said("Your link, or your code")).fill(way.code)
    made.tab.get_by_label(made.said("Your four words")).fill(way.phrase)
    follow(made.tab.get_by_role("button", name=made.said("Open my form")))


def until(true):
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass in ten seconds")


@READERS
def test_a_page_that_is_hidden_is_kept(copy, at, kind):
    made = at("reasons_more", kind=kind)
    made.tab.locator("textarea").fill("It began last")
    # A link leads away: the page is hidden, as when somebody turns to another app.
    follow(made.tab.get_by_role("link", name=made.said("Privacy")))
    # Nobody sees an answer to what a page sends when it is left, this test neither.
    until(lambda: draft_of(copy, made).unfinished)
    made.open(address(copy, "reasons_more"))

    assert made.tab.locator("textarea").input_value() == "It began last"
    assert draft_of(copy, made).answers.get("reasons_more") is None


@PATIENTS_MODES_IN_BOTH_LANGUAGES
def test_a_page_sent_after_a_sign_out_is_there_after_coming_back(copy, at, width, scripts, kind):
    made = at("pregnancy", width, scripts, kind)
    page, way = made.tab, returning.kept(copy.desk, made.pat).way
    page.locator('[value="trying"]').check()
    leave_alone(copy)
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    assert page.get_by_text(made.said(HELD, minutes=15).partition(".")[0]).is_visible()
    made.look()
    follow(page.get_by_role("link", name=made.said("Open my form again")))
    come_back(made, way)

    assert page.url.endswith(address(copy, "pregnancy"))
    assert page.locator('[value="trying"]').is_checked()
    made.look()
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    copy.clock.at += timedelta(seconds=1)
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "intake_patient")
    assert answering.find(copy.desk, token).answers.value("pregnancy") == Chosen("trying")


@PATIENTS_MODES_OF_RARE_PAGES
def test_two_tabs_are_told_apart(copy, at, width, scripts, kind):
    made = at("pregnancy", width, scripts, kind)
    other = made.another_tab()
    other.open(address(copy, "pregnancy"))
    for tab, choice in ((made.tab, "no"), (other.tab, "trying")):
        tab.locator(f'[value="{choice}"]').check()
        follow(tab.get_by_role("button", name=made.said("Continue"), exact=True))

    assert other.tab.get_by_role("heading", name=made.said("Which one is right?")).is_visible()
    other.look()
    follow(other.tab.get_by_role("button", name=made.said("Continue"), exact=True))
    assert other.tab.title().startswith("Error: ")
    other.look()
    other.tab.get_by_label(made.said("Saved from somewhere else")).check()
    follow(other.tab.get_by_role("button", name=made.said("Continue"), exact=True))
    assert draft_of(copy, made).answers.value("pregnancy") == Chosen("no")


@PATIENTS_MODES_OF_RARE_PAGES
def test_back_and_forward_show_the_pages_as_they_are(copy, at, width, scripts, kind):
    made = at("date_of_birth", width, scripts, kind)
    page = made.tab
    page.get_by_label(made.said("Month"), exact=True).fill(made.reader.voice.month(6))
    page.get_by_label(made.said("Day"), exact=True).fill("31")
    page.get_by_label(made.said("Year"), exact=True).fill("1988")
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    assert page.title().startswith("Error: ")
    page.get_by_label(made.said("Day"), exact=True).fill("30")
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    onward = page.url
    page.go_back()
    assert page.url.endswith(address(copy, "date_of_birth"))
    assert page.get_by_label(made.said("Day"), exact=True).input_value() == "30"
    assert not page.title().startswith("Error: ")
    page.go_forward()

    assert page.url == onward
    assert page.get_by_role("heading", level=1).count() == 1


@PATIENTS_MODES
def test_back_after_a_mistake_in_the_signature_leads_to_what_was_sent(copy, at, width, scripts, kind):
    made = at("", width, scripts, kind, begun=True)
    page = made.tab
    follow(page.get_by_role("link", name=made.said("Go on to sign")))
    page.get_by_label(made.said("Type your full name")).fill("Pat Doe")
    follow(page.get_by_role("button", name=made.said("Sign and send to the clinic")))
    assert page.title().startswith("Error: ")
    assert page.get_by_label(made.said("Type your full name")).input_value() == "Pat Doe"
    made.look()
    page.get_by_role("checkbox").check()
    # Pressed twice: once is sent.
    with page.expect_navigation():
        page.get_by_role("button", name=made.said("Sign and send to the clinic")).dblclick()
    page.wait_for_url("**/sent")
    page.go_back()

    assert page.url.endswith("/sent")
    assert page.get_by_role("heading", name=made.said("We got your answers. Thank you.")).is_visible()
    with copy.desk.database.read() as session:
        assert len(submissions.ids(session)) == 1


@pytest.mark.skipif(not ALL_JOURNEYS, reason="of the list of medicines; with all the journeys")
@READERS
def test_back_to_the_list_of_medicines_never_asks_to_send_it_again(copy, at, kind):
    made = at("takes_medicines", kind=kind)
    page = made.tab
    page.locator('[name="takes_medicines"][value="yes"]').check()
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    made.open(address(copy, "medicines"))
    # The second page is the answer to a form: Back leads to it.
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    assert page.get_by_text(made.said(EMPTY)).is_visible()
    follow(page.get_by_role("button", name=made.said("Continue"), exact=True))
    page.go_back()

    assert page.url.endswith(address(copy, "medicines"))
    assert page.get_by_label(made.said("What is the medicine called?")).is_visible()
