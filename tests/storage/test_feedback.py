"""What is said of flags is kept in order, sealed, and makes the safety log; an entry is closed once."""

from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import delete

from intake.domain.feedback import FeedbackKind
from intake.domain.safety_log import AlreadyClosed, NoSuchEntry
from intake.storage import feedback, reviews
from intake.storage.encryption import content_digest
from intake.storage.submissions import NoSuchSubmission
from intake.storage.tables import FeedbackRow, RecordKeyRow, SafetyClosingRow
from storage.samples import ALICE, BOB, NOW, close_entry, say, send
from storage.side_by_side import at_once

NOT_USEFUL, WRONG, MISSING = FeedbackKind.NOT_USEFUL, FeedbackKind.WRONG, FeedbackKind.MISSING


@pytest.fixture
def sent(database, clinic_keys):
    with database.write() as session:
        return send(session, clinic_keys)


def log(database, keys):
    with database.read() as session:
        return [None if one is None else one.entries for one in feedback.everything(session, keys)]


def test_what_was_said_comes_back_in_order_with_the_review(database, clinic_keys, sent):
    with database.write() as session:
        say(session, clinic_keys, sent, WRONG, "no")
        say(session, clinic_keys, sent, NOT_USEFUL, "")
        say(session, clinic_keys, sent, MISSING, "tremor", BOB)
        send(session, clinic_keys)  # of which nothing was said
    with database.read() as session:
        review = reviews.review(session, clinic_keys, sent)

    assert [(one.says, one.words, one.printed_name) for one in review.feedback] == [
        (WRONG, "no", "A. Lice, NP"),
        (NOT_USEFUL, "", "A. Lice, NP"),
        (MISSING, "tremor", "B. Ob, MD"),
    ]


def test_the_digests_are_those_of_what_is_stored(database, clinic_keys, sent):
    with database.write() as session:
        review = reviews.review(session, clinic_keys, sent)
        said = review.give_feedback(MISSING, "", "tremor", ALICE, NOW)
        digest = feedback.add(session, clinic_keys, sent, said)
        closing = feedback.entry(session, clinic_keys, sent, 1).close("done", BOB, NOW)
        closed = feedback.add_closing(session, clinic_keys, sent, closing)
        assert digest == content_digest(session.query(FeedbackRow.sealed).one()[0])
        assert closed == content_digest(session.query(SafetyClosingRow.sealed).one()[0])


def test_the_log_holds_what_was_wrong_or_missing_and_who_closed_it(database, clinic_keys, sent):
    with database.write() as session:
        say(session, clinic_keys, sent, NOT_USEFUL)
        say(session, clinic_keys, sent, WRONG, "no", flag=1)
        close_entry(session, clinic_keys, sent, say(session, clinic_keys, sent, MISSING, "tremor"))

    ((wrong, missing),) = log(database, clinic_keys)

    assert (wrong.number, wrong.is_open, wrong.submission) == (2, True, sent)
    assert (missing.number, missing.closing.note, missing.closing.printed_name) == (
        3,
        "Rule mended.",
        "B. Ob, MD",
    )
    assert wrong.reference.startswith("HL-")


def test_one_that_cannot_be_opened_is_told_and_keeps_no_other_from_the_log(database, clinic_keys, sent):
    with database.write() as session:
        other = send(session, clinic_keys)
        for one in (sent, other):
            say(session, clinic_keys, one)
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == sent))

    found = log(database, clinic_keys)

    assert found.count(None) == 1
    assert len(found) == 2


@pytest.mark.parametrize("number", [0, 1, 3])
def test_only_an_entry_of_the_log_can_be_closed(database, clinic_keys, sent, number):
    with database.write() as session:
        say(session, clinic_keys, sent, NOT_USEFUL)
        say(session, clinic_keys, sent, WRONG, "no", flag=1)
        with pytest.raises(NoSuchEntry):
            feedback.entry(session, clinic_keys, sent, number)


def test_there_is_no_entry_of_a_submission_that_is_not_there(database, clinic_keys):
    with database.read() as session, pytest.raises(NoSuchSubmission):
        feedback.entry(session, clinic_keys, UUID(int=5), 1)


def test_two_clinicians_closing_one_entry_at_once(database, clinic_keys, sent):
    with database.write() as session:
        say(session, clinic_keys, sent)
    with database.read() as session:
        entry = feedback.entry(session, clinic_keys, sent, 1)

    outcomes = at_once(
        database,
        [
            lambda session, who=who: feedback.add_closing(
                session, clinic_keys, sent, entry.close("done", who, NOW)
            )
            for who in (ALICE, BOB)
        ],
    )

    assert Counter(type(one) for one in outcomes) == {str: 1, AlreadyClosed: 1}


def test_a_button_pressed_twice_at_once_is_one_thing_said(database, clinic_keys, sent):
    """As the service does it: the second waits for the first, and finds it said."""

    def say_it(session):
        review = reviews.review(session, clinic_keys, sent)
        said = review.give_feedback(MISSING, "", "tremor", ALICE, NOW)
        return None if said is None else feedback.add(session, clinic_keys, sent, said)

    outcomes = at_once(database, [say_it, say_it])

    assert Counter(type(one) for one in outcomes) == {str: 1, type(None): 1}
