"""The form on paper holds whatever the questionnaire asks, is about nobody, and says its edition."""

import dataclasses

import pytest

from web.clinic.person import Page, words


def squeezed(text):
    return " ".join(text.split())


def missing(text, questionnaire):
    """What of a questionnaire a paper lacks, in the order asked; each is looked for after the last."""
    at, lost = 0, []
    for part in questionnaire.parts:
        for page in part.pages:
            said = [page.title, page.intro, page.attribution]
            for one in page.questions:
                ways_out = ["I'm not sure"] * one.offers_not_sure + [
                    "I'd rather not say"
                ] * one.offers_declined
                said += [one.ask, one.hint, *(choice.say for choice in one.choices), *ways_out]
            # An attribution stands under its questions, where it is printed.
            for line in [*said[:2], *said[3:], said[2]]:
                found = text.find(squeezed(line), at)
                lost += [line] if found < 0 else []
                at = found + len(squeezed(line)) if found >= 0 else at
    return lost


@pytest.fixture
def paper(visitor):
    visitor.open("/paper")
    return words(Page("/paper", visitor.response.text).one("main"))


def test_every_question_and_choice_of_the_questionnaire_is_on_the_paper(paper, desk):
    asked = desk.library.questionnaire

    assert missing(paper, asked) == []
    assert all(squeezed(point) in paper for point in (*asked.consent.points, asked.consent.agree))
    assert all(line.say in paper for line in asked.crisis_lines)


def test_a_question_or_a_choice_that_the_paper_lacks_is_noticed(paper, desk):
    asked = desk.library.questionnaire
    page = asked.parts[2].pages[0]
    more = dataclasses.replace(page.questions[0], ask="Do you own a boat?")
    other = dataclasses.replace(page, questions=(*page.questions, more))
    parts = [
        dataclasses.replace(one, pages=tuple(other if each is page else each for each in one.pages))
        for one in asked.parts
    ]

    assert missing(paper.replace("Nearly every day", ""), asked)
    assert missing(paper, dataclasses.replace(asked, parts=tuple(parts)))[0] == "Do you own a boat?"


def test_a_patient_comes_to_the_paper_from_the_help_page_and_can_have_it_in_large_print(visitor, desk):
    visitor.open("/help")
    assert Page("/help", visitor.response.text).links()["Print the form"] == "/paper"

    visitor.open("/paper")
    links = Page("/paper", visitor.response.text).links()

    visitor.open(links["Show it in large print"])

    edition = desk.library.questionnaire.edition[:8]
    assert 'class="blank large"' in visitor.response.text
    visitor.open("/paper/foot.css")
    assert visitor.response.text == f'@page{{@bottom-center{{content:"Edition {edition}"}}}}'
    visitor.open("/paper/large")
    assert 'class="blank large"' in visitor.response.text
    assert desk.settings.clinic_phone in visitor.response.text
