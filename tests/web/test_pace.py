"""Nobody sends faster than a person could, on either site; and no person is ever told to wait."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from campaigns.hasty import at_any_speed
from copies import make_copy, staff
from exchanging import FORM, LIBRARY, begun, secret_of, signed_in
from intake.content.questionnaire import read_questionnaire
from intake.domain import rate_limits
from intake.domain.answers import Text, answered
from intake.domain.permissions import Role
from intake.domain.rate_limits import PERSON, Pace
from intake.services import rate_limiting
from intake.storage import rate_limits as stored
from intake.web.clinic.site import create_clinic_site
from intake.web.patient.site import create_patient_site
from sending import fill_in
from web.clinic.person import Person
from web.patient.visitor import Visitor

WORDS = "What the night nurse said, in my words"
FEW = 3


@pytest.fixture
def copy(tmp_path):
    copy = make_copy(tmp_path, LIBRARY)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


@pytest.fixture
def few(monkeypatch):
    """Three at once, where a person has more."""
    monkeypatch.setattr(rate_limits, "PERSON", Pace(PERSON.every, FEW))


def pat_with_a_form(copy, form=FORM):
    pat = Visitor(copy.desk)
    pat.client.set_cookie("intake_patient", fill_in(copy.desk, form), domain="127.0.0.1", path="/")
    pat.open("/check")
    return pat


def sends(pat, path="/later/clinic", **fields):
    """One page of many that a program sends."""
    return pat.client.post(path, base_url=pat.site, data={"csrf_token": pat.csrf, **fields})


def test_a_program_is_stopped_after_a_hundred_and_twenty_pages_at_once(copy):
    def send():
        return rate_limiting.sent(copy.desk, "one form", PERSON)

    assert {send() for _ in range(120)} == {None}
    assert send() == PERSON.every
    assert rate_limiting.sent(copy.desk, "another form", PERSON) is None


def test_somebody_who_takes_two_seconds_for_a_page_never_waits(copy):
    """For as long as they like; and the whole of the form goes at any speed."""
    for _ in range(300):
        assert rate_limiting.sent(copy.desk, "one form", PERSON) is None
        copy.clock.at += timedelta(seconds=2)
    questionnaire, _ = read_questionnaire(copy.settings.questionnaire)
    assert sum(len(part.pages) for part in questionnaire.parts) <= PERSON.at_once


def test_into_one_form_nothing_is_sent_faster_than_a_person_could(copy, few):
    pat, other = pat_with_a_form(copy), pat_with_a_form(copy)
    assert [sends(pat).status_code for _ in range(FEW)] == [303] * FEW

    pat.send(pat.address("more"), more__words=WORDS)

    assert (pat.status, pat.page.h1) == (429, "Wait a moment")
    assert pat.response.headers["Retry-After"] == "2"
    assert WORDS in pat.html, "what was typed is still there, and goes on by one press"
    assert f'name="more-words" value="{WORDS}"' in pat.html
    assert "988" in pat.html or "911" in pat.html, "the ways to reach help stand there as on every page"
    assert sends(other).status_code == 303, "another patient never waits for it"
    copy.clock.at += PERSON.every
    pat.send(pat.address("more"), more__words=WORDS)
    assert pat.status == 303
    assert pat.answers.get("more") == answered(Text(WORDS))


def test_help_leaving_and_what_a_page_keeps_are_never_too_fast(copy, few):
    pat = pat_with_a_form(copy)
    while sends(pat).status_code == 303:
        pass

    kept = sends(pat, f"{pat.address('more')}/keep", **{"more-words": WORDS})
    others = [sends(pat, "/stay"), sends(pat, "/leave"), pat.client.get("/help", base_url=pat.site)]
    erased = sends(pat, "/forget")

    assert [one.status_code for one in (kept, *others, erased)] == [204, 204, 303, 200, 303]


def test_into_one_reply_neither(tmp_path, few):
    exchange = begun(tmp_path)
    sent = exchange.asks()
    pat = Visitor(exchange.desk)
    pat.open("/reply")
    pat.send("/reply", link=secret_of(sent), reference=exchange.reference)
    pat.open("/reply/question")
    for _ in range(FEW):
        assert sends(pat, "/reply/question").status_code != 429

    pat.send("/reply/question", **{"reply-words": WORDS})

    assert pat.status == 429
    assert WORDS in pat.html
    assert sends(pat, "/reply/stay").status_code == 204
    for one in (exchange.copy.desk, exchange.copy.clinic):
        one.database.dispose()


def test_a_session_of_staff_sends_no_faster_either_and_slows_nobody_else_down(copy, few):
    staff(copy.clinic, "alice", "A. Rivera, NP", Role.CLINICIAN)
    site = create_clinic_site(copy.clinic)
    alice, elsewhere = signed_in(Person(site)), signed_in(Person(site))
    alice.open("/requests")
    for _ in range(FEW):
        alice.send("/requests", reference="none", asks="erase", came="phone", words=WORDS)
        assert alice.status == 422

    alice.send("/requests", reference="none", asks="erase", came="phone", words=WORDS)

    assert (alice.status, alice.page.h1) == (429, "Wait a moment")
    assert alice.text.count(WORDS) == 1
    assert f'name="words" value="{WORDS}"' in alice.response.text
    elsewhere.open("/requests")
    elsewhere.send("/requests", reference="none", asks="erase", came="phone", words=WORDS)
    assert elsewhere.status == 422
    assert alice.open("/queue").status_code == 200, "looking is never too fast"
    alice.open("/account")
    assert alice.send("/sign-out").status_code == 303


def test_when_nothing_can_be_counted_nobody_waits(copy, few, monkeypatch):
    pat = pat_with_a_form(copy)

    def broken(*_args):
        raise OperationalError("no", {}, Exception())

    monkeypatch.setattr(stored, "knock", broken)

    assert [sends(pat).status_code for _ in range(FEW + 2)] == [303] * (FEW + 2)


def test_the_pace_is_left_out_for_campaigns_alone_and_only_while_they_say_so(copy):
    with at_any_speed():
        hasty = create_patient_site(copy.desk)
    assert hasty.extensions["intake.pace"].at_once > 100_000
    for site in (create_patient_site(copy.desk), create_clinic_site(copy.clinic)):
        assert site.extensions["intake.pace"] == PERSON
