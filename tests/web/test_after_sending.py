"""After sending, on both sides: one's own copy, clearing a shared browser, asking to take back or delete."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from copies import NOON
from exchanging import FORM, begun, signed_in
from intake.domain.patient_requests import Asks
from intake.papers import engine
from intake.services import answering, requesting, sweeping, viewing
from intake.services.languages import in_language
from intake.storage import accounts, audit, own_copies, patient_requests, submissions
from intake.storage.tables import OwnCopyRow, PatientRequestRow
from intake.web.clinic.site import create_clinic_site
from sending import fill_in
from web.clinic.person import Person
from web.clinic.person import words as words_of
from web.patient.visitor import Visitor

OTHER_FORM = FORM.replace("pressure: yes, ", "pressure: no, ").replace("treated: not_sure, ", "")
WORDS = "I do not want this anymore, said Zanzibar."
FLAGGED = ("Cannot tell", "not treated", "flag", "urgent", "priority")


@pytest.fixture(scope="module")
def clinic_of_today(tmp_path_factory):
    exchange = begun(tmp_path_factory.mktemp("clinic"))
    yield exchange
    exchange.copy.desk.database.dispose()
    exchange.copy.clinic.database.dispose()


@pytest.fixture(scope="module")
def signed_in_once(clinic_of_today):
    return signed_in(Person(create_clinic_site(clinic_of_today.copy.clinic)))


@pytest.fixture
def copy(clinic_of_today):
    clinic_of_today.copy.clock.at = NOON
    return clinic_of_today.copy


@pytest.fixture
def alice(signed_in_once, copy):
    signed_in_once.open("/requests")
    return signed_in_once


class Sent:
    """A browser in which a form was just sent."""

    def __init__(self, copy, form=FORM):
        self.copy, self.pat = copy, Visitor(copy.desk)
        self.token = fill_in(copy.desk, form)
        self.reference = answering.send(copy.desk, self.token, "Quetzal Doe").reference
        self.pat.client.set_cookie("intake_patient", self.token, domain="127.0.0.1", path="/")
        with copy.clinic.database.read() as session:
            self.submission = submissions.by_reference(session, self.reference)
        self.pat.open("/sent")

    def asks(self, asks="withdraw", words="", once=None):
        self.pat.open("/sent/ask")
        once = once or re.search(r'name="once" value="([^"]+)"', self.pat.html)[1]
        return self.pat.send("/sent/ask", asks=asks, words=words, once=once)

    @property
    def requests(self):
        with self.copy.clinic.database.read() as session:
            return patient_requests.of(session, self.copy.clinic.keys, self.submission)


@pytest.fixture
def sent(copy):
    return Sent(copy)


def events_of(copy, submission):
    with copy.clinic.database.read() as session:
        return [(one.event, one.actor) for one in audit.events(session, submission)]


def count(copy, table):
    with copy.clinic.database.read() as session:
        return session.scalar(select(func.count()).select_from(table))


# One's own copy.


def test_the_copy_holds_the_answers_as_sent_and_nothing_the_rules_made_of_them(sent, copy):
    page = sent.pat.open("/sent/copy")

    assert page.status_code == 200
    assert sent.pat.page.h1 == "Copy of your answers"
    assert re.search(r"Do you have high blood pressure\?\s*Yes", sent.pat.text)
    assert "Quetzal Doe" in sent.pat.text
    assert "We may read this" in sent.pat.text
    assert sent.reference in sent.pat.text
    main = sent.pat.html.split("<main")[1].split("</main>")[0].lower()
    assert not [word for word in FLAGGED if word.lower() in main]
    assert events_of(copy, sent.submission)[-1] == ("OwnCopyOpened", answering.PATIENT)


@pytest.fixture
def in_spanish(copy):
    """A browser in which a form was just sent in Spanish."""
    settings = replace(copy.settings, languages=("es",))
    desk = copy.desk.with_settings(settings)
    sent = Sent(replace(copy, settings=settings, desk=in_language(desk, "es")))
    sent.pat.send("/language", lang="es", page="/sent/copy")
    return sent


def test_the_copy_is_in_the_language_the_form_was_read_in(in_spanish, monkeypatch):
    pat, made = in_spanish.pat, []
    pat.follow()
    assert (pat.page.tree.get("lang"), pat.page.h1) == ("es", "Copia de sus respuestas")
    # Nobody translated this small form: its questions were in English on the page, and are so marked.
    (row, *_) = [
        one for one in pat.page.tree.iter("div") if words_of(one).startswith("Do you have high blood")
    ]
    assert row.find("dt").get("lang") == "en"
    # What is signed is in English until its translation is reviewed.
    (agreed,) = [one for one in pat.page.tree.iter("dd") if "We may read this" in words_of(one)]
    assert agreed.get("lang") == "en"

    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(engine, "make", lambda sheet, *_: made.append(sheet.html) or b"%PDF-")
    pat.open("/sent/copy")
    pat.send("/language", lang="en", page="/sent/copy")
    pat.open("/sent/copy")
    assert pat.page.tree.get("lang") == "en"
    assert '<section class="sheet" aria-labelledby="own-1" lang="es" dir="auto">' in pat.html
    pat.open("/sent/copy.pdf")
    assert '<html lang="es">' in made[0] and "<h1>Copia de sus respuestas</h1>" in made[0]


def test_a_copy_in_english_marks_nothing(sent):
    sent.pat.open("/sent/copy")

    assert ' lang="' not in sent.pat.html.split("<main")[1].split("</main>")[0]


def test_a_browser_that_did_not_send_gets_no_copy(sent, copy):
    other = Visitor(copy.desk)

    assert other.open("/sent/copy").status_code == 303
    assert other.open("/sent/copy.pdf").status_code == 303
    assert other.open("/sent/ask").status_code == 303
    other.client.set_cookie("intake_patient", "x" * 43, domain="127.0.0.1", path="/")
    assert other.open("/sent/copy").status_code == 410
    assert "OwnCopyOpened" not in dict(events_of(copy, sent.submission))


def test_the_copy_is_there_for_a_day_and_then_for_nobody(sent, copy):
    for hours in range(1, 25):  # never left alone for long
        copy.clock.at = NOON + timedelta(hours=hours)
        assert sent.pat.open("/sent/copy").status_code == 200
    copy.clock.at = NOON + timedelta(hours=24, minutes=1)

    assert sent.pat.open("/sent/copy").status_code == 410
    assert "ask for a copy any time" in sent.pat.text
    sent.pat.open("/sent")
    assert "Get a copy" not in sent.pat.text
    assert "ask the clinic for a copy" in sent.pat.text
    sweeping.sweep(copy.worker)
    assert count(copy, OwnCopyRow) == 0


def test_whoever_is_signed_out_for_doing_nothing_has_no_copy_either(sent, copy):
    copy.clock.at = NOON + timedelta(minutes=copy.desk.settings.patient_idle_minutes + 1)

    assert sent.pat.open("/sent/copy").status_code == 410
    assert sent.reference not in sent.pat.html


def test_what_is_kept_for_the_copy_opens_with_the_browsers_token_alone(sent, copy):
    with copy.clinic.database.read() as session:
        row = session.scalars(select(OwnCopyRow).order_by(OwnCopyRow.created_at.desc())).first()
        kept = row.sealed + row.wrapped_key + row.token_digest
        found = own_copies.find(session, copy.clinic.keys, "y" * 43, copy.clinic.now())

    assert found is None
    assert not [word for word in (b"Quetzal", sent.reference.encode(), sent.submission.bytes) if word in kept]


def test_the_pdf_has_a_title_a_language_and_a_name_that_says_only_the_reference(sent, monkeypatch):
    handed = []
    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(engine, "make", lambda sheet, _seconds: handed.append(sheet.html) or b"%PDF-")
    made = sent.pat.open("/sent/copy.pdf")

    assert made.headers["Content-Disposition"] == f'attachment; filename="copy-{sent.reference}.pdf"'
    assert made.headers["Cache-Control"] == "no-store"
    assert '<html lang="en">' in handed[0]
    assert f"<title>Copy of your answers, {sent.reference}</title>" in handed[0]
    assert "Do you have high blood pressure?" in handed[0]
    assert not [word for word in FLAGGED if word.lower() in handed[0].lower()]


def test_a_machine_that_makes_no_pdfs_leads_to_the_page_to_print(sent, monkeypatch, copy):
    monkeypatch.setattr(engine, "is_here", lambda: False)

    assert sent.pat.open("/sent/copy.pdf").status_code == 503
    assert sent.pat.page.links()["Open it as a page"] == "/sent/copy"
    assert "OwnCopyOpened" not in dict(events_of(copy, sent.submission))


def test_while_one_pdf_is_made_nobody_else_waits_for_theirs(sent, monkeypatch):
    other = Sent(sent.copy)
    statuses = []

    def make(_sheet, _seconds):
        statuses.append(other.pat.open("/sent/copy.pdf").status_code)
        return b"%PDF-"

    monkeypatch.setattr(engine, "is_here", lambda: True)
    monkeypatch.setattr(engine, "make", make)

    assert sent.pat.open("/sent/copy.pdf").status_code == 200
    assert statuses == [503]
    assert other.pat.open("/sent/copy.pdf").status_code == 200


# On a shared device.


def test_signing_out_leaves_nothing_of_it_in_the_browser(sent, copy):
    before = count(copy, OwnCopyRow)
    sent.pat.send("/reply/add")
    cleared = sent.pat.send("/forget")

    assert cleared.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert {"intake_patient=;", "intake_reply=;"} == {
        cookie.split(" ")[0] for cookie in cleared.headers.getlist("Set-Cookie") if "=;" in cookie
    }
    assert count(copy, OwnCopyRow) == before - 1
    # Also for somebody who kept the cookie.
    sent.pat.client.set_cookie("intake_patient", sent.token, domain="127.0.0.1", path="/")
    assert sent.pat.open("/sent").status_code == 410
    assert sent.pat.open("/sent/copy").status_code == 410
    assert sent.reference not in sent.pat.html


def test_what_is_to_be_changed_is_added_and_what_was_sent_stays(sent):
    assert "I need to change something" in sent.pat.text
    sent.pat.send("/reply/add")

    assert sent.pat.location == "/reply/question"


# Asking to take back or to delete.


@pytest.mark.parametrize("asks", ["withdraw", "erase", "both"])
def test_what_is_asked_for_is_a_task_and_changes_nothing(sent, alice, copy, asks):
    before = alice.open(f"/submissions/{sent.submission}").text
    sent.asks(asks, WORDS)

    assert sent.pat.location == "/sent/asked"
    (request,) = sent.requests
    assert (request.asks.value, request.words, request.steps) == (asks, WORDS, ())
    assert ("PatientRequestMade", answering.PATIENT) in events_of(copy, sent.submission)
    after = alice.open(f"/submissions/{sent.submission}").text
    assert "The patient asked" in after
    assert "The patient asked" not in before
    assert sent.pat.open("/sent/copy").status_code == 200


def test_the_page_after_asking_is_the_same_whatever_was_asked_and_answered(copy):
    pages = set()
    for form in (FORM, OTHER_FORM):
        for asks in ("withdraw", "erase"):
            one = Sent(copy, form)
            one.asks(asks, WORDS)
            one.pat.follow()
            pages.add(one.pat.html.replace(one.pat.csrf, "").replace(one.reference, ""))

    assert len(pages) == 1


def test_nothing_of_the_rules_shows_on_any_page_after_sending(copy):
    """The control: the two forms differ for the clinic, in what was raised."""
    shown = []
    raised = []
    for form in (FORM, OTHER_FORM):
        one = Sent(copy, form)
        pages = [one.pat.open(path) and one.pat.html for path in ("/sent", "/sent/ask", "/sent/asked")]
        once = re.search(r'name="once" value="([^"]+)"', pages[1])[1]
        hidden = [one.pat.csrf, once, one.reference]
        for token in set(re.findall(r'name="csrf_token" value="([^"]+)"', "".join(pages))) | set(hidden):
            pages = [page.replace(token, "") for page in pages]
        shown.append(pages)
        with copy.clinic.database.read() as session:
            member = accounts.members(session, copy.clinic.keys)[0]
        raised.append(len(viewing.open_answers(copy.clinic, member, one.submission).flags))

    assert shown[0] == shown[1]
    assert raised[0] != raised[1]


def test_pressing_twice_asks_once_and_asking_again_asks_again(sent):
    sent.asks("erase")
    once = re.search(r'name="once" value="([^"]+)"', sent.pat.open("/sent/ask").text)[1]
    sent.asks("withdraw", once=once)
    sent.asks("withdraw", once=once)

    assert [one.asks.value for one in sent.requests] == ["erase", "withdraw"]


def test_what_is_too_much_for_one_day_stays_on_the_page_with_whom_to_call(sent, monkeypatch):
    monkeypatch.setattr(requesting, "MOST_REQUESTS", 2)
    sent.asks("erase")
    once = re.search(r'name="once" value="([^"]+)"', sent.pat.open("/sent/ask").text)[1]
    sent.asks("withdraw", once=once)

    sent.asks("both", WORDS)

    assert sent.pat.status == 429
    assert sent.pat.problems[0].startswith("We cannot take more from here today.")
    assert WORDS in sent.pat.html
    assert sent.asks("withdraw", once=once).status_code == 303, "pressed once more, it was taken before"
    assert [one.asks.value for one in sent.requests] == ["erase", "withdraw"]


def test_nothing_chosen_is_asked_for_and_nothing_typed_is_lost(sent):
    sent.asks("", WORDS)

    assert sent.pat.status == 422
    assert sent.pat.problems == ["Choose what you want to ask for"]
    assert WORDS in sent.pat.html
    assert sent.requests == ()


def test_what_a_patient_asks_and_says_lies_nowhere_in_the_open(sent, copy):
    sent.asks("erase", WORDS)

    with copy.clinic.database.read() as session:
        row = session.scalars(
            select(PatientRequestRow).where(PatientRequestRow.submission_id == sent.submission)
        ).one()
        kept = row.sealed + row.wrapped_key
        trail = [str(one.detail) for one in audit.events(session, sent.submission)]
    assert b"erase" not in kept
    assert not [line for line in trail if "erase" in line or "Zanzibar" in line]


def test_the_clinician_sees_it_in_the_queue_at_once_and_on_every_page_of_the_form(sent, alice):
    assert "Asked to withdraw" not in line_of(alice, sent)
    sent.asks("withdraw")

    assert "Asked to withdraw" in line_of(alice, sent)
    for page in ("", "/sign-off", "/history"):
        alice.open(f"/submissions/{sent.submission}{page}")
        assert "The patient asked to withdraw consent" in alice.text, page
    sent.asks("erase")
    assert "Asked to withdraw and for deletion" in line_of(alice, sent)


def line_of(alice, sent):
    alice.open("/queue/find")
    alice.send("/queue/find", look_for=sent.reference)
    return alice.text


def test_somebody_says_what_came_of_it_and_that_the_patient_knows(sent, alice, copy):
    sent.asks("both", WORDS)
    page = f"/submissions/{sent.submission}/requests/1"

    alice.send(f"{page}/told", told="phone", seen="0")
    assert alice.status == 409
    alice.send(f"{page}/handled", outcome="not_possible", words="  ", seen="0")
    assert alice.status == 422
    assert "Say in words how it was done, or why it is not possible" in alice.text
    alice.send(f"{page}/handled", outcome="not_possible", words="The law asks us to keep it", seen="0")
    alice.follow()
    assert "The patient is still to be told" in alice.text
    alice.send(f"{page}/told", told="letter", seen="1")
    alice.follow()
    assert "Not possible. The law asks us to keep it." in alice.text
    assert "The patient was told by letter" in alice.text
    recorded = [name for name, _ in events_of(copy, sent.submission) if name != "PatientRequestsOpened"]
    assert recorded[-3:] == [
        "PatientRequestMade",
        "PatientRequestHandled",
        "PatientTold",
    ]
    history = alice.open(f"/submissions/{sent.submission}/history").text
    assert "The patient asked to withdraw consent and to have the form deleted" in history
    assert f"“{WORDS}”" in history
    assert "Told the patient by letter or email what came of the request" in history


def test_what_somebody_else_recorded_meanwhile_is_not_recorded_twice(sent, alice):
    sent.asks("erase")
    page = f"/submissions/{sent.submission}/requests/1"
    for words in ("Deleted it", "Deleted it, too"):
        alice.send(f"{page}/handled", outcome="done", words=words, seen="0")

    assert alice.status == 409
    assert "Deleted it, too" in alice.text
    assert [one.words for one in sent.requests[0].steps] == ["Deleted it"]


def test_what_is_said_on_the_phone_is_written_down_for_the_same_list(sent, alice, copy):
    alice.send("/requests", reference="nothing", asks="erase", came="phone", words=WORDS)
    assert alice.status == 422
    assert WORDS in alice.text
    alice.send("/requests", reference=sent.reference.lower(), asks="erase", came="phone", words=WORDS)
    alice.follow()

    assert "by phone, written down by A. Rivera, NP" in alice.text
    (request,) = sent.requests
    assert (request.asks.value, request.way.value) == ("erase", "phone")


def test_a_request_that_cannot_be_opened_is_told_and_keeps_nothing_shut(sent, alice, copy):
    sent.asks("erase")
    with copy.clinic.database.write() as session:
        session.get_one(PatientRequestRow, (sent.submission, 1)).sealed = b"broken"

    assert "Request cannot be read" in line_of(alice, sent)
    assert "something that cannot be read here" in alice.open(f"/submissions/{sent.submission}").text
    assert alice.open("/requests").status_code == 200
    alice.send(f"/submissions/{sent.submission}/requests/1/handled", outcome="done", words="x", seen="0")
    assert alice.status == 404


def test_the_patients_site_cannot_read_what_was_asked(sent, copy):
    sent.asks("erase", WORDS)

    assert not hasattr(copy.desk.keys, "clinic_private_key")
    assert WORDS not in sent.pat.open("/sent/ask").text
    assert WORDS not in sent.pat.open("/sent").text


def test_asking_takes_a_form_that_was_sent(copy):
    token = answering.start(copy.desk)
    before = count(copy, PatientRequestRow)

    assert not requesting.ask(copy.desk, token, "", uuid4(), Asks.ERASE)
    assert count(copy, PatientRequestRow) == before


def test_before_a_view_is_noted_what_was_asked_is_told_and_not_what_a_clinician_wrote_of_it(copy):
    sent = Sent(copy, OTHER_FORM)
    sent.asks("erase")
    reading_first = replace(copy.clinic, settings=replace(copy.clinic.settings, read_first=True))
    dana = signed_in(Person(create_clinic_site(reading_first)))
    dana.open("/requests")
    handled = f"/submissions/{sent.submission}/requests/1/handled"
    dana.send(handled, outcome="not_possible", words="Zanzibar", seen="0")
    dana.open(f"/submissions/{sent.submission}/read-first")

    assert "The patient asked to have the form deleted." in dana.text
    assert "Not possible." in dana.text
    assert "Zanzibar" not in dana.text
