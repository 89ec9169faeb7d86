"""The pages that export: who may, what is asked first, and what comes back."""

import io
import json
import zipfile

import pytest

from intake.domain.answers import Text, answered
from intake.papers import engine, press
from intake.services import exports
from intake.storage import audit
from intake.storage.every_submission import ids
from papers.barriers import barriers
from pdf import Pdf
from web.clinic.conftest import PASSWORD

ASKED = {
    "since": "2026-11-01",
    "until": "2026-11-30",
    "which": "all",
    "purpose": "A study of waiting times",
    "password": PASSWORD,
}


def events(clinic):
    with clinic.database.read() as session:
        return [one.event for one in audit.events(session)]


@pytest.fixture
def dana(signed_in):
    """Dana at the page that exports many: clinician and administrator."""
    person = signed_in("dana")
    person.open("/exports")
    return person


@pytest.mark.parametrize(("kind", "type_"), [("json", "application/json"), ("csv", "text/csv")])
def test_one_form_leaves_as_a_file_under_its_reference(alice, clinic, sent, kind, type_):
    submission = sent()
    alice.open(f"/submissions/{submission}/export")

    response = alice.send(f"/submissions/{submission}/export", form=kind)

    assert (response.status_code, response.mimetype) == (200, type_)
    reference = json.loads(response.data)["submission"]["reference"] if kind == "json" else "HL-"
    name = response.headers["Content-Disposition"]
    assert name.startswith(f'attachment; filename="form-{reference}')
    assert name.endswith(f'.{kind}"')
    assert events(clinic)[-1] == "SubmissionExported"


def test_one_form_leaves_as_a_pdf_that_says_what_it_is_without(alice, clinic, monkeypatch, sent):
    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(
        engine, "make", lambda sheet, *_: press.pressed(sheet.html, sheet.stylesheet, sheet.files)
    )
    submission = sent(more=answered(Text("I sleep badly")))
    alice.open(f"/submissions/{submission}/export")

    response = alice.send(f"/submissions/{submission}/export", form="pdf", without_substance_use="y")

    found = Pdf(response.data)
    assert barriers(found) == []
    assert found.says("42 CFR Part 2")
    assert found.says("Nothing was left out: this form has no part on alcohol and drugs.")
    assert found.says("I sleep badly")
    assert events(clinic)[-1] == "SubmissionExported"


def test_a_kind_of_file_has_to_be_chosen_and_a_form_to_be_there(alice, clinic, sent):
    submission = sent()
    alice.open(f"/submissions/{submission}/export")

    alice.send(f"/submissions/{submission}/export", form="docx")
    assert alice.status == 422
    assert "1 thing to check" in alice.text
    assert alice.send(f"/submissions/{clinic.keys.deployment}/export", form="json").status_code == 404


def test_many_leave_in_one_file(dana, clinic, sent):
    sent()
    sent(first_name=answered(Text("Lee")))

    response = dana.send("/exports", **ASKED)

    assert (response.status_code, response.mimetype) == (200, "application/zip")
    assert response.headers["Content-Disposition"] == 'attachment; filename="forms-2026-11-20.zip"'
    assert response.headers["Cache-Control"] == "no-store"
    folder = zipfile.ZipFile(io.BytesIO(response.data))
    assert len(json.loads(folder.read("manifest.json"))["submissions"]) == 2
    assert b"Lee" in folder.read("answers.csv")
    assert events(clinic)[-3:] == ["SubmissionsExported", "SubmissionExported", "SubmissionExported"]


@pytest.mark.parametrize("username", ["alice", "bob"])
def test_neither_a_clinician_nor_an_administrator_alone_exports_many(clinic, signed_in, sent, username):
    sent()
    person = signed_in(username)
    person.open("/password")  # a page with a token
    before = events(clinic)

    assert person.open("/exports").status_code == 403
    assert person.send("/exports", **ASKED).status_code == 403
    assert events(clinic) == before
    assert "Export" not in person.open("/password").text.partition("<main")[0]


def test_whoever_exports_many_gives_their_password_again_and_nothing_typed_is_lost(dana, clinic, sent):
    sent()

    dana.send("/exports", **ASKED | {"password": "not it"})

    assert dana.status == 422
    assert "That is not your password" in dana.text
    assert 'value="A study of waiting times"' in dana.response.text
    assert 'value="2026-11-01"' in dana.response.text
    assert "SubmissionsExported" not in events(clinic)
    for _ in range(20):
        dana.send("/exports", **ASKED | {"password": "not it"})
    assert "Too many wrong passwords" in dana.text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"purpose": " "}, "Say in a few words what the export is for"),
        ({"purpose": "two\nlines"}, "Say on one line what the export is for"),
        ({"since": "soon"}, "Pick the first day, like 2026-12-01"),
        ({"until": "soon"}, "Pick the last day, like 2026-12-01"),
        ({"until": "2026-10-01"}, "Choose a last day that is not before the first"),
        ({"which": "signed"}, "1 thing to check"),
        ({"since": "2026-01-01", "until": "2026-01-02"}, "No form was sent in these days"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(dana, clinic, sent, changed, words):
    sent()

    dana.send("/exports", **ASKED | changed)

    assert dana.status == 422
    assert words in dana.text
    assert "SubmissionsExported" not in events(clinic)


def test_too_many_are_refused_with_what_to_do(dana, monkeypatch, sent):
    sent()
    sent()
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 1)

    dana.send("/exports", **ASKED)

    assert dana.status == 422
    assert "2 forms are as you asked. Choose fewer days" in dana.text


def test_an_export_of_many_is_recorded_before_its_first_byte(clinic, sent, staff):
    submission = sent()
    wanted = exports.Wanted(clinic.today(), clinic.today())

    exports.export_many(clinic, staff["dana"], wanted, "A try")

    assert events(clinic)[-2:] == ["SubmissionsExported", "SubmissionExported"]
    with clinic.database.read() as session:
        assert ids(session) == (submission,)
