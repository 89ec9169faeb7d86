"""How long answers and cookies are, and what the health address tells."""

import pytest

from intake.web.health import only_health, with_health
from web.knocking import AT, SITES, token_in

# RFC 6265: what a browser has to keep of one cookie, its name and its value.
LONGEST_COOKIE = 4096


def cookies(response):
    """Name and value of each cookie that an answer sets."""
    return [one.split(";")[0] for one in response.headers.getlist("Set-Cookie")]


def asked(application, path, method="GET"):
    """An answer of a WSGI application: its status, headers and body."""
    begun = []
    body = application(
        {"PATH_INFO": path, "REQUEST_METHOD": method}, lambda status, headers: begun.append((status, headers))
    )
    return begun[0][0], dict(begun[0][1]), b"".join(body)


@pytest.mark.parametrize("site", SITES)
def test_every_answer_is_as_long_as_it_says(both_sites, site):
    for one in both_sites.addresses(site):
        response = both_sites.ask(site, one.path, one.method)
        assert response.headers["Content-Length"] == str(len(response.data)), one


@pytest.mark.parametrize("site", SITES)
def test_every_answer_in_words_says_its_character_set(both_sites, site):
    kinds = set()
    for one in both_sites.addresses(site):
        response = both_sites.ask(site, one.path, one.method)
        kinds.add(response.mimetype)
        if response.mimetype.startswith("text/"):
            assert response.headers["Content-Type"].endswith("; charset=utf-8"), one
        response.data.decode("utf-8")

    assert "text/html" in kinds


@pytest.mark.parametrize("site", SITES)
def test_every_cookie_fits_into_a_browser(both_sites, site):
    client = both_sites.client("patient")
    begun = client.post("/start", data={"csrf_token": token_in(client.get("/", base_url=AT))}, base_url=AT)
    answers = [both_sites.ask(site, one.path, one.method) for one in both_sites.addresses(site)]
    found = [cookie for response in (begun, *answers) for cookie in cookies(response)]

    assert len({cookie.split("=")[0] for cookie in found}) >= 2
    assert [cookie for cookie in found if len(cookie) > LONGEST_COOKIE // 8] == []


@pytest.mark.parametrize(("well", "status"), [(True, "200 OK"), (False, "503 Service Unavailable")])
def test_the_health_address_says_yes_or_no_and_nothing_else(well, status):
    said, headers, body = asked(only_health(lambda: well), "/health")

    assert (said, body) == (status, b"")
    assert headers["Content-Length"] == "0" and headers["Cache-Control"] == "no-store"
    assert asked(only_health(lambda: well), "/metrics")[0] == "404 Not Found"
    assert asked(only_health(lambda: well), "/health", "POST")[0] == "405 Method Not Allowed"


def test_beside_a_site_it_is_one_address_and_the_rest_is_the_sites(both_sites):
    def site(_environment, start):
        start("200 OK", [("X-Of", "the site")])
        return [b"a page"]

    beside = with_health(site, both_sites.copy.desk.database)

    assert asked(beside, "/health")[2] == b""
    assert asked(beside, "/health/more")[2] == b"a page"
