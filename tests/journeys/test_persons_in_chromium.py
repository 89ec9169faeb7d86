"""An earlier form of the same person is looked for, read beside the later one, and confirmed."""

from datetime import timedelta

import pytest

from copies import NOON, staff
from intake.domain.permissions import Role
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from journeys.test_in_chromium import send, signs_in
from journeys.vignettes import PEOPLE

pytestmark = pytest.mark.browser

SENT = PEOPLE["p02_high_blood_pressure_and_stimulant"]


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_two_forms_of_one_person(window, copy, width, scripts, kind):
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    copy.clock.at = NOON - timedelta(days=90)
    send(copy, SENT)
    copy.clock.at = NOON
    send(copy, SENT)
    alice = window(width, scripts, kind)
    alice.open("/clinic/sign-in")
    signs_in(alice, "alice")
    alice.open(alice.tab.locator("main a", has_text="Darnell Whitaker, 52").first.get_attribute("href"))

    alice.follow("Look for forms of the same person")
    assert "Same name and date of birth" in alice.page.text
    alice.follow("Darnell Whitaker, read beside this form")
    assert "Both forms give the same answers" in alice.page.text
    alice.follow("Show every answer")
    assert "Every answer is shown" in alice.page.text
    alice.picture("compare")
    alice.press(alice.page.form("One person sent both"), "One person sent both")
    assert "A. Rivera, NP said on" in alice.page.text
    alice.follow("Back to the form")
    assert "Of the same person, as somebody here confirmed" in alice.page.text
