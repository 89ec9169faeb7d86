"""Figures open tallies and not screenings: of the newest screening, once, and whatever else was recorded."""

import pytest
from sqlalchemy import delete, inspect, select, text

from intake.domain.feedback import FeedbackKind
from intake.domain.figures import Counted
from intake.domain.review_acts import undo
from intake.domain.review_entries import Done
from intake.domain.tally import Tally, flag_mark
from intake.storage import reviews, tallies
from intake.storage.encryption import SealingKey
from intake.storage.tables import RecordKeyRow, TallyRow
from storage.samples import (
    BOB,
    MINUTE,
    NOW,
    acknowledge_all,
    outcome,
    say,
    screening,
    send,
    sign_off,
    submission_of_pat,
)


@pytest.fixture
def sent(database, clinic_keys):
    with database.write() as session:
        return send(session, clinic_keys)


def opened(database, keys, *ids):
    with database.read() as session:
        return list(tallies.opened(session, keys, ids))


def without_tallies(database):
    """As a database was before there were tallies."""
    with database.write() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER tallies_no_delete"))
        else:
            session.execute(text("ALTER TABLE tallies DISABLE TRIGGER USER"))
        session.execute(delete(TallyRow))


@pytest.fixture
def noted(monkeypatch):
    """Which tables were opened."""
    found = []
    real = SealingKey.open

    def noting(key, blob, place):
        found.append(place.table)
        return real(key, blob, place)

    monkeypatch.setattr(SealingKey, "open", noting)
    return found


def test_a_screening_is_kept_with_its_tally_and_only_that_is_opened(database, clinic_keys, sent, noted):
    (one,) = opened(database, clinic_keys, sent)

    assert one == tallies.Opened(Counted(Tally.of(screening(), submission_of_pat().transcript), frozenset()))
    assert noted == ["tallies"]


def test_only_the_newest_screening_counts(database, clinic_keys, sent):
    newer = screening(outcome("new"))
    with database.write() as session:
        reviews.add_screening(session, clinic_keys, sent, newer)

    (one,) = opened(database, clinic_keys, sent)

    assert one.counted.tally == Tally.of(newer, submission_of_pat().transcript)


def test_a_screening_from_before_is_opened_itself_and_its_tally_kept(database, clinic_keys, sent, noted):
    without_tallies(database)

    (one,) = opened(database, clinic_keys, sent)
    with database.write() as session:
        tallies.keep(session, [one.made])
        tallies.keep(session, [one.made])  # two administrators at once
    again = opened(database, clinic_keys, sent)

    assert noted == ["screenings", "tallies"]
    assert again == [tallies.Opened(one.counted)]
    assert one.counted.tally == Tally.of(screening())


def test_the_tally_of_an_earlier_screening_is_not_taken_for_the_newest(database, clinic_keys, sent):
    newer = screening(outcome("new"))
    with database.write() as session:
        reviews.add_screening(session, clinic_keys, sent, newer)
        kept = session.scalars(select(TallyRow).where(TallyRow.number == 1)).one()
        first = tallies.Made(sent, 1, kept.sealed)
    without_tallies(database)
    with database.write() as session:
        tallies.keep(session, [first])

    (one,) = opened(database, clinic_keys, sent)

    assert one.counted.tally == Tally.of(newer)
    assert one.made.number == 2


def test_every_flag_acknowledged_is_counted_signed_off_or_not(database, clinic_keys, sent, noted):
    with database.write() as session:
        acknowledge_all(session, clinic_keys, sent)
        signed = send(session, clinic_keys)
        sign_off(session, clinic_keys, signed)
    noted.clear()

    found = opened(database, clinic_keys, sent, signed)

    every = {flag_mark(flag.key) for flag in screening().flags}
    assert [set(one.counted.acknowledged) for one in found] == [every, every]
    assert noted == ["tallies", *["acknowledgements"] * 2, "tallies", "sign_offs"]


def test_a_sign_off_does_not_hide_what_was_raised_and_acknowledged_since(database, clinic_keys, sent):
    newer = screening(outcome(), outcome("new"), outcome("newer"))
    with database.write() as session:
        sign_off(session, clinic_keys, sent)
        reviews.add_screening(session, clinic_keys, sent, newer)
        review = reviews.review(session, clinic_keys, sent)
        seen = review.acknowledge(newer.flags[1].key, BOB, "", NOW, done=Done.CALLED_PATIENT)
        reviews.add_acknowledgement(session, clinic_keys, sent, seen)

    (one,) = opened(database, clinic_keys, sent)

    marks = [one.counted.tally.flags[rule] for rule in ("high-blood-pressure", "new", "newer")]
    assert [mark in one.counted.acknowledged for mark in marks] == [True, True, False]


def test_what_was_taken_back_is_not_counted_as_acknowledged(database, clinic_keys, sent):
    with database.write() as session:
        acknowledge_all(session, clinic_keys, sent)
        undoing = undo(reviews.review(session, clinic_keys, sent), 1, BOB, NOW)
        reviews.add_entry(session, clinic_keys, sent, undoing)

    (one,) = opened(database, clinic_keys, sent)

    assert flag_mark(undoing.flag) not in one.counted.acknowledged
    assert len(one.counted.acknowledged) == 1


def test_feedback_is_of_its_own_submission(database, clinic_keys, sent):
    with database.write() as session:
        other = send(session, clinic_keys)
        say(session, clinic_keys, sent, FeedbackKind.NOT_USEFUL)
        say(session, clinic_keys, other, FeedbackKind.MISSING, "tremor")

    found = opened(database, clinic_keys, other, sent)

    assert [[one.says for one in each.counted.feedback] for each in found] == [
        [FeedbackKind.MISSING],
        [FeedbackKind.NOT_USEFUL],
    ]


def test_one_that_lost_its_key_is_counted_as_damaged_and_keeps_no_other_out(database, clinic_keys, sent):
    with database.write() as session:
        other = send(session, clinic_keys)
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == sent))

    found = opened(database, clinic_keys, sent, other)

    assert found[0] == tallies.Opened(None)
    assert found[1].counted is not None


def test_a_period_begins_where_it_says_and_the_newest_comes_first(database, clinic_keys):
    with database.write() as session:
        early, late, later = (
            send(session, clinic_keys, sent_at=NOW + minutes * MINUTE) for minutes in (0, 10, 20)
        )
    with database.read() as session:
        assert tallies.sent_since(session, NOW + 10 * MINUTE) == (later, late)
        assert tallies.sent_since(session, NOW) == (later, late, early)


def test_more_than_are_asked_for_at_once_are_each_counted_once(database, clinic_keys, monkeypatch):
    monkeypatch.setattr(tallies, "_AT_ONCE", 2)
    with database.write() as session:
        ids = [send(session, clinic_keys) for _ in range(5)]

    assert len([one for one in opened(database, clinic_keys, *ids) if one.counted]) == 5


def test_two_tallies_have_one_length_however_many_flags_they_hold(database, clinic_keys):
    """Nor does feedback tell by its length whether it names a rule."""
    many = screening(*(outcome(f"rule-{number}") for number in range(99)))
    with database.write() as session:
        first, second = send(session, clinic_keys, many), send(session, clinic_keys)
        for sent, kind in ((first, FeedbackKind.WRONG), (second, FeedbackKind.MISSING)):
            say(session, clinic_keys, sent, kind, "words")
        for table in ("tallies", "feedback"):
            assert len(set(session.scalars(text(f"SELECT length(sealed) FROM {table}")))) == 1


def test_nothing_but_ids_lies_in_the_open(database):
    with database.read() as session:
        for table in ("tallies", "feedback", "safety_closings"):
            columns = {column["name"] for column in inspect(session.connection()).get_columns(table)}
            assert columns == {"submission_id", "number", "sealed"}
