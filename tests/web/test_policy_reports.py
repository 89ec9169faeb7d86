"""A page that breaks its content policy is noticed; of the page itself nothing is kept."""

import json

import pytest

from intake.web.policy_reports import Directive, broken
from web.knocking import AT, SITES

SECRET = "xanthocanary"
OLD = {"csp-report": {"document-uri": f"{AT}/return#{SECRET}", "effective-directive": "script-src-elem"}}
NEW = [
    {"type": "csp-violation", "url": SECRET, "body": {"effectiveDirective": "style-src", "sample": SECRET}}
]
KINDS = {"application/csp-report": OLD, "application/reports+json": NEW}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_browser_reports_is_a_line_with_the_rule_that_was_broken(both_sites, site, kind, caplog):
    response = both_sites.ask(
        site, "/policy-reports", "POST", data=json.dumps(KINDS[kind]), content_type=kind
    )

    assert (response.status_code, response.text) == (204, "")
    assert "Set-Cookie" not in response.headers
    directive = "script-src-elem" if kind == "application/csp-report" else "style-src"
    assert caplog.messages == [f"policy_broken site={site} directive={directive}"]


@pytest.mark.parametrize(
    "report",
    ["", "null", "[]", "[1]", "{}", '"x"', "{" * 20_000, "[" * 20_000, '{"csp-report": 1}']
    + [
        json.dumps({"csp-report": {"effective-directive": name}}) for name in (SECRET, "7", "", "script-src-")
    ],
)
def test_whatever_else_is_sent_is_another_rule_and_no_error(report):
    assert broken(report) is Directive.OTHER


def test_older_browsers_name_the_rule_with_its_sources():
    assert broken('{"csp-report": {"violated-directive": "img-src \'self\'"}}') is Directive.IMAGE


def test_whoever_sends_many_fills_no_log(both_sites, caplog):
    for _ in range(40):
        both_sites.ask("clinic", "/policy-reports", "POST", data="{}", content_type="application/csp-report")

    assert len(caplog.messages) <= 10


def test_another_site_cannot_report(both_sites):
    response = both_sites.ask(
        "clinic",
        "/policy-reports",
        "POST",
        data="{}",
        content_type="application/csp-report",
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert response.status_code == 403
