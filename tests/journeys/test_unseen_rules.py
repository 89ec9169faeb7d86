"""Nothing a patient sees depends on the rules: not a word, not a header, not the order of pages.

The same answers are sent under the rules as shipped, under none, under rules that flag
everything, and under rules that crash. Every response must be the same.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

import small
import strategies
from copies import make_copy
from intake.content.library import Library
from intake.demo.people import read_people
from intake.domain.answers import BLANK, Answers, MedicineList
from intake.domain.conditions import Finding
from intake.domain.evidence import relevant
from intake.domain.rules import Checked, Priority, Rule, RuleBook, Source, SourceKind
from intake.domain.truth import Truth
from intake.services import reviewing
from intake.storage import reviews
from intake.web.patient.site import create_patient_site
from journeys.as_a_patient import Patient
from journeys.visitor import Visitor

_SOURCE = Source(SourceKind.INFERENCE, "Clinical inference of the intake project", Checked.NOT_CHECKED)
# What differs between any two visits, whatever the rules: the form's protection, the sealed marks of what a
# page showed, and the reference.
_CHANCE = re.compile(
    r'name="(?:csrf_token|shown-page|checked-answers)" value="[^"]+"|HL-[A-Z0-9]{3}-[A-Z0-9]{3}|/sign/[^"\s]+'
)
_CHANCE_HEADERS = {"Date", "Set-Cookie", "Content-Length"}


class Always:
    """A condition that is so for everybody."""

    def find(self, evidence):
        return Finding(Truth.YES, because=("more",) if evidence.questionnaire.has("more") else ())


class Crashes:
    """A condition that stops with an error for everybody."""

    def find(self, evidence):
        raise RuntimeError("a broken rule")


def rulebook(condition):
    rules = tuple(
        Rule(f"{priority.value}-rule", "t", "Title", priority, condition, "Why.", (_SOURCE,), "L", date.max)
        for priority in Priority
    )
    return RuleBook(rules)


def versions(library):
    """The same questionnaire under very different rules."""
    return {
        "as shipped": library,
        "none": replace(library, rulebook=RuleBook(())),
        "everything flagged": replace(library, rulebook=rulebook(Always())),
        "every rule crashes": replace(library, rulebook=rulebook(Crashes())),
    }


class Recording(Visitor):
    """A browser that keeps all it was sent."""

    def __init__(self, client, address):
        super().__init__(client, address)
        self.seen = []
        answer = client.open

        def kept(*arguments, **options):
            response = answer(*arguments, **options)
            headers = sorted((name, value) for name, value in response.headers if name not in _CHANCE_HEADERS)
            cookies = sorted(c.partition("=")[0] for c in response.headers.getlist("Set-Cookie"))
            body = _CHANCE.sub("…", response.get_data(as_text=True))
            self.seen.append((response.status_code, headers, cookies, body))
            return response

        client.open = kept


def everything_seen(copy, person, leak=None):
    site = create_patient_site(copy.desk)
    if leak is not None:
        site.after_request(leak)
    browser = Recording(Client(site), copy.settings.public_address)
    Patient(browser, person, copy.desk.evidence(person.answers)).sends_the_form()
    browser.open("/sent")
    return browser.seen


def titles(copy):
    newest = reviewing.to_rescreen(copy.clinic)[-1]
    with copy.clinic.database.read() as session:
        return {f.outcome.title for f in reviews.review(session, copy.clinic.keys, newest).flags}


SMALL = Library(
    small.asked,
    small.rules("rules: []"),
    small.formulary,
    {"questionnaire": small.QUESTIONNAIRE, "rules": "rules: []", "medicines": small.MEDICINES},
)


def _named(answers):
    """A list with unnamed medicines in it is filled in on a page of its own; leave those out."""
    listed = answers.value("medicines")
    if isinstance(listed, MedicineList):
        named = tuple(entry for entry in listed.entries if entry.named)
        return bool(named) and len(named) == len(listed.entries)
    return True


WHOLE_FORMS = (
    st.fixed_dictionaries({q.id: strategies.answers_to(q) for q in small.asked.questions})
    .map(Answers)
    .filter(_named)
)


@dataclass(frozen=True)
class Anybody:
    """Somebody hypothesis thought of."""

    answers: Answers
    signature: str = "Pat Doe"


class Copies:
    """One copy of the product for each set of rules; prints as little as its name."""

    def __init__(self, by_rules):
        self.by_rules = by_rules


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    made = versions(SMALL).items()
    return Copies({name: make_copy(tmp_path_factory.mktemp("copy"), library) for name, library in made})


@given(answers=WHOLE_FORMS)
# Each example is four whole forms over HTTP: look at it as it is, shrinking would take hours.
@settings(max_examples=6, phases=[Phase.generate])
def test_any_patient_sees_the_same_whatever_the_rules_are(copies, answers):
    # What was answered on branches nobody reaches is never on any page.
    person = Anybody(relevant(small.given(answers)))
    seen = {name: everything_seen(copy, person) for name, copy in copies.by_rules.items()}

    first = seen.pop("as shipped")
    for name, other in seen.items():
        assert other == first, f"rules: {name}"


@pytest.mark.parametrize("who", ["p05_suicidal_thoughts_right_now", "p01_nothing_special"])
def test_an_invented_patient_sees_the_same_whatever_the_rules_are(tmp_path, who):
    shipped = make_copy(tmp_path / "first").desk.library
    person = next(p for p in read_people(shipped.questionnaire) if p.id == who)
    made = {name: make_copy(tmp_path / name, library) for name, library in versions(shipped).items()}
    seen = {name: everything_seen(copy, person) for name, copy in made.items()}
    flagged = {name: titles(copy) for name, copy in made.items()}

    assert seen["none"] == seen["as shipped"]
    assert seen["everything flagged"] == seen["as shipped"]
    assert seen["every rule crashes"] == seen["as shipped"]
    # The rules really did differ, and the clinic sees that they did.
    assert flagged["none"] == set()
    assert flagged["everything flagged"] == {"Title"}
    assert flagged["every rule crashes"] == {"Screening incomplete: Title"}


def test_a_site_that_did_tell_about_the_rules_would_be_noticed(copies):
    answers = {q.id: BLANK for q in small.asked.questions}
    person = Anybody(relevant(small.given(Answers(answers))))

    def seen(name):
        rules = len(copies.by_rules[name].desk.library.rulebook.rules)

        def leak(response):
            response.headers["X-Rules"] = str(rules)
            return response

        return everything_seen(copies.by_rules[name], person, leak)

    assert seen("none") != seen("everything flagged")
