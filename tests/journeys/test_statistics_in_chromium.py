"""Bob, an administrator, reads the statistics: pictures and tables, on a desk, a phone, and on paper."""

from datetime import timedelta

import pytest

import sending
from copies import NOON, PASSWORD, staff
from intake.domain.permissions import Role
from intake.services import answering
from journeys.modes import MODES
from web.looking import look

pytestmark = pytest.mark.browser

# How far the words of a picture run out of it, in pixels; letters may lean over by one.
_RUN_OVER = """() => Math.max(...[...document.querySelectorAll('.plot text')].map(
    one => one.getBoundingClientRect().right - one.closest('.plot').getBoundingClientRect().right))"""


@pytest.fixture
def bob(copy):
    """A clinic with a month of forms, and some that people left."""
    for place in range(20):
        copy.clock.at = NOON - timedelta(days=28 if place < 10 else 3)
        sending.send_at_once(copy.desk, sending.PAT if place < 12 else sending.PAT + ", aneurysm: no")
    copy.clock.at = NOON
    for _ in range(12):
        answering.start(copy.desk)
    return staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)


@MODES
def test_the_statistics_are_read_as_pictures_and_as_tables(window, bob, width, scripts, kind):
    browser = window(width, scripts, kind)
    browser.open("/clinic/sign-in")
    form = browser.page.form("Sign in")
    form.fill("Username", bob.username)
    form.fill("Password", PASSWORD)
    browser.press(form, "Sign in")
    browser.follow("Statistics")
    browser.follow("Last 30 days")

    assert "20 of 20" in browser.page.text
    browser.unfold("As a table: Forms received, every 4 weeks")
    table = browser.tab.get_by_role("region", name="Table: Forms received, every 4 weeks")
    assert table.get_by_role("row").count() == 3
    assert browser.tab.get_by_role("img", name="Forms received, every 4 weeks").is_visible()
    browser.picture("statistics")

    for narrow in (320, width):
        browser.tab.set_viewport_size({"width": narrow, "height": 844})
        assert browser.tab.evaluate(_RUN_OVER) <= 1
        assert browser.tab.evaluate("document.documentElement.scrollWidth") <= narrow
    if scripts:
        look(browser.tab)


def test_words_that_run_out_of_a_picture_are_noticed(page):
    page.set_content("<svg class=plot width=100 height=20><text x=60 y=15>Rules most raised</text></svg>")

    assert page.evaluate(_RUN_OVER) > 1
