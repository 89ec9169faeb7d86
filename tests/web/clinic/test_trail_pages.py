"""The auditor's page: every line in words, looked for, followed, and taken away as a file."""

import json
from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from sqlalchemy import text

from intake.domain.events import QueueOpened
from intake.services import reviewing, trail
from intake.storage import audit
from web.clinic.conftest import PASSWORD


@pytest.fixture
def audrey(signed_in):
    return signed_in("audrey")


def events(clinic):
    with clinic.database.read() as session:
        return audit.events(session)


def reference_of(clinic, staff, submission):
    return reviewing.open_review(clinic, staff["alice"], submission).submission.reference


def test_the_trail_is_read_in_words_newest_first(audrey, clinic, staff, sent):
    submission = sent()
    reference = reference_of(clinic, staff, submission)

    audrey.open("/trail")

    opened = audrey.text.index(f"A. Rivera, NP Opened and read a form: {reference} Revision 1")
    assert opened < audrey.text.index(f"A patient Sent a form: {reference}")
    assert "November 20, 2026 at 12:00 pm EST" in audrey.text
    assert audrey.text.index("A. Ledger Signed in") > 0


def test_reading_the_trail_is_a_line_of_it(audrey, clinic):
    before = len(events(clinic))

    audrey.open("/trail")

    line = events(clinic)[-1]
    assert (line.event, line.detail) == ("TrailOpened", {"shown": before})
    assert audrey.open("/trail") and "A. Ledger Read the audit trail" in audrey.text


def test_whoever_is_an_auditor_begins_with_the_trail_and_is_led_nowhere_else(audrey):
    audrey.open("/")

    assert audrey.response.headers["Location"] == "/clinic/trail"
    audrey.follow()
    assert set(audrey.page.links()) >= {"Audit trail", "Account"}
    assert not set(audrey.page.links()) & {"Queue", "Staff", "Front desk", "Rules", "Safety log"}


def look_for(person, **fields):
    person.open("/trail")
    return person.send("/trail", **{"day": "", "actor": "", "event": "", "about": ""} | fields)


def test_lines_are_found_by_the_form_they_are_about(audrey, clinic, staff, sent):
    one, other = sent(), sent()
    reference, another = reference_of(clinic, staff, one), reference_of(clinic, staff, other)

    look_for(audrey, about=f" {reference.lower()} ")

    assert audrey.response.headers["Location"] == f"/clinic/trail?about={one}"
    audrey.open(f"/trail?about={one}")
    assert reference in audrey.text
    assert another not in audrey.text
    assert "Lines" in audrey.text
    assert audrey.page.one("main").find(".//input[@name='about']").get("value") == reference


def test_lines_are_found_by_day_by_who_and_by_what(audrey, sent):
    sent()

    for asked, there, not_there in (
        ({"event": "SignedIn"}, "Signed in", "Sent a form"),
        ({"actor": "patient"}, "Sent a form", "Signed in"),
        ({"day": "2026-11-20"}, "Sent a form", "No such line"),
        ({"day": "2026-11-19"}, "No such line", "Sent a form"),
    ):
        look_for(audrey, **asked)
        assert audrey.response.headers["Location"] == f"/clinic/trail?{urlencode(asked)}"
        audrey.open(f"/trail?{urlencode(asked)}")
        lines = audrey.text.partition("Show all lines")[2]
        assert there in lines, asked
        assert not_there not in lines, asked


def test_a_day_begins_and_ends_at_midnight_at_the_clinic(audrey, clinic, clock):
    # Half past eleven in the evening of the 20th in New York is the 21st in UTC already.
    clock.move(hours=11, minutes=30)
    with clinic.database.write() as session:
        audit.record(session, clinic.keys, audit.SYSTEM, QueueOpened(7), clock())
        audit.record(session, clinic.keys, audit.SYSTEM, QueueOpened(8), clock() + timedelta(minutes=31))
    audrey.sign_in("audrey", PASSWORD)

    audrey.open("/trail?day=2026-11-20&event=QueueOpened")

    assert "7 shown" in audrey.text
    assert "8 shown" not in audrey.text


def test_what_cannot_be_looked_for_is_kept_and_told(audrey, sent):
    sent()

    for (name, typed), told in {
        ("about", "HL-000-000"): "No form has this reference or id. It looks like HL-7K4-92Q",
        ("about", "Pat Doe"): "No form has this reference or id",
        ("day", "yesterday"): "Write the day as year-month-day, like 2026-11-20",
        ("about", "x" * 61): "A reference looks like HL-7K4-92Q",
    }.items():
        look_for(audrey, **{name: typed})
        assert audrey.status == 422
        assert told in audrey.text
        assert audrey.page.one("main").find(f".//input[@name='{name}']").get("value") == typed
        assert audrey.page.title.startswith("Error: ")


def test_an_address_nobody_made_leads_nowhere(audrey):
    for address in ("day=soon", "actor=nobody", "event=Anything", "about=Pat"):
        assert audrey.open(f"/trail?{address}").status_code == 404, address


def test_so_many_lines_are_shown_at_once_and_the_others_follow(audrey, clinic, monkeypatch):
    assert trail.PAGE == 100
    monkeypatch.setattr(trail, "PAGE", 5)
    seen = []

    audrey.open("/trail")
    while True:
        seen += [one.text for one in audrey.page.tree.iter("span") if (one.text or "").startswith("Line ")]
        if "Earlier lines" not in audrey.page.links():
            break
        audrey.open(audrey.page.links()["Earlier lines"])

    numbers = [int(line.split()[1]) for line in seen]
    assert len(numbers) > 10
    assert numbers == list(range(numbers[0], 0, -1))
    audrey.open("/trail?newer=1")
    assert "Lines 2 to 6" in audrey.text
    assert {"Later lines", "Earlier lines"} <= set(audrey.page.links())


def test_the_whole_trail_is_followed_at_a_press(audrey, clinic):
    audrey.open("/trail")
    audrey.send("/trail/check")

    assert audrey.page.h1 == "The audit trail is whole"
    assert f"{len(events(clinic))} lines were followed" in audrey.text


def test_where_the_trail_breaks_is_told(audrey, clinic, sent):
    sent()
    (received,) = (one for one in events(clinic) if one.event == "SubmissionReceived")
    with clinic.database.write() as session:
        session.execute(text("DROP TRIGGER audit_events_no_update"))
        session.execute(
            text("UPDATE audit_events SET actor = 'system' WHERE seq = :seq"), {"seq": received.seq}
        )

    audrey.open("/trail")
    audrey.send("/trail/check")

    assert audrey.page.h1 == f"The audit trail is broken at line {received.seq}"
    assert "the line was changed after it was written, or written with another key" in audrey.text
    assert f"Line {received.seq}, which says: Sent a form" in audrey.text
    assert f"Lines that fit {received.seq - 1}, the last of November 20, 2026" in audrey.text


def test_the_file_holds_every_line_and_ends_with_its_own_taking(audrey, clinic, sent):
    sent()
    before = len(events(clinic))

    audrey.open("/trail")
    response = audrey.send("/trail/file")

    *lines, end = map(json.loads, response.text.splitlines())
    assert response.headers["Content-Disposition"] == "attachment; filename=audit-trail-2026-11-20.jsonl"
    assert end == {"end": len(lines)} == {"end": before + 2}
    assert [line["seq"] for line in lines] == list(range(1, before + 3))
    assert [line["event"] for line in lines][-2:] == ["TrailOpened", "TrailOpened"]
    assert json.loads(lines[-1]["detail"]) == {"shown": before + 1}
    assert all(line["prev_mac"] == former["mac"] for former, line in pairwise(lines))


def test_nobody_else_reads_the_trail(signed_in):
    for username in ("alice", "bob", "dana"):
        person = signed_in(username)
        for path in ("/trail", f"/trail?about={uuid4()}"):
            assert person.open(path).status_code == 403
