"""Patients who type a canary into every box there is for them, rightly and wrongly."""

import html
import re
from dataclasses import dataclass

from campaigns.aviary import Aviary
from campaigns.watched import Browser, Watched, boxes_on, but, only
from intake.content.medicines import read_formulary
from intake.content.questionnaire import read_questionnaire
from intake.domain.answers import Answers
from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Kind, Page
from intake.services.paths import pages_asked
from journeys.as_a_patient import Patient
from journeys.healthy import healthy
from journeys.wire import browser_for
from journeys.writer import evidence_of_a_writer

_BORN = ("1953-07-29", "07/29/1953", "July 29, 1953", "29 July 1953", "July 29 1953", "1953, 7, 29")
# More digits than the times have that a log is full of: 46.781 seconds is 187.64 read backwards.
_WEIGHT = "187.6493"
_TYPED_IN_BOXES = {Kind.NUMBER, Kind.READING, Kind.DATE}


@dataclass(frozen=True)
class Somebody:
    """A patient, and the name they sign with."""

    answers: Answers
    signature: str


class Writer(Patient):
    """Also types a word wherever a number or a day is asked for, before answering as asked."""

    aviary: Aviary
    who: str
    errs = True

    def _fills_in(self, page: Page) -> None:
        if self.errs and any(question.kind in _TYPED_IN_BOXES for question in page.questions):
            form = self._here.form("Continue")
            for box in [control for control in form.controls if control.is_box]:
                form.type(box, self.aviary.word(f"{self.who}: no number in {box.name}"))
            self.browser.press(form, "Continue", expecting=(422,))
            self.browser.open(self._here.address, expecting=422)
        super()._fills_in(page)


def writer(product: Watched, who: str) -> Writer:
    """A patient with a word of their own for every question that is answered in words."""
    questionnaire, _ = read_questionnaire(product.settings.questionnaire)
    formulary, _ = read_formulary(product.settings.medicines)
    word = product.aviary.word
    evidence = evidence_of_a_writer(
        questionnaire,
        formulary,
        product.settings.today(),
        lambda question: _written(word(f"{who}: {question}"), question),
    )
    unusual = healthy(
        questionnaire, formulary, f"{{date_of_birth: '{_BORN[0]}', weight: {_WEIGHT} lb}}"
    ).answers
    given = evidence.answers.with_({one: unusual[one] for one in ("date_of_birth", "weight")})
    evidence = PatientEvidence(questionnaire, formulary, given, product.settings.today())
    product.aviary.keep("patient: date of birth", *_BORN)
    product.aviary.keep("patient: weight", _WEIGHT)
    name = f"{word(f'{who}: first name of the signature')} {word(f'{who}: last name of the signature')}"
    patient = Writer(browser_for(product), Somebody(evidence.answers, name), evidence)
    patient.aviary, patient.who = product.aviary, who
    return patient


def _written(typed: str, question: str) -> str:
    return {"email": f"{typed}@example.com", "phone": f"555 010 0142 {typed}"}.get(question, typed)


def a_patient_sends(product: Watched) -> tuple[str, Browser]:
    """A whole form and what can be asked for afterwards; its reference and the browser it was sent from."""
    patient = writer(product, "patient")
    reference = patient.sends_the_form()
    product.aviary.keep("patient: reference", reference)
    browser = Browser(product)
    browser.cookies = patient.browser._client.cookies  # type: ignore[attr-defined]  # those of the wire
    word = product.aviary.word
    for asks in ("none of these", "withdraw"):
        browser.open("/sent/ask")
        (box,) = boxes_on(browser.text, "/sent/ask")
        said = word(f"patient: words of a request, {asks}")
        browser.send("/sent/ask", [*but(box.fields, "asks", "words"), ("asks", asks), ("words", said)])
    browser.open("/sent/copy")
    return reference, browser


def a_patient_stops(product: Watched) -> None:
    """A form that is saved for later, comes back elsewhere and is sent to nobody."""
    patient = writer(product, "who stops")
    patient.browser.press(patient.browser.open("/").form("Start"), "Start")
    patient.browser.follow("Begin")
    for page in pages_asked(patient.evidence)[:6]:
        patient._answers(page)
    aviary = product.aviary
    browser = Browser(product)
    browser.cookies = patient.browser._client.cookies  # type: ignore[attr-defined]
    browser.open("/later")
    shown = browser.send("/leave", [])
    phrase = only(r'<strong lang="en" dir="ltr">([^<]+)</strong>', shown)
    code = only(r'<strong class="ref">([^<]+)</strong>', shown)
    link = html.unescape(only(r'id="way-link" type="text" value="([^"]+)"', shown))
    aviary.keep(
        "saved form: phrase",
        phrase,
        phrase.replace(" ", "-"),
        phrase.replace(" ", ""),
        phrase.replace(" ", "+"),
    )
    aviary.keep("saved form: code", code, re.sub(r"\W", "", code))
    aviary.keep("saved form: secret of the link", link.partition("#")[2])
    browser.send("/later/mail", [("email", f"{aviary.word('saved form: no address')} at home")])
    browser.send("/later/mail", [("email", f"{aviary.word('saved form: address')}@example.org")])
    browser.send("/later/clinic", [("may", "y")])
    elsewhere = Browser(product)
    for given, words in (
        (aviary.word("return: link"), aviary.word("return: words")),
        (code, f"{aviary.word('return: first')} {aviary.word('return: second')} apple pear"),
        (link, phrase),
    ):
        elsewhere.open("/return")
        elsewhere.send("/return", [("link", given), ("phrase", words)])
    assert "Welcome back" in elsewhere.text, "the saved form was not opened again"


def another_letter(product: Watched) -> None:
    """Somebody else stops, and wants their link."""
    browser = Browser(product)
    browser.open("/")
    browser.send("/start", [])
    browser.open("/later")
    browser.send("/leave", [])
    browser.send(
        "/later/mail", [("email", f"{product.aviary.word('saved form: address turned down')}@example.org")]
    )


def a_patient_replies(product: Watched, link: str, reference: str) -> None:
    """Link and reference typed wrongly, then rightly; words in the answer; and their name."""
    browser, word = Browser(product), product.aviary.word
    for given, named in (
        (word("reply: no link"), word("reply: no reference")),
        (link, word("reply: wrong")),
        (link, reference),
    ):
        browser.open("/reply")
        browser.send("/reply", [("link", given), ("reference", named)])
    assert browser.path.startswith("/reply/question"), f"the question was not opened: {browser.path}"
    for _ in range(6):
        found = [one for one in boxes_on(browser.text, browser.path) if one.action.startswith("/reply")]
        if browser.path == "/reply/sent" or not found:
            break
        box = found[0]
        fields = [
            (name, word(f"reply: {name} on {browser.path}") if name in box.kinds else value)
            for name, value in box.fields
        ]
        browser.send(box.action, [*fields, *([box.button] if box.button else []), ("agree", "y")])
