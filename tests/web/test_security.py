"""The cookie that a form's token is compared with, and what a site refuses before it looks at anything."""

from dataclasses import replace
from http.cookies import SimpleCookie

import itsdangerous.timed
import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from intake.domain.processes import Process
from intake.web.security import cookie_name, secure

HTTP, HTTPS = "http://127.0.0.1:8000", "https://intake.example.org"
NAMES = {HTTP: "intake_patient_page", HTTPS: "__Host-intake_patient_page"}


@pytest.fixture(params=[HTTP, HTTPS])
def address(request):
    return request.param


def site_at(both_sites, address, site=Process.PATIENT, secret=b"a secret of this test"):
    app = Flask(__name__, static_folder=None)
    secure(app, replace(both_sites.copy.settings, public_address=address), secret, site)
    app.add_url_rule("/quiet", "quiet", lambda: "quiet")
    app.add_url_rule("/looks", "looks", lambda: str(session.get("nothing")))
    app.add_url_rule("/empties", "empties", lambda: session.update(a=1) or session.clear() or "empty")
    app.add_url_rule("/form", "form", generate_csrf)
    app.add_url_rule("/send", "send", lambda: "taken", methods=["POST"])
    return app


def cookie_in(answer):
    (line,) = answer.headers.getlist("Set-Cookie")
    ((name, kept),) = SimpleCookie(line).items()
    return name, kept


def test_the_cookie_of_a_form_is_kept_for_a_month_and_read_by_no_script(both_sites, address):
    answer = site_at(both_sites, address).test_client().get("/form", base_url=address)
    name, kept = cookie_in(answer)

    assert name == NAMES[address]
    assert {key: value for key, value in kept.items() if value and key != "expires"} == {
        "path": "/",
        "max-age": str(31 * 24 * 60 * 60),
        "httponly": True,
        "samesite": "Lax",
    } | ({"secure": True} if address == HTTPS else {})
    assert answer.vary.to_header() == "Cookie"


def test_an_answer_that_rests_on_a_cookie_says_so_and_no_other_does(both_sites):
    client = site_at(both_sites, HTTP).test_client()

    for path, said in (
        ("/quiet", ""),
        ("/looks", "Cookie"),
        ("/empties", "Cookie"),
        ("/form", "Cookie"),
    ):
        answer = client.get(path, base_url=HTTP)
        assert answer.vary.to_header() == said, path
        assert bool(answer.headers.getlist("Set-Cookie")) is (path == "/form"), path
    again = client.get("/form", base_url=HTTP)
    assert again.headers.getlist("Set-Cookie") == [], "it is given once"


def test_a_form_without_its_token_is_refused_however_it_comes(both_sites, address):
    client = site_at(both_sites, address).test_client()
    token = client.get("/form", base_url=address).text

    def sent(**fields):
        return client.post("/send", base_url=address, data=fields).status_code

    assert sent(csrf_token=token) == 200, "also without a Referer, which some browsers never send"
    assert [sent(), sent(csrf_token="made up"), sent(csrf_token=token[:-1])] == [400] * 3
    client.delete_cookie(NAMES[address], domain=address.rpartition("/")[2].partition(":")[0])
    assert sent(csrf_token=token) == 400


@pytest.mark.parametrize("moved", [-40 * 24 * 60 * 60, 30 * 24 * 60 * 60])
def test_a_page_that_was_left_open_is_taken_whatever_the_clock_says(both_sites, monkeypatch, moved):
    client = site_at(both_sites, HTTP).test_client()
    token = client.get("/form", base_url=HTTP).text
    now = itsdangerous.timed.time.time()
    monkeypatch.setattr(itsdangerous.timed.TimestampSigner, "get_timestamp", lambda _self: int(now) + moved)

    assert client.post("/send", base_url=HTTP, data={"csrf_token": token}).status_code == 200


@pytest.mark.parametrize("site", [Process.PATIENT, Process.CLINIC])
def test_a_cookie_that_was_not_made_with_the_key_of_this_site_begins_anew(both_sites, site):
    name = f"intake_{site.value}_page"
    theirs = site_at(both_sites, HTTP, site, b"another secret").test_client().get("/form", base_url=HTTP)
    client = site_at(both_sites, HTTP, site).test_client()

    for value in (cookie_in(theirs)[1].value, "made up", "e30.a.b"):
        client.set_cookie(name, value, domain="127.0.0.1")
        given, kept = cookie_in(client.get("/form", base_url=HTTP))
        assert given == name
        assert kept.value != value


def test_a_cookie_names_the_site_and_over_https_the_whole_host(both_sites):
    settings = both_sites.copy.settings
    assert cookie_name(replace(settings, public_address=HTTP), "known") == "intake_known"
    assert cookie_name(replace(settings, public_address=HTTPS), "known") == "__Host-intake_known"


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        (HTTP, "127.0.0.1:8000", 200),
        (HTTP, "localhost", 200),
        (HTTP, "intake.example.org", 400),
        ("http://intake.lan:8000", "localhost", 200),
        ("http://intake.lan:8000", "intake.lan", 200),
        (HTTPS, "intake.example.org", 200),
        (HTTPS, "localhost", 400),
        (HTTPS, "127.0.0.1", 400),
        (HTTPS, "evil.intake.example.org", 400),
    ],
)
def test_a_site_answers_to_its_own_name_alone(both_sites, address, host, status):
    client = site_at(both_sites, address).test_client()

    assert client.get("/looks", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(("said", "status"), [(431, 431), (400, 400), ("431", 200), (None, 200)])
def test_what_the_server_could_not_read_is_refused_in_the_words_of_the_site(both_sites, said, status):
    client = site_at(both_sites, HTTP).test_client()
    refused = client.get("/quiet", base_url=HTTP, environ_overrides={"intake.refused": said})

    assert refused.status_code == status


def test_what_is_sent_to_an_address_that_says_nothing_has_an_end(both_sites):
    client = site_at(both_sites, HTTP).test_client()
    token = client.get("/form", base_url=HTTP).text
    refused = client.post("/send", base_url=HTTP, data={"csrf_token": token, "a": "x" * 64 * 1024})

    assert refused.status_code == 413
    assert client.options("/quiet", base_url=HTTP).status_code == 405
