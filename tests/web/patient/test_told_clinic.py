"""What a patient reads of the safety signal: before the first question, and on the support page."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import text

from intake.domain.safety_signal import SignalDuty
from web.patient.visitor import Visitor

OFFICE = SignalDuty("Dr. Rivera, (555) 010-0177", 30, (0, 1, 2, 3, 4), time(9), time(17))
UNTOLD = "No one at the clinic sees this until you send the form."


@pytest.fixture
def pat(desk):
    """Pat, at a clinic that switched it on, who has said who they are."""
    visitor = Visitor(replace(desk, settings=replace(desk.settings, safety_signal=OFFICE)))
    visitor.open("/")
    visitor.send("/start")
    visitor.give_name_and_number()
    return visitor


def at_the_support_page(pat):
    pat.answer("phq9_9", phq9_9="several_days")
    pat.follow()
    assert pat.page.h1 == "You are not alone"
    return pat


def test_it_is_said_before_the_first_question_and_on_the_privacy_page_and_only_when_it_is_on(pat, visitor):
    for address in ("/", "/privacy"):
        pat.open(address)
        assert "After some answers about your safety, we let the clinic know at once" in pat.text
        assert "within 30 minutes. Someone is there Monday to Friday, 9 am to 5 pm." in pat.text
        assert "Rivera" not in pat.html
        visitor.open(address)
        assert "let the clinic know" not in visitor.text


def test_the_support_page_says_by_when_they_will_try_to_call(pat):
    at_the_support_page(pat)

    assert "We have let the clinic know. They will try to call you by 12:30 pm." in pat.text
    assert UNTOLD not in pat.text
    assert pat.text.index("Call 988") < pat.text.index("We have let the clinic know")


def test_when_they_are_closed_it_says_so_and_names_the_day(pat, copy):
    copy.clock.at += timedelta(hours=6)

    at_the_support_page(pat)

    words = "No one is there right now. They will try to call you by 9:30 am on Monday, November 23."
    assert words in pat.text


def test_without_a_number_no_call_is_promised(pat):
    pat.answer("phone", phone__words="", noticed=["phone", "list"])
    pat.answer("phone", phone__words="", noticed=["phone", "message_ok", "list"])

    at_the_support_page(pat)

    assert "They cannot call you, because you have not given a phone number." in pat.text
    assert "will try to call you by" not in pat.text
    assert pat.page.links()["Give your number"] == pat.address("phone")


def test_once_the_time_is_over_nothing_is_promised_any_more(pat, copy):
    address = at_the_support_page(pat).response.request.path
    copy.clock.at += timedelta(minutes=31)

    pat.open(address)

    assert "We let the clinic know on November 20, 2026 at 12:00 pm. If no one has called you yet" in pat.text
    assert "will try to call" not in pat.text


@pytest.mark.parametrize("reason", ["off", "not kept", "nothing answered"])
def test_it_is_never_said_when_nobody_was_told(pat, visitor, copy, reason):
    match reason:
        case "off":
            visitor.open("/")
            visitor.send("/start")
            at_the_support_page(visitor)
            page = visitor
        case "not kept":
            with copy.clinic.database.write() as session:
                refusal = "BEGIN SELECT RAISE(ABORT, 'full'); END"
                session.execute(text(f"CREATE TRIGGER full BEFORE INSERT ON safety_signals {refusal}"))
            page = at_the_support_page(pat)
        case "nothing answered":
            pat.open("/f/1/1/pause/1")
            page = pat

    assert UNTOLD in page.text
    assert "let the clinic know" not in page.text
    assert "will try to call" not in page.text


def test_other_safety_pages_promise_nothing(pat):
    at_the_support_page(pat)
    pat.answer("red_flags_today", red_flags_today=["chest_pain"])
    pat.follow()

    assert pat.page.h1 == "This may need care right now"
    assert "let the clinic know" not in pat.text
