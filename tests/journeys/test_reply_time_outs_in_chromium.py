"""A reply that is left alone: its page asks whether somebody is there, and what was typed comes back."""

from datetime import timedelta

import pytest

from copies import staff
from exchanging import LIBRARY, Exchange, sent_to
from intake.domain.permissions import Role
from intake.services import replying
from journeys.modes import ALL_JOURNEYS, PATIENTS_MODES_OF_RARE_PAGES, READERS
from web.looking import follow, look

pytestmark = pytest.mark.browser

CLOSED = "We closed this page to keep your answers private"
KEPT = "We kept what you typed here. It is not saved as your answer until you press Continue."
WORDS = "Since last winter."


@pytest.fixture
def content():
    """A short form."""
    return LIBRARY


@pytest.fixture
def exchange(copy) -> Exchange:
    return sent_to(copy, staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN))


def opens(made, exchange, link):
    """Typed in by hand; how a link fills it in is tried in ``test_asking_in_chromium``."""
    made.open("/reply")
    made.tab.get_by_label(made.said("The link from the clinic")).fill(link)
    made.tab.get_by_label(made.said("Your reference")).fill(exchange.reference)
    follow(made.tab.get_by_role("button", name=made.said("Open my message")))


def draft(copy, made):
    token = next(one["value"] for one in made.tab.context.cookies() if one["name"] == "intake_reply")
    return replying.find(copy.desk, token, attended=False).draft


@PATIENTS_MODES_OF_RARE_PAGES
def test_a_page_sent_too_late_is_there_after_opening_the_message_again(
    window, copy, exchange, width, scripts, kind
):
    made, link = window(width, scripts, kind), exchange.asks("Is it still so?").link
    opens(made, exchange, link)
    made.look()
    made.tab.locator("textarea").fill(WORDS)
    copy.clock.at += timedelta(minutes=61)
    follow(made.tab.get_by_role("button", name=made.said("Continue"), exact=True))
    assert made.tab.get_by_role("heading", level=1).inner_text() == made.said(CLOSED)
    assert WORDS not in made.tab.content()
    made.look()
    follow(made.tab.get_by_role("link", name=made.said("Open my message again")))
    opens(made, exchange, link)

    assert made.tab.locator("textarea").input_value() == WORDS
    assert made.tab.get_by_text(made.said(KEPT)).is_visible()
    made.look()
    follow(made.tab.get_by_role("button", name=made.said("Continue"), exact=True))
    assert draft(copy, made).words == WORDS


@pytest.mark.skipif(
    not ALL_JOURNEYS, reason="the script is tried on the pages of a form; with all the journeys"
)
@READERS
def test_somebody_is_asked_goes_on_and_is_signed_out_when_nobody_is_there(window, copy, exchange, kind):
    made, link = window(390, True, kind), exchange.asks("Is it still so?").link
    made.tab.clock.install()
    opens(made, exchange, link)
    page = made.tab
    page.locator("textarea").fill("Since last")
    copy.clock.at += timedelta(minutes=54)
    with page.expect_response("**/reply/keep/question"):
        page.clock.run_for(54 * 60_000 + 5_000)
    dialog = page.get_by_role("dialog", name=made.said("Are you still there?"))
    dialog.wait_for()
    look(page)
    made.look()
    with page.expect_response("**/reply/stay") as stayed:
        dialog.get_by_role("button", name=made.said("Keep going")).click()
    assert stayed.value.status == 204
    dialog.wait_for(state="hidden")

    page.locator("textarea").fill(WORDS)
    copy.clock.at += timedelta(minutes=54)
    with page.expect_response("**/reply/keep/question"):
        page.clock.run_for(54 * 60_000 + 5_000)
    dialog.wait_for()
    copy.clock.at += timedelta(minutes=7)
    with page.expect_navigation():
        page.clock.run_for(6 * 60_000 + 6_000)
    assert page.get_by_role("heading", level=1).inner_text() == made.said(CLOSED)
    assert "Since last" not in page.content()
    look(page)
    made.look()
    opens(made, exchange, link)
    assert page.locator("textarea").input_value() == WORDS
