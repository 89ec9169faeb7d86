"""Bob, an administrator, reads the statistics: pictures and tables, on a desk, a phone, and on paper."""

from dataclasses import replace
from datetime import timedelta

import pytest

from copies import NOON, PASSWORD, make_copy, staff
from intake.domain.permissions import Role
from intake.services import answering, demonstration, reviewing
from intake.storage import drafts, submissions
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from web.looking import look

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("statistics")]

# How far the words of a picture run out of it, in pixels; letters may lean over by one.
_RUN_OVER = """() => Math.max(...[...document.querySelectorAll('.plot text')].map(
    one => one.getBoundingClientRect().right - one.closest('.plot').getBoundingClientRect().right))"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A clinic with a month of forms, most of them read by Alice, and some that people left.

    Made once: nothing is changed in it by looking.
    """
    copy = make_copy(tmp_path_factory.mktemp("clinic"))
    fill(copy)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def fill(copy):
    alice = staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    people = demonstration.people(copy.desk)
    for place in range(30):
        copy.clock.at = NOON - timedelta(days=29 - place)
        send_at_once(copy.desk, people[place % len(people)])
    copy.clock.at = NOON
    with copy.clinic.database.read() as session:
        forms = submissions.ids(session)
    for place, submission in enumerate(forms[:24]):
        copy.clock.at = NOON - timedelta(days=29 - place, hours=-place)
        reviewing.open_review(copy.clinic, alice, submission)
    copy.clock.at = NOON
    for _ in range(12):
        answering.start(copy.desk)
    staff(copy.clinic, "bob", "B. Stone", Role.ADMINISTRATOR)


def send_at_once(desk, person):
    with desk.database.write() as session:
        token, draft = drafts.start(session, desk.keys, desk.now(), desk.library.editions.questionnaire)
        drafts.save(session, desk.keys, token, replace(draft, answers=person.answers))
    answering.send(desk, token, person.signature)


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_the_statistics_are_read_as_pictures_and_as_tables(window, width, scripts, kind):
    browser = window(width, scripts, kind)
    browser.open("/clinic/sign-in")
    form = browser.page.form("Sign in")
    form.fill("Username", "bob")
    form.fill("Password", PASSWORD)
    browser.press(form, "Sign in")
    browser.follow("Statistics")
    browser.follow("Last 30 days")

    assert "30 of 30" in browser.page.text
    browser.unfold("As a table: Forms received, every 2 weeks")
    table = browser.tab.get_by_role("region", name="Table: Forms received, every 2 weeks")
    assert table.get_by_role("row").count() == 4
    assert browser.tab.get_by_role("img", name="Forms received, every 2 weeks").is_visible()
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
