"""Checking, signing and sending."""

import re

import pytest

from intake.domain.submissions import Receipt
from intake.services import answering
from intake.storage import submissions
from journeys.served import words

_COUNT = re.compile(r"(\d+) questions are blank")


def sign(pat, **fields):
    pat.send("/sign", **({"agree": "y", "typed_name": "Pat Doe"} | fields))


def rows(pat):
    found = {}
    for row in pat.page.tree.iter("div"):
        if (asked := row.find("dt")) is not None:
            said, change = row.findall("dd")
            found[words(asked)] = (words(said), change.find("a").get("href"), words(change))
    return found


def sent_count(copy):
    with copy.desk.database.read() as session:
        return len(submissions.ids(session))


def test_checking_comes_when_every_page_was_seen(pat):
    pat.open("/check")
    assert pat.location == "/form"
    pat.open("/sign")
    assert pat.location == "/check"


def test_the_check_page_shows_each_question_as_it_was_asked(ready):
    ready.answer("avm", avm="no")
    ready.open("/check")

    said, address, _ = rows(ready)["Has a doctor ever told you that you have an AVM?"]
    assert said == "No"
    assert address == f"{ready.address('avm')}/change"


def test_a_blank_is_shown_as_blank_with_a_way_to_answer(ready):
    ready.open("/check")

    said, _, link = rows(ready)["Are you pregnant, could you be, or are you trying to be?"]
    assert said == "Left blank"
    assert link == "Answer: Are you pregnant, could you be, or are you trying to be?"


def test_sensitive_answers_are_not_in_full_view(ready):
    ready.answer("home_safe", home_safe="yes")
    ready.open("/check")

    assert rows(ready)["Is home a safe place for you?"][0] == "Answered"


def test_a_rating_scale_is_one_row(ready):
    ready.answer("phq9_1", phq9_1="not_at_all", phq9_2="not_at_all")
    ready.open("/check")

    asked = ready.desk.library.questionnaire.page("phq9")[1].title
    assert rows(ready)[asked][0] == "2 of 9 answered"
    assert "Feeling down" not in ready.text


def test_a_change_leads_back_to_the_check_page(ready):
    ready.send(f"{ready.address('pregnancy')}/change", pregnancy="no")

    assert ready.location == "/check"


def test_a_change_that_opens_questions_asks_them_first(ready):
    ready.send(f"{ready.address('heart_conditions')}/change", heart_conditions=["fainting"])
    assert ready.location == f"{ready.address('syncope')}/change"
    ready.send(ready.location, syncope="once")
    assert ready.location == f"{ready.address('syncope_heart_signs')}/change"
    ready.send(ready.location, syncope_heart_signs="no")
    assert ready.location == "/check"


def test_what_is_needed_is_named_before_it_can_be_sent(pat):
    pat.skip_everything()
    pat.open("/check")

    assert "We need 3 more things before you can send." in pat.text
    assert pat.page.links()["First name"] == f"{pat.address('first_name')}/change"
    assert "Go on to sign" not in pat.page.links()
    sign(pat)
    assert pat.location == "/check"


def test_free_text_left_empty_is_not_counted_as_blank(ready):
    ready.open("/check")
    before = _COUNT.search(ready.text)[1]
    ready.answer("email", email__words="pat@example.com")
    ready.open("/check")

    assert _COUNT.search(ready.text)[1] == before


def test_signing_shows_what_is_agreed_to_and_the_date(ready):
    ready.open("/sign")

    for point in ready.desk.library.questionnaire.consent.points:
        assert " ".join(point.split()) in ready.text
    assert "Date: November 20, 2026" in ready.text


def test_a_signature_needs_the_tick_and_the_name(ready, copy):
    ready.send("/sign")

    assert ready.status == 422
    assert ready.problems == [
        "Tick the box if you agree. If you do not, you can stop here and call us",
        "Type your full name to sign",
    ]
    sign(ready, typed_name="   ")
    assert ready.problems == ["Type your full name to sign"]
    assert sent_count(copy) == 0


def test_signing_sends_and_thanks(ready, copy):
    sign(ready)
    assert ready.location == "/sent"
    ready.follow()

    receipt = answering.find(ready.desk, ready.token)
    assert isinstance(receipt, Receipt)
    assert ready.page.h1 == "We got your answers. Thank you."
    assert receipt.reference in ready.text
    assert "Sent November 20, 2026 at 12:00 pm" in ready.text
    assert "keep taking your medicines the way you do now" in ready.text
    assert sent_count(copy) == 1


def test_sending_twice_shows_the_same_page(ready, copy):
    sign(ready)
    ready.follow()
    first = ready.text
    sign(ready)
    ready.follow()

    assert ready.text == first
    assert sent_count(copy) == 1


@pytest.mark.parametrize("path", ["/form", "/f/1/1", "/check", "/sign"])
def test_after_sending_every_page_of_the_form_leads_to_the_thanks(ready, path):
    sign(ready)
    ready.open(path)

    assert ready.location == "/sent"


def test_a_page_answered_after_sending_changes_nothing(ready):
    ready.open("/f/1/1")
    sign(ready)
    ready.answer("filled_in_by", filled_in_by="me")

    assert ready.location == "/sent"


def thanks(visitor, copy, **answers):
    """The last page of somebody who answered these, without what is theirs alone."""
    visitor.give_name_and_number()
    visitor.skip_everything()
    for question, sent in answers.items():
        visitor.answer(question, **{question: sent})
    visitor.skip_everything()
    sign(visitor)
    visitor.follow()
    receipt = answering.find(visitor.desk, visitor.token)
    return visitor.html.replace(receipt.reference, "").replace(visitor.csrf, "")


def test_everybody_gets_the_same_thanks(visitor, copy):
    visitor.open("/")
    visitor.send("/start")
    quiet = thanks(visitor, copy, phq9_9="not_at_all")
    visitor.send("/forget")
    visitor.open("/")
    visitor.send("/start")
    urgent = thanks(visitor, copy, safe_right_now="no", psychosis_personal="now", pregnancy="yes")

    assert quiet == urgent
