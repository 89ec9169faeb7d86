"""What every answer of both sites carries, whatever was asked and however it was refused."""

import re
from dataclasses import replace

import pytest

from intake.web.clinic.site import create_clinic_site
from web.knocking import AT, FORM, SITES

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; report-uri /policy-reports"
)
WANTED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
# What no answer of ours ever has: a permission for other sites, the software's name, a compressed page.
NEVER = ("Access-Control-Allow-Origin", "Server", "X-Powered-By", "Content-Encoding")
REFUSED = {
    404: ("GET", "/no-such-page", {}),
    405: ("DELETE", "/", {}),
    413: ("POST", "/no-such-page", {"data": "x" * 70_000, "content_type": FORM}),
    414: ("GET", "/?" + "x" * 3000, {}),
    415: ("POST", "/policy-reports", {"data": "x", "content_type": "text/plain"}),
    431: ("GET", "/", {"headers": {f"X-{number}": "x" for number in range(70)}}),
}


def unlike(response, **otherwise):
    """Every header that is not as it should be, by its name."""
    wanted = WANTED | {name.replace("_", "-"): value for name, value in otherwise.items()}
    found = {name: response.headers.get(name) for name in wanted}
    return {name: found[name] for name in wanted if found[name] != wanted[name]} | {
        name: response.headers[name] for name in NEVER if name in response.headers
    }


@pytest.mark.parametrize("site", SITES)
def test_every_address_carries_all_of_it(both_sites, site):
    for one in both_sites.addresses(site):
        response = both_sites.ask(site, one.path, one.method)
        kept = response.headers["Cache-Control"].startswith("public, ")
        assert not kept or one.path.startswith("/static/")
        assert unlike(response) == {}, (one, response.status_code)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("status", REFUSED)
def test_every_refusal_carries_all_of_it(both_sites, site, status):
    method, path, how = REFUSED[status]
    response = both_sites.ask(site, path, method, **how)

    assert response.status_code == status
    assert unlike(response) == {}
    assert response.mimetype == "text/html"


@pytest.mark.parametrize("site", SITES)
def test_a_name_that_is_not_ours_and_a_page_that_breaks_carry_all_of_it(both_sites, site):
    elsewhere = both_sites.client(site).get("/", base_url="http://evil.example")
    with both_sites.breaking(site, ValueError("x")) as client:
        broken = client.get("/", base_url=AT)

    assert (elsewhere.status_code, broken.status_code) == (400, 500)
    assert unlike(elsewhere) == unlike(broken) == {}


@pytest.mark.parametrize("site", SITES)
def test_where_even_the_page_for_errors_breaks_there_is_a_last_one(both_sites, site, monkeypatch):
    app = both_sites.apps[site]
    monkeypatch.setattr(app.jinja_env, "get_or_select_template", lambda *_: 1 / 0)
    response = both_sites.ask(site, "/no-such-page")

    assert response.status_code == 500
    assert unlike(response) == {}
    assert "Something went wrong on our side" in response.text
    assert re.search(r"<p>[0-9A-Z]{4}-[0-9A-Z]{4}</p>", response.text)
    assert ('href="tel:988"' in response.text) is (site == "patient")


@pytest.mark.parametrize("site", SITES)
def test_a_kept_file_is_kept_for_good_and_by_everybody_alike(both_sites, site):
    page = both_sites.ask(site, "/no-such-page")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)

    assert len(files) >= 2
    for path in files:
        response = both_sites.ask(site, path, headers={"Cookie": "intake_clinic=somebody"})
        assert unlike(response, Cache_Control="public, immutable, max-age=31536000") == {}
        assert "Set-Cookie" not in response.headers
        assert "Vary" not in response.headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_over_https_the_browser_keeps_to_it(copy_over_https, method):
    for path in ("/sign-in", "/no-such-page"):
        response = copy_over_https.test_client().open(
            path, method=method, base_url="https://forms.example.com"
        )
        assert response.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
        assert response.headers["Reporting-Endpoints"] == 'policy="/policy-reports"'
        assert response.headers["Content-Security-Policy"] == f"{POLICY}; report-to policy"


def test_over_plain_http_nobody_is_told_to_keep_to_https(both_sites):
    assert "Strict-Transport-Security" not in both_sites.ask("patient", "/").headers


@pytest.mark.parametrize("site", SITES)
def test_a_page_under_another_name_is_no_page(both_sites, site):
    """Nothing that a cache takes for a file leads to a page with somebody's answers on it."""
    pages = [one for one in both_sites.addresses(site, "GET") if not one.path.startswith("/static/")]
    for one in pages:
        # Two addresses end in a word, which may be any: whoever is nobody is led to the first page.
        assert both_sites.ask(site, f"{one.path.rstrip('/')}/a.css").status_code in (303, 404), one


def test_a_header_that_is_missing_would_be_noticed(both_sites):
    """The control: the comparison above sees what is missing, changed, or too much."""
    response = both_sites.ask("patient", "/")
    del response.headers["X-Robots-Tag"]
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Server"] = "intake"

    assert set(unlike(response)) == {"X-Robots-Tag", "Referrer-Policy", "Server"}


@pytest.fixture(scope="module")
def copy_over_https(both_sites):
    settings = replace(
        both_sites.copy.settings,
        public_address="https://forms.example.com",
        clinic_name="Riverside",
        clinic_phone="(555) 010-0199",
    )
    return create_clinic_site(both_sites.copy.clinic.with_settings(settings))


def test_every_address_of_both_sites_is_looked_at(both_sites):
    """The control of the walk: it sees the pages of every part, by both methods."""
    found = {site: both_sites.addresses(site) for site in SITES}

    assert {site: len(found[site]) > 50 for site in SITES} == {"patient": True, "clinic": True}
    assert {one.method for one in found["clinic"]} == {"GET", "POST"}
