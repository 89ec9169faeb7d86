"""Strangers wait at the doors; whoever has a form open is never kept from saving and sending it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client

from intake.domain.submissions import Draft
from intake.services import answering, rate_limiting
from intake.storage import rate_limits
from intake.web.patient.site import create_patient_site
from intake.web.wsgi import behind_proxies
from web.patient.visitor import Visitor

FEW = 3


@pytest.fixture
def few(desk):
    """A desk at which three forms an hour may be begun from one network."""
    return replace(desk, settings=replace(desk.settings, starts_per_hour=FEW))


def begin(desk):
    visitor = Visitor(desk)
    visitor.open("/")
    visitor.send("/start")
    return visitor


def test_a_fourth_form_from_one_network_waits_and_is_told_calmly(few, copy):
    assert [begin(few).status for _ in range(FEW)] == [303] * FEW

    fourth = begin(few)

    assert fourth.status == 429
    assert fourth.response.headers["Retry-After"] == "1200"
    assert fourth.page.h1 == "Wait a little, then try again"
    assert "Try again in 20 minutes" in fourth.text
    assert few.settings.clinic_phone in fourth.text
    assert not fourth.token
    copy.clock.at += timedelta(minutes=20)
    fourth.open("/")
    fourth.send("/start")
    assert fourth.status == 303


def test_from_another_network_a_form_begins_all_the_same(few):
    for _ in range(FEW + 1):
        begin(few)
    client = Client(create_patient_site(few))

    here = client.get("/", environ_base={"REMOTE_ADDR": "2001:db8::1"})
    sent = client.post(
        "/start",
        data={"csrf_token": here.text.split('name="csrf_token" value="')[1].split('"')[0]},
        environ_base={"REMOTE_ADDR": "2001:db8::2"},
    )

    assert sent.status_code == 303


def test_a_form_that_is_open_goes_on_where_nobody_else_is_let_in(few):
    pat = begin(few)
    for _ in range(FEW):
        begin(few)
    assert begin(few).status == 429

    pat.send("/start")

    assert (pat.status, pat.location) == (303, "/form")


def test_too_many_tries_at_a_message_keep_what_was_typed(desk):
    pat = Visitor(desk)
    pat.open("/reply")
    for _ in range(20):
        pat.send("/reply", link="no such link", reference="HL-7K4-92Q")
        assert pat.status == 422

    pat.send("/reply", link="the one that is right", reference="HL-7K4-92Q")

    assert pat.status == 429
    assert pat.response.headers["Retry-After"] == "180"
    assert "Wait 3 minutes, then press the button again" in pat.text
    assert 'value="the one that is right"' in pat.html


def test_when_nothing_can_be_counted_everybody_comes_in(few, monkeypatch, caplog):
    def broken(*_given):
        raise OperationalError("SELECT of 192.0.2.7", {}, Exception("192.0.2.7"))

    monkeypatch.setattr(rate_limits, "knock", broken)

    assert [begin(few).status for _ in range(FEW + 1)] == [303] * (FEW + 1)
    assert "192.0.2.7" not in caplog.text
    assert "knocks_not_counted error=OperationalError " in caplog.text


@pytest.fixture
def nobody_comes_in(monkeypatch):
    """Every knock at every door is refused; what is returned are the pages that asked."""
    asked = []

    def refuse(*_given):
        asked.append(request.endpoint)
        return timedelta(minutes=5)

    monkeypatch.setattr(rate_limiting, "knock", refuse)
    return asked


def test_a_whole_form_is_filled_in_and_sent_without_asking_a_limiter(pat, nobody_comes_in):
    assert begin(pat.desk).status == 429  # the control: it does refuse
    nobody_comes_in.clear()

    pat.give_name_and_number()
    pat.skip_everything()
    pat.open("/check")
    pat.open("/sign")
    pat.send("/sign", agree="y", typed_name="Pat Doe")

    assert (pat.status, pat.location) == (303, "/sent")
    assert nobody_comes_in == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.sampled_from(["page", "later", "tasks", "check", "leave", "start"]), max_size=6))
def test_a_valid_draft_is_never_refused_by_a_limiter(pat, nobody_comes_in, deeds):
    """Whatever is pressed, in any order."""
    for deed in deeds:
        do(pat, deed)
        assert pat.status in (200, 303, 422), deed
    assert isinstance(answering.find(pat.desk, pat.token), Draft)
    assert nobody_comes_in == []


def do(pat, deed):
    match deed:
        case "page":
            pat.give_name_and_number()
        case "later":
            pat.answer("first_name", first_name__words="Pat", last_name__words="", **{"go-later": "1"})
        case "tasks" | "check":
            pat.open(f"/{'form' if deed == 'tasks' else deed}")
        case "leave" | "start":
            pat.send(f"/{deed}")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "source"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first is what the visitor made up
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "", "127.0.0.1"),
    ],
)
def test_where_a_request_comes_from_is_believed_of_as_many_proxies_as_are_set(
    desk, proxies, forwarded, source
):
    seen = []

    def site(environ, start_response):
        seen.append((environ["REMOTE_ADDR"], environ["HTTP_HOST"], environ["wsgi.url_scheme"]))
        start_response("200 OK", [])
        return [b""]

    whole = behind_proxies(site, replace(desk.settings, trusted_proxies=proxies))
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp"}
    here = {"REMOTE_ADDR": "127.0.0.1"}
    Client(whole).get("/", base_url="http://127.0.0.1:8000", headers=headers, environ_base=here)

    assert seen == [(source, "127.0.0.1:8000", "http")]
