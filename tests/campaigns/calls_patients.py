"""Journeys of patients: a form filled in and sent, one left and come back to, a question replied to."""

import re

from campaigns.calls_scene import Scene
from exchanging import FORM, sent_to, shown_link
from intake.domain.permissions import Role
from web.patient.visitor import Visitor


def sends(scene: Scene) -> None:
    """A form is filled in, looked through, signed and sent."""
    pat = scene.patient()
    pat.open("/")
    pat.send("/start")
    pat.answer("filled_in_by", filled_in_by="me")
    pat.answer("first_name", first_name__words="Quetzal", last_name__words="Doewood")
    pat.answer("phone", phone__words="555-010-0142", message_ok="yes")
    pat.answer("pressure", pressure="yes")
    pat.answer("treated", treated="no")
    pat.answer("more", more__words="It began last winter")
    pat.skip_everything()
    pat.open("/check")
    pat.send("/sign", agree="y", typed_name="Quetzal Doewood")
    assert pat.status == 303, f"the form was not sent: {pat.status}"
    pat.follow()


def comes_back(scene: Scene) -> None:
    """A form is saved for later, and gone on with on another phone, by what was written down of it."""
    pat = _has_begun(scene)
    pat.answer("first_name", first_name__words="Quetzal", last_name__words="Doewood", go__later="1")
    pat.follow()
    phrase, code = re.findall(r"<dd><strong[^>]*>([^<]+)</strong></dd>", pat.html)
    elsewhere = scene.patient()
    elsewhere.open("/return")
    elsewhere.send("/return", link=code, phrase=phrase)
    assert elsewhere.status == 303, elsewhere.text
    elsewhere.follow()
    assert "Welcome back" in elsewhere.text
    elsewhere.answer("more", more__words="It began last winter")
    assert elsewhere.status == 303, elsewhere.text


def _has_begun(scene: Scene) -> Visitor:
    pat = scene.patient()
    with scene.undisturbed():
        pat.open("/")
        pat.send("/start")
        pat.answer("filled_in_by", filled_in_by="me")
    return pat


def replies(scene: Scene) -> None:
    """A clinician asks, the patient opens the link, replies and signs, and the clinician reads what came."""
    alice = scene.staff("alice", Role.CLINICIAN)
    sent = sent_to(scene.copy, scene.members["alice"], FORM)
    ask = f"/submissions/{sent.submission}/ask"
    with scene.undisturbed():
        alice.open(ask)
    kept = {
        name: re.search(rf'name="{name}" type="hidden" value="([^"]*)"', alice.response.text)[1]  # type: ignore[index]
        for name in ("flag", "question", "asked_before")
    }
    alice.send(ask, **{**kept, "words": "Is it still so?", "again": "treated"})
    link = shown_link(alice.text if "/reply#" in alice.text else alice.response.text)
    pat = scene.patient()
    pat.open("/reply")
    pat.send("/reply", link=link, reference=sent.reference)
    pat.follow()
    pat.send("/reply/question", treated="yes")
    assert pat.status == 303, pat.text
    pat.follow()
    shown = re.search(r'name="shown" value="([^"]+)"', pat.html)[1]  # type: ignore[index]
    pat.send("/reply/check", shown=shown, agree="y", typed_name="Quetzal Doe")
    assert pat.status == 303, pat.text
    alice.open(f"/submissions/{sent.submission}")
    assert "Is it treated? Now: Yes Before: Not sure" in alice.text
