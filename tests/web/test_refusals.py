"""Whatever is asked of any address, the answer is a page of ours: in words, with help for patients."""

import importlib
import json
import pkgutil
import re
from dataclasses import replace
from itertools import cycle

import psycopg
import pytest
from flask import abort
from sqlalchemy.exc import OperationalError, ProgrammingError
from wtforms import PasswordField, StringField
from wtforms.fields.core import UnboundField

from intake import web
from intake.domain.processes import Process
from intake.web import typed as typed_module
from intake.web.clinic.factor_forms import AgainForm
from intake.web.patient.site import create_patient_site
from intake.web.security import REFUSED_BY_SERVER
from journeys.served import Served
from web.knocking import AT, SITES, token_in
from web.test_frame import boxes_of_sentences

HERE = {"Sec-Fetch-Site": "same-origin"}
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO")
FIRST_PAGE = {"patient": "/", "clinic": "/sign-in"}
SECRET = "xanthocanary"
JUNK = (
    "intake_patient=; intake_clinic=; intake_patient_page=",
    f"intake_patient={SECRET}; intake_clinic={SECRET}; intake_language={SECRET}; intake_look={SECRET}",
    "intake_patient_page=eyJjc3JmX3Rva2VuIjoiMSJ9.x.y; intake_clinic_page=eyJjc3JmX3Rva2VuIjoiMSJ9.x.y",
    'intake_patient="\\"; intake_held=%00%ff; =; ;;;; \x01\x7f; a=b=c',
    "intake_patient=" + "x" * 3900,
    "intake_language=../../etc/passwd; intake_look=dark\\r\\nSet-Cookie: a=b",
)
# What no page ever shows: what went wrong within, in whose words it might be.
WITHIN = re.compile(r"Traceback|File \"|line \d+, in|\b(?:sqlalchemy|werkzeug|jinja2|sqlite3)\b|\w\.py\b")


def looked_at(site, response):
    """A page of ours: whole, in words, and for a patient with the lines of help."""
    page = Served(response.request.path, response.text)
    assert response.mimetype == "text/html"
    assert not WITHIN.search(response.text)
    if site == "patient":
        assert {page.links()["988"], page.links()["911"]} == {"tel:988", "tel:911"}
    return page


@pytest.mark.parametrize("site", SITES)
def test_every_address_refuses_every_other_method(both_sites, site):
    methods = cycle(METHODS)
    for one in both_sites.addresses(site):
        # Each address gets two of them, and each of them a quarter of the addresses.
        for method in (next(methods), next(methods)):
            response = both_sites.ask(site, one.path, method, headers={"X-HTTP-Method-Override": "GET"})
            assert response.status_code == 405, (one, method)
            assert set(response.headers["Allow"].split(", ")) <= {"GET", "HEAD", "POST"}
            assert "That did not work here" in response.text


@pytest.mark.parametrize("method", METHODS)
def test_an_address_there_is_not_refuses_them_too(both_sites, method):
    for site in SITES:
        response = both_sites.ask(site, "/no-such-page", method)
        assert response.status_code == 405
        looked_at(site, response)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_other_of_the_two_is_refused_where_it_is_not_meant(both_sites, site, method):
    other = {"GET": "POST", "POST": "GET"}[method]
    meant = {one.path for one in both_sites.addresses(site, method)}
    for one in both_sites.addresses(site, other):
        if one.path not in meant:
            response = both_sites.ask(site, one.path, method, headers=HERE)
            # A form without its token is refused before anybody looks where it goes.
            assert response.status_code in ((405,) if method == "GET" else (400, 405)), one


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("kind", range(len(JUNK)))
def test_cookies_that_make_no_sense_are_those_of_a_stranger(both_sites, site, kind):
    junk = JUNK[kind]
    # Each address gets half of them.
    for one in both_sites.addresses(site)[kind % 2 :: 2]:
        response = both_sites.ask(site, one.path, one.method, headers={"Cookie": junk} | HERE)
        assert response.status_code < 500, one
        assert SECRET not in response.text + response.headers.get("Location", "")
        assert not WITHIN.search(response.text), one


@pytest.mark.parametrize("site", SITES)
def test_nobody_who_asks_for_json_gets_it(both_sites, site):
    for path, status in (("/no-such-page", 404), ("/start", 405), ("/sign-in", 200)):
        response = both_sites.ask(site, path, headers={"Accept": "application/json"})
        assert response.status_code in (status, 404)
        with pytest.raises(json.JSONDecodeError):
            json.loads(response.text)


@pytest.mark.parametrize("site", SITES)
def test_a_page_that_breaks_is_a_page_with_help_and_a_number(both_sites, site, caplog):
    with both_sites.breaking(site, ValueError(SECRET)) as client:
        for one in both_sites.addresses(site, "GET"):
            response = client.get(one.path, base_url=AT)
            assert response.status_code == 500, one
            page = looked_at(site, response)
            assert page.h1 == "Something went wrong on our side"
            number = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.text)[0]
            assert f" number={number} " in caplog.text

    assert SECRET not in caplog.text


@pytest.mark.parametrize("site", SITES)
def test_what_was_typed_into_a_page_that_breaks_is_still_there(both_sites, site):
    typed = {"reasons_more-words": "It began last winter"}
    if site == "clinic":
        typed = {name: f"What I wrote into {name}" for name in sorted(boxes_of_sentences())}
    client = both_sites.client(site)
    token = token_in(client.get(FIRST_PAGE[site], base_url=AT))
    with both_sites.breaking(site, ValueError(SECRET)):
        for one in both_sites.addresses(site, "POST"):
            sent = typed | secrets_of(site) | {"csrf_token": token}
            response = client.post(one.path, base_url=AT, headers=HERE, data=sent)
            assert response.status_code == 500, one
            assert [words for words in typed.values() if words not in response.text] == [], one
            assert SECRET not in response.text
            looked_at(site, response)


@pytest.mark.parametrize("site", SITES)
def test_a_form_whose_token_is_gone_is_sent_again_by_one_press(both_sites, site):
    """Also a sign-out meanwhile, a browser that was started anew, or a clock that was set back."""
    typed = {"note": "Called <her> today.", "reasons_more-words": "It began last winter"}
    path = {"patient": "/start", "clinic": "/sign-in"}[site]
    client = both_sites.client(site)
    sent = typed | {"csrf_token": "gone", "username": "alice"} | secrets_of(site)
    client.get(FIRST_PAGE[site], base_url=AT)
    refused = client.post(path, base_url=AT, headers=HERE, data=sent)
    form = looked_at(site, refused).form("Try again")

    assert refused.status_code == 400
    assert dict(form.hidden).items() >= typed.items()
    assert SECRET not in refused.text
    assert form.action == path
    again = client.post(form.action, base_url=AT, headers=HERE, data=dict(form.hidden))
    # The page itself answers now: it takes the form, or asks for the password that no page repeats.
    assert again.status_code in (303, 422)


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "none"}], ids=str)
def test_only_a_page_that_surely_came_from_here_is_sent_again(both_sites, headers):
    """A browser that does not say where a form came from may have it from another site."""
    response = both_sites.ask("clinic", "/sign-in", "POST", data={"note": "x"}, headers=headers)

    assert response.status_code == 400
    assert "Try again" not in response.text


@pytest.mark.parametrize("site", SITES)
def test_every_box_for_a_secret_is_left_out_of_such_a_page(site):
    """Passwords, codes, links and words that open something, whatever form of either site they stand in."""
    known = {"clinic": {"password", "again", "old", "code", "link"}, "patient": {"link", "phrase"}}[site]

    assert boxes_of_secrets(site) == known
    assert known <= set(secrets_of(site))


def secrets_of(site):
    """Something in every box for a secret."""
    return dict.fromkeys(typed_module.SECRETS[Process(site)], SECRET)


def test_what_staff_typed_before_their_session_was_over_is_still_there(both_sites):
    """On every page that asks who they are; of a paper and of settings, whatever stood in any box."""
    sentences = {name: f"What I wrote into {name}" for name in typed_module.SENTENCES}
    client = both_sites.client("clinic")
    token = token_in(client.get(FIRST_PAGE["clinic"], base_url=AT))
    pages = 0
    for one in both_sites.addresses("clinic", "POST"):
        box_by_box = one.endpoint.startswith(("transcribing.", "settings"))
        typed = {"first_name": "Quetzal"} if box_by_box else sentences
        sent = typed | secrets_of("clinic") | {"csrf_token": token}
        response = client.post(one.path, base_url=AT, headers=HERE, data=sent)
        if (response.status_code, "<h1>You are signed out" in response.text) != (403, True):
            continue
        pages += 1
        assert [words for words in typed.values() if words not in response.text] == [], one
        assert SECRET not in response.text
    assert pages > 60


@pytest.mark.parametrize("status", [400, 500, 503])
def test_what_staff_prove_again_who_they_are_with_is_left_out_too(both_sites, status):
    """Its boxes have names of their own, for they stand on a page beside what is kept of another."""
    error = {503: OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown())}.get(status, ValueError())
    kept, secret = {"note": "Called <her> today."}, dict.fromkeys(boxes_that_prove(), SECRET)
    client = both_sites.client("clinic")
    token = token_in(client.get(FIRST_PAGE["clinic"], base_url=AT))
    with both_sites.breaking("clinic", error):
        sent = kept | secret | {"csrf_token": "gone" if status == 400 else token}
        refused = client.post("/staff", base_url=AT, headers=HERE, data=sent)

    assert {"again-password", "again-code"} <= set(secret)
    assert refused.status_code == status
    assert dict(looked_at("clinic", refused).form("Try again").hidden).items() >= kept.items()
    assert SECRET not in refused.text


def test_an_answer_to_a_question_of_such_a_name_is_kept_for_a_patient(both_sites):
    """The control: what patients are asked is named by whoever writes the form."""
    typed = {"again-words": "It came back last winter"}
    client = both_sites.client("patient")
    token = token_in(client.get(FIRST_PAGE["patient"], base_url=AT))
    with both_sites.breaking("patient", ValueError()):
        response = client.post("/start", base_url=AT, headers=HERE, data=typed | {"csrf_token": token})

    assert dict(looked_at("patient", response).form("Try again").hidden).items() >= typed.items()


def test_a_refusal_is_a_line_of_the_log_without_what_was_asked(both_sites, caplog):
    both_sites.ask("patient", f"/f/1/1?{SECRET}", "POST", data={SECRET: SECRET})
    both_sites.ask("patient", f"/return#{SECRET}", "PUT")
    both_sites.ask("clinic", f"/invitation#{SECRET}", "POST", data={}, headers={"Origin": SECRET})

    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "request_refused site=patient status=400 why=token route=/f/<int:part>/<int:number>",
        "request_refused site=patient status=405 why=method",
        "request_refused site=clinic status=403 why=other-site route=/invitation",
    ]


def in_spanish(both_sites):
    """The patients' site of a clinic that offers Spanish."""
    settings = replace(both_sites.copy.settings, languages=("es",))
    return create_patient_site(both_sites.copy.desk.with_settings(settings))


@pytest.mark.parametrize("status", [400, 413, 431, 501])
def test_what_the_server_cannot_read_is_refused_in_the_language_of_the_browser(both_sites, status):
    """The server tells the site what was wrong, and of the request itself the language alone."""
    refused = {REFUSED_BY_SERVER: status}
    client = in_spanish(both_sites).test_client()
    response = client.get("/", base_url=AT, headers={"Accept-Language": "es"}, environ_overrides=refused)

    assert response.status_code == status
    assert '<html lang="es">' in response.text
    looked_at("patient", response)


def test_nobody_outside_can_say_that_the_server_refused(both_sites):
    """The control: what a browser sends has other names."""
    assert both_sites.ask("patient", "/", headers={REFUSED_BY_SERVER: "413"}).status_code == 200


@pytest.mark.parametrize("status", [404, 405, 413, 500])
def test_every_refusal_is_in_the_language_of_the_browser(both_sites, status):
    app = in_spanish(both_sites)
    app.add_url_rule("/refuse", "refuse", lambda: abort(status))
    response = app.test_client().get("/refuse", base_url=AT, headers={"Accept-Language": "es"})

    assert response.status_code == status
    assert '<html lang="es">' in response.text
    assert "¿Necesita ayuda ahora?" in response.text


def test_the_last_page_says_it_in_every_language_there_is_a_switch_for(both_sites, monkeypatch):
    app = in_spanish(both_sites)
    monkeypatch.setattr(app.jinja_env, "get_or_select_template", lambda *_: 1 / 0)
    page = app.test_client().get("/no-such-page", base_url=AT)

    assert page.status_code == 500
    assert 'lang="es"' in page.text
    assert (page.text.count('href="tel:988"'), page.text.count("Riverside")) == (2, 0)


def boxes_of_secrets(site):
    """The names of the boxes in the forms of a site that hold what opens something, by what they ask for."""
    return {
        name
        for one in pkgutil.walk_packages(web.__path__, "intake.web.")
        if one.name.startswith(f"intake.web.{site}.")
        for form in vars(importlib.import_module(one.name)).values()
        if isinstance(form, type)
        for name in dir(form)
        if isinstance(box := getattr(form, name, None), UnboundField) and is_secret(box)
    }


def is_secret(box):
    label = str(box.args[0] if box.args else "")
    by_name = re.search(r"\b([Cc]ode|[Ll]ink|[Ff]our words)\b", label) and box.field_class is StringField
    return box.field_class is PasswordField or bool(by_name)


def boxes_that_prove():
    """What every way of proving it again is sent in: the boxes of the form, and what its script sends."""
    typed = {name for name in dir(AgainForm) if isinstance(getattr(AgainForm, name), UnboundField)}
    return {f"again-{name}" for name in typed | {"with", "ceremony", "answer"}}


@pytest.mark.parametrize("site", SITES)
def test_a_database_that_cannot_be_had_is_said_with_what_was_typed(both_sites, site, caplog):
    typed = {"reasons_more-words": "It began last winter", "note": "Called <her> today."}
    away = OperationalError("SELECT 1", {SECRET: SECRET}, psycopg.errors.AdminShutdown(SECRET))
    client = both_sites.client(site)
    token = token_in(client.get(FIRST_PAGE[site], base_url=AT))
    with both_sites.breaking(site, away):
        # The same few lines answer for each of them; a third of them is enough.
        for one in both_sites.addresses(site)[::3]:
            sent = typed | secrets_of(site) | {"csrf_token": token} if one.method == "POST" else None
            response = client.open(one.path, method=one.method, base_url=AT, headers=HERE, data=sent)
            assert (response.status_code, response.headers["Retry-After"]) == (503, "60"), one
            page = looked_at(site, response)
            assert page.h1 == "We cannot answer just now"
            assert SECRET not in response.text
            if sent is not None:
                assert dict(page.form("Try again").hidden).items() >= typed.items()

    assert SECRET not in caplog.text


@pytest.mark.parametrize("site", SITES)
def test_a_question_that_was_wrong_is_no_database_that_cannot_be_had(both_sites, site):
    """The control: a mistake of ours stays one."""
    wrong = ProgrammingError("SELECT 1", {}, psycopg.errors.UndefinedColumn(SECRET))
    with both_sites.breaking(site, wrong) as client:
        response = client.get(FIRST_PAGE[site], base_url=AT)

    assert response.status_code == 500
    assert "Retry-After" not in response.headers
