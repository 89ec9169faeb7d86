"""What a patient read in another language, beside the English, for the people of a clinic."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from intake.content import catalogues
from intake.content.translations import messages_of
from intake.domain.answers import Text, answered
from intake.papers import engine
from intake.services import answering, languages
from intake.services.clinic import PatientDesk
from intake.services.export_json import Exported, document
from intake.storage import reviews, submissions
from intake.storage.keyring import read_patient_keys
from web.clinic.conftest import PAT
from web.clinic.content import LIBRARY
from web.clinic.test_settings import boxes

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas/submission_export.json").read_text("utf-8"))


@pytest.fixture
def in_spanish(monkeypatch):
    """The small form of these tests in a Spanish of its own; the words around it are the shipped ones."""
    shipped = catalogues.translations()["es"]
    words = {(one.place, one.text): f"ES: {one.text}" for one in messages_of(LIBRARY.questionnaire)}
    spanish = {"es": replace(shipped, content=words)}
    monkeypatch.setattr(languages, "translations", lambda: spanish)


@pytest.fixture
def read_in_spanish(in_spanish, clinic, clock):
    """Pat's form, read and sent in Spanish."""
    keys = read_patient_keys(clinic.settings.instance / "keys")
    desk = PatientDesk(clinic.settings, clinic.database, clinic.library, keys, clock)
    desk = languages.in_language(desk, "es")
    token = answering.start(desk)
    given = {**PAT, "more": answered(Text("Duermo mal"))}
    for _, page in desk.library.questionnaire.pages:
        answers = {one.id: given[one.id] for one in page.questions if one.id in given}
        answering.answer_page(desk, token, page, answers)
    reference = answering.send(desk, token, "Pat Doe").reference
    with clinic.database.read() as session:
        return submissions.by_reference(session, reference)


@pytest.fixture
def review(clinic, read_in_spanish):
    with clinic.database.read() as session:
        return reviews.review(session, clinic.keys, read_in_spanish)


def asked(review):
    return [(line.asked, line.said) for part in review.submission.transcript for line in part.lines]


def test_a_clinician_sees_what_the_patient_read_under_the_english(alice, read_in_spanish, review):
    alice.open(f"/submissions/{read_in_spanish}")

    html = alice.response.text
    assert "Read in: Spanish." in html
    assert "The patient read this form in another language (Spanish)." in html
    for question, said in asked(review):
        assert question in html and said in html
    assert (
        '<p class="soft fine" lang="es">ES: Do you have high blood pressure? <strong>ES: Yes</strong></p>'
        in html
    )
    # Words of the patient's own stand once.
    assert html.count("Duermo mal") == 1


def test_a_form_in_english_shows_each_question_once(alice, sent):
    alice.open(f"/submissions/{sent()}")

    assert "another language" not in alice.response.text
    assert 'lang="es"' not in alice.response.text


def test_the_patients_copy_is_in_their_language_and_the_page_around_it_is_not(alice, read_in_spanish):
    alice.open(f"/submissions/{read_in_spanish}/copy")

    assert alice.page.tree.get("lang") == "en"
    (part,) = [one for one in alice.page.tree.iter("div") if one.get("lang") == "es"]
    text = " ".join("".join(part.itertext()).split())
    assert text.startswith("Copia de sus respuestas")
    assert "ES: Do you have high blood pressure?ES: Yes" in text
    assert "hasta 2 días hábiles" in text
    assert "Making this copy was recorded." in alice.response.text


def test_the_pdfs_show_both_texts_and_the_copy_the_patients(alice, read_in_spanish, monkeypatch):
    sheets = []
    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(engine, "make", lambda sheet, _seconds=0: sheets.append(sheet.html) or b"%PDF-")

    alice.open(f"/submissions/{read_in_spanish}/copy.pdf")
    alice.open(f"/submissions/{read_in_spanish}/form.pdf")

    copied, form = sheets
    assert '<html lang="es">' in copied and "Copia de sus respuestas" in copied
    assert (
        '<html lang="en">' in form
        and "ES: Do you have high blood pressure?" in form
        and ">Do you have high blood pressure?<" in form
    )


def test_an_export_holds_both_texts_and_leaves_out_both(review, staff, clock):
    exported = Exported(review, "f", staff["alice"], clock(), "")

    found = document(exported)

    jsonschema.validate(found, SCHEMA)
    read = found["submission"]["as_read"]
    assert read["language"] == "es"
    lines = {line["question"]: line for part in read["parts"] for line in part["lines"]}
    assert lines["pressure"]["asked"] == "ES: Do you have high blood pressure?"
    for one in review.submission.as_read:
        assert one.part in {part["part"] for part in read["parts"]}


def test_an_administrator_switches_a_language_on_and_reads_how_far_it_is(signed_in, clinic):
    bob = signed_in("bob")
    bob.open("/settings")
    assert "Translation: draft, not reviewed by a translator." in bob.response.text
    assert "What patients sign stays in English" in bob.response.text

    bob.send("/settings", **boxes(bob) | {"do": "save", "languages": "es"})

    assert bob.response.status_code == 303
    bob.follow()
    assert "Languages beside English" in bob.response.text
    (tick,) = [one for one in bob.page.tree.iter("input") if one.get("name") == "languages"]
    assert tick.get("checked") is not None
    bob.send("/settings", **{k: v for k, v in boxes(bob).items() if k != "languages"} | {"do": "save"})
    bob.follow()
    (tick,) = [one for one in bob.page.tree.iter("input") if one.get("name") == "languages"]
    assert tick.get("checked") is None
