"""The protection word for word: other tests compare it with itself, and would miss a rule that was let go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask, Response

from intake.web.clinic.site import create_clinic_site
from intake.web.headers import also_sent_to, last_resort_headers, protect, protection
from web.knocking import AT, SITES

POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "report-uri /policy-reports",
]
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex",
}


def test_the_protection_is_what_was_decided():
    plain, secure = protection(https=False), protection(https=True)

    assert plain.pop("Content-Security-Policy").split("; ") == POLICY
    assert secure.pop("Content-Security-Policy").split("; ") == [*POLICY, "report-to policy"]
    assert plain == ALWAYS
    assert secure == ALWAYS | {
        "Reporting-Endpoints": 'policy="/policy-reports"',
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    }


@pytest.mark.parametrize("site", SITES)
def test_the_cookie_of_a_page_is_out_of_reach_of_scripts_and_other_sites(both_sites, site):
    page = both_sites.client(site).get("/" if site == "patient" else "/sign-in", base_url=AT)

    (cookie,) = page.headers.getlist("Set-Cookie")
    name, *flags = cookie.split("; ")
    assert name.startswith(f"intake_{site}_page=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert f"Max-Age={timedelta(days=31).total_seconds():.0f}" in flags


@pytest.mark.parametrize("address", ["", "https://intake.example.org"])
def test_an_answer_that_no_site_made_is_protected_as_every_other(both_sites, address):
    settings = replace(both_sites.copy.settings, public_address=address)

    given = dict(last_resort_headers(settings, "/clinic"))

    assert given == protection("/clinic", https=bool(address)) | {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
    }


def test_over_https_a_site_does_not_answer_as_this_machine(both_sites):
    clinic = both_sites.copy.clinic
    own = replace(clinic.settings, public_address="https://intake.example.org")
    client = create_clinic_site(replace(clinic, settings=own)).test_client()

    assert client.get("/sign-in", base_url="https://intake.example.org").status_code == 200
    for name in ("127.0.0.1", "localhost"):
        assert client.get("/sign-in", base_url=f"https://{name}").status_code == 400


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://intake.example.org"])
def test_every_answer_is_protected_and_one_page_alone_leads_to_a_provider(both_sites, address):
    app = Flask(__name__, static_folder=None)
    protect(app, replace(both_sites.copy.settings, public_address=address))
    app.add_url_rule("/", "page", Response)
    app.add_url_rule("/kept", "kept", lambda: Response(headers={"Cache-Control": "max-age=5"}))
    app.add_url_rule("/out", "out", lambda: also_sent_to("https://provider.example") or Response())

    def given(path):
        headers = app.test_client().get(path, environ_overrides={"SCRIPT_NAME": "/clinic"}).headers
        return {name: headers[name] for name in ("Cache-Control", *protected)}

    protected = protection("/clinic", https=address.startswith("https"))
    policy = protected["Content-Security-Policy"]
    out = policy.replace("form-action 'self';", "form-action 'self' https://provider.example;")
    assert given("/") == given("/none") == protected | {"Cache-Control": "no-store"}
    assert given("/kept") == protected | {"Cache-Control": "max-age=5"}
    assert out != policy
    assert given("/out")["Content-Security-Policy"] == out
