"""Since when a form waits: a promise begins anew only when the form comes back to the clinic."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from intake.domain.coming_back import CameBack, SignedAt, Since, came_back
from intake.domain.review_entries import By, LookAgain, Question, Reopening, Revised, Undoing

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def at(hours):
    return START + timedelta(hours=hours)


def by(hours):
    return By(UUID(int=1), "A. Rivera, NP", at(hours))


def when(*entries, signed=(), raised=None, second=False):
    signatures = [SignedAt(place, at(hours)) for place, hours in signed]
    return came_back(entries, signatures, raised_at=raised and at(raised), second_read=second)


def test_a_form_nobody_touched_waits_since_it_was_sent():
    assert when() is None


def test_an_answer_to_a_question_begins_the_wait_anew():
    asked = Question("Which dose?", by(1))
    assert when(asked, Revised(2, 1, "10 mg", (), at(5))) == CameBack(Since.ANSWERED, at(5))


def test_what_a_patient_adds_to_an_unread_form_begins_nothing_anew():
    """Else adding something would hide that the form is overdue."""
    assert when(Revised(2, None, "One more thing", (), at(5))) is None


def test_what_a_patient_adds_after_it_was_signed_or_put_off_does():
    added = Revised(2, None, "One more thing", (), at(5))
    assert when(added, signed=[(0, 2)]) == CameBack(Since.ANSWERED, at(5))
    put_off = LookAgain(date(2026, 12, 1), "", by(1))
    assert when(put_off, added) == CameBack(Since.ANSWERED, at(5))


def test_reopening_and_taking_back_after_a_signature_begin_it_anew():
    assert when(Reopening("New list", by(6)), signed=[(0, 2)]) == CameBack(Since.REOPENED, at(6))
    assert when(Undoing(1, "flag", by(6)), signed=[(0, 2)]) == CameBack(Since.REOPENED, at(6))
    assert when(Undoing(1, "flag", by(1)), signed=[]) is None


def test_what_a_screening_raises_after_a_signature_begins_it_anew():
    assert when(signed=[(0, 2)], raised=7) == CameBack(Since.REOPENED, at(7))


def test_bringing_it_back_before_its_day_begins_it_anew():
    put_off = LookAgain(date(2026, 12, 1), "", by(1))
    assert when(put_off, LookAgain(None, "", by(3))) == CameBack(Since.LOOK_AGAIN, at(3))


def test_a_second_reading_waits_since_the_signature():
    assert when(signed=[(0, 2)], second=True) == CameBack(Since.SIGNED, at(2))


def test_the_newest_counts():
    asked = Question("Which dose?", by(3))
    again = Revised(2, 2, "10 mg", (), at(9))
    assert when(Reopening("New list", by(2)), asked, again, signed=[(0, 1)]) == CameBack(
        Since.ANSWERED, at(9)
    )
