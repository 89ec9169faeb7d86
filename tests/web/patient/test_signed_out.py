"""A page sent after a sign-out is never lost, and never shown to anybody else."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from itsdangerous import TimestampSigner

from intake.services import answering, returning
from intake.storage.held_pages import HELD_FOR
from web.patient.visitor import Visitor
from web.patient.windows import Window, another_device, come_back, leave_alone, words_of

H1 = "We signed you out to keep your answers private"


def held_cookie(visitor):
    return visitor.client.get_cookie("intake_held", domain=urlsplit(visitor.site).hostname)


def draft(pat):
    return answering.find(pat.desk, pat.token)


def test_it_waits_and_is_there_filled_in_after_coming_back(pat, copy):
    way, window = words_of(pat), Window(pat, "reasons_more")
    leave_alone(copy)
    window.go_on(reasons_more__words="It began last winter")

    assert pat.status == 410
    assert pat.page.h1 == H1
    assert "We hold the page you just sent for 15 minutes." in pat.text
    assert "It began" not in pat.html
    assert pat.page.links()["Open my form again"] == "/return"

    come_back(pat, way)
    pat.follow()
    assert pat.location == pat.address("reasons_more")
    assert held_cookie(pat) is None
    pat.follow()
    assert "It began last winter</textarea>" in pat.html
    assert "reasons_more" not in pat.answers
    window.take()
    window.go_on(reasons_more__words="It began last winter")
    assert pat.answers.value("reasons_more").words == "It began last winter"


def test_the_cookie_lasts_as_long_as_the_page_and_no_script_reads_it(pat, copy):
    words_of(pat)
    window = Window(pat, "pregnancy")
    leave_alone(copy)
    window.go_on(pregnancy="trying")

    (cookie,) = (one for one in pat.response.headers.getlist("Set-Cookie") if one.startswith("intake_held="))
    assert f"Max-Age={15 * 60};" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(("late", "found"), [(-1, True), (0, False)])
def test_it_waits_for_fifteen_minutes(pat, copy, late, found):
    way, window = words_of(pat), Window(pat, "pregnancy")
    leave_alone(copy)
    window.go_on(pregnancy="trying")
    copy.clock.at += HELD_FOR + timedelta(seconds=late)
    come_back(pat, way)
    pat.ask("pregnancy")
    if pat.status == 303:
        pat.follow()

    assert ('value="trying" checked' in pat.html) is found


def test_after_another_device_took_over_it_is_held_as_well(pat, desk):
    way, window = words_of(pat), Window(pat, "pregnancy")
    other = another_device(desk, way)
    window.go_on(pregnancy="trying")
    assert pat.page.h1 == H1
    come_back(pat, way)
    pat.follow()
    pat.follow()

    assert 'value="trying" checked' in pat.html
    other.open("/form")
    assert other.status == 410


def test_what_the_other_device_saved_meanwhile_is_not_written_over(pat, desk):
    way, window = words_of(pat), Window(pat, "pregnancy")
    other = another_device(desk, way)
    other.answer("pregnancy", pregnancy="no")
    window.go_on(pregnancy="trying")
    come_back(pat, way)
    pat.follow()
    pat.follow()
    window.take()
    window.go_on(pregnancy="trying")

    assert pat.page.h1 == "Which one is right?"


def test_a_different_form_in_the_same_browser_never_sees_it(pat, copy):
    words_of(pat)
    window = Window(pat, "reasons_more")
    leave_alone(copy)
    window.go_on(reasons_more__words="It began last winter")
    pat.open("/")
    pat.send("/start")
    pat.ask("reasons_more")

    assert pat.status == 200
    assert "It began" not in pat.html
    assert draft(pat).unfinished == {}


def test_another_browser_with_the_same_form_never_sees_it(pat, copy, desk):
    way, window = words_of(pat), Window(pat, "reasons_more")
    leave_alone(copy)
    window.go_on(reasons_more__words="It began last winter")
    other = another_device(desk, way)
    other.ask("reasons_more")

    assert other.status == 200
    assert "It began" not in other.html


def test_one_persons_page_is_not_put_into_the_form_of_the_next(pat):
    """Pat's page is still open in a tab when somebody else begins a form in the same browser."""
    words_of(pat)
    window = Window(pat, "pregnancy")
    pat.open("/")
    pat.send("/start", **{"somebody-else": "1"})
    window.go_on(pregnancy="trying")

    assert pat.status == 409
    assert pat.page.h1 == "Another form is open in this browser"
    assert "pregnancy" not in pat.answers
    assert draft(pat).unfinished == {}


def test_two_pages_of_two_tabs_both_wait(pat, copy):
    way = words_of(pat)
    one, other = Window(pat, "pregnancy"), Window(pat, "reasons_more")
    leave_alone(copy)
    one.go_on(pregnancy="trying")
    copy.clock.at += timedelta(minutes=1)
    other.go_on(reasons_more__words="It began last winter")
    come_back(pat, way)
    pat.follow()
    assert pat.location == pat.address("reasons_more")
    pat.ask("pregnancy")

    assert 'value="trying" checked' in pat.html


def test_a_medicine_half_typed_waits_too(pat, copy):
    pat.answer("takes_medicines", takes_medicines="yes")
    way, window = words_of(pat), Window(pat, "medicines")
    leave_alone(copy)
    window.go_on(name="Sertraline", amount="50 mg", add="1")
    come_back(pat, way)
    pat.follow()
    pat.follow()

    assert 'value="Sertraline"' in pat.html
    assert "You have added" not in pat.text


def test_a_change_to_a_medicine_is_back_on_the_page_of_that_change(pat, copy):
    pat.answer("takes_medicines", takes_medicines="yes")
    pat.answer("medicines", add="1", name="Lithium")
    way, window = words_of(pat), Window(pat, "medicines")
    pat.answer("medicines", change=key_on(pat))
    window.take()
    key = pat.page.form("Save the change").buttons["Save the change"][1]
    leave_alone(copy)
    window.go_on(name="Lithium", amount="300 mg", changed=key)
    come_back(pat, way)
    pat.follow()
    pat.follow()

    assert pat.page.h1 == "Change Lithium"
    assert 'value="300 mg"' in pat.html


def key_on(pat):
    pat.ask("medicines")
    return pat.page.form("Change Lithium").buttons["Change Lithium"][1]


def test_a_signature_waits_and_is_never_sent_by_itself(ready, copy):
    way = words_of(ready)
    ready.open("/check")
    ready.open(ready.page.links()["Go on to sign"])
    hidden = dict(ready.page.form("Sign and send to the clinic").hidden)
    leave_alone(copy)
    ready.send("/sign", **hidden, agree="y", typed_name="Pat Doe")
    assert ready.page.h1 == H1
    come_back(ready, way)
    ready.follow()
    assert ready.location == "/check"
    ready.follow()
    ready.open(ready.page.links()["Go on to sign"])

    assert "We kept what you typed. Nothing was sent yet." in ready.text
    assert 'value="Pat Doe"' in ready.html
    assert draft(ready).answers is not None


def test_without_a_way_back_it_is_said_what_is_lost_and_can_be_copied(pat, copy):
    window = Window(pat, "reasons_more")
    copy.clock.at += timedelta(days=14, minutes=1)
    window.go_on(reasons_more__words="It began last winter")

    assert pat.status == 410
    assert pat.page.h1 == H1
    assert "We could not save the page you just sent." in pat.text
    assert "It began last winter</textarea>" in pat.html
    assert held_cookie(pat) is None
    assert pat.page.links()["(555) 010-0142"] == "tel:5550100142"


def test_without_a_way_back_a_page_sent_the_next_day_is_saved(pat, copy):
    window = Window(pat, "reasons_more")
    copy.clock.at += timedelta(days=1)
    window.go_on(reasons_more__words="It began last winter")

    assert pat.status == 303
    assert pat.answers.value("reasons_more").words == "It began last winter"


def test_a_page_without_its_token_is_held_all_the_same(pat, copy):
    """The cookie of the token went with the browser's data; what the page carries nobody can make up."""
    way, window = words_of(pat), Window(pat, "pregnancy")
    leave_alone(copy)
    pat.client.delete_cookie("intake_patient_page", domain="127.0.0.1")
    window.go_on(pregnancy="trying")
    assert pat.page.h1 == H1
    come_back(pat, way)
    pat.follow()
    pat.follow()

    assert 'value="trying" checked' in pat.html


def test_a_page_without_its_token_is_shown_again_while_the_form_is_open(pat):
    window = Window(pat, "pregnancy")
    pat.client.delete_cookie("intake_patient_page", domain="127.0.0.1")
    window.go_on(pregnancy="trying")

    assert 'value="trying" checked' in pat.html
    assert "pregnancy" not in pat.answers


@pytest.mark.parametrize("shown", ["", "made up", "x" * 400])
def test_without_what_the_page_carries_the_token_is_needed(pat, shown):
    pat.ask("pregnancy")
    pat.send(pat.address("pregnancy"), csrf_token="", pregnancy="trying", shown__page=shown)

    assert pat.status == 400
    assert draft(pat).unfinished == {}


def test_what_a_page_of_another_form_carries_opens_nothing(pat, desk):
    mallory = Visitor(desk)
    mallory.open("/")
    mallory.send("/start")
    theirs = Window(mallory, "pregnancy").shown
    pat.send(pat.address("pregnancy"), csrf_token="", pregnancy="trying", shown__page=theirs)

    assert pat.status == 410
    assert draft(pat).unfinished == {}


def test_another_site_can_hold_nothing(pat, copy):
    words_of(pat)
    window = Window(pat, "pregnancy")
    leave_alone(copy)
    pat.send(
        pat.address("pregnancy"), {"Sec-Fetch-Site": "cross-site"}, pregnancy="no", shown__page=window.shown
    )

    assert pat.status == 403
    assert held_cookie(pat) is None


@pytest.mark.parametrize("days", [-3650, -1, -120 / 86_400, 20, 3650])
def test_a_token_is_as_good_by_any_clock(pat, monkeypatch, days):
    """The library's own hour would refuse a long form, and a clock set back every page that is open."""
    pat.ask("pregnancy")
    signed_at = TimestampSigner.get_timestamp
    later = round(days * 24 * 60 * 60)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: signed_at(signer) + later)
    pat.send(pat.address("pregnancy"), pregnancy="no")

    assert pat.status == 303
    assert pat.location != pat.address("pregnancy")


def test_a_browser_that_keeps_no_cookies_is_told_so(visitor):
    visitor.open("/")
    visitor.client = type(visitor.client)(visitor.client.application, use_cookies=False)
    visitor.send("/start")

    assert visitor.status == 400
    assert visitor.page.h1 == "Your browser keeps no cookies for this site"
    assert "Call Harbor Light Clinic" in visitor.text


def test_a_page_sent_after_the_form_was_sent_is_not_part_of_it_and_says_so(ready):
    window = Window(ready, "anything_else")
    ready.send("/sign", agree="y", typed_name="Pat Doe")
    window.go_on(anything_else__words="One more thing")

    assert ready.status == 409
    assert ready.page.h1 == "Your form was sent before"
    assert "One more thing</textarea>" in ready.html
    form = ready.page.form("Add something")
    ready.send(form.action, **{name: value for name, value in form.hidden if name != "csrf_token"})
    ready.follow()
    assert "One more thing</textarea>" in ready.html


def test_over_https_the_cookie_is_bound_to_the_host(copy):
    settings = replace(copy.settings, public_address="https://forms.example.com")
    visitor = Visitor(replace(copy.desk, settings=settings))
    here = {"Sec-Fetch-Site": "same-origin"}
    visitor.open("/")
    visitor.send("/start", here)
    token = visitor.client.get_cookie("__Host-intake_patient", domain="forms.example.com").value
    returning.keep_open(visitor.desk, token)
    window = Window(visitor, "pregnancy")
    leave_alone(copy)
    visitor.send(visitor.address("pregnancy"), here, shown__page=window.shown, pregnancy="no")

    assert any(
        one.startswith("__Host-intake_held=") and "Secure" in one
        for one in visitor.response.headers.getlist("Set-Cookie")
    )
