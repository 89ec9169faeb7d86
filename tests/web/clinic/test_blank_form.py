"""The form on paper as staff print it: a page and a PDF, about nobody, with its edition in every foot."""

import pytest

from intake.papers import engine, press
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
        engine, "make", lambda sheet: press.pressed(sheet.html, sheet.stylesheet, sheet.files)
    )
    response = alice.open("/blank-form-large.pdf")
    assert response.headers["Content-Disposition"] == f'attachment; filename="blank-form-{EDITION}-large.pdf"'

    made = Pdf(response.data)

    for number, page in enumerate(made.pages, 1):
        foot = f"Edition{EDITION}page{number}of{len(made.pages)}"
        assert foot in "".join(page.split())
    assert all(made.says(question.ask) for question in LIBRARY.questionnaire.questions)
    assert made.root["MarkInfo"]["Marked"] is True


def test_where_no_pdf_can_be_made_the_page_to_print_is_offered(alice, monkeypatch):
    monkeypatch.setattr(engine, "is_here", lambda: False)
    response = alice.open("/blank-form.pdf")

    assert response.status_code == 503
    assert alice.page.links()["Open the page to print"] == "/clinic/blank-form"


def test_it_says_nothing_of_any_patient(alice, sent):
    sent()

    alice.open("/blank-form")

    assert "Pat Doe" not in words(alice.page.one("body"))
