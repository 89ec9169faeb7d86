"""The queue shows what waits; facts are added once, whoever is first; the status follows."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from intake.domain.review import Status
from intake.domain.review_entries import Done
from intake.domain.review_refusals import AlreadyAcknowledged, AlreadySignedOff, Changed
from intake.domain.rules import Priority
from intake.storage import queue, reviews, submissions
from intake.storage.encryption import SealingKey, content_digest
from intake.storage.submissions import NoSuchSubmission
from intake.storage.tables import AcknowledgementRow, ScreeningRow, SignOffRow
from storage.samples import (
    ALICE,
    BOB,
    NOW,
    acknowledge_all,
    outcome,
    screening,
    send,
    sign_off,
    submission_of_pat,
)
from storage.side_by_side import at_once

HOUR = timedelta(hours=1)


@pytest.fixture
def sent(database, clinic_keys):
    with database.write() as session:
        return send(session, clinic_keys)


def review_of(database, keys, submission_id):
    with database.read() as session:
        return reviews.review(session, keys, submission_id)


def queues(database, keys):
    with database.read() as session:
        unfinished = queue.unfinished(session, keys).entries
        return unfinished, tuple(entry for entry, _ in queue.done(session, keys, size=1))


def test_a_review_begins_with_a_submission_and_its_screening(database, clinic_keys, sent):
    review = review_of(database, clinic_keys, sent)
    assert review.submission.id == sent
    assert review.screenings == (screening(),)
    assert (review.acknowledgements, review.sign_offs) == ((), ())


def test_what_was_recorded_comes_back_in_order(database, clinic_keys, sent):
    with database.write() as session:
        acknowledge_all(session, clinic_keys, sent, BOB)
        sign_off(session, clinic_keys, sent)
    review = review_of(database, clinic_keys, sent)
    assert [seen.flag for seen in review.acknowledgements] == [flag.key for flag in review.flags]
    assert {seen.printed_name for seen in review.acknowledgements} == {BOB.printed_name}
    assert [signed.printed_name for signed in review.sign_offs] == [ALICE.printed_name]
    assert review.status is Status.SIGNED_OFF


@pytest.mark.parametrize("function", [reviews.review, submissions.fetch])
def test_an_unknown_review_is_said_to_be_unknown(database, clinic_keys, function):
    with database.read() as session, pytest.raises(NoSuchSubmission):
        function(session, clinic_keys, ALICE.id)


def test_the_digests_are_those_of_what_is_stored(database, clinic_keys, sent):
    def stored(session, table):
        return content_digest(session.query(table.sealed).order_by(table.number.desc()).first()[0])

    with database.write() as session:
        review = reviews.review(session, clinic_keys, sent)
        flag = review.flags[0].key
        seen = reviews.add_acknowledgement(
            session, clinic_keys, sent, review.acknowledge(flag, ALICE, "", NOW, done=Done.CALLED_PATIENT)
        )
        assert seen == stored(session, AcknowledgementRow)
        assert reviews.add_screening(session, clinic_keys, sent, screening()) == stored(session, ScreeningRow)
        acknowledge_all(session, clinic_keys, sent)
        review = reviews.review(session, clinic_keys, sent)
        signed = review.sign_off(ALICE, "I read this.", "", review.fingerprint(), NOW)
        assert reviews.add_sign_off(session, clinic_keys, sent, signed) == stored(session, SignOffRow)


def test_the_queue_says_what_a_clinician_needs_to_choose(database, clinic_keys, sent):
    (entry,), signed = queues(database, clinic_keys)
    assert signed == ()
    assert (entry.submission, entry.name, entry.age) == (sent, "Pat migraine Doe", 38)
    assert (entry.priority, entry.flags, entry.cannot_tell) == (Priority.URGENT, 1, 1)
    assert entry.titles == (
        "Cannot tell: Title of sleep-apnea migraine",
        "Title of high-blood-pressure migraine",
    )
    assert (entry.incomplete, entry.reopened, entry.signed) == (False, False, False)
    assert entry.sent_at == NOW


def test_a_rule_that_stopped_is_seen_in_the_queue(database, clinic_keys):
    with database.write() as session:
        send(session, clinic_keys, screening(replace(outcome(), failed=True)))
    assert queues(database, clinic_keys)[0][0].incomplete


def test_acknowledging_alone_keeps_a_submission_waiting(database, clinic_keys, sent):
    with database.write() as session:
        acknowledge_all(session, clinic_keys, sent)
    waiting, signed = queues(database, clinic_keys)
    assert ([entry.submission for entry in waiting], signed) == ([sent], ())


def test_signing_off_takes_a_submission_out_of_the_queue(database, clinic_keys, sent):
    with database.write() as session:
        sign_off(session, clinic_keys, sent)
    waiting, (entry,) = queues(database, clinic_keys)
    assert waiting == ()
    assert (entry.submission, entry.signed, entry.reopened) == (sent, True, False)


def test_something_new_brings_it_back_with_its_new_priority(database, clinic_keys):
    with database.write() as session:
        sent = send(session, clinic_keys, screening(outcome()))
        sign_off(session, clinic_keys, sent)
        new = screening(outcome(), outcome("new", Priority.URGENT))
        reviews.add_screening(session, clinic_keys, sent, new)
    (entry,), signed = queues(database, clinic_keys)
    assert signed == ()
    assert (entry.reopened, entry.signed) == (True, False)
    assert (entry.priority, entry.flags) == (Priority.URGENT, 2)
    assert review_of(database, clinic_keys, sent).was_reopened


def test_screening_again_with_nothing_new_changes_nothing(database, clinic_keys, sent):
    with database.write() as session:
        sign_off(session, clinic_keys, sent)
        reviews.add_screening(session, clinic_keys, sent, screening())
    waiting, (entry,) = queues(database, clinic_keys)
    assert (waiting, entry.signed) == ((), True)
    assert len(review_of(database, clinic_keys, sent).screenings) == 2


def test_signing_again_after_something_new(database, clinic_keys, sent):
    with database.write() as session:
        sign_off(session, clinic_keys, sent)
        reviews.add_screening(session, clinic_keys, sent, screening(outcome("new")))
        sign_off(session, clinic_keys, sent, BOB, NOW + HOUR)
    waiting, (entry,) = queues(database, clinic_keys)
    assert (waiting, entry.signed) == ((), True)
    assert [one.clinician for one in review_of(database, clinic_keys, sent).sign_offs] == [ALICE.id, BOB.id]


def test_the_queue_and_the_review_always_agree(database, clinic_keys, sent):
    """After every step: in the queue when and only when the domain says it needs review."""
    steps = [
        lambda session: acknowledge_all(session, clinic_keys, sent),
        lambda session: sign_off(session, clinic_keys, sent),
        lambda session: reviews.add_screening(session, clinic_keys, sent, screening(outcome("new"))),
        lambda session: acknowledge_all(session, clinic_keys, sent),
        lambda session: reviews.add_screening(session, clinic_keys, sent, screening()),
        lambda session: reviews.add_screening(session, clinic_keys, sent, screening(outcome("new"))),
        lambda session: sign_off(session, clinic_keys, sent),
    ]
    for step in steps:
        with database.write() as session:
            step(session)
        review = review_of(database, clinic_keys, sent)
        waiting, _ = queues(database, clinic_keys)
        assert bool(waiting) is (review.status is Status.NEEDS_REVIEW)
        assert all(entry.reopened is review.was_reopened for entry in waiting)


def test_the_queue_opens_what_it_shows_and_nothing_else(database, clinic_keys, sent, monkeypatch):
    with database.write() as session:
        late, long_ago = (send(session, clinic_keys) for _ in range(2))
        sign_off(session, clinic_keys, late)
        sign_off(session, clinic_keys, long_ago, at=NOW - 48 * HOUR)
    opened = []
    real = SealingKey.open

    def noting(key, blob, place):
        opened.append((place.table, place.record))
        return real(key, blob, place)

    monkeypatch.setattr(SealingKey, "open", noting)
    queues(database, clinic_keys)
    assert opened == [("summaries", sent), ("summaries", late)]


def test_a_flag_is_acknowledged_once(database, clinic_keys, sent):
    review = review_of(database, clinic_keys, sent)
    both = [
        review.acknowledge(review.flags[0].key, who, "", NOW, done=Done.CALLED_PATIENT)
        for who in (ALICE, BOB)
    ]
    with database.write() as session:
        reviews.add_acknowledgement(session, clinic_keys, sent, both[0])
        with pytest.raises(AlreadyAcknowledged):
            reviews.add_acknowledgement(session, clinic_keys, sent, both[1])
    (kept,) = review_of(database, clinic_keys, sent).acknowledgements
    assert kept.clinician == ALICE.id


def test_the_same_flag_of_two_patients_is_acknowledged_for_each(database, clinic_keys, sent):
    with database.write() as session:
        other = send(session, clinic_keys)
        for submission_id in (sent, other):
            acknowledge_all(session, clinic_keys, submission_id)
        tags = session.execute(text("SELECT flag_tag FROM acknowledgements")).scalars().all()
    assert len(set(tags)) == 4, "equal flags of two patients must not look equal"


def test_two_clinicians_acknowledging_at_once(database, clinic_keys, sent):
    review = review_of(database, clinic_keys, sent)
    flag = review.flags[0].key
    outcomes = at_once(
        database,
        [
            lambda session, who=who: reviews.add_acknowledgement(
                session, clinic_keys, sent, review.acknowledge(flag, who, "", NOW, done=Done.CALLED_PATIENT)
            )
            for who in (ALICE, BOB)
        ],
    )
    assert Counter(type(one) for one in outcomes) == {str: 1, AlreadyAcknowledged: 1}


def test_two_clinicians_signing_at_once(database, clinic_keys, sent):
    with database.write() as session:
        acknowledge_all(session, clinic_keys, sent)
    review = review_of(database, clinic_keys, sent)
    outcomes = at_once(
        database,
        [
            lambda session, who=who: reviews.add_sign_off(
                session, clinic_keys, sent, review.sign_off(who, "Read.", "", review.fingerprint(), NOW)
            )
            for who in (ALICE, BOB)
        ],
    )
    assert Counter(type(one) for one in outcomes) == {str: 1, Changed: 1}
    assert len(review_of(database, clinic_keys, sent).sign_offs) == 1


def test_two_clinicians_signing_at_once_through_the_review(database, clinic_keys, sent):
    """As the services do it: read, decide and write in one transaction."""
    with database.write() as session:
        acknowledge_all(session, clinic_keys, sent)
    shown = review_of(database, clinic_keys, sent).fingerprint()

    def sign(session, who):
        review = reviews.review(session, clinic_keys, sent)
        signed = review.sign_off(who, "Read.", "", shown, NOW)
        return reviews.add_sign_off(session, clinic_keys, sent, signed)

    outcomes = at_once(database, [lambda session, who=who: sign(session, who) for who in (ALICE, BOB)])
    assert Counter(type(one) for one in outcomes) == {str: 1, AlreadySignedOff: 1}


def test_a_signature_does_not_cover_what_was_raised_since(database, clinic_keys, sent):
    with database.write() as session:
        acknowledge_all(session, clinic_keys, sent)
    review = review_of(database, clinic_keys, sent)
    signed = review.sign_off(ALICE, "Read.", "", review.fingerprint(), NOW)
    with database.write() as session:
        reviews.add_screening(session, clinic_keys, sent, screening(outcome("new")))
    with pytest.raises(Changed), database.write() as session:
        reviews.add_sign_off(session, clinic_keys, sent, signed)


def test_a_fingerprint_survives_being_stored(database, clinic_keys, sent):
    """Otherwise a page opened before a restart could never be signed after it."""
    with database.write() as session:
        before = reviews.review(session, clinic_keys, sent).fingerprint()
    assert review_of(database, clinic_keys, sent).fingerprint() == before
    stored = review_of(database, clinic_keys, sent).submission
    assert stored.transcript == submission_of_pat().transcript
