"""What stays in English on a page in Spanish is marked as English wherever it is said again."""

import re
from dataclasses import replace

import pytest

from exchanging import LIBRARY
from intake.services import answering
from journeys.leftovers import leftovers
from web.patient.visitor import Visitor
from web.patient.windows import Window

DRINKS = "How often do you have a drink containing alcohol?"


def spanish(desk, library=None):
    settings = replace(desk.settings, languages=("es",))
    visitor = Visitor(replace(desk, settings=settings, library=library or desk.library))
    visitor.open("/")
    visitor.send("/language", lang="es", page="/")
    visitor.follow()
    return visitor


@pytest.fixture
def lucia(desk):
    """Lucía, who answered a question that is published in English, and is ready to sign."""
    visitor = spanish(desk)
    visitor.send("/start")
    visitor.give_name_and_number()
    visitor.answer("audit_c_1", audit_c_1="monthly_or_less")
    visitor.skip_everything()
    visitor.open("/check")
    return visitor


def english_is_marked(visitor, *said):
    """All of it is there, is marked, and would be noticed if it were not."""
    assert all(words in visitor.text for words in said)
    assert leftovers(visitor.html, "es") == []
    unmarked = leftovers(re.sub(r' lang="en"', "", visitor.html), "es")
    assert set(said) <= set(unmarked)


def test_an_answer_to_check(lucia):
    english_is_marked(lucia, DRINKS, "Monthly or less")


def test_what_was_changed_in_another_window(lucia):
    lucia.open(next(to for to in lucia.page.links().values() if to.startswith("/sign")))
    kept = dict(re.findall(r'name="([a-z]+-[a-z]+)" value="([^"]+)"', lucia.html))
    lucia.answer("audit_c_1", audit_c_1="never")
    shown, checked = kept["shown-page"], kept["checked-answers"]
    lucia.send("/sign", agree="y", typed_name="Pat Doe", shown__page=shown, checked__answers=checked)
    lucia.follow()

    assert "Algo cambió desde que usted revisó, así que no se envió nada." in lucia.text
    english_is_marked(lucia, DRINKS)


def test_what_was_typed_and_not_continued_from(lucia):
    window = Window(lucia, "audit_c_1")
    window.hide(audit_c_1="never")
    lucia.open("/check")

    assert len(answering.find(lucia.desk, lucia.token).unfinished) == 1
    english_is_marked(lucia, DRINKS)


def test_two_answers_to_choose_from(lucia):
    first, second = Window(lucia, "audit_c_1"), Window(lucia, "audit_c_1")
    first.go_on(audit_c_1="never")
    second.go_on(audit_c_1="two_to_four_month")

    assert lucia.status == 409
    english_is_marked(lucia, DRINKS, "Never", "2-4 times a month")


def test_the_titles_of_a_clinic_that_asks_in_its_own_words(desk):
    visitor = spanish(desk, LIBRARY)
    english_is_marked(visitor, LIBRARY.questionnaire.title)
    visitor.send("/start")
    part = LIBRARY.questionnaire.parts[1].title
    visitor.open("/form")
    assert re.search(rf'<a [^>]*lang="en" dir="ltr">{part}</a>', visitor.html)
    visitor.ask("home")
    assert f'<span lang="en" dir="ltr">{part}</span>' in visitor.html
    visitor.open("/paper")
    assert f'<span lang="en" dir="ltr">{part}</span>' in visitor.html
    assert f'<span lang="en" dir="ltr">{LIBRARY.questionnaire.title}</span>' in visitor.html
