"""No word that was typed can be read in any file of the running product, nor after it has stopped.

Names and usernames of staff are not among them: they stand in the open on purpose, under every
signature and in the audit trail (docs/decisions/0007).
"""

import base64
import re
import socket
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from intake.content.medicines import read_formulary
from intake.content.questionnaire import read_questionnaire
from intake.domain.answers import Answers
from intake.domain.questionnaire import Kind
from intake.services.paths import asked_on, pages_asked
from intake.storage.database import sqlite_module
from journeys.as_a_clinician import open_submission
from journeys.as_a_patient import Patient
from journeys.wire import browser_for
from journeys.writer import evidence_of_a_writer
from serving import SERVE, Product

CANARY = "xanthocanary"
# Long enough for a password, and typed as one.
PASSPHRASE = f"{CANARY} sings at noon"
UNSEALED = ("-m", "journeys.unsealed", "serve")
TYPED_IN_BOXES = {Kind.NUMBER, Kind.READING, Kind.DATE}


@dataclass(frozen=True)
class Somebody:
    """A patient who writes the canary wherever there is room for words."""

    answers: Answers
    signature: str = f"Pat {CANARY}"


class Writer(Patient):
    """Also tries it wherever words are refused, before answering as asked."""

    def _fills_in(self, page):
        if any(question.kind in TYPED_IN_BOXES for question in page.questions):
            form = self._here.form("Continue")
            for box in [control for control in form.controls if control.is_box]:
                form.type(box, CANARY)
            self.browser.press(form, "Continue", expecting=(422,))
            assert any(control.value == CANARY for control in self._here.form("Continue").controls)
            self.browser.open(self._here.address, expecting=422)
        super()._fills_in(page)


def test_no_word_is_readable_in_any_file(tmp_path):
    with Product(tmp_path, SERVE) as product:
        everything_is_typed(product)

        wal = product.instance / "intake.db-wal"
        assert wal.stat().st_size > 0
        assert places_of(CANARY, tmp_path) == set()
        assert open_files_in(product.temp, product) == []

        assert product.stop() == 0
        assert places_of(CANARY, tmp_path) == set()
        assert list(product.temp.iterdir()) == []


def test_without_sealing_every_word_would_be_readable(tmp_path):
    """The control: the search above finds what a patient typed where it is there to be found."""
    with Product(tmp_path, UNSEALED) as product:
        a_patient_stops_half_way(product, evidence_of_a_canary(product.settings))
        running = places_of(CANARY, tmp_path)
        product.stop()

    for found in (running, places_of(CANARY, tmp_path)):
        assert {("intake.db", "UTF-8"), ("intake.db-wal", "UTF-8")} & found


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "big-endian UTF-16", "hex", "base64"])
@pytest.mark.parametrize("before", range(17))
def test_the_search_finds_a_word_however_it_is_written_and_wherever_it_stands(tmp_path, encoding, before):
    """The control of the search itself."""
    text = "\x00" * before + CANARY + "!"
    written = {
        "UTF-8": text.encode(),
        "UTF-16": b"\x00" * before + CANARY.encode("utf-16-le"),
        "big-endian UTF-16": b"\x00" * before + CANARY.encode("utf-16-be"),
        "hex": b"\x00" * before + CANARY.encode().hex().encode(),
        "base64": base64.b64encode(text.encode()),
    }
    (tmp_path / "file").write_bytes(written[encoding])

    assert ("file", encoding) in places_of(CANARY, tmp_path)


def everything_is_typed(product):
    """The canary in every field of both sites, and in what goes wrong on the way."""
    reference = a_patient_writes(product)
    mistakes_are_made(product)
    a_clinician_writes(product, reference)


def a_patient_writes(product):
    evidence = evidence_of_a_canary(product.settings)
    asked = {question.id for page in pages_asked(evidence) for question in asked_on(evidence, page)}
    free = {q.id for q in evidence.questionnaire.questions if q.kind in (Kind.TEXT, Kind.MEDICINES)}
    assert free <= asked, "the writer is not asked every free question"

    reference = Writer(browser_for(product), Somebody(evidence.answers), evidence).sends_the_form()
    a_patient_stops_half_way(product, evidence)
    return reference


def a_patient_stops_half_way(product, evidence):
    half_way = browser_for(product)
    half_way.press(half_way.open("/").form("Start"), "Start")
    half_way.follow("Begin")
    unfinished = Writer(half_way, Somebody(evidence.answers), evidence)
    for page in pages_asked(evidence)[:6]:
        unfinished._answers(page)


def evidence_of_a_canary(settings):
    """Somebody whose answers open every free question, each answered with the canary."""
    questionnaire, _ = read_questionnaire(settings.questionnaire)
    formulary, _ = read_formulary(settings.medicines)
    words = {
        "email": f"{CANARY}@example.com",
        "phone": f"555 010 0142 {CANARY}",
        "medicines": CANARY,
    }
    return evidence_of_a_writer(
        questionnaire,
        formulary,
        settings.today(),
        lambda question: words.get(question, f"{CANARY} {question}"),
    )


def mistakes_are_made(product):
    """What a stranger or a broken browser sends: each is refused, and none of it is kept."""
    csrf = {"csrf_token": CANARY}
    cookies = {"intake_patient": CANARY, "intake_clinic": CANARY, "intake_patient_page": CANARY}
    assert product.ask(f"/{CANARY}").status == 404
    assert product.ask(f"/static/{CANARY}").status == 404
    assert product.ask(f"/clinic/{CANARY}").status == 404
    assert product.ask(f"/clinic/setup/{CANARY}").status == 404
    assert product.ask("/clinic/invitation", [*csrf.items(), ("link", CANARY)]).status == 400
    assert product.ask(f"/f/1/1?{CANARY}={CANARY}", cookies=cookies).status in (303, 410)
    assert product.ask("/start", [*csrf.items(), (CANARY, CANARY)]).status == 400
    assert product.ask("/sign", [("typed_name", CANARY)], cookies).status == 400
    assert product.ask("/start", [("words", CANARY * 10_000)]).status == 413
    assert product.ask("/start", [("words", CANARY * 40_000)]).status == 413
    for request in (
        f"GET /{CANARY} HTTP/1.1\r\nHost: {CANARY}.test\r\n\r\n",
        f"POST /{CANARY} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {CANARY}\r\n\r\n",
        f"{CANARY} / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {CANARY}\r\nReferer: {CANARY}\r\n\r\n",
        f"POST /start HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n{CANARY}\r\n",
    ):
        with socket.create_connection(("127.0.0.1", product.port), timeout=10) as connection:
            connection.sendall(request.encode())
            assert re.match(rb"HTTP/1\.[01] 4\d\d ", connection.recv(65536))
    with socket.create_connection(("127.0.0.1", product.port), timeout=10) as connection:
        # Hangs up half way.
        connection.sendall(
            f"POST /start HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{CANARY}".encode()
        )


def a_clinician_writes(product, reference):
    browser = browser_for(product)
    make_the_first_account(browser, re.search(r"/clinic/setup#(\S+)", product.printed)[1])
    sign_in(browser, CANARY, PASSPHRASE, expecting=422)
    sign_in(browser, "alice", CANARY, expecting=422)
    sign_in(browser, "alice", PASSPHRASE, expecting=200)
    change_the_password(browser)
    refuse_a_colleague(browser)
    nothing_can_be_stored(product)
    review(browser, reference)


def open_link(browser, secret):
    form = browser.open("/clinic/setup").form("Go on")
    form.fill("Your link", secret)
    browser.press(form, "Go on")
    return browser.page.form("Make my account")


def make_the_first_account(browser, secret):
    form = open_link(browser, secret)
    form.fill("Username", f"{CANARY} in words")
    browser.press(form, "Make my account", expecting=(422,))
    form = open_link(browser, secret)
    form.fill("Username", "alice")
    form.fill("Name as it is signed", "A. Rivera, NP")
    for control in form.controls:
        if control.picked is not None:
            form.pick(control)
        elif control.name in ("password", "again"):
            form.type(control, PASSPHRASE)
    browser.press(form, "Make my account")


def sign_in(browser, username, password, expecting):
    form = browser.open("/clinic/sign-in").form("Sign in")
    form.fill("Username", username)
    form.fill("Password", password)
    browser.press(form, "Sign in", expecting=(expecting,))


def nothing_can_be_stored(product):
    """Another program keeps the database to itself, and the page comes to nothing."""
    browser = browser_for(product)
    form = browser.open("/clinic/sign-in").form("Sign in")
    form.fill("Username", CANARY)
    form.fill("Password", PASSPHRASE)
    with closing(sqlite_module().connect(product.instance / "intake.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        browser.press(form, "Sign in", expecting=(500, 503))
    assert "OperationalError" in product.complained, "the log says nothing of it"


def change_the_password(browser):
    """Tried with a wrong one, and not changed."""
    form = browser.open("/clinic/password").form("Change my password")
    for control in form.controls:
        form.type(control, f"{CANARY} is not the one")
    browser.press(form, "Change my password", expecting=(422,))


def refuse_a_colleague(browser):
    form = browser.open("/clinic/staff").form("Add and make a link")
    form.fill("Username", f"{CANARY}!")
    form.fill("Name as it is signed", CANARY)
    browser.press(form, "Add and make a link", expecting=(422,))


def review(browser, reference):
    page = open_submission(browser, reference)
    written = page.text.count(CANARY)
    assert written > 10, "the clinician is not shown what the patient wrote"
    address = page.address
    while waiting := [form for form in browser.open(address).forms() if is_acknowledgement(form)]:
        # All from one page: a flag that another button of it took with it is told, and nothing is lost.
        for form in waiting:
            (button,) = form.buttons
            *done, note = form.controls
            for one in done[:1]:
                form.pick(one)
            form.type(note, f"{CANARY} seen")
            assert browser.send(form, button) in (303, 409)
    say_what_flags_are_worth(browser, address)
    sign_off(browser, address, CANARY, expecting=422)
    sign_off(browser, address, PASSPHRASE, expecting=200)
    assert f"{CANARY} signed" in browser.open(address).text
    browser.open(f"{address}/history")


def say_what_flags_are_worth(browser, address):
    """One is wrong, one is missing; the safety log is read, and an entry closed."""
    for begins in ("Wrong", "Write to the safety log"):
        page = browser.open(address)
        form, button = next(
            (form, words) for form in page.forms() for words in form.buttons if words.startswith(begins)
        )
        (note,) = form.controls
        form.type(note, f"{CANARY} says {begins}")
        browser.press(form, button)
    log = browser.open("/clinic/safety-log")
    assert log.text.count(f"{CANARY} says") == 2
    form, button = next(
        (form, words) for form in log.forms() for words in form.buttons if words.startswith("Close")
    )
    (note,) = form.controls
    form.type(note, f"{CANARY} came of it")
    browser.press(form, button)


def sign_off(browser, address, password, expecting):
    form = browser.open(f"{address}/sign-off").form("Sign off as A. Rivera, NP")
    for control in form.controls:
        form.type(control, password if control.name == "password" else f"{CANARY} signed")
    browser.press(form, "Sign off as A. Rivera, NP", expecting=(expecting,))


def is_acknowledgement(form):
    return any(words.startswith("Acknowledge") for words in form.buttons)


def places_of(word, folder):
    """Every file under the folder that holds the word, with how it is written there."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found |= {(path.name, how) for how, pattern in WRITTEN.items() if pattern(word).search(content)}
    return found


def open_files_in(folder, product):
    """Files the process holds open there, also those whose names are gone (Linux only)."""
    handles = Path(f"/proc/{product.process.pid}/fd")
    targets = [str(handle.readlink()) for handle in handles.iterdir()] if handles.exists() else []
    return [target for target in targets if target.startswith(str(folder))]


def _any_case(needle):
    return re.compile(re.escape(needle), re.IGNORECASE)


def _base64(word):
    """The word at each of the three places where it can stand in a group of three bytes."""
    needles = []
    for before, first in ((0, 0), (1, 2), (2, 3)):
        written = base64.b64encode(b"\x00" * before + word.encode())
        # The first and the last letters also hold bits of whatever stands beside the word.
        last = {0: None, 1: -3, 2: -2}[(before + len(word)) % 3]
        needles.append(written[first:last])
    return re.compile(b"|".join(re.escape(needle) for needle in needles))


WRITTEN = {
    "UTF-8": lambda word: _any_case(word.encode()),
    "UTF-16": lambda word: _any_case(word.encode("utf-16-le")),
    "big-endian UTF-16": lambda word: _any_case(word.encode("utf-16-be")),
    "hex": lambda word: _any_case(word.encode().hex().encode()),
    "base64": _base64,
}
