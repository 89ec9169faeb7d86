"""A clock that leaps ahead erases nothing at once; one that is right does, as ever (decision 0059)."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from copies import make_copy
from intake.domain.clock_leaps import TOO_FAR_AHEAD
from intake.domain.processes import Process
from intake.services import answering
from intake.services.careful_sweeping import CarefulSweeping
from intake.services.working import Work
from intake.storage.tables import DraftRow
from roles import close_all

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


class Swept:
    """A worker whose two clocks a test moves."""

    def __init__(self, copy):
        self.copy, self.ticked = copy, 0.0
        self.begin()

    def begin(self):
        self.sweeping = CarefulSweeping(lambda: self.ticked)

    def later(self, real, by_the_clock=None):
        """So much later, and as much by the clock unless that is told; how many drafts there are then."""
        self.ticked += real.total_seconds()
        self.copy.clock.at += real if by_the_clock is None else by_the_clock
        self.sweeping.sweep(self.copy.worker)
        return drafts(self.copy)


def drafts(copy):
    with copy.desk.database.read() as session:
        return session.scalar(select(func.count()).select_from(DraftRow))


@pytest.fixture
def swept(copy):
    """Somebody began a form, and the worker is at work."""
    answering.start(copy.desk)
    swept = Swept(copy)
    swept.later(HOUR)
    return swept


def told(caplog):
    return [record.getMessage().strip() for record in caplog.records].count("clock_ahead")


def test_a_clock_a_year_ahead_erases_nothing_before_it_is_put_right(swept, caplog):
    assert [swept.later(HOUR, YEAR), swept.later(HOUR), swept.later(22 * HOUR)] == [1, 1, 1]
    assert told(caplog) == 1
    assert swept.later(HOUR, -YEAR) == 1
    # Put right, everything goes on as before.
    assert swept.later(6 * DAY) == 1
    assert told(caplog) == 1


def test_a_clock_that_stays_there_is_believed_after_a_day(swept, caplog):
    assert [swept.later(HOUR, YEAR), swept.later(DAY)] == [1, 0]
    assert told(caplog) == 1


def test_a_second_leap_waits_for_a_day_of_its_own(swept, caplog):
    assert [swept.later(HOUR, YEAR), swept.later(HOUR, -YEAR), swept.later(23 * HOUR, YEAR)] == [1, 1, 1]
    assert told(caplog) == 2


def test_time_that_passes_erases_what_is_over_at_once(swept, caplog):
    """The control: a worker that was there all the time waits for nothing."""
    for _ in range(5):
        swept.later(7 * DAY)

    assert drafts(swept.copy) == 0
    assert told(caplog) == 0


@pytest.mark.parametrize(("by", "times"), [(TOO_FAR_AHEAD - HOUR, 0), (TOO_FAR_AHEAD + HOUR, 1)])
def test_a_week_is_where_it_begins(swept, caplog, by, times):
    swept.later(timedelta(0), by)

    assert told(caplog) == times


def test_a_worker_that_begins_looks_at_who_was_here_last(swept, caplog):
    swept.begin()

    assert [swept.later(HOUR, YEAR), swept.later(HOUR), swept.later(DAY)] == [1, 1, 0]
    assert told(caplog) == 1


def test_a_worker_that_begins_again_believes_nobody_who_came_by_the_same_clock(swept, caplog):
    assert swept.later(HOUR, YEAR) == 1
    answering.start(swept.copy.desk)

    swept.begin()
    assert [swept.later(HOUR), swept.later(22 * HOUR)] == [2, 2]
    assert told(caplog) == 2
    # Put right, everything goes on as before.
    assert swept.later(HOUR, -YEAR) == 2


def test_nor_one_that_begins_again_every_hour(swept):
    drafts_left = [swept.later(HOUR, YEAR)]
    answering.start(swept.copy.desk)
    for _ in range(22):
        swept.begin()
        drafts_left.append(swept.later(HOUR))

    assert drafts_left == [1] + [2] * 22


def test_begun_again_it_believes_the_clock_after_a_day(swept):
    """The control."""
    swept.later(HOUR, YEAR)
    answering.start(swept.copy.desk)
    swept.begin()

    assert [swept.later(HOUR), swept.later(DAY)] == [2, 1]


def test_begun_again_where_somebody_was_every_week_it_waits_for_nothing(swept, caplog):
    """The control: of what is over, nothing is kept for longer because the worker begins again."""
    for _ in range(5):
        swept.copy.clock.at += 7 * DAY
        answering.start(swept.copy.desk)
    swept.begin()

    assert 0 < swept.later(HOUR) < 6
    assert told(caplog) == 0


def test_begun_again_where_somebody_came_a_week_later_it_waits_for_nothing(swept, caplog):
    swept.copy.clock.at += 6.7 * DAY
    answering.start(swept.copy.desk)
    swept.begin()

    assert swept.later(0.6 * DAY) == 2
    assert told(caplog) == 0


def test_what_a_clock_ahead_left_holds_nobody_back_when_it_is_right_again(swept, caplog):
    swept.copy.clock.at += YEAR
    answering.start(swept.copy.desk)
    swept.copy.clock.at -= YEAR
    swept.begin()

    assert swept.later(HOUR) == 2
    assert told(caplog) == 0


def test_where_nobody_ever_was_there_is_nothing_to_wait_for(copy, caplog):
    swept = Swept(copy)

    assert swept.later(HOUR, YEAR) == 0
    assert told(caplog) == 0


@pytest.mark.postgres
def test_the_role_of_the_worker_may_see_who_was_here_last(tmp_path, caplog):
    copy = make_copy(tmp_path, under_roles=True)
    answering.start(copy.desk)
    swept = Swept(copy)

    assert copy.worker.database.url.username.endswith(Process.WORKER.value)
    assert swept.later(HOUR, YEAR) == 1
    assert told(caplog) == 1
    for database in (copy.desk.database, copy.clinic.database):
        database.dispose()
    close_all()


def test_the_worker_sweeps_with_that_care(copy, caplog):
    answering.start(copy.desk)
    copy.clock.at += YEAR
    work = Work(copy.worker, 60, 0.01)
    work.begin()
    limit = time.monotonic() + 20
    while not told(caplog) and time.monotonic() < limit:
        time.sleep(0.01)
    work.end()

    assert (told(caplog), drafts(copy)) == (1, 1)
