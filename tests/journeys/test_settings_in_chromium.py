"""An administrator changes the settings, sees the color first, and patients meet the change at once."""

from uuid import uuid4

import pytest

from copies import PASSWORD, staff
from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import Role
from intake.storage import outgoing
from intake.storage.outgoing import Addressed, Outcome
from journeys.modes import MODES_OF_RARE_PAGES, in_make_journeys
from journeys.test_in_chromium import write

pytestmark = pytest.mark.browser

PATH = '<path d="M19 3 35 35H3z" fill="#7c3a8c"/>'
LOGO = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 38 38">{PATH}</svg>'


@in_make_journeys
@MODES_OF_RARE_PAGES
def test_settings_are_previewed_saved_followed_and_never_lost(window, clinic, tmp_path, width, scripts, kind):
    logo = tmp_path / "mark.svg"
    logo.write_text(LOGO, encoding="utf-8")
    staff(clinic, "bob", "B. Stone", Role.ADMINISTRATOR)
    staff(clinic, "dana", "D. Both, MD", Role.ADMINISTRATOR, Role.CLINICIAN)
    bob, dana, pat = (window(width, scripts, kind) for _ in range(3))
    comes_in(bob, "bob")
    comes_in(dana, "dana")

    looks_at_a_color(bob)
    sets_it_with_a_logo_after_a_slip(bob, logo)
    pat.open("/help")
    assert "North Ridge Clinic" in pat.page.text
    assert "(555) 010-0199" in pat.page.text
    assert pat.tab.locator("header img").count() == 1
    is_told_what_changed_meanwhile(dana)
    checks_a_line(bob)
    has_a_notice_tried_again(bob, clinic)
    bob.open("/clinic/settings")
    bob.picture("settings")
    assert [one.strip() for one in bob.tab.locator("ol.deeds > li strong").all_inner_texts()] == [
        "B. Stone",
        "D. Both, MD",
        "B. Stone",
    ]


def comes_in(person, username):
    person.open("/clinic/sign-in")
    write(person, "Sign in", f"Username: {username}", f"Password: {PASSWORD}")
    person.open("/clinic/settings")


def looks_at_a_color(bob):
    write(bob, "Preview this color", "Color: #e8930c")
    assert "We darkened this for text so everyone can read it" in bob.page.text
    assert bob.tab.url.endswith("#color")
    bob.picture("settings-color", at="#look")


def sets_it_with_a_logo_after_a_slip(bob, logo):
    bob.tab.get_by_label("New logo").set_input_files(logo)
    write(
        bob,
        "Save settings",
        "Name of the clinic: North Ridge Clinic",
        "Phone: (555) 010-0199",
        "How long a form stays with somebody, in minutes: 1",
        expecting=422,
    )
    assert bob.has_focus("#errors")
    assert "Write a whole number of minutes from 5 to 480" in bob.page.text
    write(bob, "Save settings", "How long a form stays with somebody, in minutes: 20")
    assert "Name of the clinic From Harbor Light Clinic to North Ridge Clinic" in bob.page.text


def is_told_what_changed_meanwhile(dana):
    form = dana.page.form("Save settings")
    form.fill("Next steps", "Call the patient")
    form.pick(next(one for one in form.controls if one.label.startswith("Read first")))
    dana.press(form, "Save settings", expecting=(409,))
    assert dana.has_focus("#errors")
    assert "Phone From (555) 010-0142 to (555) 010-0199" in dana.page.text
    dana.picture("settings-conflict")
    dana.press(dana.page.form("Save settings"), "Save settings")
    assert "Next steps From none to Call the patient" in dana.page.text


def checks_a_line(bob):
    bob.open("/clinic/settings/help-lines")
    (summary,) = (words for words in bob.tab.locator("summary").all_inner_texts() if "741741" in words)
    bob.unfold(summary)
    form = bob.page.form("Save the lines")
    (about,) = (one for one in form.controls if one.name == "about-crisis_text")
    form.type(about, " ")
    bob.press(form, "Save the lines", expecting=(422,))
    assert "Say who answers" in bob.page.text
    form = bob.page.form("Save the lines")
    (about,) = (one for one in form.controls if one.name == "about-crisis_text")
    form.type(about, "Crisis Text Line. Day and night, also in Spanish")
    bob.picture("settings-lines", at="h1")
    bob.press(form, "Save the lines")
    assert "Crisis Text Line. Day and night, also in Spanish" in bob.page.text


def has_a_notice_tried_again(bob, clinic):
    """A notice could not be sent: the line on the page leads to it."""
    notice = uuid4()
    addressed = Addressed("quetzal@example.org", "", NoticeKind.MESSAGE)
    with clinic.database.write() as session:
        outgoing.add(session, clinic.keys, notice, addressed, clinic.now())
        outgoing.settle(session, notice, Outcome.GIVEN_UP, clinic.now(), NoticeFailure.UNREACHABLE)
    bob.open("/clinic/mail")
    assert "The mail server could not be reached" in bob.page.text
    (again,) = [one for form in bob.page.forms() for one in form.buttons if one.startswith("Try again")]
    write(bob, again)
    assert "Nothing is left over" in bob.page.text
