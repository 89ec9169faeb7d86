"""The patient's pages in Chromium, with scripts off where that could matter."""

import pytest

from intake.web.patient.site import create_patient_site
from web.looking import follow, look, served

pytestmark = pytest.mark.browser


@pytest.fixture
def address(desk):
    with served(create_patient_site(desk)) as address:
        yield address


@pytest.fixture
def at(desk, browser_of_pat):
    """Opens the page of a question."""
    places = {
        question.id: f"/f/{part_number}/{number}"
        for part_number, part in enumerate(desk.library.questionnaire.parts, start=1)
        for number, page in enumerate(part.pages, start=1)
        for question in page.questions
    }

    def open_page(question):
        browser_of_pat.goto(f"{browser_of_pat.site}{places[question]}")
        return browser_of_pat

    return open_page


@pytest.fixture
def browser_of_pat(context, address):
    """Chromium, in which Pat has pressed Start."""
    page = context.new_page()
    page.site = address
    page.goto(address)
    look(page)
    follow(page.get_by_role("button", name="Start"))
    return page


def go_on(page):
    follow(page.get_by_role("button", name="Continue"))


def test_pages_of_every_kind_keep_nobody_out(at, browser_of_pat):
    look(browser_of_pat)
    for question in ("first_name", "height", "reasons", "heart_conditions", "pregnancy", "phq9_1", "asq_1"):
        look(at(question))


def test_what_is_to_be_checked_is_where_the_reader_is(at):
    page = at("date_of_birth")
    page.get_by_label("Month").fill("June")
    page.get_by_label("Day").fill("31")
    page.get_by_label("Year").fill("1988")
    go_on(page)

    page.locator("#errors:focus").wait_for()
    look(page)
    page.get_by_role("link", name="There is no June 31. Check the day").click()
    assert page.url.endswith("#date_of_birth-day")


def test_an_improbable_height_is_asked_about(at):
    page = at("height")
    page.get_by_label("Feet", exact=True).fill("8")
    go_on(page)
    look(page)
    follow(page.get_by_role("button", name="Change it"))

    assert page.get_by_label("Feet", exact=True).input_value() == "8"


def test_the_list_of_medicines(at):
    page = at("takes_medicines")
    page.locator('[name="takes_medicines"][value="yes"]').check()
    go_on(page)
    page = at("medicines")
    page.get_by_label("What is the medicine called?").fill("Sertraline")
    # The Enter key adds, and does not go on with half a list.
    page.keyboard.press("Enter")
    page.get_by_text("You have added 1 medicine").wait_for()
    look(page)

    follow(page.get_by_role("button", name="Remove Sertraline"))
    look(page)
    follow(page.get_by_role("button", name="Yes, remove it"))
    look(page)
    assert page.get_by_text("We took Sertraline off your list.").is_visible()


def test_the_safety_page_keeps_nobody_out(at):
    page = at("safe_right_now")
    page.locator('[name="safe_right_now"][value="no"]').check()
    go_on(page)

    assert page.get_by_role("heading", name="Help is here right now").is_visible()
    # The first lines to call are on the first screen of a phone.
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.get_by_role("link", name="Call 911").bounding_box()["y"] < 844
    look(page)


def test_the_pages_around_the_form_keep_nobody_out(browser_of_pat):
    for path in ("/later", "/help", "/privacy", "/no-such-page"):
        browser_of_pat.goto(f"{browser_of_pat.site}{path}")
        look(browser_of_pat)


def test_checking_and_sending_keep_nobody_out(context, address, ready, desk):
    cookie = {"name": "intake_patient", "value": ready.token, "url": address}
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"{address}/check")
    look(page)
    follow(page.get_by_role("link", name="Go on to sign"))
    look(page)
    follow(page.get_by_role("button", name="Sign and send to the clinic"))
    page.locator("#errors:focus").wait_for()
    page.get_by_label("I have read this page and I agree").check()
    page.get_by_label("Type your full name").fill("Pat Doe")
    follow(page.get_by_role("button", name="Sign and send to the clinic"))
    assert page.get_by_role("heading", name="We got your answers. Thank you.").is_visible()
    look(page)


def test_without_scripts_a_box_opens_under_its_choice(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    follow(page.get_by_role("button", name="Start"))
    page.goto(f"{address}/f/3/1")
    top = page.get_by_label("Top number")

    assert not top.is_visible()
    page.get_by_label("Yes, I have a reading").check()
    assert top.is_visible()
    top.fill("96")
    page.get_by_label("Bottom number").fill("158")
    go_on(page)
    page.locator("#errors:focus").wait_for()
    context.close()


def test_the_pages_of_refusals_keep_nobody_out(at, browser_of_pat, address):
    browser_of_pat.goto(f"{address}/nowhere")
    look(browser_of_pat)

    page = at("pregnancy")
    page.context.clear_cookies(name="intake_patient_page")
    with page.expect_navigation():
        go_on(page)
    # Nothing is lost by it: the page comes back.
    assert (
        page.get_by_role("heading", level=1).inner_text()
        == "Are you pregnant, could you be, or are you trying to be?"
    )
    look(page)

    page.context.add_cookies([{"name": "intake_patient", "value": "x" * 43, "url": address}])
    page.goto(f"{address}/form")
    look(page)
