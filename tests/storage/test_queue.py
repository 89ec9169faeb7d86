"""What waits and what is done, on each database: the order of pages, and what looking at them costs."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, text, update

from intake.domain.review_entries import By, Reopening
from intake.domain.standing import Standing
from intake.storage import queue, reviews, submissions
from intake.storage.encryption import SealingKey
from intake.storage.tables import SignOffRow, SubmissionRow
from storage.samples import ALICE, NOW, outcome, screening, send, sign_off, submission_of_pat

HOUR = timedelta(hours=1)


def finished(session, keys, hours=0):
    sent = send(session, keys, screening(outcome()))
    sign_off(session, keys, sent, at=NOW + hours * HOUR)
    return sent


def done(database, keys, **pages):
    with database.read() as session:
        return queue.done(session, keys, **pages)


def test_done_is_paged_the_newest_signature_first_and_back_again(database, clinic_keys):
    with database.write() as session:
        sent = [finished(session, clinic_keys, hours) for hours in (2, -48, 1, 3, 0)]
    newest_first = [sent[3], sent[0], sent[2], sent[4], sent[1]]

    first = done(database, clinic_keys, size=2)
    second = done(database, clinic_keys, size=2, after=first[-1][1])
    third = done(database, clinic_keys, size=2, after=second[-1][1])

    assert [entry.submission for entry, _ in (*first, *second, *third)] == newest_first
    assert done(database, clinic_keys, size=2, before=second[0][1]) == first
    assert all(entry.signed for entry, _ in first)


def test_a_form_signed_twice_is_done_once_at_its_newest_signature(database, clinic_keys):
    with database.write() as session:
        again = finished(session, clinic_keys)
        other = finished(session, clinic_keys, 1)
        sign_again(session, clinic_keys, again, 2)
    assert [entry.submission for entry, _ in done(database, clinic_keys, size=25)] == [again, other]


def sign_again(session, keys, sent, hours):
    reopening = Reopening("A new list came", By(ALICE.id, ALICE.printed_name, NOW + HOUR))
    reviews.add_entry(session, keys, sent, reopening)
    sign_off(session, keys, sent, ALICE, NOW + hours * HOUR)


def test_counting_agrees_with_looking(database, clinic_keys):
    with database.write() as session:
        for _ in range(3):
            finished(session, clinic_keys)
        send(session, clinic_keys)
    with database.read() as session:
        found = queue.unfinished(session, clinic_keys)
        assert (len(found.entries), found.done, queue.count(session)) == (1, 3, 4)


def test_a_state_that_lies_is_found_beside_signed_and_reopened_forms(database, clinic_keys):
    with database.write() as session:
        finished(session, clinic_keys)
        reopened = finished(session, clinic_keys)
        reviews.add_screening(session, clinic_keys, reopened, new_screening())
        hidden = send(session, clinic_keys)
        session.execute(
            text("UPDATE submissions SET state = 'signed' WHERE reference = :it"),
            {"it": queue.reference(session, hidden)},
        )
    with database.read() as session:
        found = queue.unfinished(session, clinic_keys)
    waiting = {entry.submission: entry for entry in found.entries}
    assert found.done == 1
    assert waiting.keys() == {hidden, reopened}
    assert waiting[reopened].reopened
    assert waiting[hidden].standing == Standing()


def new_screening():
    return screening(outcome("new"))


@pytest.fixture
def opened(monkeypatch):
    """The places that are opened while a test runs."""
    places = []
    real = SealingKey.open

    def noting(key, blob, place):
        places.append(place.table)
        return real(key, blob, place)

    monkeypatch.setattr(SealingKey, "open", noting)
    return places


@contextmanager
def statements(database):
    """The statements that are run meanwhile."""
    found = []

    def note(_connection, _cursor, statement, *_):
        found.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def cost(database, keys, opened, look):
    """How many statements are run and how many records are opened to look at a list."""
    opened.clear()
    with statements(database) as run, database.read() as session:
        look(session, keys)
    return len([one for one in run if one.startswith("SELECT")]), len(opened)


def lists(session, keys):
    queue.unfinished(session, keys)


def page_of_done(session, keys):
    queue.done(session, keys, size=3)


def everything(session, keys):
    queue.unfinished(session, keys)
    queue.done(session, keys, size=100)


def test_looking_costs_the_same_with_fifty_forms_finished_as_with_five(database, clinic_keys, opened):
    looks = (lists, page_of_done, everything)
    with database.write() as session:
        send(session, clinic_keys)
        finish(session, clinic_keys, 5)
    few = [cost(database, clinic_keys, opened, look) for look in looks]
    with database.write() as session:
        finish(session, clinic_keys, 45)
    many = [cost(database, clinic_keys, opened, look) for look in looks]

    assert few[:2] == many[:2]
    assert few[0] == (2, 1)
    # Negative control: a list that opens whatever is finished is noticed.
    assert many[2][1] == few[2][1] + 45


def finish(session, keys, number):
    """So many finished forms, without anybody reading each."""
    for _ in range(number):
        sent = send(session, keys, screening(outcome()))
        session.add(SignOffRow(submission_id=sent, number=1, created_at=NOW, sealed=b""))
        session.execute(update(SubmissionRow).where(SubmissionRow.id == sent).values(state="signed"))


@pytest.mark.parametrize("ends", ["-7K4-92Q", "HL-7K4-92Q"])
def test_a_form_is_found_by_its_reference_without_being_opened(database, clinic_keys, opened, ends):
    with database.write() as session:
        sent = submission_of_pat()
        submissions.seal(session, clinic_keys, sent, screening())
        send(session, clinic_keys)
    opened.clear()
    with database.read() as session:
        assert queue.referred_to(session, [ends]) == (sent.id,)
        assert queue.referred_to(session, ["HL-7K4-92W", "-4-92Q-"]) == ()
    assert opened == []
