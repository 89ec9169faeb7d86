"""The clinic's pages in Chromium: a form read, acknowledged and signed."""

import threading

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from browser import axe, describe
from intake.domain.answers import MedicineEntry, MedicineList, answered
from web.clinic.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def address(site):
    """Where the site answers; only this test's browser knows."""
    app = DispatcherMiddleware(Response(status=404), {"/clinic": site})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/clinic"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(context, address):
    """Alice at her desk, signed in."""
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def look(page):
    """Nothing keeps anybody out of the page, in light and dark, and nothing runs off its side."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe(page)
        assert not found, f"{page.url} {scheme}\n{describe(found)}"
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{page.url} is {wide} pixels wide in a window of {width}"


def test_a_form_is_read_acknowledged_and_signed(desk, sent):
    sent()
    desk.reload()
    look(desk)
    desk.get_by_role("link", name="Pat Doe, 38").click()
    look(desk)

    while (buttons := desk.get_by_role("button", name="Acknowledge")).count():
        first = desk.get_by_role("article").filter(has=buttons.first).first
        first.get_by_text("Add a note").click()
        first.get_by_label("Note (optional)").fill("Seen")
        buttons.first.click()
    desk.get_by_role("link", name="Go to sign-off").click()
    look(desk)
    desk.get_by_label("Note for the record (optional)").fill("Discussed at the visit")
    desk.get_by_label("Your password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign off as A. Rivera, NP").click()

    assert desk.get_by_text("Note: Discussed at the visit").count() == 1
    look(desk)
    desk.get_by_role("link", name="History").click()
    look(desk)


def test_a_list_of_medicines_keeps_nobody_out(desk, sent):
    entries = (
        MedicineEntry("Nardil", "15 mg", "3 or more times a day", True, "In the last 2 weeks", "nardel"),
        MedicineEntry("nardyl"),
        MedicineEntry(f"sunrise {'x' * 190}"),
        MedicineEntry("", "a white pill", named=False),
    )
    sent(takes="yes", medicines=answered(MedicineList(entries)))
    desk.reload()
    desk.get_by_role("link", name="Pat Doe, 38").click()

    assert desk.locator("#answer-medicines li").count() == 4
    look(desk)


def test_the_pages_of_accounts_keep_nobody_out(context, address):
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    look(page)
    page.get_by_label("Username").fill("dana")
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Sign in").click()
    assert page.evaluate("document.activeElement.id") == "errors"
    look(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    for name in ("Staff", "Password"):
        page.get_by_role("link", name=name, exact=True).click()
        look(page)


def test_printed_the_page_holds_every_rule_and_no_button(desk, sent):
    sent()
    desk.reload()
    desk.get_by_role("link", name="Pat Doe, 38").click()

    desk.emulate_media(media="print")

    assert desk.get_by_text("Not acknowledged yet").first.is_visible()
    assert not desk.get_by_role("button", name="Acknowledge").first.is_visible()
    assert not desk.get_by_role("link", name="Go to sign-off").is_visible()
    assert desk.get_by_text("What the rules do not cover").is_visible()


def test_the_rare_pages_keep_nobody_out(desk, sent, address):
    """A conflict, a form nobody has, a link used up, a visit that ended, too many wrong passwords."""
    submission = sent()
    desk.goto(f"{address}/submissions/00000000-0000-0000-0000-000000000000")
    look(desk)
    desk.goto(f"{address}/staff")  # a clinician is no administrator
    look(desk)
    desk.goto(f"{address}/setup/no-such-link")
    look(desk)

    desk.goto(f"{address}/submissions/{submission}")
    desk.locator("input[name=flag]").first.evaluate("one => { one.value = '0' }")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Acknowledge").first.click()
    assert "no longer stands" in desk.content()
    look(desk)

    desk.goto(f"{address}/submissions/{submission}")
    desk.context.clear_cookies(name="intake_clinic")
    with desk.expect_navigation():
        desk.get_by_role("button", name="Acknowledge").first.click()
    look(desk)

    for _ in range(11):
        desk.goto(f"{address}/sign-in")
        desk.get_by_label("Username").fill("alice")
        desk.get_by_label("Password").fill("not her password at all")
        with desk.expect_navigation():
            desk.get_by_role("button", name="Sign in").click()
    look(desk)
