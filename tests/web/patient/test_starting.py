"""The first page, the list of parts, stopping, coming back, and taking everything away."""

import re
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest

from intake.domain.answers import Chosen
from intake.domain.submissions import Draft
from intake.services import answering
from web.patient.visitor import Visitor


def test_the_first_page_says_what_the_form_is_not(visitor):
    visitor.open("/")

    assert "This form does not decide if you can have treatment." in visitor.text
    assert "This form is not watched live. In an emergency, call 911" in visitor.text


def test_the_first_page_tells_of_the_help_lines_before_anything_is_asked(visitor):
    visitor.open("/")

    assert "After some answers we show a page with help lines." in visitor.text
    for page in visitor.desk.library.questionnaire.safety_pages:
        for line in page.lines:
            assert visitor.page.links()[line.say] == line.link


def test_start_opens_an_empty_form(visitor):
    visitor.open("/")
    visitor.send("/start")

    assert visitor.location == "/form"
    visitor.follow()
    assert "0 of 7 parts are done." in visitor.text
    assert len(visitor.answers) == 0


def test_the_cookie_is_for_this_site_alone(pat):
    pat.open("/")
    pat.send("/start", **{"somebody-else": "1"})

    cookie = pat.response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_over_https_no_other_host_can_set_the_cookies(desk):
    settings = replace(desk.settings, public_address="https://forms.example.com")
    visitor = Visitor(replace(desk, settings=settings))
    visitor.open("/")
    page_cookie = visitor.response.headers["Set-Cookie"]
    visitor.send("/start", {"Sec-Fetch-Site": "same-origin"})

    for cookie in (page_cookie, visitor.response.headers["Set-Cookie"]):
        assert cookie.startswith("__Host-intake_patient")
        assert "Secure" in cookie
        assert "Domain" not in cookie
    assert "max-age" in visitor.response.headers["Strict-Transport-Security"]


def test_pressing_start_twice_keeps_the_form(pat):
    pat.answer("filled_in_by", filled_in_by="me")
    pat.open("/")
    pat.send("/start")

    assert pat.answers.value("filled_in_by") == Chosen("me")


def test_somebody_else_in_the_same_browser_gets_a_form_of_their_own(pat):
    pat.answer("filled_in_by", filled_in_by="me")
    first = pat.token
    pat.open("/")
    assert "A form was started in this browser." in pat.text
    pat.send("/start", **{"somebody-else": "1"})

    assert len(pat.answers) == 0
    assert answering.find(pat.desk, first) is None


@pytest.mark.parametrize("path", ["/form", "/f/1/1", "/check", "/sign", "/sent", "/later"])
def test_who_has_no_form_is_led_to_the_first_page(visitor, path):
    visitor.open(path)

    assert visitor.location == "/"


def test_a_form_left_too_long_is_closed_and_the_page_says_so(pat, copy):
    pat.open(pat.address("filled_in_by"))
    copy.clock.at += timedelta(days=copy.settings.patient_unsaved_days, minutes=1)
    pat.answer("filled_in_by", filled_in_by="me")

    assert pat.status == 410
    assert pat.page.h1 == "We signed you out to keep your answers private"
    assert "This form was not used for a while" in pat.text


def test_a_phone_locked_overnight_loses_nothing_of_a_form_without_words(pat, copy):
    pat.open(pat.address("filled_in_by"))
    copy.clock.at += timedelta(hours=14)
    pat.answer("filled_in_by", filled_in_by="me")
    pat.open("/form")

    assert pat.status == 200
    assert "filled_in_by" in pat.answers
    assert "your answers wait in this browser only, for 14 days after your last page" in pat.text


def test_a_form_somebody_comes_back_to_in_time_stays_open(pat, copy):
    """The control of the one above: every page opened begins the time anew."""
    for _ in range(2):
        copy.clock.at += timedelta(days=copy.settings.patient_unsaved_days) - timedelta(minutes=1)
        pat.answer("filled_in_by", filled_in_by="me")
        assert pat.status == 303


def test_the_list_of_parts_says_how_far_each_is(pat):
    pat.answer("filled_in_by", filled_in_by="me")
    pat.open("/form")

    assert "Your answers are saved in this browser." in pat.text
    assert re.search(r"About you \d+ questions Started", pat.text)
    assert "Check, sign, and send Opens when the rest is done" in pat.text
    assert pat.page.links()["Keep going"] == pat.address("first_name")


def test_stopping_says_how_to_come_back(pat):
    pat.open("/form")
    pat.send("/leave")
    pat.follow()

    assert "Write down your four words before you go." in pat.text
    assert "Your answers are kept for 30 days after your last visit." in pat.text
    assert "you stay signed in for 60 minutes" in pat.text
    assert "Nothing was sent." in pat.text


def test_save_and_finish_later_keeps_what_was_answered_and_does_not_count_the_page(pat):
    pat.answer("first_name", first_name__words="Pat", go__later="1")
    pat.follow()
    pat.open("/form")

    assert pat.page.links()["Keep going"] == "/f/1/1"
    pat.ask("first_name")
    assert 'value="Pat"' in pat.html


def test_save_and_finish_later_is_honest_about_half_an_answer(pat):
    pat.answer("date_of_birth", date_of_birth__month="7", go__later="1")
    pat.follow()

    assert "One answer on your last page was not finished" in pat.text


def test_a_shared_browser_can_be_emptied(pat):
    pat.answer("filled_in_by", filled_in_by="me")
    token = pat.token
    pat.open("/later")
    pat.send("/forget")

    assert pat.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert pat.token == ""
    assert answering.find(pat.desk, token) is None
    pat.follow()
    assert pat.page.h1 == "Nothing is left here"


@pytest.mark.parametrize("path", ["/privacy", "/help"])
def test_help_and_privacy_are_open_without_a_form(visitor, path):
    visitor.open(path)

    assert visitor.status == 200
    assert "(555) 010-0142" in visitor.text


def test_the_privacy_page_says_that_the_copy_opens_here_after_sending(visitor):
    visitor.open("/privacy")

    assert "After you send it, your copy opens here for one day at most" in visitor.text
    assert "after 60 minutes without a visit" in visitor.text


def test_no_address_and_no_title_says_anything_about_health(pat):
    for part, page in pat.desk.library.questionnaire.pages:
        address = pat.address(page.questions[0].id)
        pat.open(address)
        assert re.fullmatch(r"/f/\d+/\d+", address)
        if pat.status == 200:
            number = address.rpartition("/")[2]
            assert pat.page.title == f"{part.title}, page {number} – Harbor Light Clinic"


def test_nothing_is_chosen_before_the_patient_chooses(pat):
    for _, page in pat.desk.library.questionnaire.pages:
        pat.ask(page.questions[0].id)
        if pat.status == 200:
            chosen = [
                one.get("name") for one in pat.page.tree.iter("input") if one.get("checked") is not None
            ]
            # A unit is no answer: feet and pounds are what this clinic's patients think in.
            assert all(name.endswith("-unit") for name in chosen)


def test_a_page_that_is_not_asked_leads_on(pat):
    pat.ask("liver_signs")

    assert pat.status == 303


@pytest.mark.parametrize("path", ["/f/0/1", "/f/1/99", "/f/99/1", "/f/1/1/pause/99", "/f/1/-1", "/f/x/1"])
def test_an_address_that_leads_nowhere_has_a_page(pat, path):
    pat.open(path)

    assert pat.status == 404
    assert pat.page.h1 == "There is no page here"


def test_a_draft_is_what_the_cookie_opens(pat):
    assert isinstance(answering.find(pat.desk, pat.token), Draft)
    pat.client.set_cookie("intake_patient", "somebody else's", domain="127.0.0.1")
    pat.open("/form")
    assert pat.status == 410


def test_the_first_page_is_light_on_a_slow_phone(visitor):
    visitor.open("/")
    html = visitor.html
    style = visitor.client.get(re.search(r"/static/style-\w+\.css", html)[0], base_url=visitor.site).text

    assert sum(len(brotli.compress(part.encode())) for part in (html, style)) <= 14 * 1024
