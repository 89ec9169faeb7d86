"""What a browser never sends of itself: refused with a page, or not heard, and never an error of ours."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from intake.web.patient.site import create_patient_site


@pytest.mark.parametrize(
    ("question", "sent"),
    [
        ("pregnancy", {"pregnancy": "perhaps"}),
        ("pregnancy", {"pregnancy": ["no", "trying"]}),
        ("brain_bleed", {"brain_bleed": "rather-not-say"}),
        ("asq_1", {"asq_1": "not-sure"}),
        ("bladder_cystitis", {"bladder_cystitis": ["blood", "gold"]}),
        ("phq9_1", {"phq9_1": "4"}),
        ("date_of_birth", {"date_of_birth": "not-sure"}),
    ],
)
def test_an_answer_that_was_not_offered_is_refused(pat, question, sent):
    pat.answer(question, **sent)

    assert pat.status == 422
    assert pat.problems[0].startswith("Choose")
    assert question not in pat.answers


def test_a_field_of_another_page_is_not_heard(pat):
    pat.answer("pregnancy", pregnancy="no", phq9_9="several_days", first_name__words="Mallory")

    assert set(pat.answers) == {"pregnancy"}


def test_no_answer_is_taken_for_a_page_that_is_not_asked(pat):
    pat.answer("liver_signs", liver_signs="yes")

    assert "liver_signs" not in pat.answers


def test_markup_stays_words_everywhere(pat):
    name = "<script>alert(1)</script>"
    pat.answer("first_name", first_name__words=name, last_name__words='"><img src=x onerror=1>')
    pat.answer("takes_medicines", takes_medicines="yes")
    pat.answer("medicines", add="1", name=name, amount=name)
    pat.answer("phone", phone__words="555 010 0142")
    pat.skip_everything()
    for path in (pat.address("first_name"), pat.address("medicines"), "/check"):
        # The visitor itself refuses a page with anything inline in it.
        pat.open(path)
        assert "&lt;script&gt;" in pat.html


def test_without_the_pages_own_token_nothing_is_taken(pat):
    pat.answer("pregnancy", pregnancy="no", csrf_token="")

    assert pat.status == 400
    assert pat.page.h1 == "We could not read that page"
    assert "pregnancy" not in pat.answers


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_send_a_page(pat, headers):
    pat.send(pat.address("pregnancy"), headers, pregnancy="no")

    assert pat.status == 403
    assert pat.page.h1 == "We did not take that page"
    assert "pregnancy" not in pat.answers


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://127.0.0.1:8000"}, {}],
)
def test_the_page_itself_can(pat, headers):
    pat.send(pat.address("pregnancy"), headers, pregnancy="no")

    assert pat.status == 303


def test_a_page_left_open_for_a_day_is_still_taken(pat, copy):
    """Where a clinic lets a browser wait for so long: the page's token does not run out before that."""
    waits = copy.desk.with_settings(replace(copy.settings, patient_idle_minutes=2 * 24 * 60))
    pat.client.application = create_patient_site(waits)
    pat.ask("pregnancy")
    copy.clock.at = copy.clock.at.replace(day=21)
    pat.answer("pregnancy", pregnancy="no")

    assert pat.status == 303


def test_a_page_too_large_gets_a_page(pat):
    pat.answer("anything_else", anything_else__words="x" * 70_000)

    assert pat.status == 413
    assert pat.page.h1 == "That is more than we can take at once"


def test_a_name_for_the_site_that_is_not_its_own_is_refused(visitor):
    response = visitor.client.get("/", base_url="http://evil.example")

    assert response.status_code == 400
    assert "evil.example" not in response.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE"])
def test_only_reading_and_sending(pat, method):
    response = pat.client.open("/form", method=method, base_url=pat.site)

    assert response.status_code == 405


def test_errors_never_repeat_what_was_asked_for(pat):
    for path in ("/secret-word", "/f/1/1/secret-word", "/static/secret-word"):
        pat.open(path)
        assert pat.status == 404
        assert "secret-word" not in pat.html


names = st.sampled_from(
    [
        "pregnancy", "recent_bp_reading-first", "bp_reading_known", "height-unit", "height-ft_in-0",
        "weight-lb-0", "date_of_birth-month", "date_of_birth-year", "bladder_cystitis", "phq9_9", "name",
        "unknown", "how_often", "remove", "add", "noticed", "kept", "change-it", "go-later", "agree",
        "typed_name", "somebody-else", "reasons", "reason_other-words", "first_name-words",
    ]
)  # fmt: skip
values = st.text(max_size=12) | st.sampled_from(
    ["yes", "no", "not-sure", "none", "1", "ft_in", "other", "158/96"]
)
paths = st.sampled_from(
    [
        "/f/1/2", "/f/1/3", "/f/1/4", "/f/1/5", "/f/2/1", "/f/3/2", "/f/3/5", "/f/4/8", "/f/5/1", "/f/5/2",
        "/f/6/1", "/f/3/2/change", "/sign", "/start", "/leave",
    ]
)  # fmt: skip


def test_whatever_is_sent_never_ends_in_an_error_of_ours(pat):
    @settings(max_examples=120)
    @given(paths, st.lists(st.tuples(names, values), max_size=6))
    def send(path, fields):
        sent = MultiDict([("csrf_token", pat.csrf), *fields])
        response = pat.client.post(path, base_url=pat.site, data=sent)
        assert response.status_code in (200, 303, 422)

    send()
