"""Feedback, the safety log and the figures in Chromium: on a phone without scripts, and at a desk."""

import os
from pathlib import Path

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from journeys.modes import in_make_journeys
from web.clinic.conftest import PASSWORD
from web.looking import follow, look, served

pytestmark = pytest.mark.browser

# Where pictures are kept for people to look at; none are taken when it is not set.
PICTURES = os.environ.get("INTAKE_PICTURES", "")


@pytest.fixture
def address(site):
    with served(DispatcherMiddleware(Response(status=404), {"/clinic": site})) as root:
        yield f"{root}/clinic"


@pytest.fixture
def visit(browser, address):
    """A window of this width in which somebody has signed in; no script runs in it."""
    windows = []

    def signed_in(username, width):
        window = browser.new_context(
            viewport={"width": width, "height": 844}, java_script_enabled=False, reduced_motion="reduce"
        )
        windows.append(window)
        window.set_default_timeout(10_000)
        page = window.new_page()
        page.goto(f"{address}/sign-in")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        follow(page.get_by_role("button", name="Sign in"))
        return page

    yield signed_in
    for window in windows:
        window.close()


def picture(page, name, width=None):
    if width:
        page.set_viewport_size({"width": width, "height": 844})
    if PICTURES:
        page.emulate_media(color_scheme="light")
        page.screenshot(path=Path(PICTURES) / f"feedback-{name}.png", full_page=True)


def test_feedback_is_given_on_a_phone_without_scripts_and_read_in_the_log(visit, sent, address):
    submission = sent()
    phone = visit("alice", 390)
    phone.goto(f"{address}/submissions/{submission}")

    flag = phone.locator("#flag-1")
    flag.get_by_text("Was this flag useful?").click()
    follow(flag.get_by_role("button", name="Wrong"))
    assert phone.get_by_role("link", name="Say what is wrong with this flag").is_visible()
    picture(phone, "refused-390")
    flag.get_by_label("In your words").fill("He was never treated for that")
    follow(flag.get_by_role("button", name="Wrong"))
    assert flag.get_by_text("Wrong, says A. Rivera, NP").is_visible()
    phone.get_by_text("A flag is missing").click()
    phone.get_by_label("What should have been pointed out?").fill("Her tremor")
    picture(phone, "given-390")
    follow(phone.get_by_role("button", name="Write to the safety log"))

    follow(phone.get_by_role("link", name="Safety log"))
    assert phone.locator("article").count() == 2
    phone.get_by_text("Close this entry").first.click()
    phone.get_by_label("What came of it?").first.fill("The rule was mended")
    follow(phone.get_by_role("button", name="Close").first)
    assert phone.get_by_role("heading", name="Open (1)").is_visible()
    picture(phone, "log-390")


@in_make_journeys
def test_the_pages_keep_nobody_out(context, address, sent, signed_in):
    submission = sent()
    alice = signed_in("alice")
    alice.open(f"/submissions/{submission}")
    for words in ("Her tremor", "Her thyroid"):
        alice.send(f"/submissions/{submission}/missing", note=words)
    alice.send(f"/safety-log/{submission}", entry="1", note="A rule was written")
    dana = context.new_page()
    dana.goto(f"{address}/sign-in")
    dana.get_by_label("Username").fill("dana")
    dana.get_by_label("Password").fill(PASSWORD)
    follow(dana.get_by_role("button", name="Sign in"))

    dana.goto(f"{address}/submissions/{submission}")
    dana.locator("summary").evaluate_all("all => all.forEach(one => { one.parentElement.open = true })")
    look(dana)
    follow(dana.get_by_role("link", name="Safety log"))
    dana.get_by_text("Close this entry").click()
    look(dana)
    picture(dana, "log-1280", 1280)
    follow(dana.get_by_role("link", name="Rules"))
    follow(dana.get_by_role("link", name="Figures: what comes of each rule"))
    look(dana)
    picture(dana, "figures-1280", 1280)
    picture(dana, "figures-390", 390)
    # A wide table is moved with the keyboard too.
    table = dana.get_by_role("region", name="Table of the rules")
    table.focus()
    before = table.evaluate("one => one.scrollLeft")
    dana.keyboard.press("ArrowRight")
    moved = (table.evaluate("one => one.scrollLeft") for _ in _waiting(dana))
    assert any(now > before for now in moved)


def _waiting(page):
    """Scrolling takes a moment: two seconds at most, looked at every twentieth."""
    for _ in range(40):
        page.wait_for_timeout(50)
        yield
