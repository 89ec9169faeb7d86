"""The audit trail shows every change made to it, and stays whole when several add to it at once."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import get_args
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, inspect, text

from intake.domain import events as domain_events
from intake.domain.events import (
    Event,
    FlagAcknowledged,
    QueueOpened,
    SignInRefused,
    StaffMemberAdded,
    SubmissionOpened,
    SubmissionScreened,
)
from intake.storage import audit
from storage.samples import ALICE, NOW

SUBMISSION = uuid4()
TESTS = Path(__file__).parents[1]


def fill(database, keys, lines=6):
    for number in range(lines):
        with database.write() as session:
            audit.record(session, keys, ALICE.id, QueueOpened(number), NOW + timedelta(seconds=number))


def verified(database, keys):
    with database.read() as session:
        return audit.verify(session, keys)


def tamper(database, *statements, **values):
    """Change the trail as somebody who may do anything to the database."""
    with database.write() as session:
        if database.is_sqlite:
            for event in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER audit_events_no_{event}"))
        else:
            session.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement), values)


def test_many_lines_at_once_are_the_same_chain_as_one_after_the_other(database, clinic_keys):
    fill(database, clinic_keys, lines=2)
    many = [QueueOpened(0), *(SubmissionOpened(SUBMISSION, number) for number in range(3))]
    with database.write() as session:
        audit.record_all(session, clinic_keys, ALICE.id, many, NOW)
        audit.record_all(session, clinic_keys, ALICE.id, (), NOW)
    fill(database, clinic_keys, lines=1)

    assert verified(database, clinic_keys) == audit.VerifyResult(ok=True, checked=7)
    with database.read() as session:
        assert [one.detail["revision"] for one in audit.events(session, SUBMISSION)] == [0, 1, 2]


def test_an_empty_trail_is_whole(database, clinic_keys):
    assert verified(database, clinic_keys) == audit.VerifyResult(ok=True, checked=0)


def test_an_untouched_trail_is_whole(database, clinic_keys):
    """The control for everything below."""
    fill(database, clinic_keys)
    tamper(database)
    assert verified(database, clinic_keys) == audit.VerifyResult(ok=True, checked=6)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET actor = 'somebody else' WHERE seq = 4",
        "UPDATE audit_events SET at = '2026-11-20T09:30:16.345678+00:00' WHERE seq = 4",
        "UPDATE audit_events SET event = 'SubmissionOpened' WHERE seq = 4",
        "UPDATE audit_events SET detail = '{\"shown\"\\:300}' WHERE seq = 4",
        "UPDATE audit_events SET detail = '{\"shown\": 3}' WHERE seq = 4",
        "UPDATE audit_events SET object_id = 'x' WHERE seq = 4",
    ],
)
def test_a_changed_line_is_found(database, clinic_keys, change):
    fill(database, clinic_keys)
    tamper(database, change)
    result = verified(database, clinic_keys)
    assert (result.ok, result.checked, result.first_bad_seq) == (False, 3, 4)
    assert "changed" in result.reason


@pytest.mark.parametrize("column", ["mac", "prev_mac"])
def test_a_changed_seal_is_found(database, clinic_keys, column):
    fill(database, clinic_keys)
    tamper(database, f"UPDATE audit_events SET {column} = :rubbish WHERE seq = 4", rubbish=b"x" * 32)
    result = verified(database, clinic_keys)
    assert (result.ok, result.first_bad_seq) == (False, 4)


def test_a_line_missing_in_the_middle_is_found(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(database, "DELETE FROM audit_events WHERE seq = 4")
    result = verified(database, clinic_keys)
    assert (result.ok, result.first_bad_seq, result.reason) == (False, 5, "line 4 is missing")


def test_a_gap_that_was_closed_again_is_found(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(
        database,
        "DELETE FROM audit_events WHERE seq = 4",
        "UPDATE audit_events SET seq = 4 WHERE seq = 5",
        "UPDATE audit_events SET seq = 5 WHERE seq = 6",
        "UPDATE audit_head SET seq = 5",
    )
    result = verified(database, clinic_keys)
    assert (result.ok, result.first_bad_seq) == (False, 4)


def test_two_lines_that_changed_places_are_found(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(
        database,
        "UPDATE audit_events SET seq = 100 WHERE seq = 3",
        "UPDATE audit_events SET seq = 3 WHERE seq = 4",
        "UPDATE audit_events SET seq = 4 WHERE seq = 100",
    )
    result = verified(database, clinic_keys)
    assert (result.ok, result.first_bad_seq) == (False, 3)


def test_a_line_put_in_between_is_found(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(
        database,
        "UPDATE audit_events SET seq = -seq WHERE seq > 3",
        "UPDATE audit_events SET seq = 1 - seq WHERE seq < 0",
        "UPDATE audit_events SET prev_mac = :mac WHERE seq = 5",
        "INSERT INTO audit_events SELECT 4, at, actor, event, object_id, detail, mac, :mac "
        "FROM audit_events WHERE seq = 3",
        "UPDATE audit_head SET seq = 7",
        mac=b"x" * 32,
    )
    result = verified(database, clinic_keys)
    assert (result.ok, result.first_bad_seq) == (False, 4)


def test_a_line_added_at_the_end_without_the_key_is_found(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(
        database,
        "INSERT INTO audit_events SELECT 7, at, actor, event, object_id, detail, mac, :mac "
        "FROM audit_events WHERE seq = 6",
        "UPDATE audit_head SET seq = 7, mac = :mac",
        mac=b"x" * 32,
    )
    result = verified(database, clinic_keys)
    assert (result.ok, result.first_bad_seq) == (False, 7)


def test_a_line_of_another_trail_with_the_same_keys_is_found(database, clinic_keys):
    """As a backup that was put back and went on has them: each line is sealed rightly, after another one."""
    with database.write() as session:
        audit.record(session, clinic_keys, ALICE.id, QueueOpened(1), NOW)
        audit.record(session, clinic_keys, ALICE.id, QueueOpened(2), NOW)
        first, second = audit.chained(session)
    began_otherwise = replace(first, prev_mac=bytes(31) + b"1")
    sealed = {
        name: getattr(began_otherwise, name)
        for name in ("seq", "at", "actor", "event", "object_id", "detail")
    }
    other = replace(began_otherwise, mac=audit._mac(clinic_keys, sealed, began_otherwise.prev_mac))

    result, _ = audit.follow(clinic_keys, [other])

    assert (result.ok, result.first_bad_seq) == (False, 1)
    assert audit.follow(clinic_keys, [first, second])[0].ok


def test_lines_missing_at_the_end_are_found_by_the_head(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(database, "DELETE FROM audit_events WHERE seq > 4")
    result = verified(database, clinic_keys)
    assert (result.ok, result.checked, result.first_bad_seq) == (False, 4, 5)


def test_lines_missing_at_the_beginning_are_found(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(database, "DELETE FROM audit_events WHERE seq < 3")
    assert verified(database, clinic_keys).reason == "line 1 is missing"


def test_a_missing_head_is_found_and_nothing_is_added(database, clinic_keys):
    fill(database, clinic_keys)
    tamper(database, "DELETE FROM audit_head")
    assert not verified(database, clinic_keys).ok
    with pytest.raises(audit.TrailBroken), database.write() as session:
        audit.record(session, clinic_keys, "system", QueueOpened(1), NOW)


def test_another_clinics_key_does_not_verify_it(database, clinic_keys):
    fill(database, clinic_keys)
    assert not verified(database, replace(clinic_keys, audit_key=b"x" * 32)).ok
    assert not verified(database, replace(clinic_keys, deployment=uuid4())).ok


def test_both_sites_write_one_chain(database, clinic_keys, patient_keys):
    fill(database, clinic_keys, 2)
    fill(database, patient_keys, 2)
    assert verified(database, patient_keys) == audit.VerifyResult(ok=True, checked=4)


def test_a_line_that_was_rolled_back_leaves_no_gap(database, clinic_keys):
    fill(database, clinic_keys, 1)
    with pytest.raises(ZeroDivisionError), database.write() as session:
        audit.record(session, clinic_keys, "system", QueueOpened(1), NOW)
        raise ZeroDivisionError
    fill(database, clinic_keys, 1)
    assert verified(database, clinic_keys) == audit.VerifyResult(ok=True, checked=2)


def test_several_lines_in_one_transaction(database, clinic_keys):
    with database.write() as session:
        for number in range(3):
            audit.record(session, clinic_keys, "system", QueueOpened(number), NOW)
    assert verified(database, clinic_keys).checked == 3


def test_a_line_says_who_did_what_to_which_when(database, clinic_keys):
    with database.write() as session:
        event = FlagAcknowledged(SUBMISSION, "content")
        audit.record(session, clinic_keys, ALICE.id, event, NOW)
    with database.read() as session:
        (line,) = audit.events(session)
    assert line == audit.Recorded(
        seq=1,
        at=NOW,
        actor=str(ALICE.id),
        event="FlagAcknowledged",
        object=str(SUBMISSION),
        detail={"submission": str(SUBMISSION), "content": "content"},
    )


def test_the_lines_about_one_submission(database, clinic_keys):
    with database.write() as session:
        for event in (SubmissionOpened(SUBMISSION, 1), QueueOpened(3), SubmissionOpened(uuid4(), 1)):
            audit.record(session, clinic_keys, ALICE.id, event, NOW)
    with database.read() as session:
        assert [line.seq for line in audit.events(session, SUBMISSION)] == [1]
        assert [line.seq for line in audit.events(session)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("event", "about"),
    [
        (QueueOpened(3), None),
        (StaffMemberAdded(ALICE.id, "clinician"), str(ALICE.id)),
        (SignInRefused(None, "wrong"), None),
    ],
)
def test_what_a_line_is_about(database, clinic_keys, event, about):
    with database.write() as session:
        audit.record(session, clinic_keys, "somebody", event, NOW)
        assert audit.events(session)[0].object == about


@pytest.mark.parametrize("event", get_args(Event), ids=lambda event: event.__name__)
def test_every_event_of_the_domain_can_be_recorded(sqlite_database, clinic_keys, event):
    sample = {
        "UUID": SUBMISSION, "int": 3, "str": "text", "bool": True, "UUID | None": None, "str | None": None,
        UUID: SUBMISSION, int: 3, str: "text", bool: True, UUID | None: None, str | None: None,
    }  # fmt: skip
    recorded = event(*(sample[kind] for kind in event.__annotations__.values()))
    with sqlite_database.write() as session:
        audit.record(session, clinic_keys, "system", recorded, NOW)
        (line,) = audit.events(session)
    assert line.event in vars(domain_events)
    assert list(line.detail) == sorted(event.__annotations__)


def test_what_cannot_be_written_the_same_everywhere_is_refused(database, clinic_keys):
    with pytest.raises(TypeError, match="cannot carry a float"), database.write() as session:
        audit.record(session, clinic_keys, "system", QueueOpened(0.5), NOW)


def test_a_line_can_be_checked_with_other_tools(database, clinic_keys):
    """What is sealed is written down: whoever has the key needs no code of ours."""
    fill(database, clinic_keys, 1)
    with database.read() as session:
        row = session.execute(text("SELECT * FROM audit_events")).one()
    line = {name: getattr(row, name) for name in ("seq", "at", "actor", "event", "object_id", "detail")}
    canonical = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    parts = ("intake", "audit", "1", str(clinic_keys.deployment), canonical)
    message = b"".join(
        len(part).to_bytes(4, "big") + part for part in (*(p.encode() for p in parts), bytes(32))
    )
    assert row.mac == hmac.new(clinic_keys.audit_key, message, hashlib.sha256).digest()


WHOLE = NOW.replace(microsecond=0)
# The same moment, as the clock of another zone shows it.
ELSEWHERE = timezone(timedelta(hours=-5))


def test_a_line_at_a_whole_second_keeps_its_microseconds_and_is_in_utc(sqlite_database, clinic_keys):
    """So that the order of the words is that of the times: ``.`` comes after ``+``."""
    with sqlite_database.write() as session:
        for at in (WHOLE, WHOLE.astimezone(ELSEWHERE)):
            audit.record(session, clinic_keys, "system", QueueOpened(0), at)
        assert {line.at for line in audit.chained(session)} == {"2026-11-20T09:30:12.000000+00:00"}


@pytest.mark.parametrize("zone", [UTC, ELSEWHERE])
def test_what_was_written_in_the_moment_itself_is_since_then_and_what_was_before_is_not(
    sqlite_database, clinic_keys, zone
):
    one, other, microsecond = uuid4(), uuid4(), timedelta(microseconds=1)
    with sqlite_database.write() as session:
        for thing, at in ((one, WHOLE - microsecond), (other, WHOLE), (other, WHOLE + microsecond)):
            audit.record(session, clinic_keys, "system", SubmissionOpened(thing, 1), at)
            audit.record(session, clinic_keys, "system", QueueOpened(0), at)

        start = WHOLE.astimezone(zone)
        assert [line.seq for line in audit.since(session, SubmissionOpened, start)] == [3, 5]
        assert audit.first_times(session, SubmissionOpened, start) == {other: WHOLE}
        assert audit.first_times(session, QueueOpened, start) == {}
        assert audit.last_times(session, SubmissionOpened, [one, other]) == {
            one: WHOLE - microsecond,
            other: WHOLE + microsecond,
        }
        assert audit.last_times(session, SubmissionOpened, [one]) == {one: WHOLE - microsecond}
        assert audit.last_times(session, QueueOpened, [one, other]) == {}


def test_where_in_the_trail_a_thing_was_first_is_found_for_few_and_for_many(sqlite_database, clinic_keys):
    things = [uuid4() for _ in range(3)]
    with sqlite_database.write() as session:
        for thing in (*things, *things):
            audit.record(session, clinic_keys, "system", SubmissionOpened(thing, 1), NOW)
        audit.record(session, clinic_keys, "system", StaffMemberAdded(things[0], "clinician"), NOW)

        expected = {thing: place for place, thing in enumerate(things[:2], 1)}
        for others in (0, 498, 499):
            asked = [*things[:2], *(uuid4() for _ in range(others))]
            assert audit.places(session, SubmissionOpened, asked) == expected
        assert audit.places(session, SubmissionOpened, []) == {}
        assert audit.places(session, QueueOpened, things) == {}


def test_the_last_lines_about_a_thing_are_of_the_kinds_asked_for_and_the_newest_first(
    sqlite_database, clinic_keys
):
    with sqlite_database.write() as session:
        for revision in range(4):
            audit.record(session, clinic_keys, "system", SubmissionOpened(SUBMISSION, revision), NOW)
            audit.record(session, clinic_keys, "system", SubmissionOpened(uuid4(), revision), NOW)
        audit.record(session, clinic_keys, "system", FlagAcknowledged(SUBMISSION, "content"), NOW)

        both = (SubmissionOpened, FlagAcknowledged)
        assert [one.seq for one in audit.latest_about(session, SUBMISSION, both, 3)] == [9, 7, 5]
        assert [one.seq for one in audit.latest_about(session, SUBMISSION, (SubmissionOpened,), 2)] == [7, 5]
        assert [one.seq for one in audit.of_kind(session, FlagAcknowledged)] == [9]
        assert [one.seq for one in audit.chained_of_kinds(session, (FlagAcknowledged, QueueOpened))] == [9]
        assert audit.are_there(session, (FlagAcknowledged,), 8)
        assert not audit.are_there(session, (FlagAcknowledged,), 9)
        assert not audit.are_there(session, (SubmissionOpened,), 8)


def test_one_line_is_ours_as_it_was_written_and_not_as_it_was_changed(sqlite_database, clinic_keys):
    fill(sqlite_database, clinic_keys, lines=3)
    tamper(sqlite_database, "UPDATE audit_events SET actor = 'somebody else' WHERE seq = 2")
    with sqlite_database.read() as session:
        assert [audit.is_ours(session, clinic_keys, seq) for seq in range(5)] == [
            False, True, False, True, False,
        ]  # fmt: skip
        lines = list(audit.chained(session))
        assert [audit.is_as_written(clinic_keys, line) for line in lines] == [True, False, True]
        assert [line.seq for line in audit.chained(session, until=2)] == [1, 2]
        assert [audit.is_there(session, line.seq, line.mac) for line in lines] == [True] * 3
        assert not audit.is_there(session, 1, lines[1].mac)
        assert not audit.is_there(session, 4, lines[1].mac)
        assert audit.head(session) == (3, lines[2].mac)
        assert audit.newest(session) == 3


def test_a_long_trail_is_never_in_memory_as_a_whole(sqlite_database):
    asked = []
    with sqlite_database.read() as session:
        event.listen(session, "do_orm_execute", lambda state: asked.append(state.execution_options))
        assert list(audit.chained(session)) == []
    assert [one["yield_per"] for one in asked] == [1000]


def test_without_a_line_or_a_head_there_is_no_newest(sqlite_database):
    with sqlite_database.write() as session:
        assert audit.newest(session) == 0
        assert audit.head(session)[0] == 0
        session.execute(text("DELETE FROM audit_head"))
        assert (audit.newest(session), audit.head(session)) == (0, (0, b""))


def test_how_many_were_last_screened_with_other_rules_goes_by_the_letter(sqlite_database, clinic_keys):
    """A name is no pattern, and only the last time counts."""

    def screened(thing, rules):
        audit.record(session, clinic_keys, "system", SubmissionScreened(thing, 1, "c", rules, True), NOW)

    first, second = uuid4(), uuid4()
    with sqlite_database.write() as session:
        assert audit.screened_otherwise(session, "a_b") == 0
        screened(first, "axb")
        screened(second, "a_b")
        assert audit.screened_otherwise(session, "a_b") == 1
        assert audit.screened_otherwise(session, "a%") == 2
        assert audit.screened_otherwise(session, "a") == 2
        screened(first, "a_b")
        assert audit.screened_otherwise(session, "a_b") == 0
        assert audit.screened_otherwise(session, "axb") == 2


def test_what_is_missing_at_the_end_is_said_of_the_line_behind_the_last(sqlite_database, clinic_keys):
    fill(sqlite_database, clinic_keys, lines=3)
    tamper(sqlite_database, "DELETE FROM audit_events WHERE seq = 3")
    assert verified(sqlite_database, clinic_keys) == audit.VerifyResult(
        ok=False,
        checked=2,
        first_bad_seq=3,
        reason="the trail does not end where its head says: lines are missing at the end",
    )


def test_letters_of_every_language_are_written_as_they_are(sqlite_database, clinic_keys):
    """In another spelling the lines that are there would not fit their seals any more."""
    with sqlite_database.write() as session:
        audit.record(session, clinic_keys, "Zoë", SignInRefused(None, "später"), NOW)
        (line,) = audit.chained(session)
    assert json.loads(line.detail)["reason"] == "später"
    assert "später" in line.detail
    canonical = json.dumps(
        {name: getattr(line, name) for name in ("seq", "at", "actor", "event", "object_id", "detail")},
        sort_keys=True, separators=(",", ":"), ensure_ascii=False,
    ).encode()  # fmt: skip
    parts = (b"intake", b"audit", b"1", str(clinic_keys.deployment).encode(), canonical, bytes(32))
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert line.mac == hmac.new(clinic_keys.audit_key, message, hashlib.sha256).digest()


def test_four_processes_at_once_keep_one_chain(database, keyring, clinic_keys):
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "storage.appending", url, str(keyring), "4", "25"]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(TESTS)}, timeout=60, check=True)
    assert verified(database, clinic_keys) == audit.VerifyResult(ok=True, checked=100)
    with database.read() as session:
        assert len({line.actor for line in audit.events(session)}) == 4


def test_the_trail_has_no_columns_but_these(database):
    with database.read() as session:
        columns = inspect(session.connection()).get_columns("audit_events")
    names = [column["name"] for column in columns]
    assert names == ["seq", "at", "actor", "event", "object_id", "detail", "prev_mac", "mac"]
