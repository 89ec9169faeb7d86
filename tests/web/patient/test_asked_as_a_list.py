"""A question about several things, in boxes of their own; and the way out of a page about home."""

from urllib.parse import urlsplit

import pytest

from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire
from intake.domain.answers import Text
from web.clinic.content import QUESTIONNAIRE

ALLERGIES = ("penicillin, a rash", "latex", "bees; wasps", "peanuts")


@pytest.fixture
def allergic(pat):
    """Pat, who has said to be allergic to something."""
    pat.answer("allergy_other", allergy_other="yes")
    return pat


def boxes(pat):
    found = (one for one in pat.page.tree.iter("input") if one.get("name", "").startswith("allergy_list"))
    return [one.get("value") for one in found]


def test_allergies_are_a_list_and_there_is_always_a_box_more(allergic):
    allergic.ask("allergy_list")
    assert boxes(allergic) == ["", "", ""]
    allergic.answer(
        "allergy_list", allergy_list__words="latex", **{"allergy_list-words-2": "bees, a swelling"}
    )

    assert allergic.answers.value("allergy_list") == Text("latex; bees, a swelling")
    allergic.ask("allergy_list")
    assert boxes(allergic) == ["latex", "bees, a swelling", ""]
    typed = {f"allergy_list-words-{at}": one for at, one in enumerate(ALLERGIES, start=2)}
    allergic.answer("allergy_list", allergy_list__words="pollen", **typed)
    allergic.ask("allergy_list")
    assert boxes(allergic) == ["pollen", "penicillin, a rash", "latex", "bees", "wasps", "peanuts", ""]


def test_an_answer_of_an_earlier_edition_in_lines_comes_back_in_boxes(allergic):
    allergic.answer("allergy_list", allergy_list__words="latex; bees")
    allergic.ask("allergy_list")

    assert boxes(allergic) == ["latex", "bees", ""]


def test_what_is_too_long_is_kept_on_the_page(allergic):
    allergic.answer("allergy_list", allergy_list__words="x" * 2_001)

    assert allergic.status == 422
    assert boxes(allergic)[0] == "x" * 2_001


def test_only_a_question_in_words_is_asked_as_a_list():
    wrong = QUESTIONNAIRE.replace("past: true}", "past: true, each: Day}")

    with pytest.raises(DocumentRefused, match="leave `each` out"):
        parse_questionnaire(wrong)


# Leaving at once, where safety at home is asked about.


def test_the_page_about_home_and_no_other_has_a_way_to_leave_at_once(pat):
    pages = [page for _, page in pat.desk.library.questionnaire.pages]
    with_it = {page.id for page in pages if page.leave_now}
    asking = {page.id for page in pages if "home_safe" in {one.id for one in page.questions}}

    assert with_it == asking == {"home"}
    pat.ask("home_safe")
    assert leaving(pat) is not None
    pat.ask("filled_in_by")
    assert leaving(pat) is None


def test_the_way_out_carries_nothing_and_tells_nobody_where_it_was_pressed(pat):
    pat.answer("home_safe", home_safe="no", **{"go-later": "1"})
    pat.ask("home_safe")
    link = leaving(pat)

    assert link.get("href") == pat.desk.settings.leave_now_address == "https://www.weather.gov/"
    assert (urlsplit(link.get("href")).query, urlsplit(link.get("href")).fragment) == ("", "")
    assert link.get("rel") == "noreferrer"
    assert link.get("target") is None
    assert pat.response.headers["Cache-Control"] == "no-store"
    assert "stays in the list of pages in your browser" in pat.text


def test_the_way_out_stays_on_the_page_when_something_is_to_be_checked(pat):
    pat.answer("home_safe", home_safe="perhaps")

    assert pat.status == 422
    assert leaving(pat) is not None


def leaving(pat):
    return next((a for a in pat.page.tree.iter("a") if "".join(a.itertext()) == "Leave this page now"), None)
