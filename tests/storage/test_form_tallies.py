"""Forms for the statistics: their tallies, those of the first versions, and those nobody can open."""

import json
from datetime import timedelta

from sqlalchemy import delete, text, update

from intake.domain.answers import State
from intake.domain.tally import Tally
from intake.storage import form_tallies, reviews
from intake.storage.form_tallies import Sent
from intake.storage.tables import RecordKeyRow, TallyRow
from storage.samples import NOW, line, outcome, screening, send, submission_of_pat

TRANSCRIPT = submission_of_pat().transcript


def listed(database):
    with database.read() as session:
        return form_tallies.sent(session)


def opened(database, keys):
    with database.read() as session:
        return [one.tally for one in form_tallies.opened(session, keys, form_tallies.sent(session))]


def test_forms_are_listed_in_the_order_sent_with_whether_they_wait(database, clinic_keys):
    with database.write() as session:
        second = send(session, clinic_keys, sent_at=NOW + timedelta(hours=2))
        first = send(session, clinic_keys)

    minute = NOW.replace(second=0, microsecond=0)
    assert listed(database) == (
        Sent(first, minute, waits=True),
        Sent(second, minute + timedelta(hours=2), waits=True),
    )


def test_the_tally_is_that_of_the_newest_screening(database, clinic_keys):
    with database.write() as session:
        one = send(session, clinic_keys)
    newer = screening(outcome("new"))
    with database.write() as session:
        reviews.add_screening(session, clinic_keys, one, newer)

    assert opened(database, clinic_keys) == [Tally.of(newer, TRANSCRIPT)]


def without_tallies(database):
    with database.write() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER tallies_no_delete"))
        else:
            session.execute(text("ALTER TABLE tallies DISABLE TRIGGER USER"))
        session.execute(delete(TallyRow))


def test_a_form_from_before_says_how_questions_were_left_only_when_it_is_opened(database, clinic_keys):
    with database.write() as session:
        one = send(session, clinic_keys)
    without_tallies(database)

    (old,) = opened(database, clinic_keys)
    with database.read() as session:
        whole = form_tallies.with_questions(session, clinic_keys, one, old)

    assert (old.questions, old.rules) == ({}, Tally.of(screening()).rules)
    assert whole == Tally.of(screening(), TRANSCRIPT)
    assert json.dumps(whole.questions) == json.dumps({"A": [line().question]})
    assert line().state is State.ANSWERED


def test_a_form_that_cannot_be_opened_is_told_as_that_and_keeps_no_other_from_being_counted(
    database, clinic_keys
):
    with database.write() as session:
        ids = [send(session, clinic_keys, sent_at=NOW + timedelta(hours=hour)) for hour in range(3)]
        session.execute(
            update(RecordKeyRow).where(RecordKeyRow.submission_id == ids[1]).values(sealed=b"not a key")
        )
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == ids[2]))

    first, second, third = opened(database, clinic_keys)
    with database.read() as session:
        nothing = form_tallies.with_questions(session, clinic_keys, ids[2], first)

    assert first == Tally.of(screening(), TRANSCRIPT)
    assert second is third is nothing is None
