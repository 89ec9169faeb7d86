"""The audit trail is read a page at a time, and taken away as a file that shows what was done to it."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from intake.domain.events import QueueOpened, SignedIn, SubmissionOpened, SubmissionsCompared
from intake.storage import audit, trail
from intake.storage.trail import Wanted
from intake.storage.trail_file import NotATrailFile, lines_of_file, read_file
from storage.samples import ALICE

SUBMISSION, OTHER = uuid4(), uuid4()
MIDNIGHT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # in New York


@pytest.fixture
def filled(database, clinic_keys):
    return fill(database, clinic_keys)


@pytest.fixture
def trail_to_take(sqlite_database, clinic_keys):
    """The same on one database alone: a file of it is the same from both."""
    return fill(sqlite_database, clinic_keys)


def fill(database, clinic_keys):
    """Nine lines, an hour apart, around midnight."""
    with database.write() as session:
        for hour, event in enumerate(
            (
                SignedIn(ALICE.id),
                *(QueueOpened(number) for number in range(4)),
                SubmissionOpened(SUBMISSION, 1),
                SubmissionsCompared(OTHER, SUBMISSION),
                SubmissionOpened(OTHER, 1),
                QueueOpened(9),
            ),
            start=-3,
        ):
            actor = audit.SYSTEM if isinstance(event, SignedIn) else ALICE.id
            audit.record(session, clinic_keys, actor, event, MIDNIGHT + timedelta(hours=hour))
    return database


ALL = Wanted()


def numbers(database, wanted=ALL, size=100, **where):
    with database.read() as session:
        found = trail.newest_first(session, wanted, size, **where)
    return [line.seq for line in found.lines], found.has_newer, found.has_older


def test_the_newest_line_comes_first_and_pages_meet_without_a_gap(filled):
    assert numbers(filled, size=4) == ([9, 8, 7, 6], False, True)
    assert numbers(filled, size=4, older_than=6) == ([5, 4, 3, 2], True, True)
    assert numbers(filled, size=4, older_than=2) == ([1], True, False)
    assert numbers(filled, size=4, newer_than=1) == ([5, 4, 3, 2], True, True)
    assert numbers(filled, size=4, newer_than=9) == ([], False, False)


def test_a_line_added_while_somebody_reads_moves_no_other_to_another_page(filled, clinic_keys):
    with filled.write() as session:
        audit.record(session, clinic_keys, ALICE.id, QueueOpened(1), MIDNIGHT + timedelta(days=1))

    assert numbers(filled, size=4, older_than=6) == ([5, 4, 3, 2], True, True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(since=MIDNIGHT), [9, 8, 7, 6, 5, 4]),
        (Wanted(before=MIDNIGHT), [3, 2, 1]),
        (Wanted(since=MIDNIGHT, before=MIDNIGHT + timedelta(hours=1)), [4]),
        (Wanted(actor="system"), [1]),
        (Wanted(event="SubmissionOpened"), [8, 6]),
        (Wanted(about=str(SUBMISSION)), [7, 6]),
        (Wanted(about=str(ALICE.id)), [1]),
        (Wanted(about="%"), []),
        (Wanted(event="SubmissionOpened", about=str(OTHER), before=MIDNIGHT), []),
    ],
)
def test_only_the_lines_asked_for_are_found(filled, wanted, found):
    assert numbers(filled, wanted)[0] == found


def file_of(database):
    with database.read() as session:
        return list(lines_of_file(audit.chained(session)))


def followed(keys, lines):
    result, _ = audit.follow(keys, read_file(lines))
    return result


def test_a_file_of_the_trail_can_be_followed_with_the_keys_alone(trail_to_take, clinic_keys, patient_keys):
    """The control for everything below."""
    lines = file_of(trail_to_take)

    assert len(lines) == 9 + 1
    assert followed(clinic_keys, lines) == audit.VerifyResult(ok=True, checked=9)
    assert followed(patient_keys, [*lines, "\n"]).ok


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor", "somebody else"),
        ("at", "2026-11-20T09:30:16.345678+00:00"),
        ("event", "SubmissionOpened"),
        ("object_id", "x"),
        ("detail", '{"shown":300}'),
        ("prev_mac", "00" * 32),
        ("mac", "00" * 32),
    ],
)
def test_a_line_changed_in_the_file_is_found(trail_to_take, clinic_keys, field, value):
    lines = file_of(trail_to_take)
    lines[3] = json.dumps(json.loads(lines[3]) | {field: value})

    result = followed(clinic_keys, lines)

    assert (result.ok, result.checked, result.first_bad_seq) == (False, 3, 4)


def test_a_line_taken_out_of_the_file_is_found(trail_to_take, clinic_keys):
    lines = file_of(trail_to_take)

    assert followed(clinic_keys, lines[:3] + lines[4:]).reason == "line 4 is missing"


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (lambda lines: lines[:-1], "the file ends after 9 lines of the trail, and not as it should"),
        (lambda lines: [*lines[:-2], lines[-1]], "the file ends after 8 lines"),
        (lambda lines: [*lines, lines[0]], "line 11 of the file stands after its end"),
        (lambda lines: ["{", *lines], "line 1 of the file cannot be read as JSON"),
        (lambda lines: ["[]", *lines], "line 1 of the file is no line of a trail"),
        (lambda lines: ['{"seq": 1}', *lines], "line 1 of the file is no line of a trail"),
        (
            lambda lines: [lines[0].replace('"seq": 1', '"seq": true'), *lines],
            "line 1 of the file is no line",
        ),
        (lambda lines: [lines[0].replace('"mac": "', '"mac": "zz'), *lines], "line 1 of the file is"),
        (lambda lines: [], "the file ends after 0 lines of the trail"),
    ],
)
def test_what_is_no_file_of_a_trail_is_told_apart(trail_to_take, clinic_keys, spoiled, said):
    with pytest.raises(NotATrailFile, match=said):
        followed(clinic_keys, spoiled(file_of(trail_to_take)))


def test_no_trail_makes_a_file_with_an_end_and_no_line(sqlite_database, clinic_keys):
    assert file_of(sqlite_database) == ['{"end": 0}\n']
    assert followed(clinic_keys, file_of(sqlite_database)) == audit.VerifyResult(ok=True, checked=0)
