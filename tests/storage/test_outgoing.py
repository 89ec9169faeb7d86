"""Notices and news as they are kept, on both databases: taken once, kept for a while, erased in the end."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from intake.domain.notice_failures import NoticeFailure
from intake.domain.notice_kinds import NoticeKind
from intake.storage import dead_letters, news, outgoing
from intake.storage.encryption import (
    DecryptionFailed,
    Place,
    new_record_key,
    open_for_clinic,
    open_from_outbox,
    seal_for_clinic,
)
from intake.storage.outgoing import Addressed, Outcome
from intake.storage.tables import OutgoingRow
from storage.samples import NOW, send

ADDRESSED = Addressed("quetzal@example.org", "s-e-c-r-e-t", NoticeKind.SAVED_FORM)


@pytest.fixture
def notice(database, patient_keys):
    """One that a patient's page kept."""
    notice = uuid4()
    with database.write() as session:
        outgoing.add(session, patient_keys, notice, ADDRESSED, NOW)
    return notice


def settled(database, notice, outcome=Outcome.REFUSED, failure=NoticeFailure.NO_SUCH_ADDRESS):
    with database.write() as session:
        outgoing.settle(session, notice, outcome, NOW, failure)


def kept(database, notice):
    with database.read() as session:
        return bytes(session.get_one(OutgoingRow, notice).sealed)


def test_a_notice_kept_by_the_patients_side_is_taken_once_and_opened(database, clinic_keys, notice):
    with database.read() as session:
        (due,) = outgoing.due(session, NOW)
    assert (due.id, due.attempts, due.tried_since) == (notice, 0, NOW)

    taken = []
    for _ in range(2):
        with database.write() as session:
            taken.append(outgoing.claim(session, clinic_keys.outbox_keys, due, NOW + timedelta(minutes=1)))

    assert taken == [ADDRESSED, None]


def test_staff_are_due_before_letters_to_patients_that_wait_for_longer(database, patient_keys, notice):
    """Of a safety signal, too, they are told by such a letter."""
    later = NOW + timedelta(hours=1)
    with database.write() as session:
        outgoing.tell_staff(session, patient_keys, "desk@clinic.example", later, later, wanted=True)
        outgoing.add(session, patient_keys, uuid4(), ADDRESSED, later)

    with database.read() as session:
        every = outgoing.due(session, later)
        first = outgoing.due(session, later, 2)

    assert [one.created_at for one in every] == [later, NOW, later]
    assert every[1].id == notice
    assert first == every[:2]


def test_what_could_not_be_sent_is_kept_and_tried_again_when_somebody_says_so(database, clinic_keys, notice):
    settled(database, notice)
    with database.read() as session:
        (letter,) = dead_letters.every(session, clinic_keys.outbox_keys, NOW)
        assert outgoing.due(session, NOW + timedelta(days=9)) == ()
        assert dead_letters.outbox(session, 3, NOW).not_sent == 1
    assert (letter.addressed, letter.failure) == (ADDRESSED, NoticeFailure.NO_SUCH_ADDRESS)

    later = NOW + timedelta(days=1)
    with database.write() as session:
        assert dead_letters.try_again(session, notice, later)
        assert not dead_letters.try_again(session, notice, later)

    with database.read() as session:
        (due,) = outgoing.due(session, later)
        assert dead_letters.every(session, clinic_keys.outbox_keys, later) == ()
    assert (due.id, due.tried_since) == (notice, later)


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.NOT_NEEDED])
def test_nothing_is_kept_of_a_notice_that_was_sent_or_is_not_needed(database, notice, outcome):
    settled(database, notice, outcome, None)

    assert kept(database, notice) == b""


def test_one_that_is_not_needed_any_more_is_no_dead_letter_either(database, clinic_keys, notice):
    settled(database, notice)
    settled(database, notice, Outcome.NOT_NEEDED, None)

    with database.read() as session:
        assert dead_letters.every(session, clinic_keys.outbox_keys, NOW) == ()
    assert kept(database, notice) == b""


@pytest.mark.parametrize("how", ["set aside", "its time is over"])
def test_what_is_set_aside_or_over_is_erased(database, clinic_keys, notice, how):
    settled(database, notice)
    with database.write() as session:
        if how == "set aside":
            assert outgoing.erase(session, notice)
            assert not outgoing.erase(session, notice)
        else:
            outgoing.erase_what_is_over(session, NOW + outgoing.KEPT_FOR - timedelta(seconds=1))
            assert dead_letters.every(session, clinic_keys.outbox_keys, NOW)
            outgoing.erase_what_is_over(session, NOW + outgoing.KEPT_FOR)

    with database.read() as session:
        assert outgoing.delivery(session, notice).outcome is Outcome.REFUSED
    assert kept(database, notice) == b""


@pytest.mark.parametrize(("days", "is_kept"), [(13, True), (15, False)])
def test_what_nobody_tried_to_send_is_given_up_and_erased_once_it_is_too_old(
    database, clinic_keys, notice, days, is_kept
):
    """Where the mail server was taken away nobody tries it, and so nobody settles it."""
    with database.write() as session:
        outgoing.erase_what_is_over(session, NOW + timedelta(days=days))

    with database.read() as session:
        row, stands = session.get_one(OutgoingRow, notice), outgoing.delivery(session, notice)
        assert bool(outgoing.due(session, NOW + timedelta(days=days))) is is_kept
        assert (bool(row.sealed), bool(row.wrapped_key)) == (is_kept, is_kept)
        assert dead_letters.every(session, clinic_keys.outbox_keys, NOW + timedelta(days=days)) == ()
    assert stands == outgoing.Delivery(0, None if is_kept else Outcome.GIVEN_UP)


def test_one_that_was_tried_anew_is_as_old_as_that(database, notice):
    settled(database, notice)
    later = NOW + timedelta(days=10)
    with database.write() as session:
        assert dead_letters.try_again(session, notice, later)
        outgoing.erase_what_is_over(session, later + timedelta(days=13))
    assert kept(database, notice)
    with database.write() as session:
        outgoing.erase_what_is_over(session, later + timedelta(days=14))
    assert not kept(database, notice)


@pytest.mark.parametrize("late", [-1, 0])
def test_what_is_over_is_no_dead_letter_before_it_is_erased(database, clinic_keys, notice, late):
    settled(database, notice)
    then, is_kept = NOW + outgoing.KEPT_FOR + timedelta(seconds=late), late < 0

    with database.write() as session:
        assert len(dead_letters.every(session, clinic_keys.outbox_keys, then)) == is_kept
        assert dead_letters.outbox(session, 3, then).not_sent == is_kept
        assert dead_letters.try_again(session, notice, then) is is_kept
    assert kept(database, notice)


def test_one_that_cannot_be_opened_is_shown_as_just_that(database, clinic_keys, notice):
    settled(database, notice)
    with database.write() as session:
        session.get_one(OutgoingRow, notice).sealed = b"damaged"

    with database.read() as session:
        (letter,) = dead_letters.every(session, clinic_keys.outbox_keys, NOW)
    assert letter.addressed is None


def test_news_of_a_form_is_taken_once(database, patient_keys):
    with database.write() as session:
        submission = send(session, patient_keys)
        for _ in range(3):
            news.add(session, submission, NOW)
    with database.write() as session:
        assert news.there_is(session)
        assert news.take(session) == {submission}

    with database.write() as session:
        assert not news.there_is(session)
        assert news.take(session) == frozenset()


def test_a_notice_to_staff_is_as_long_whether_it_is_wanted_or_not(database, patient_keys):
    with database.write() as session:
        for wanted in (True, False):
            outgoing.tell_staff(session, patient_keys, "desk@clinic.example", NOW, NOW, wanted=wanted)

    with database.read() as session:
        rows = session.scalars(select(OutgoingRow))
        assert len({(len(row.sealed), len(row.wrapped_key), row.created_at) for row in rows}) == 1


def test_what_an_earlier_version_sealed_for_the_clinic_is_sent_all_the_same(database, clinic_keys, notice):
    with database.write() as session:
        row = session.get_one(OutgoingRow, notice)
        place = outgoing._key_place(notice)
        key = open_from_outbox(clinic_keys.outbox_keys, row.wrapped_key, place)
        row.wrapped_key = seal_for_clinic(clinic_keys, key, place)
    with database.write() as session, pytest.raises(DecryptionFailed):
        outgoing.opened(clinic_keys.outbox_keys, session.get_one(OutgoingRow, notice))

    with database.write() as session:
        assert outgoing.seal_for_the_worker(session, clinic_keys) == 1
        assert outgoing.seal_for_the_worker(session, clinic_keys) == 0

    with database.read() as session:
        row = session.get_one(OutgoingRow, notice)
        assert outgoing.opened(clinic_keys.outbox_keys, row).recipient


def test_the_clinics_key_alone_opens_no_letter_and_the_outboxs_no_form(database, clinic_keys, notice):
    key, place = new_record_key(clinic_keys), Place("record_keys", "sealed", notice)
    with database.read() as session:
        row = session.get_one(OutgoingRow, notice)
        with pytest.raises(DecryptionFailed):
            open_for_clinic(clinic_keys, row.wrapped_key, outgoing._key_place(notice))
    with pytest.raises(DecryptionFailed):
        open_from_outbox(clinic_keys.outbox_keys, seal_for_clinic(clinic_keys, key, place), place)


def test_what_somebody_is_told_of_their_account_takes_no_place_of_news(database, clinic_keys):
    told, again = outgoing.new_id(), outgoing.new_id()
    later = NOW + timedelta(minutes=1)
    with database.write() as session:
        outgoing.tell_staff(session, clinic_keys, "desk@example.org", NOW, NOW, wanted=True)
        for one in (told, again):
            addressed = Addressed("ann@example.org", "", NoticeKind.ACCOUNT)
            outgoing.add(session, clinic_keys, one, addressed, later)
        outgoing.settle(session, again, Outcome.REFUSED, later)

        assert outgoing.told_staff_last(session, later) == NOW
        dead_letters.try_again(session, again, later)
        assert outgoing.take_back_for_staff(session, clinic_keys) == {"desk@example.org": (True, NOW)}
        assert {one.id for one in outgoing.due(session, later)} == {told, again}
