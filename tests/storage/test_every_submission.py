"""Every submission, read in pages, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from intake.storage import every_submission
from intake.storage.every_submission import CannotBeOpened
from intake.storage.tables import RecordKeyRow, SubmissionRow
from storage import samples

DAY = timedelta(days=1)


@pytest.fixture
def sent(database, clinic_keys):
    """Three submissions, a day apart; the second is signed off."""
    with database.write() as session:
        found = [
            samples.send(session, clinic_keys, sent_at=samples.NOW + number * DAY) for number in range(3)
        ]
    with database.write() as session:
        samples.sign_off(session, clinic_keys, found[1])
    return found


def test_they_come_in_the_order_sent_since_a_day_or_newest_first(database, sent):
    with database.read() as session:
        assert every_submission.ids(session) == tuple(sent)
        assert every_submission.ids(session, newest_first=True) == tuple(reversed(sent))
        assert every_submission.ids(session, samples.NOW + DAY - timedelta(hours=1)) == tuple(sent[1:])


def test_a_page_holds_what_opens_them_and_the_sign_off_of_those_signed(database, clinic_keys, sent):
    with database.read() as session:
        page = {one.id: one for one in every_submission.page(session, sent)}

    opened = every_submission.opened(clinic_keys, page[sent[1]])
    signed = every_submission.sign_off(page[sent[1]], opened.key)

    assert opened.answers == samples.answers_of_pat()
    assert opened.sent_at == samples.NOW + DAY
    assert signed is not None
    assert signed.printed_name == samples.ALICE.printed_name
    assert [one for one in page if page[one].signed is not None] == [sent[1]]


def test_one_without_its_key_cannot_be_opened_and_keeps_no_other_from_it(database, clinic_keys, sent):
    with database.write() as session:
        session.execute(delete(RecordKeyRow).where(RecordKeyRow.submission_id == sent[0]))
    with database.read() as session:
        first, second = (one for wanted in sent[:2] for one in every_submission.page(session, [wanted]))

    with pytest.raises(CannotBeOpened):
        every_submission.opened(clinic_keys, first)
    assert every_submission.opened(clinic_keys, second).answers == samples.answers_of_pat()


def test_nothing_sealed_is_in_what_a_page_prints_of_itself(database, sent):
    with database.read() as session:
        (one,) = every_submission.page(session, sent[:1])

    assert "answers" not in repr(one)
    assert "key" not in repr(one)


def test_those_sent_between_two_moments_are_found_done_or_not(database, sent):
    first = samples.NOW - timedelta(hours=1)

    def found(begin, end, **which):
        with database.read() as session:
            return [
                one.id
                for one in every_submission.sent_between(
                    session, first + begin * DAY, first + end * DAY, **which
                )
            ]

    assert found(0, 3) == sent
    assert found(1, 2) == sent[1:2]
    assert found(0, 3, done=True) == sent[1:2]
    assert found(0, 3, done=False) == [sent[0], sent[2]]


def test_a_state_changed_in_the_open_makes_nothing_done(database, sent):
    with database.write() as session:
        session.execute(update(SubmissionRow).where(SubmissionRow.id == sent[0]).values(state="signed"))

    with database.read() as session:
        done = every_submission.sent_between(session, samples.NOW, samples.NOW + 3 * DAY, done=True)
    assert [one.id for one in done] == sent[1:2]
