"""A way to reach help that nobody has checked in time is told to the administrator."""

from dataclasses import replace

import pytest

from intake.content.library import parse_library
from intake.web.clinic.site import create_clinic_site
from web.clinic import content
from web.clinic.conftest import PASSWORD
from web.clinic.person import Person, words

RAN_OUT = content.QUESTIONNAIRE.replace("verified: 2026-11-20", "verified: 2026-08-01, expires: 2026-11-19")
STILL_GOOD = RAN_OUT.replace("expires: 2026-11-19", "expires: 2026-11-20")


@pytest.fixture
def administrator(clinic):
    def with_questions(questionnaire):
        library = parse_library(questionnaire, content.RULES, content.MEDICINES)
        return Person(create_clinic_site(replace(clinic, library=library))).sign_in("bob", PASSWORD)

    return with_questions


def test_the_administrator_is_told_of_lines_nobody_checked(administrator):
    page = staff_page(administrator(RAN_OUT))

    assert "Check the ways to reach help" in page
    assert "Call 911: to be checked by November 19, 2026" in page


def test_nothing_is_said_up_to_the_last_day(administrator):
    assert "Check the ways to reach help" not in staff_page(administrator(STILL_GOOD))


def staff_page(person):
    person.open("/staff")
    return words(person.page.tree)
