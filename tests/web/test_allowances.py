"""How much may be sent: each address says so, and whatever is more is refused before it is read."""

import time

import pytest
from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from intake.web import allowances
from intake.web.allowances import (
    BUTTON,
    CONTENT,
    LOGO,
    METHODS,
    NOTHING,
    PAGE,
    REPORT,
    Allowance,
    Unlimited,
    allow,
    allow_longer_query,
    keep_allowances,
    read_for_its_words,
    refuse_unlimited,
)
from web.knocking import AT, FORM, SITES, token_in

HERE = {"Sec-Fetch-Site": "same-origin"}


def site_with(allowance=None, **also):
    app = Flask(__name__, static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.add_url_rule("/send", "send", lambda: str(len(request.form)), methods=["POST"])
    app.add_url_rule("/read", "read", lambda: "read")
    allow(app, ({"send": allowance} if allowance else {}) | also)
    keep_allowances(app)
    return app


def test_a_site_with_an_address_that_does_not_say_how_much_it_takes_does_not_start():
    with pytest.raises(Unlimited, match=r"how much may be sent to send; add each to allowances.py"):
        refuse_unlimited(site_with())


def test_nor_does_one_that_says_it_of_an_address_there_is_not():
    with pytest.raises(Unlimited, match=r"no such address any more: gone; "):
        refuse_unlimited(site_with(BUTTON, gone=PAGE))


def test_one_that_says_it_of_every_address_starts():
    refuse_unlimited(site_with(BUTTON))


@pytest.mark.parametrize("site", SITES)
def test_every_address_refuses_one_byte_more_than_it_takes(both_sites, site):
    app = both_sites.apps[site]
    said = app.extensions[allowances._ALLOWANCES]
    for one in both_sites.addresses(site, "POST"):
        allowance = said[one.endpoint]
        # The length alone: whatever is refused is refused before it is read.
        for size, refused in ((allowance.size + 1, True), (allowance.size, False)):
            how = {"environ_overrides": {"CONTENT_LENGTH": str(size)}, "content_type": FORM, "headers": HERE}
            status = both_sites.ask(site, one.path, "POST", **how).status_code
            assert (status == 413) is refused, (one, size, status)


@pytest.mark.parametrize("site", SITES)
def test_an_address_that_is_only_read_takes_nothing(both_sites, site):
    for one in both_sites.addresses(site, "GET")[:30]:
        assert both_sites.ask(site, one.path, data="a=1", content_type=FORM).status_code == 413, one


def test_fields_are_counted_before_they_are_read(monkeypatch):
    client = site_with(Allowance(1024 * 1024, 5)).test_client()
    read = []
    parse = allowances.FormDataParser.parse
    monkeypatch.setattr(
        allowances.FormDataParser, "parse", lambda *how, **more: read.append(1) or parse(*how, **more)
    )

    assert client.post("/send", data="a=1&b=2&c=3&d=4&e=5", content_type=FORM).text == "5"
    assert read == [1]
    assert client.post("/send", data="a&" * 500_000, content_type=FORM).status_code == 413
    assert client.post("/send", data="a=1&b=2&c=3&d=4&e=5&f=6", content_type=FORM).status_code == 413
    assert read == [1]


def test_without_the_count_werkzeug_reads_every_field(monkeypatch):
    """The control: MAX_FORM_PARTS alone stops none of this."""
    app = site_with(Allowance(2 * 1024 * 1024, 5))
    app.request_class = Flask.request_class

    assert app.test_client().post("/send", data="a&" * 6, content_type=FORM).status_code == 200


def test_half_a_million_fields_cost_next_to_nothing():
    client = site_with(Allowance(2 * 1024 * 1024, 1000)).test_client()
    body = "a=1&" * 500_000
    begun = time.process_time()

    assert client.post("/send", data=body, content_type=FORM).status_code == 413
    assert time.process_time() - begun < 0.3


def test_a_form_with_files_has_its_parts_counted_too():
    files = Allowance(1024 * 1024, 5, frozenset({"multipart/form-data"}))
    client = site_with(files).test_client()
    many = {f"part{number}": "x" for number in range(6)}

    assert client.post("/send", data=many, content_type="multipart/form-data").status_code == 413


def test_a_large_words_part_of_a_form_with_files_is_refused():
    files = Allowance(4096, 5, frozenset({"multipart/form-data"}))
    client = site_with(files).test_client()

    sent = client.post("/send", data={"a": "x" * 5000}, content_type="multipart/form-data")
    assert sent.status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", "", "x"])
def test_a_body_of_another_kind_is_refused(both_sites, kind):
    for site, path in (("patient", "/start"), ("clinic", "/sign-in")):
        response = both_sites.ask(site, path, "POST", data='{"a": 1}', content_type=kind, headers=HERE)
        assert response.status_code == 415
        assert "We cannot read what was sent" in response.text


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/" + "x" * 1100, {}, 414),
        ("/?" + "x" * 2100, {}, 414),
        ("/?" + "x" * 2000, {}, 200),
        ("/", {f"X-{number}": "x" for number in range(70)}, 431),
        ("/", {f"X-{number}": "x" for number in range(40)}, 200),
    ],
)
def test_addresses_and_headers_have_an_end(both_sites, path, headers, status):
    assert both_sites.ask("patient", path, headers=headers).status_code == status


@pytest.mark.parametrize(("more", "status"), [(0, 404), (1, 414)])
def test_an_address_may_be_as_long_as_is_said_and_no_longer(more, status):
    client = site_with(BUTTON).test_client()

    assert client.get("/" + "x" * (1023 + more)).status_code == status
    assert client.get("/gone?" + "x" * (2048 + more)).status_code == status


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 431)])
def test_sixty_headers_are_taken_and_no_more(more, status):
    app, had = site_with(BUTTON), []
    app.add_url_rule(
        "/count", "count", lambda: str(had.append(sum(k.startswith("HTTP_") for k in request.environ)))
    )
    client = app.test_client()
    client.get("/count")
    (own,) = had

    sent = client.get("/read", headers={f"X-{number}": "x" for number in range(60 - own + more)})

    assert sent.status_code == status


def test_an_address_that_takes_more_behind_its_question_mark_takes_that_and_no_other_does():
    app = site_with(BUTTON)
    app.add_url_rule("/other", "other", lambda: "other")
    allow_longer_query(app, "read", 5000)
    client = app.test_client()

    assert client.get("/read?" + "x" * 5000).status_code == 200
    assert client.get("/read?" + "x" * 5001).status_code == 414
    assert client.get("/other?" + "x" * 5000).status_code == 414


def test_what_an_address_takes_is_what_was_decided():
    form, files = "application/x-www-form-urlencoded", "multipart/form-data"
    said = {
        NOTHING: (0, 0, set()),
        BUTTON: (8 * 1024, 40, {form}),
        PAGE: (64 * 1024, 1000, {form}),
        LOGO: (1024 * 1024, 200, {form, files}),
        CONTENT: (4 * 1024 * 1024 + 64 * 1024, 60, {form, files}),
        REPORT: (16 * 1024, 0, {"application/csp-report", "application/reports+json"}),
    }
    assert {one: (one.size, one.fields, set(one.kinds)) for one in said} == said


def test_an_address_that_says_nothing_takes_what_a_person_types_and_no_files():
    client = site_with().test_client()

    assert client.post("/send", data="a=" + "x" * (PAGE.size - 2), content_type=FORM).status_code == 200
    assert client.post("/send", data="a=" + "x" * (PAGE.size - 1), content_type=FORM).status_code == 413
    assert client.post("/send", data={"a": "x"}, content_type="multipart/form-data").status_code == 415


def test_an_address_that_takes_files_takes_them_in_the_kind_a_browser_sends():
    client = site_with(LOGO).test_client()

    for kind in (FORM, "multipart/form-data"):
        assert client.post("/send", data={"a": "x"}, content_type=kind).text == "1"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "ANYTHING"])
def test_another_method_is_told_which_there_are(method):
    client = site_with(BUTTON).test_client()

    for path, there_are in (("/send", {"POST"}), ("/read", {"GET", "HEAD"}), ("/none", {*METHODS})):
        refused = client.open(path, method=method)
        assert (refused.status_code, {*refused.headers["Allow"].split(", ")} - {"OPTIONS"}) == (
            405,
            there_are,
        )
    assert client.head("/read").status_code == 200


@pytest.mark.parametrize(("size", "read"), [(4 * 64 * 1024, True), (4 * 64 * 1024 + 1, False)])
def test_what_is_too_large_is_read_for_its_words_up_to_four_pages(size, read):
    app = site_with(BUTTON)

    def give_back(_error):
        read_for_its_words()
        try:
            return f"{len(request.form['a'])} {request.max_form_parts}", 413
        except RequestEntityTooLarge:
            return "too large", 413

    app.register_error_handler(413, give_back)
    given = app.test_client().post("/send", data="a=" + "x" * (size - 2), content_type=FORM)

    assert given.text == (f"{size - 2} {PAGE.fields}" if read else "too large")


@pytest.mark.parametrize(("size", "given_back"), [(70_000, True), (200_000, True), (300_000, False)])
def test_words_that_are_too_many_can_be_copied(both_sites, size, given_back):
    client = both_sites.client("patient")
    token = token_in(client.get("/", base_url=AT))
    words = "It began last winter. " * (size // 22)
    sent = {"csrf_token": token, "reasons_more-words": words}

    page = client.post("/f/1/1", data=sent, base_url=AT, headers=HERE)
    made_up = client.post("/f/1/1", data=sent | {"csrf_token": "x"}, base_url=AT, headers=HERE)

    assert (page.status_code, made_up.status_code) == (413, 413)
    assert ("It began last winter" in page.text) is given_back
    assert "winter" not in made_up.text
    assert "make your answer shorter" in page.text
