"""The form on paper as staff print it: a page and a PDF, about nobody, with its edition in every foot."""

from dataclasses import replace

import pytest

from intake.papers import engine, press
from intake.web.clinic.sessions import CLINIC
from pdf import Pdf
from web.clinic.content import LIBRARY
from web.clinic.person import words

EDITION = LIBRARY.questionnaire.edition[:8]


@pytest.mark.parametrize("username", ["alice", "fay", "bob", "audrey"])
def test_everybody_of_the_clinic_can_print_it(signed_in, username):
    person = signed_in(username)
    person.open("/blank-form")

    assert person.page.h1 == "The form on paper"
    assert f"edition {EDITION}" in person.text


def test_the_pdf_has_tags_and_its_edition_and_the_number_of_the_page_in_every_foot(alice, monkeypatch):
    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(
        engine, "make", lambda sheet, *_: press.pressed(sheet.html, sheet.stylesheet, sheet.files)
    )
    response = alice.open("/blank-form-large.pdf")
    assert response.headers["Content-Disposition"] == f'attachment; filename="blank-form-{EDITION}-large.pdf"'

    made = Pdf(response.data)

    for number, page in enumerate(made.pages, 1):
        foot = f"Edition{EDITION}page{number}of{len(made.pages)}"
        assert foot in "".join(page.split())
    assert all(made.says(question.ask) for question in LIBRARY.questionnaire.questions)
    assert made.root["MarkInfo"]["Marked"] is True


@pytest.fixture
def in_both(alice, site):
    """Alice at a clinic that offers Spanish, too."""
    clinic = site.extensions[CLINIC]
    site.extensions[CLINIC] = replace(clinic, settings=replace(clinic.settings, languages=("es",)))
    return alice


def test_staff_choose_the_language_and_the_page_around_the_form_stays_english(in_both):
    in_both.open("/blank-form")
    in_both.open(in_both.page.links()["In Spanish (Español)"])
    blank = next(one for one in in_both.page.tree.iter("div") if one.get("class") == "blank")

    assert in_both.page.h1 == "The form on paper"
    assert in_both.page.tree.get("lang") == "en"
    assert blank.get("lang") == "es"
    assert "Use un bolígrafo" in words(blank) and "Use a pen" not in words(blank)
    assert f"edition {EDITION}" in in_both.text
    links = in_both.page.links()
    assert links["As a PDF"] == "/clinic/blank-form/in/es.pdf"
    in_both.open(links["In large print"])
    assert in_both.page.links()["In English"] == "/clinic/blank-form/large"


@pytest.mark.parametrize("path", ["in/es", "large/in/es", "foot/in/es.css", "in/es.pdf", "large/in/es.pdf"])
def test_a_language_that_is_not_offered_is_on_no_paper(alice, path):
    assert alice.open(f"/blank-form/{path}").status_code == 404


def test_the_pdf_in_spanish_is_spanish_to_its_foot(in_both, monkeypatch):
    monkeypatch.setattr(engine, "is_here", lambda: True)
    made = []
    monkeypatch.setattr(engine, "make", lambda sheet, *_: made.append(sheet) or b"%PDF-")
    response = in_both.open("/blank-form/in/es.pdf")

    name = f"blank-form-{EDITION}-es.pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    (sheet,) = made
    assert '<html lang="es">' in sheet.html
    assert f'data-running="Edición {EDITION}"' in sheet.html
    assert 'data-kept="Expediente médico confidencial" data-page="página" data-of="de"' in sheet.html


def test_where_no_pdf_can_be_made_the_page_to_print_is_offered(alice, monkeypatch):
    monkeypatch.setattr(engine, "is_here", lambda: False)
    response = alice.open("/blank-form.pdf")

    assert response.status_code == 503
    assert alice.page.links()["Open the page to print"] == "/clinic/blank-form"


def test_it_says_nothing_of_any_patient(alice, sent):
    sent()

    alice.open("/blank-form")

    assert "Pat Doe" not in words(alice.page.one("body"))
