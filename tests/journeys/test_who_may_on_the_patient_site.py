"""Every address of the patient site, for everybody who might ask: what opens is one's own form."""

import re

import pytest
from werkzeug.test import Client

from copies import PASSWORD, make_copy, staff
from intake.domain.permissions import Role
from intake.papers import engine
from intake.services import accounts, answering
from intake.web.guard import EVERYONE, who_may
from intake.web.patient.site import create_patient_site
from sending import PAT, fill_in

SECRET = "Quetzalcoatlus"
ASKING = ("nobody", "a stranger", "another patient", "who has sent", "a clinician")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return make_copy(tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def pats_form(copy):
    """A form somebody else began, with a word in it that nobody else must ever see."""
    return fill_in(copy.desk, f"{PAT}, reasons_more: {SECRET}")


@pytest.fixture(scope="module")
def site(copy):
    return create_patient_site(copy.desk)


def every_address(site):
    """Each address there is, and each method it takes."""
    for rule in site.url_map.iter_rules():
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule.endpoint, address, method


def browser_of(copy, site, who):
    client = Client(site)
    match who:
        case "a stranger":
            client.set_cookie("intake_patient", "x" * 43, domain="127.0.0.1")
        case "another patient":
            client.set_cookie("intake_patient", answering.start(copy.desk), domain="127.0.0.1")
        case "who has sent":
            token = fill_in(copy.desk)
            answering.send(copy.desk, token, "Pat Doe")
            client.set_cookie("intake_patient", token, domain="127.0.0.1")
        case "a clinician":
            if not accounts.staff(copy.clinic):
                staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
            session = accounts.sign_in(copy.clinic, "alice", PASSWORD, "here")
            client.set_cookie("intake_patient", session, domain="127.0.0.1")
            client.set_cookie("intake_clinic", session, domain="127.0.0.1")
    return client


def test_every_page_says_that_it_is_open_to_all(site):
    marks = {rule.endpoint: who_may(site.view_functions[rule.endpoint]) for rule in site.url_map.iter_rules()}

    assert {mark for endpoint, mark in marks.items() if endpoint != "static"} == {EVERYONE}


@pytest.mark.parametrize("who", ASKING)
def test_nobody_is_shown_somebody_elses_form(copy, site, pats_form, who, monkeypatch):
    # A PDF as the page it is made of: what stands in it can be looked for.
    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(engine, "make", lambda sheet, _seconds: sheet.html.encode())
    client = browser_of(copy, site, who)
    asked = list(every_address(site))
    # Leaving and forgetting end the visit, so they come last.
    asked.sort(key=lambda one: one[0].endswith(("leave", "forget")))

    assert len(asked) >= 15
    for endpoint, address, method in asked:
        with client.open(address, method=method, base_url=copy.settings.public_address) as response:
            assert response.status_code < 500, (endpoint, method)
            assert SECRET not in response.get_data(as_text=True), (endpoint, method)
            # A browser tells of a page that broke its policy, and no token comes with that.
            if method == "POST" and endpoint != "policy_report":
                # No token of the page came along, so nothing is done for anybody.
                assert response.status_code == 400, (endpoint, response.status_code)


def test_the_one_whose_form_it_is_does_see_it(copy, site, pats_form):
    client = Client(site)
    client.set_cookie("intake_patient", pats_form, domain="127.0.0.1")

    with client.open("/check", base_url=copy.settings.public_address) as response:
        assert SECRET in response.get_data(as_text=True)
