"""Signals of forms that were never sent are erased once they are settled and old; nobody is forgotten."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import text

from copies import make_copy, staff
from intake.domain.answers import Chosen, answered
from intake.domain.events import SafetySignalsErased
from intake.domain.permissions import Role
from intake.domain.safety_signal import Answering, SignalDuty
from intake.services import answering, erasing, erasing_signals, safety_signals, sweeping
from intake.services.erasing import ClockAhead
from intake.storage import audit
from intake.storage.erasing import Erasure, Why
from sending import fill_in

EVERY_DAY = SignalDuty("Dr. Rivera, (555) 010-0177", 30, (0, 1, 2, 3, 4, 5, 6), time(9), time(17))
ANSWERS = [answered(Chosen(one)) for one in ("several_days", "nearly_every_day")]
LONG = timedelta(days=400)


BOTH = pytest.mark.parametrize(
    "copy", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def copy(request, tmp_path):
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = request.getfixturevalue("fresh_postgres_database") if on_postgresql else ""
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


def raise_three(desk, token=""):
    """Somebody changes an answer back and forth, and does not send the form."""
    token = token or answering.start(desk)
    page = next(
        page for _, page in desk.library.questionnaire.pages if any(q.id == "phq9_9" for q in page.questions)
    )
    for answer in (*ANSWERS, ANSWERS[0]):
        answering.answer_page(desk, token, page, {"phq9_9": answer})


def settle(copy, dana, what=Answering.CALLED):
    for one in safety_signals.open_all(copy.clinic, dana).waiting:
        safety_signals.answer(copy.clinic, dana, one.signalled.newest.id, what, "")


def rows(copy):
    tables = ("safety_signals", "signal_deeds", "signals_told")
    with copy.clinic.database.read() as session:
        return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]


def erase_due(copy):
    return erasing.erase_due(copy.clinic, clock_is_right=True)


@BOTH
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


def test_of_many_what_settles_them_goes_last(copy, on, dana, monkeypatch):
    """Whoever is killed in the middle leaves nobody who seems to wait for a call."""
    raise_three(on)
    settle(copy, dana)
    copy.clock.at += LONG
    sweeping.sweep(copy.worker)
    real, waiting = erasing_signals._erase_some, []

    def erase_some(*of):
        rows = real(*of)
        waiting.append(len(safety_signals.open_all(copy.clinic, dana).waiting))
        return rows

    monkeypatch.setattr(erasing_signals, "_MOST_AT_ONCE", 1)
    monkeypatch.setattr(erasing_signals, "_erase_some", erase_some)

    gone = erase_due(copy)

    # Three parts, and a look that finds none.
    assert (gone.forms, gone.rows, waiting) == (1, 4, [0, 0, 0, 0])


@pytest.mark.parametrize("what", [None, Answering.NOT_REACHED])
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
    token = fill_in(on)
    raise_three(on, token)
    settle(copy, dana)
    copy.clock.at += timedelta(days=31)
    # Nobody swept: the draft is there.
    assert erase_due(copy).forms == 0

    copy.clock.at -= timedelta(days=31)
    answering.send(on, token, "Pat Doe")
    copy.clock.at += LONG
    sweeping.sweep(copy.worker)
    assert erase_due(copy).forms == 0
    assert rows(copy)[0] == 3


def test_a_clock_that_is_ahead_erases_none(copy, on, dana):
    raise_three(on)
    settle(copy, dana)
    copy.clock.at += LONG
    sweeping.sweep(copy.worker)

    with pytest.raises(ClockAhead):
        erasing.erase_due(copy.clinic)

    assert rows(copy)[0] == 3


def test_after_an_older_backup_what_was_erased_is_erased_once_more(copy, on, dana):
    """The list names signals, too. One that nobody had settled when the backup was made is among them."""
    raise_three(on)
    gone, *_ = safety_signals.opened(copy.clinic).signals
    erasure = Erasure(gone, copy.clock(), Why.TIME_OVER)

    assert erasing.erase_again(copy.clinic, (erasure,)).rows == 1

    assert rows(copy)[0] == 2
    assert [one.erased_id for one in erasing.erased(copy.clinic)] == [gone]
    assert erasing.erase_again(copy.clinic, (erasure,)).rows == 0
