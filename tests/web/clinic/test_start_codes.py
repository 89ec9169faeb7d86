"""The front desk makes codes, prints them once, and revokes them; each is recorded, and none is kept."""

import re

import pytest

from intake.storage import audit

CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


@pytest.fixture
def fay(signed_in):
    return signed_in("fay")


def made(person, **boxes):
    person.open("/start-codes")
    return person.send("/start-codes", **{"codes": "1", "uses": "1", "days": "14", **boxes})


def events(clinic):
    with clinic.database.read() as session:
        return [one for one in audit.events(session) if one.event.startswith("StartCodes")]


def test_a_sheet_is_made_shown_once_and_recorded_without_its_codes(fay, clinic):
    made(fay, codes="20")

    codes = set(CODE.findall(fay.text))
    assert fay.page.h1 == "20 new codes"
    assert len(codes) == 20
    assert all(f"http://127.0.0.1:8000/#code={code}" in fay.response.text for code in codes)
    (event,) = events(clinic)
    assert event.detail["codes"] == 20
    # An id may look like a code by chance.
    assert not CODE.findall(str({**event.detail, "sheet": ""}))
    fay.open("/start-codes")
    assert "20 codes 0 of 20 uses" in fay.text
    assert "Made by F. Moreno" in fay.text
    assert not codes & set(CODE.findall(fay.text))


def test_a_sheet_is_revoked(fay, clinic):
    made(fay)
    fay.open("/start-codes")
    path = re.search(r'action="(/clinic/start-codes/[^"]+/revoke)"', fay.response.text)[1]

    fay.send(path)
    fay.follow()

    assert "Revoked" in fay.text
    assert [one.event for one in events(clinic)] == ["StartCodesMade", "StartCodesRevoked"]
    fay.send(path)
    assert fay.status == 404


def test_what_cannot_be_made_is_told_and_stays_in_its_box(fay, clinic):
    made(fay, codes="500", days="7")

    assert fay.status == 422
    assert "Write a whole number from 1 to 200" in fay.text
    assert 'value="7"' in fay.response.text
    assert events(clinic) == []


def test_whether_a_code_is_asked_for_is_a_setting(signed_in):
    bob = signed_in("bob")
    bob.open("/start-codes")
    assert "Anybody can begin a form: no code is asked for." in bob.text
    bob.open("/settings")
    boxes = {
        one.get("name"): one.get("value", "y")
        for one in bob.page.tree.iter("input")
        if one.get("name")
        and (one.get("type") not in ("radio", "checkbox", "file") or "checked" in one.attrib)
    }

    bob.send("/settings", **{**boxes, "next_steps": "", "do": "save", "start_codes": "y"})
    bob.follow()

    assert "Starting a form takes a code From off to on" in bob.text
    bob.open("/start-codes")
    assert "Patients need a code to begin a form." in bob.text


def test_an_auditor_makes_none(signed_in):
    assert signed_in("audrey").open("/start-codes").status_code == 403
