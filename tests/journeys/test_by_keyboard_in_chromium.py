"""A patient without a mouse sends a short form; the whole one is sent so in `make journeys`."""

from dataclasses import dataclass
from datetime import date

import pytest

from intake.domain.answers import (
    DECLINED,
    Answers,
    Chosen,
    Day,
    MedicineEntry,
    MedicineList,
    Text,
    answered,
)
from intake.services import reviewing
from journeys.as_a_patient import Patient
from journeys.chromium import Keyboard, KeyboardInSpanish
from journeys.modes import ALL_JOURNEYS
from short_form import LIBRARY

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class _Pat:
    answers: Answers
    signature: str


PAT = _Pat(
    Answers(
        {
            "filled_in_by": answered(Chosen("me")),
            "first_name": answered(Text("Pat")),
            "last_name": answered(Text("Doe")),
            "date_of_birth": answered(Day(date(1980, 7, 4))),
            "pressure": answered(Chosen("yes")),
            "treated": answered(Chosen("no")),
            "home": DECLINED,
            "takes": answered(Chosen("yes")),
            "medicines": answered(MedicineList((MedicineEntry("Lithium", "300 mg", "Twice a day"),))),
            "more": answered(Text("I sleep badly")),
        }
    ),
    "Pat Doe",
)


@pytest.fixture
def content():
    """Content that asks little."""
    return LIBRARY


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(Keyboard, id="english"),
        *([pytest.param(KeyboardInSpanish, id="spanish")] if ALL_JOURNEYS else ()),
    ],
)
def test_a_patient_without_a_mouse_sends_the_form(window, copy, kind):
    browser = window(1280, True, kind)

    reference = Patient(browser, PAT, copy.desk.evidence(PAT.answers)).sends_the_form()

    assert reference in browser.page.text
    assert len(reviewing.to_rescreen(copy.clinic)) == 1
