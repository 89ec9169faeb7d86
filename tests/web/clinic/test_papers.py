"""Papers of a form: the PDF for the chart, the patient's copy, and who opened the record."""

import dataclasses
import re
import threading

import pytest

from intake.domain.answers import Text, answered
from intake.domain.events import SubmissionPrinted
from intake.domain.review_entries import By, Done, Question, Revised
from intake.papers import engine, press
from intake.services import papers, reviewing
from intake.services.papers import Paper
from intake.storage import audit, reviews, revisions, submissions
from intake.web.clinic import paper_entries
from intake.web.clinic.reading import PRIORITIES
from intake.web.clinic.site import create_clinic_site
from papers.barriers import barriers
from pdf import Pdf
from web.clinic.conftest import PASSWORD
from web.clinic.person import Person

PAPERS = ("form", "copy", "access")


@pytest.fixture
def pressed(monkeypatch):
    """PDFs made in this process: what is tried here is what stands in them."""
    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(
        engine, "make", lambda sheet, *_: press.pressed(sheet.html, sheet.stylesheet, sheet.files)
    )


@pytest.fixture
def signed(clinic, staff, sent, clock):
    """Pat's form, read, asked about, acknowledged and signed by Alice."""
    submission, alice = sent(more=answered(Text("I sleep badly"))), staff["alice"]
    for flag in reviewing.open_review(clinic, alice, submission).flags:
        reviewing.acknowledge(clinic, alice, submission, flag.key, "Called Pat about it", Done.CALLED_PATIENT)
    asked = Question("Do you know your blood pressure?", By(alice.id, alice.printed_name, clock()))
    with clinic.database.write() as session:
        reviews.add_entry(session, clinic.keys, submission, asked)
        key = submissions.record_key(session, clinic.keys, submission)
        sent_more = reviews.review(session, clinic.keys, submission).submission
        revisions.add(session, key, dataclasses.replace(sent_more, revision=2))
        replied = Revised(2, 1, "It was 128 over 82", (), clock())
        reviews.add_entry(session, clinic.keys, submission, replied)
    shown = reviewing.open_review(clinic, alice, submission).fingerprint()
    reviewing.sign_off(clinic, alice, submission, "Bring the log", shown)
    return submission


def opened(person, submission, paper):
    response = person.open(f"/submissions/{submission}/{paper}.pdf")
    assert response.status_code == 200, response.text
    return Pdf(response.data)


def reference_of(clinic, submission):
    with clinic.database.read() as session:
        return reviews.review(session, clinic.keys, submission).submission.reference


def events_of(clinic, submission):
    with clinic.database.read() as session:
        return [(one.event, one.detail.get("paper", "")) for one in audit.events(session, submission)]


@pytest.mark.parametrize("paper", PAPERS)
def test_the_name_of_a_file_says_the_reference_and_nothing_else(pressed, alice, clinic, signed, paper):
    response = alice.open(f"/submissions/{signed}/{paper}.pdf")

    name = f"{paper}-{reference_of(clinic, signed)}.pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.mimetype == "application/pdf"


def test_the_real_engine_makes_a_paper_in_its_own_process(alice, signed):
    assert opened(alice, signed, "form").says("Pat Doe, 38")


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_can_be_read_by_people_who_cannot_see_it(pressed, alice, signed, paper):
    assert barriers(opened(alice, signed, paper)) == []


def test_the_paper_for_the_chart_says_everything_that_was_recorded(pressed, alice, clinic, signed, staff):
    found = opened(alice, signed, "form")

    with clinic.database.read() as session:
        review = reviews.review(session, clinic.keys, signed)
    reference = review.submission.reference
    assert found.information["Title"].decode() == f"Form {reference}"
    for words in (
        "Pat Doe, 38",
        f"Sent November 20, 2026 at 12:00 pm EST. Reference {reference}",
        # 21 CFR 11.50: printed name, date and time with the zone, meaning.
        f"A. Rivera, NP November 20, 2026 at 12:00 pm EST Meaning: {reviewing.STATEMENT}",
        "Note: Bring the log",
        "High blood pressure, not treated",
        "Acknowledged by A. Rivera, NP, November 20, 2026 at 12:00 pm EST Note: Called Pat about it",
        "Do you know your blood pressure?",
        "It was 128 over 82",
        "I sleep badly",
        review.submission.editions.questionnaire,
        review.screening.editions.rules,
        review.fingerprint(),
        "Name as typed Pat Doe",
    ):
        assert found.says(words), words
    for number, page in enumerate(found.pages, 1):
        assert "Confidential health record" in page
        assert f"page {number} of {len(found.pages)}" in page
    assert ("SubmissionPrinted", "chart") in events_of(clinic, signed)


def rule_words(clinic, submission):
    """Every word about this form that rules made: titles, ids, priorities, totals, bands, signatures."""
    library = clinic.library
    with clinic.database.read() as session:
        review = reviews.review(session, clinic.keys, submission)
    outcomes = [one for screening in review.screenings for one in screening.outcomes]
    derived = library.questionnaire.derived
    return {
        *(word for one in outcomes for word in (one.title, one.rule, one.why)),
        *PRIORITIES.values(),
        *(priority.value for priority in PRIORITIES),
        *(one.label for one in derived),
        *(band.name for one in derived for band in one.scoring.bands),
        *(line.label for screening in review.screenings for line in screening.worked_out),
        *(word for given in review.acknowledgements for word in (given.note, given.printed_name)),
        *(word for one in review.sign_offs for word in (one.note, one.statement, one.next_step)),
        *("flag", "screening", "acknowledged", "contraindication", "score", "raised", "cannot tell"),
        *("eligible", "suitable", "candidate", "risk level"),
    } - {""}


def says_of_rules(shown, clinic, submission):
    """Which of those words a paper says more often than the patient's own answers and consent do."""
    with clinic.database.read() as session:
        sent = reviews.review(session, clinic.keys, submission).submission
    lines = [line for part in sent.transcript for line in part.lines]
    asked_and_said = (f"{one.asked} {one.said}" for one in lines)
    own = " ".join((*(part.title for part in sent.transcript), *asked_and_said, *sent.signature.agreed))
    return {word for word in rule_words(clinic, submission) if count(word, shown) > count(word, own)}


def count(word, text):
    return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", " ".join(text.split()), re.IGNORECASE))


def test_the_patients_copy_says_nothing_that_rules_made_of_the_answers(pressed, alice, clinic, signed):
    on_paper = " ".join(opened(alice, signed, "copy").pages)
    alice.open(f"/submissions/{signed}/copy")
    note = "For the patient: print this page, or keep it as a PDF."

    assert says_of_rules(on_paper, clinic, signed) == set()
    assert note in alice.text
    assert says_of_rules(alice.text.partition("Copy of your answers")[2], clinic, signed) == set()
    for words in ("Do you have high blood pressure?", "I sleep badly", "We may read this", "Pat Doe"):
        assert words in on_paper, words
    assert "A clinician reads your answers." in on_paper
    assert events_of(clinic, signed).count(("SubmissionPrinted", "copy")) == 2


def test_a_copy_that_says_it_is_found(pressed, alice, clinic, signed):
    """The same search over the paper for the chart, which says all of it."""
    found = says_of_rules(" ".join(opened(alice, signed, "form").pages), clinic, signed)

    assert {
        "High blood pressure, not treated",
        "Urgent",
        "pressure-untreated",
        "Bring the log",
        "raised",
    } <= found


def test_who_opened_a_record_is_told_by_role_and_day(pressed, alice, clinic, clock, signed, signed_in):
    clock.move(days=1)
    dana = signed_in("dana")
    dana.open(f"/submissions/{signed}/form.pdf")
    dana.open(f"/submissions/{signed}/access")

    told = dana.text
    for words in (
        "November 20, 2026 A clinician Opened and read your form",
        "November 20, 2026 A clinician Worked on your form",
        "November 20, 2026 A clinician Signed that they read it",
        "November 21, 2026 A clinician Printed it for your chart",
        "November 21, 2026 A clinician Made this list",
    ):
        assert words in told, words
    assert "Rivera" not in told
    assert says_of_rules(told, clinic, signed) == set()
    assert opened(dana, signed, "access").says("November 20, 2026 A clinician Signed that they read it")
    assert events_of(clinic, signed)[-1] == ("AccessListOpened", "")


def test_names_are_told_only_where_the_clinic_says_so(clinic, signed, staff):
    named = dataclasses.replace(
        clinic, settings=dataclasses.replace(clinic.settings, names_in_access_list=True)
    )

    lines = papers.who_opened(named, staff["dana"], signed).lines
    unnamed = papers.who_opened(clinic, staff["dana"], signed).lines

    assert {line.who for line in lines} == {"A. Rivera, NP (a clinician)", "D. Both, MD (a clinician)"}
    assert {line.who for line in unnamed} == {"A clinician"}


def test_a_paper_whose_making_cannot_be_recorded_is_not_made(pressed, clinic, monkeypatch, site, signed):
    site.config["PROPAGATE_EXCEPTIONS"] = False
    alice = Person(site).sign_in("alice", PASSWORD)
    recorded = audit.record

    def fails(session, keys, actor, event, at):
        if type(event).__name__ in ("SubmissionPrinted", "AccessListOpened"):
            raise audit.TrailBroken
        recorded(session, keys, actor, event, at)

    monkeypatch.setattr(audit, "record", fails)
    for path in ("form.pdf", "copy.pdf", "copy", "access", "access.pdf"):
        response = alice.open(f"/submissions/{signed}/{path}")
        assert response.status_code == 500, path
        assert "Pat" not in response.text


def test_a_form_nobody_sent_has_no_papers(pressed, alice, clinic):
    for path in ("form.pdf", "copy.pdf", "copy", "access", "access.pdf"):
        assert alice.open(f"/submissions/{clinic.keys.deployment}/{path}").status_code == 404


def test_a_machine_that_makes_no_pdfs_says_what_to_install_and_leads_to_the_page_to_print(
    clinic, monkeypatch, tmp_path, signed
):
    press_without = tmp_path / "press.py"
    press_without.write_text(f"raise SystemExit({press.MISSING})")
    monkeypatch.setattr(engine, "_PRESS", press_without)
    monkeypatch.setattr(engine, "_found", threading.Event())
    alice = Person(create_clinic_site(clinic)).sign_in("alice", PASSWORD)
    before = events_of(clinic, signed)

    for paper, page in (("form", ""), ("copy", "/copy"), ("access", "/access")):
        alice.open(f"/submissions/{signed}/{paper}.pdf")
        assert alice.status == 503
        assert "PDFs cannot be made on this machine yet" in alice.text
        assert "sudo apt-get install libpango-1.0-0" in alice.text
        print_page = alice.page.links()["Open the page to print"]
        assert print_page == f"/clinic/submissions/{signed}{page}"
    assert events_of(clinic, signed) == before
    assert alice.open(f"/submissions/{signed}").status_code == 200


def test_a_pdf_that_takes_too_long_is_told_in_words(alice, monkeypatch, signed):
    def too_long(*_):
        raise engine.NotMade

    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(engine, "make", too_long)

    alice.open(f"/submissions/{signed}/form.pdf")

    assert alice.status == 503
    assert "It took too long" in alice.text


def test_a_logo_is_shown_on_a_paper_and_words_stand_for_it(pressed, clinic, signed, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
    )
    with_logo = dataclasses.replace(
        clinic, settings=dataclasses.replace(clinic.settings, clinic_logo=str(logo))
    )
    alice = Person(create_clinic_site(with_logo)).sign_in("alice", PASSWORD)

    found = opened(alice, signed, "copy")

    (figure,) = (tag for tag in found.tags if tag.role == "Figure")
    assert figure.entries["Alt"] == b"Logo of Harbor Light Clinic"
    assert barriers(found) == []


def test_the_event_of_each_paper_is_one_of_its_own(clinic, signed, staff):
    for paper in Paper:
        papers.printed(clinic, staff["alice"], signed, paper)

    assert events_of(clinic, signed)[-2:] == [
        (SubmissionPrinted.__name__, "chart"),
        (SubmissionPrinted.__name__, "copy"),
    ]


def test_an_acknowledgement_of_a_flag_as_it_was_is_told_with_its_note(clinic, signed):
    with clinic.database.read() as session:
        review = reviews.review(session, clinic.keys, signed)
    before = dataclasses.replace(review.acknowledgements[0], flag="as it was", note="Was 190")

    changed = dataclasses.replace(review, acknowledgements=(before, *review.acknowledgements))

    (told,) = [one for one in paper_entries.others(changed) if one.words == "Was 190"]
    assert told.what == "Acknowledged a flag that has changed since: a flag. Called the patient"
    assert not [one for one in paper_entries.others(review) if "changed since" in one.what]
