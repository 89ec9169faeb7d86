"""What another site may do with ours: lead somebody here by a link, and nothing else."""

import pytest
from flask import Flask

from intake.web.origins import is_surely_ours, refuse_other_sites
from web.knocking import AT, SITES, token_in

THEIRS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "anything else"},
    {"Sec-Fetch-Site": "cross-site", "Origin": AT},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": ""},
]
OURS = [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": AT}, {}]
EMBEDDED = ("iframe", "frame", "fencedframe", "embed", "object", "portal")
FETCHED = [
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
]
LED_HERE = [
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "style"},
    {},
]
ANSWER = {"reasons_more-words": "It began last winter"}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("headers", THEIRS, ids=str)
def test_no_address_takes_what_another_site_sends(both_sites, site, headers):
    for one in both_sites.addresses(site, "POST"):
        response = both_sites.ask(site, one.path, "POST", data={"note": "x"}, headers=headers)
        assert response.status_code == 403, one
        assert "We did not take that page" in response.text


@pytest.mark.parametrize(
    ("headers", "surely"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": AT}, True),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": AT}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_only_a_browser_that_says_so_itself_is_surely_on_a_page_of_ours(both_sites, headers, surely):
    with both_sites.apps["patient"].test_request_context(
        "/start", method="POST", base_url=AT, headers=headers
    ):
        assert is_surely_ours() is surely


@pytest.mark.parametrize("https", [False, True])
def test_a_page_is_ours_by_the_whole_of_its_address(https):
    """A browser that says no more than an origin: of its scheme, its name and its port none may differ."""
    app = Flask(__name__, static_folder=None)
    app.config["TRUSTED_HOSTS"] = ["intake.example.org"]
    refuse_other_sites(app, https=https)
    app.add_url_rule("/send", "send", lambda: str(is_surely_ours()), methods=["GET", "HEAD", "POST", "PUT"])
    at = f"http{'s' * https}://intake.example.org:8443"

    def given(origin, method="POST", host="intake.example.org:8443"):
        headers = {"Origin": origin} if origin is not None else {}
        answer = app.test_client().open("/send", method=method, headers=headers | {"Host": host})
        return answer.status_code, answer.text if answer.status_code == 200 else ""

    assert [given(at), given(None)] == [(200, "True"), (200, "False")]
    for other in (
        f"http{'s' * (not https)}://intake.example.org:8443",
        "https://intake.example.org",
        f"{at}0",
        f"http{'s' * https}://evil.example:8443",
        "",
        "null",
    ):
        assert [given(other)[0], given(other, "PUT")[0]] == [403] * 2, other
        assert given(other, "GET") == (200, "False")
    assert given("http://evil.example", host="evil.example")[0] == 403
    assert given("", host="evil.example")[0] == 400, "refused for its name"


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_a_page_of_ours_is_taken(both_sites, headers):
    client = both_sites.client("patient")
    token = token_in(client.get("/", base_url=AT))

    sent = client.post("/start", data={"csrf_token": token}, base_url=AT, headers=headers)

    assert sent.status_code == 303


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("where", EMBEDDED)
def test_no_page_is_shown_within_another_one(both_sites, site, where):
    """Not even within one of ours: none of our pages holds another."""
    for came_from in ("same-origin", "cross-site"):
        headers = {"Sec-Fetch-Site": came_from, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": where}
        for path in ("/", "/sign-in", "/no-such-page"):
            assert both_sites.ask(site, path, headers=headers).status_code == 403


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("headers", FETCHED, ids=str)
def test_another_site_loads_nothing_of_ours_into_itself(both_sites, site, headers):
    for path in ("/", "/static/style-0.css"):
        assert both_sites.ask(site, path, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", LED_HERE, ids=str)
def test_whoever_follows_a_link_comes_in(both_sites, headers):
    assert both_sites.ask("patient", "/", headers=headers).status_code == 200


def test_what_was_typed_here_is_given_back_when_a_browser_says_another_site_sent_it(
    both_sites,
):
    """A browser, or something between, that says so wrongly: the form's own token knows better."""
    client = both_sites.client("patient")
    token = token_in(client.get("/", base_url=AT))
    headers = {"Sec-Fetch-Site": "cross-site"}

    ours = client.post("/f/1/1", data=ANSWER | {"csrf_token": token}, base_url=AT, headers=headers)
    theirs = client.post("/f/1/1", data=ANSWER | {"csrf_token": "made up"}, base_url=AT, headers=headers)

    assert (ours.status_code, theirs.status_code) == (403, 403)
    assert "It began last winter</textarea>" in ours.text
    assert "winter" not in theirs.text, "what another site made up is not shown as ours"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "me@evil.example", "", "a b"])
@pytest.mark.parametrize("site", SITES)
def test_no_address_answers_under_another_name(both_sites, site, host):
    for one in both_sites.addresses(site, "GET")[:20]:
        response = both_sites.ask(site, one.path, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
        assert response.status_code == 400, one
        assert "evil.example" not in response.text + str(response.headers)


def test_a_forwarded_name_changes_nothing(both_sites):
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/clinic/queue",
        "X-HTTP-Method-Override": "DELETE",
    }
    plain, told = both_sites.ask("patient", "/"), both_sites.ask("patient", "/", headers=headers)

    assert told.status_code == 200
    assert "evil" not in told.text + str(told.headers)
    assert len(told.text) == len(plain.text)
