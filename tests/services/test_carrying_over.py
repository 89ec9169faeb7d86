"""A draft begun under another edition: what was said is kept where it was asked in the same words."""

from dataclasses import replace

import pytest

import sending
from exchanging import ASKED, FORM, LIBRARY
from intake.content.library import parse_library
from intake.services import answering
from intake.services.carrying_over import parts_asked_again
from intake.storage import drafts
from returning_forms import copy, prepared
from web.clinic.content import MEDICINES, RULES

__all__ = ["copy", "prepared"]


@pytest.fixture
def token(copy):
    return sending.fill_in(copy.desk, FORM)


def changed(copy, before, after):
    """The copy after the clinic changed a question."""
    assert before in ASKED
    return copy.with_library(parse_library(ASKED.replace(before, after, 1), RULES, MEDICINES))


def titles(copy, draft):
    return [part.title for part in parts_asked_again(copy.desk, draft)]


def test_under_the_same_edition_nothing_is_asked_again(copy, token):
    assert titles(copy, answering.find(copy.desk, token)) == []


def test_a_question_in_other_words_is_asked_again_and_its_part_is_named(copy, token):
    before = answering.find(copy.desk, token)
    later = changed(copy, before_words(), "Is your home a safe place?")

    draft = answering.find(later.desk, token)

    assert set(before.answers) - set(draft.answers) == {"home"}
    (page,) = before.seen - draft.seen
    assert titles(later, draft) == [part_of(later, page).title]


def test_it_is_named_until_the_page_was_continued_from(copy, token):
    later = changed(copy, before_words(), "Is your home a safe place?")
    draft = answering.find(later.desk, token)
    (page_id,) = draft.asked_again
    other = next(one for _, one in later.desk.library.questionnaire.pages if one.id != page_id)

    saved = answering.answer_page(later.desk, token, other, {}).draft
    assert titles(later, saved) != [], "the draft was saved under the new edition, and it is still told"
    _, page = later.desk.library.questionnaire.page(page_id)
    assert titles(later, answering.answer_page(later.desk, token, page, {}).draft) == []


def test_a_new_question_on_a_page_that_was_seen_is_asked(copy, token):
    phone = "          - {id: phone, kind: text, ask: Phone, inputmode: tel, needed: true}\n"
    later = changed(copy, phone, phone + "          - {id: best_time, kind: text, ask: When?}\n")

    draft = answering.find(later.desk, token)

    assert "reached" not in draft.seen
    assert draft.answers.value("phone") is not None, "what was said of the others is kept"
    assert titles(later, draft) == [part_of(later, "reached").title]


def test_choices_in_other_words_are_other_choices(copy, token):
    later = changed(copy, "ask: May a message name the clinic?", "ask: May a message name us?")

    assert "message_ok" not in answering.find(later.desk, token).answers


def test_an_edition_that_is_not_kept_cannot_be_compared(copy):
    """Then an answer carries over where it fits, as before."""
    with copy.desk.database.write() as session:
        token, draft = drafts.start(session, copy.desk.keys, copy.clock(), "an edition of another copy")
        given = sending.answers(copy.desk, FORM)
        drafts.save(session, copy.desk.keys, token, replace(draft, answers=given))

    found = answering.find(copy.desk, token)

    assert dict(found.answers) == dict(given)
    assert found.questionnaire == LIBRARY.editions.questionnaire


def before_words():
    return next(question.ask for question in LIBRARY.questionnaire.questions if question.id == "home")


def part_of(copy, page_id):
    return copy.desk.library.questionnaire.page(page_id)[0]
