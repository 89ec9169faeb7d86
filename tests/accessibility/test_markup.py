"""The rows of the checklist that the markup alone answers, for every state, and what each would find."""

from dataclasses import replace

import pytest

from accessibility.markup import (
    ABOUT_THE_PERSON,
    asked_twice,
    misplaced_help,
    one_sided,
    unchangeable,
    wrong_autocomplete,
    wrong_language,
    wrong_titles,
)
from intake.domain.questionnaire import Kind
from intake.web.frame import stylesheet

# The states are walked to once.
pytestmark = pytest.mark.xdist_group("accessibility")


@pytest.fixture
def of_patients(states):
    return [state for state in states.values() if state.of_a_patient]


def changed(states, name, old, new):
    """The same states, with one word of one of them changed."""
    assert old in states[name].html, f"{old!r} is not in {name}"
    other = replace(states[name], html=states[name].html.replace(old, new))
    return [other if state.name == name else state for state in states.values()]


def test_pages_are_told_apart_by_their_titles_and_errors_come_first(states):
    assert wrong_titles(states.values()) == []


def test_a_title_that_says_nothing_would_be_found(states):
    assert wrong_titles(changed(states, "error", "<title>Error: ", "<title>")) != []
    assert wrong_titles(changed(states, "start", "<title>", "<title>Error: ")) != []
    twin = replace(states["help"], html=states["start"].html)
    assert wrong_titles([states["start"], twin]) != []


def test_browsers_are_told_what_they_can_fill_in(states):
    assert wrong_autocomplete(states.values()) == []


def test_a_box_that_no_longer_says_what_it_is_for_would_be_found(states):
    without = changed(states, "words", ' autocomplete="given-name"', ' autocomplete="off"')

    assert wrong_autocomplete(without) == ["words: first_name-words says 'off'"]


def test_every_box_about_the_person_is_looked_for(states, patients_side):
    """The names above are those of the questionnaire: a new one is not forgotten."""
    questionnaire = patients_side.desk.library.questionnaire
    asked = {one.id for _, page in questionnaire.pages for one in page.questions if one.autocomplete}
    known = {name.partition("-")[0] for name in ABOUT_THE_PERSON}

    assert asked <= known
    assert all(questionnaire.question(one).kind in (Kind.TEXT, Kind.DATE) for one in asked)


def test_nothing_about_the_person_is_asked_twice(patients_side):
    """But for the name under what is signed, which is the signature."""
    asked = {
        page.id: " ".join(f'autocomplete="{one.autocomplete or "off"}"' for one in page.questions)
        for _, page in patients_side.desk.library.questionnaire.pages
    }

    assert asked_twice(asked) == []
    assert asked_twice({**asked, "once more": 'autocomplete="email"'}) == ["email"], "the control"


def test_help_is_on_every_page_of_patients_in_the_same_place(of_patients):
    assert len(of_patients) > 30
    assert misplaced_help(of_patients) == []


@pytest.mark.parametrize(
    ("old", "new"), [('href="#help"', 'href="/help"'), ("call or text", "call"), ('id="help"', 'id="other"')]
)
def test_help_that_is_elsewhere_would_be_found(states, of_patients, old, new):
    found = [state for state in changed(states, "pause", old, new) if state.of_a_patient]

    assert [one.partition(":")[0] for one in misplaced_help(found)] == ["pause"]


def test_every_page_says_which_language_it_is_in(states):
    assert wrong_language(states.values()) == []


@pytest.mark.parametrize("new", ["<html>", '<html lang="">', '<html lang="english">'])
def test_a_page_that_does_not_would_be_found(states, new):
    assert wrong_language(changed(states, "start", '<html lang="en">', new)) != []


def test_no_rule_of_style_names_a_side():
    """Right to left, what stands at the start of a line stands on the right."""
    assert one_sided(stylesheet("#0f766e", "clinic")) == []


@pytest.mark.parametrize(
    "rule", ["margin-left:1rem", "left:0", "text-align:right", "float:left", "border-right-width:1px"]
)
def test_a_rule_that_names_a_side_would_be_found(rule):
    assert one_sided(f"p{{color:red;{rule}}}") != []


def test_signing_in_asks_for_nothing_to_be_remembered_but_what_a_browser_can_keep(states):
    """A name and a password, each of which can be filled in and pasted (3.3.8)."""
    for name in ("clinic-sign-in", "clinic-sign-in-error"):
        html = states[name].html
        assert 'autocomplete="username"' in html
        assert 'autocomplete="current-password"' in html
        assert "maxlength" not in html


def test_every_answer_can_be_changed_before_it_is_signed(states):
    assert states["check"].html.count("/change") > 60
    assert unchangeable(states["check"]) == []


def test_an_answer_that_cannot_be_changed_would_be_found(states):
    """The control: one row without its link."""
    start, _, rest = states["check"].html.partition('<a href="/f/1/3/change')
    other = replace(
        states["check"], html=f"{start}<span>{rest.partition('>')[2].replace('</a>', '</span>', 1)}"
    )

    assert len(unchangeable(other)) == 1
