"""Forms that are due by a clock that leapt ahead are not erased for good on its word (decision 0059)."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner

from exchanging import begun
from intake.cli import main
from intake.cli.refusals import REFUSED
from intake.domain.events import TrailOpened
from intake.domain.patient_requests import Asks, Way
from intake.services import acting, erasing, instance, patient_requests, reviewing
from intake.services.erasing import ClockAhead
from intake.storage import audit, submissions
from services.test_erasing import signed

DAY, YEAR = timedelta(days=1), timedelta(days=365)
KEPT = 2555


class Signed:
    """A form that was signed off, in a clinic that keeps such for seven years."""

    def __init__(self, folder):
        self.exchange = begun(folder)
        self.copy, self.alice, self.form = self.exchange.copy, self.exchange.alice, self.exchange.submission
        self.clinic = replace(self.copy.clinic, settings=replace(self.copy.settings, keep_forms_days=KEPT))
        signed(self.copy, self.alice, self.form)

    def somebody_works(self):
        """A line of the audit trail."""
        with self.clinic.database.write() as session:
            audit.record(session, self.clinic.keys, self.alice.id, TrailOpened(1), self.clinic.now())

    def works_on(self, days):
        """Time passes, and somebody works every six days."""
        until = self.copy.clock.at + days * DAY
        with self.clinic.database.write() as session:
            while self.copy.clock.at + 6 * DAY <= until:
                self.copy.clock.at += 6 * DAY
                audit.record(session, self.clinic.keys, self.alice.id, TrailOpened(1), self.clinic.now())
        self.copy.clock.at = until

    def grows_old(self):
        """All the time the clinic keeps it; of the lines between there are the last."""
        self.copy.clock.at += KEPT * DAY
        self.works_on(12)

    @property
    def is_there(self):
        with self.clinic.database.read() as session:
            return self.form in submissions.ids(session)


@pytest.fixture
def kept(tmp_path):
    kept = Signed(tmp_path)
    yield kept
    for one in (kept.copy.desk, kept.copy.clinic):
        one.database.dispose()


@pytest.mark.parametrize("somebody_came", [False, True])
def test_a_clock_ten_years_ahead_erases_no_form(kept, somebody_came):
    kept.copy.clock.at += 10 * YEAR
    if somebody_came:
        kept.somebody_works()
        kept.copy.clock.at += DAY / 2
    assert erasing.due(kept.clinic) == (kept.form,)

    with pytest.raises(ClockAhead) as refused:
        erasing.erase_due(kept.clinic)

    assert kept.is_there
    for told in ("shows 2036-11-1", "no line from 2026-11-20 17:00 UTC", "--the-clock-is-right"):
        assert told in str(refused.value)


def test_years_in_which_people_worked_are_believed(kept):
    """The control."""
    kept.works_on(KEPT + 12)

    assert erasing.erase_due(kept.clinic).forms == 1
    assert not kept.is_there


@pytest.mark.parametrize("days", [7, 8])
def test_a_week_without_a_line_is_where_it_begins(kept, days):
    kept.grows_old()
    kept.copy.clock.at += days * DAY
    refused = pytest.raises(ClockAhead) if days > 7 else nullcontext()
    with refused:
        erasing.erase_due(kept.clinic)
    assert kept.is_there is (days > 7)


def test_a_clinic_that_was_closed_waits_for_a_day_of_work_or_says_so(kept):
    kept.grows_old()
    kept.copy.clock.at += 14 * DAY
    kept.somebody_works()
    with pytest.raises(ClockAhead):
        erasing.erase_due(kept.clinic)

    assert erasing.erase_due(kept.clinic, clock_is_right=True).forms == 1


def test_where_somebody_works_once_a_week_nobody_has_to_say_so(kept):
    kept.grows_old()
    kept.copy.clock.at += 6.7 * DAY
    kept.somebody_works()
    kept.copy.clock.at += 0.6 * DAY

    assert erasing.erase_due(kept.clinic).forms == 1


def test_after_a_day_of_work_the_clock_is_believed(kept):
    kept.grows_old()
    kept.copy.clock.at += 14 * DAY
    kept.somebody_works()
    kept.copy.clock.at += DAY + timedelta(seconds=1)

    assert erasing.erase_due(kept.clinic).forms == 1


def test_a_clock_put_right_is_believed_whatever_was_written_while_it_was_ahead(kept):
    kept.grows_old()
    kept.copy.clock.at += YEAR
    kept.somebody_works()
    kept.copy.clock.at -= YEAR

    assert erasing.erase_due(kept.clinic).forms == 1


def test_what_an_earlier_leap_wrote_does_not_hide_the_next(kept):
    kept.copy.clock.at += 10 * YEAR - 2 * DAY
    kept.somebody_works()
    kept.copy.clock.at -= 10 * YEAR - 2 * DAY
    kept.somebody_works()
    kept.copy.clock.at += 10 * YEAR

    with pytest.raises(ClockAhead):
        erasing.erase_due(kept.clinic)


def _reopens(kept):
    sign_offs = len(kept.exchange.review.sign_offs)
    acting.reopen(kept.copy.clinic, kept.alice, kept.form, "A lab value came", sign_offs)


def _asks(kept):
    patient_requests.write_down(
        kept.copy.clinic, kept.alice, uuid4(), kept.exchange.reference, Asks.BOTH, Way.PHONE, "A copy"
    )


def _signs_again(kept):
    _reopens(kept)
    shown = kept.exchange.review.fingerprint()
    reviewing.sign_off(kept.copy.clinic, kept.alice, kept.form, "", shown)


@pytest.mark.parametrize("meanwhile", [_reopens, _asks, _signs_again], ids=lambda one: one.__name__)
def test_a_form_somebody_took_up_after_it_was_found_due_stays(kept, monkeypatch, meanwhile):
    kept.grows_old()
    found_due = erasing._due

    def and_then_somebody_comes(*asked):
        found = found_due(*asked)
        meanwhile(kept)
        return found

    monkeypatch.setattr(erasing, "_due", and_then_somebody_comes)

    assert erasing.erase_due(kept.clinic).forms == 0
    assert kept.is_there


def test_the_command_refuses_in_words_until_it_is_told(kept, monkeypatch):
    kept.copy.clock.at += 10 * YEAR
    monkeypatch.setattr(instance, "opened", lambda settings: kept.clinic)

    refused = CliRunner().invoke(main, ["erase", "due"])
    told = CliRunner().invoke(main, ["erase", "due", "--the-clock-is-right"])

    assert (refused.exit_code, told.exit_code) == (REFUSED, 0)
    assert "Nothing was erased" in refused.output
    assert told.output.startswith("1 erased"), told.output
