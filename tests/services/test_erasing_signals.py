"""Signals of forms that were never sent are erased once they are settled and old; nobody is forgotten by it."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import text

from copies import make_copy, staff
from intake.domain.answers import Chosen, answered
from intake.domain.events import SafetySignalsErased
from intake.domain.permissions import Role
from intake.domain.safety_signal import Answering, SignalDuty
from intake.services import answering, erasing, safety_signals, sweeping
from intake.services.erasing import ClockAhead
from intake.storage import audit
from sending import send_at_once

EVERY_DAY = SignalDuty("Dr. Rivera, (555) 010-0177", 30, (0, 1, 2, 3, 4, 5, 6), time(9), time(17))
ANSWERS = [answered(Chosen(one)) for one in ("several_days", "nearly_every_day")]
LONG = timedelta(days=400)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copy(request, tmp_path):
    url = request.getfixturevalue("fresh_postgres_database") if request.param == "postgresql" else ""
    copy = make_copy(tmp_path, database_url=url)
    yield copy
    for one in (copy.desk, copy.clinic):
        one.database.dispose()


@pytest.fixture
def dana(copy):
    return staff(copy.clinic, "dana", "D. Both, MD", Role.CLINICIAN, Role.ADMINISTRATOR)


@pytest.fixture
def on(copy):
    return replace(copy.desk, settings=replace(copy.desk.settings, safety_signal=EVERY_DAY))


def raise_three(desk):
    """Somebody changes an answer back and forth, and does not send the form."""
    token = answering.start(desk)
    page = next(
        page for _, page in desk.library.questionnaire.pages if any(q.id == "phq9_9" for q in page.questions)
    )
    for answer in (*ANSWERS, ANSWERS[0]):
        answering.answer_page(desk, token, page, {"phq9_9": answer})
    return token


def settle(copy, dana, what=Answering.CALLED):
    for one in safety_signals.open_all(copy.clinic, dana).waiting:
        safety_signals.answer(copy.clinic, dana, one.signalled.newest.id, what, "")


def rows(copy):
    tables = ("safety_signals", "signal_deeds", "signals_told")
    with copy.clinic.database.read() as session:
        return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]


def erase_due(copy):
    return erasing.erase_due(copy.clinic, clock_is_right=True)


def test_settled_and_old_they_are_erased_with_what_was_done(copy, on, dana):
    raise_three(on)
    settle(copy, dana)
    copy.clock.at += LONG
    sweeping.sweep(copy.worker)
    assert erasing.count_due(copy.clinic) == 1

    gone = erase_due(copy)

    assert (gone.forms, gone.rows) == (1, 4)
    assert rows(copy) == [0, 0, 0]
    assert erasing.count_due(copy.clinic) == 0
    assert safety_signals.open_all(copy.clinic, dana).settled == ()
    with copy.clinic.database.read() as session:
        (line,) = audit.of_kind(session, SafetySignalsErased)
        assert audit.verify(session, copy.clinic.keys).ok
    assert line.detail == {"signals": 3, "why": "time_over", "rows": 4}
    assert len(erasing.erased(copy.clinic)) == 3


@pytest.mark.parametrize("what", [None, Answering.SEEN, Answering.NOT_REACHED])
def test_whoever_still_waits_for_a_call_is_never_erased(copy, on, dana, what):
    raise_three(on)
    if what is not None:
        settle(copy, dana, what)
    copy.clock.at += LONG
    sweeping.sweep(copy.worker)

    assert erase_due(copy).forms == 0

    assert rows(copy)[0] == 3
    assert len(safety_signals.open_all(copy.clinic, dana).waiting) == 1


def test_not_before_their_time_is_over_since_the_last_word_about_them(copy, on, dana):
    raise_three(on)
    copy.clock.at += timedelta(days=20)
    settle(copy, dana)
    copy.clock.at += timedelta(days=29)
    sweeping.sweep(copy.worker)
    assert erase_due(copy).forms == 0

    copy.clock.at += timedelta(days=2)
    assert erase_due(copy).forms == 1


def test_while_the_form_may_still_be_sent_and_once_it_was_they_stay_with_it(copy, on, dana):
    raise_three(on)
    settle(copy, dana)
    send_at_once(on)
    copy.clock.at += LONG
    # Nobody swept: the draft is there. The other one was sent at once, and has signals of its own.
    assert erase_due(copy).forms == 0
    assert rows(copy)[0] >= 3


def test_a_clock_that_is_ahead_erases_none(copy, on, dana):
    raise_three(on)
    settle(copy, dana)
    copy.clock.at += LONG
    sweeping.sweep(copy.worker)

    with pytest.raises(ClockAhead):
        erasing.erase_due(copy.clinic)

    assert rows(copy)[0] == 3
