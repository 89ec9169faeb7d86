"""An old submission is shown as it was asked and as it was screened, whatever has changed since."""

import re
from dataclasses import replace
from xml.etree.ElementTree import tostring

from werkzeug.test import Client

from copies import PASSWORD, make_copy, staff
from intake.content.library import parse_library
from intake.domain.permissions import Role
from intake.services import reviewing
from intake.web.clinic.site import create_clinic_site
from journeys.visitor import Visitor
from sending import PAT, send

_CHANCE = re.compile(r'name="csrf_token"[^>]*')
_NAMES = ("raised", "cannot-tell", "not-raised", "answers")


def page_of(copy, submission):
    browser = Visitor(Client(create_clinic_site(copy.clinic)), copy.settings.public_address)
    form = browser.open("/sign-in").form("Sign in")
    form.fill("Username", "alice")
    form.fill("Password", PASSWORD)
    browser.press(form, "Sign in")
    browser.open(f"/submissions/{submission}")
    tree = browser.page.tree
    sections = {one.get("aria-labelledby"): one for one in tree.iter("section")}
    return {name: _CHANCE.sub("…", tostring(sections[name], encoding="unicode")) for name in _NAMES}


def changed(library):
    """Every question reworded, a question and a choice gone, other medicines, other rules."""
    texts = library.texts
    asked = re.sub(r"ask: (?!>)(\S)", r"ask: Please say, \1", texts["questionnaire"])
    asked = asked.replace("not_repaired: ", "unrepaired: ")
    rules = "not_covered: [Everything]\nrules: []"
    return parse_library(asked, rules, texts["medicines"])


def test_the_page_of_an_old_submission_is_the_same_byte_for_byte(tmp_path):
    copy = make_copy(tmp_path)
    staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    send(copy.desk, f"{PAT}, aneurysm: not_repaired, avm: not_sure, brain_bleed: no, reasons: [depression]")
    (submission,) = reviewing.to_rescreen(copy.clinic)
    before = page_of(copy, submission)

    later = copy.with_library(changed(copy.desk.library))

    assert later.desk.library.editions != copy.desk.library.editions
    assert page_of(later, submission) == before
    assert "Has a doctor ever told you that you have an aneurysm?" in before["answers"]


def test_a_page_drawn_from_todays_questionnaire_would_be_noticed(tmp_path, monkeypatch):
    copy = make_copy(tmp_path)
    staff(copy.clinic, "alice", "A. Rivera, MD", Role.CLINICIAN)
    send(copy.desk, f"{PAT}, aneurysm: not_repaired")
    (submission,) = reviewing.to_rescreen(copy.clinic)
    before = page_of(copy, submission)

    def from_today(review, rulebook, same_person):
        parts = tuple(
            replace(part, lines=tuple(replace(line, asked="Please say") for line in part.lines))
            for part in review.submission.transcript
        )
        drawn = replace(review, submission=replace(review.submission, transcript=parts))
        return read(drawn, rulebook, same_person)

    from intake.web.clinic.reading import read

    monkeypatch.setattr("intake.web.clinic.views.read", from_today)

    assert page_of(copy, submission)["answers"] != before["answers"]
