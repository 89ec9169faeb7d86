"""The form on paper holds whatever the questionnaire asks, is about nobody, and says its edition."""

import dataclasses

import pytest

from intake.content.catalogues import translations
from intake.content.translations import translated
from intake.domain.languages import ENGLISH
from web.clinic.person import Page, words
from web.patient.visitor import Visitor


def squeezed(text):
    return " ".join(text.split())


def missing(text, questionnaire, voice=ENGLISH):
    """What of a questionnaire a paper lacks, in the order asked; each is looked for after the last."""
    at, lost = 0, []
    for part in questionnaire.parts:
        for page in part.pages:
            said = [page.title, page.intro, page.attribution]
            for one in page.questions:
                ways_out = [voice.say("I'm not sure")] * one.offers_not_sure
                ways_out += [voice.say("I'd rather not say")] * one.offers_declined
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


SPANISH = translations()["es"]


@pytest.fixture
def lucia(desk):
    """Lucía, who reads Spanish at a clinic that offers it."""
    visitor = Visitor(
        dataclasses.replace(desk, settings=dataclasses.replace(desk.settings, languages=("es",)))
    )
    visitor.open("/")
    visitor.send("/language", lang="es", page="/paper")
    visitor.follow()
    return visitor


def in_english(page):
    """What a page marks as English, squeezed."""
    return [squeezed("".join(one.itertext())) for one in page.tree.iter() if one.get("lang") == "en"]


def unmarked(page, questionnaire):
    """What stands in English on a Spanish paper and is not marked as English."""
    marked = " ".join(in_english(page))
    lost = []
    for _, one in questionnaire.pages:
        lost += [one.title] if one.left_in and squeezed(one.title) not in marked else []
        for question in one.questions:
            said = [question.ask, question.hint, *(choice.say for choice in question.choices)]
            lost += [line for line in said if question.left_in and squeezed(line) not in marked]
    return lost


def test_a_patient_who_reads_spanish_prints_the_same_questions_in_spanish(lucia, desk):
    asked = desk.library.questionnaire
    said = translated(asked, SPANISH)
    page = Page("/paper", lucia.response.text)
    paper = words(page.one("main"))

    assert (page.tree.get("lang"), page.h1) == ("es", "El formulario en papel")
    assert missing(paper, said, SPANISH.voice) == []
    assert missing(paper, asked) != [], "the English would be noticed"
    assert paper.count("Una parte de lo que sigue está en inglés") > 5
    lucia.open("/paper/foot.css")
    assert f'content:"Edición {asked.edition[:8]}"' in lucia.response.text
    assert 'content:counter(page) " de " counter(pages)' in lucia.response.text


def test_what_stays_in_english_on_a_spanish_paper_says_so(lucia, desk):
    said = translated(desk.library.questionnaire, SPANISH)
    page = Page("/paper", lucia.response.text)

    assert unmarked(page, said) == []
    assert all(squeezed(point) in " ".join(in_english(page)) for point in said.consent.points)
    # Also the answers that a Spanish sentence quotes from an English question.
    assert "Not at all" in in_english(page)
    spoiled = Page("/paper", lucia.response.text.replace(' lang="en"', ""))
    assert unmarked(spoiled, said)


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
