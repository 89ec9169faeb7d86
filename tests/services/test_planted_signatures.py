"""A form that something else than intake marked as signed waits again, and that is told once."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from copies import make_copy
from intake.domain.events import SignaturePlanted
from intake.domain.review_entries import Done
from intake.domain.standing import PlaceInWork
from intake.services import altered_rows, erasing, planted_signatures, queue, reviewing
from intake.storage import audit, said_states
from intake.storage import queue as stored
from intake.storage.tables import SignOffRow, SubmissionRow, SummaryRow
from sending import send_at_once
from web.clinic.content import LIBRARY

PAT = "first_name: Pat, last_name: Doe, pressure: yes"


@pytest.fixture
def copy(tmp_path):
    """On SQLite, where the patient site's process can write every table."""
    copy = make_copy(tmp_path, LIBRARY, under_roles=False)
    yield copy
    copy.desk.database.dispose()
    copy.clinic.database.dispose()


def sent(copy):
    before = set(reviewing.to_rescreen(copy.clinic))
    send_at_once(copy.desk, PAT)
    (one,) = set(reviewing.to_rescreen(copy.clinic)) - before
    return one


def signed(copy, alice):
    one = sent(copy)
    for flag in reviewing.open_review(copy.clinic, alice, one).flags:
        reviewing.acknowledge(copy.clinic, alice, one, flag.key, "seen", Done.CALLED_PATIENT)
    shown = reviewing.open_review(copy.clinic, alice, one).fingerprint()
    reviewing.sign_off(copy.clinic, alice, one, "", shown)
    return one


def plant(copy, one):
    """As whoever took over the patient site's process does it: two rows, and no trigger minds."""
    with copy.desk.database.write() as session:
        row = {"submission_id": one, "number": 1, "created_at": copy.clinic.now(), "sealed": b"\0"}
        session.execute(insert(SignOffRow).values(row))
        say_signed(session, one)


def say_signed(session, one):
    session.execute(update(SubmissionRow).where(SubmissionRow.id == one).values(state="signed"))


def listed(copy, alice, place):
    page = queue.open_list(copy.clinic, alice, place)
    return {line.entry.submission: line.entry for line in page.lines}


def told(copy):
    with copy.clinic.database.read() as session:
        return [one.object for one in audit.of_kind(session, SignaturePlanted)]


def test_a_form_with_a_planted_signature_waits_again_and_is_told_once(copy, alice, caplog):
    read, unread = signed(copy, alice), sent(copy)
    plant(copy, unread)

    with caplog.at_level(logging.ERROR, logger="intake"):
        for _ in range(2):
            altered_rows.look(copy.clinic)

    assert listed(copy, alice, PlaceInWork.QUEUE).keys() == {unread}
    assert listed(copy, alice, PlaceInWork.DONE).keys() == {read}, "what was signed stays done"
    assert told(copy) == [str(unread)]
    assert [one.message for one in caplog.records] == [f"signature_planted id={unread}"]


def test_until_it_is_found_a_form_with_a_planted_signature_is_not_shown_as_signed(copy, alice):
    read, unread = signed(copy, alice), sent(copy)
    plant(copy, unread)

    done = listed(copy, alice, PlaceInWork.DONE)

    assert {one: entry.signed for one, entry in done.items()} == {read: True, unread: False}


def test_a_form_marked_as_signed_without_a_row_waits_again_and_can_be_signed(copy, alice):
    one = sent(copy)
    with copy.desk.database.write() as session:
        say_signed(session, one)

    altered_rows.look(copy.clinic)

    assert told(copy) == [str(one)]
    assert reviewing.open_review(copy.clinic, alice, one).sign_offs == ()
    assert listed(copy, alice, PlaceInWork.QUEUE)[one].reopened is False


def test_a_form_with_a_planted_signature_of_long_ago_is_not_erased(copy, alice):
    unread = sent(copy)
    with copy.desk.database.write() as session:
        at = copy.clinic.now() - timedelta(days=4000)
        row = {"submission_id": unread, "number": 1, "created_at": at, "sealed": b"\0"}
        session.execute(insert(SignOffRow).values(row))
        say_signed(session, unread)
    clinic = replace(copy.clinic, settings=replace(copy.settings, keep_forms_days=365))

    assert erasing.due(clinic) == ()
    with clinic.database.read() as session:
        reference = stored.reference(session, unread)
    with pytest.raises(erasing.NotReadYet):
        erasing.erase(clinic, reference)


def test_each_form_is_opened_once_and_one_whose_summary_is_another_again(copy, alice, monkeypatch):
    read, later = signed(copy, alice), sent(copy)
    opened = []
    real = said_states.not_finished

    def noting(session, keys, ids):
        opened.append(tuple(ids))
        return real(session, keys, ids)

    monkeypatch.setattr(said_states, "not_finished", noting)
    for _ in range(2):
        altered_rows.look(copy.clinic)
    assert opened == [(read,), ()]

    with copy.clinic.database.write() as session:
        # A summary that nobody can have sealed.
        session.add(SummaryRow(submission_id=read, number=10_000, sealed=b"\0"))
    plant(copy, later)
    altered_rows.look(copy.clinic)
    assert set(opened[2]) == {read, later}
    assert told(copy) == [str(later)]
    assert listed(copy, alice, PlaceInWork.QUEUE).keys() == {later}
    assert listed(copy, alice, PlaceInWork.DONE)[read].signed, "what was recorded of it says so"


def test_more_forms_than_are_opened_at_a_time_are_all_found(copy, alice, monkeypatch):
    monkeypatch.setattr(planted_signatures, "MOST_AT_ONCE", 1)
    read, unread = signed(copy, alice), sent(copy)
    plant(copy, unread)

    for _ in range(2):
        altered_rows.look(copy.clinic)

    assert told(copy) == [str(unread)]
    assert listed(copy, alice, PlaceInWork.DONE).keys() == {read}


def test_a_form_signed_before_summaries_said_so_stays_done_and_nothing_is_told(copy, alice, monkeypatch):
    monkeypatch.setattr("intake.storage.codec_reviews.standing_to_json", lambda standing: {})
    read = signed(copy, alice)
    monkeypatch.undo()

    altered_rows.look(copy.clinic)

    assert told(copy) == []
    assert listed(copy, alice, PlaceInWork.DONE)[read].signed
    assert listed(copy, alice, PlaceInWork.QUEUE) == {}
