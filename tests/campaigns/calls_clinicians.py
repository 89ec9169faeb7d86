"""Journeys of those who read forms: signing off, whom to call at once, emergencies, and forms on paper."""

import re
from dataclasses import replace
from datetime import time
from xml.etree.ElementTree import Element

from campaigns.calls_scene import Scene
from copies import PASSWORD
from exchanging import FORM, LIBRARY, sent_to
from intake.domain.permissions import Role
from intake.domain.safety_signal import SignalDuty
from intake.storage import submissions
from web.clinic.person import Person, words
from web.clinic.test_submission import acknowledge

_OFFICE = SignalDuty("Dr. Rivera, (555) 010-0177", 30, (0, 1, 2, 3, 4), time(9), time(17))
_EDITION = LIBRARY.questionnaire.edition[:8]
# What stands on Quetzal's paper, by the boxes of each part.
_PAPER = {
    1: {
        "filled_in_by": "me",
        "first_name-words": "Quetzal",
        "last_name-words": "Doewood",
        "date_of_birth-month": "7",
        "date_of_birth-day": "4",
        "date_of_birth-year": "1988",
        "phone-words": "555-010-0142",
        "message_ok": "yes",
    },
    2: {"pressure": "no", "home": "yes", "takes": "no", "more-words": "I sleep badly"},
}


def signs_off(scene: Scene) -> None:
    """A form is found in the queue and read, each flag is acknowledged, and it is signed off."""
    alice = scene.staff("alice", Role.CLINICIAN)
    submission = sent_to(scene.copy, scene.members["alice"], FORM).submission
    page = f"/submissions/{submission}"
    alice.open("/")
    alice.open(page)
    for title in [words(card.find("header")) for card in alice.page.tree.iter("article") if _has_flag(card)]:
        alice.open(page)
        acknowledge(alice, submission, title, note="Looked at this")
        assert alice.status == 303, alice.text
    alice.open(f"{page}/sign-off")
    kept = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', alice.response.text)[1]  # type: ignore[index]
        for name in ("shown", "seen")
    }
    alice.send(f"{page}/sign-off", password=PASSWORD, note="Spoke with the patient", **kept)
    assert alice.status == 303, alice.text


def _has_flag(card: Element) -> bool:
    return any(one.get("name") == "flag" for one in card.iter("input"))


def calls_at_once(scene: Scene) -> None:
    """An answer tells the clinic at once; a clinician sees whom to call, and says what was done."""
    scene.set(safety_signal=_OFFICE)
    questionnaire = LIBRARY.questionnaire
    pages = tuple(replace(one, signal=1) for one in questionnaire.safety_pages)
    library = replace(LIBRARY, questionnaire=replace(questionnaire, safety_pages=pages))
    scene.copy = scene.copy.with_library(library)
    alice, pat = scene.staff("alice", Role.CLINICIAN), scene.patient()
    with scene.undisturbed():
        pat.open("/")
        pat.send("/start")
        pat.answer("first_name", first_name__words="Quetzal", last_name__words="Doewood")
        pat.answer("phone", phone__words="555-010-0142", message_ok="yes")
    pat.answer("home", home="no")
    assert pat.status == 303, pat.text
    alice.open("/safety-signals")
    signal = re.search(r"/safety-signals/[0-9a-f-]{36}", alice.response.text)
    assert signal, "nobody is to be called"
    alice.open(signal[0])
    for seen, what, said in (("0", "not_reached", "Left no message"), ("1", "welfare_check", "Police")):
        assert f'name="seen" value="{seen}"' in alice.response.text
        alice.send(signal[0], what=what, words=said, seen=seen)
        assert alice.status == 303, alice.text
        alice.open(signal[0])
    assert "Settled" in alice.text


def opens_in_an_emergency(scene: Scene) -> None:
    """Somebody who reads no forms says why one cannot wait, and reads its answers."""
    scene.member("alice", Role.CLINICIAN)
    bob = scene.staff("bob", Role.ADMINISTRATOR)
    reference = sent_to(scene.copy, scene.members["alice"], FORM).reference
    bob.open("/emergency")
    bob.send("/emergency", reference=reference, reason="The night nurse called: no clinician answers")
    assert bob.status == 303, bob.text
    bob.follow()
    assert bob.page.h1.startswith("Answers of Quetzal Doe")


def types_a_paper(scene: Scene) -> None:
    """A form on paper is typed in by two people, settled where they differ, and signed in."""
    tess = scene.staff("tess", Role.TRANSCRIBER)
    alice = scene.staff("alice", Role.CLINICIAN)
    tess.open("/paper-forms")
    tess.send("/paper-forms", edition=_EDITION)
    assert tess.status == 303, tess.text
    paper = tess.response.headers["Location"].removeprefix("/clinic")
    _type(tess, paper, _PAPER)
    alice.open("/paper-forms")
    alice.send(f"{paper}/second")
    _type(alice, paper, {**_PAPER, 2: _PAPER[2] | {"home": "no"}})
    alice.open(f"{paper}/compare")
    place = re.search(
        r'name="question" value="([^"]+)"><input type="hidden" name="mark" value="([^"]+)"',
        alice.response.text,
    )
    assert place, "they do not differ"
    alice.send(f"{paper}/compare", question=place[1], mark=place[2], kept="first")
    assert alice.status == 303, alice.text
    alice.open(f"{paper}/compare")
    alice.send(f"{paper}/sign-in", printed_name="Quetzal Doewood", signed_on="November 17 2026", seen="y")
    assert alice.page.h1.endswith("is signed in"), alice.text
    with scene.clinic.database.read() as session:
        assert len(submissions.ids(session)) == 1


def _type(person: Person, paper: str, parts: dict[int, dict[str, str]]) -> None:
    for part, boxes in parts.items():
        person.open(f"{paper}/{part}")
        pages = re.findall(r'name="page" value="([^"]+)"', person.response.text)
        person.send(f"{paper}/{part}", page=pages, **boxes)
        assert person.status == 303, person.text
    person.send(f"{paper}/finish")
    assert person.status == 303, person.text
