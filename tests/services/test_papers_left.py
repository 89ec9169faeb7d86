"""A paper nobody finished is thrown away in its time, and not by who looks while the clock is ahead."""

from datetime import timedelta
from threading import Event
from time import monotonic, sleep

import pytest

from copies import staff
from intake.domain.paper_edition import PaperEdition
from intake.domain.permissions import Role
from intake.services import altered_rows, papers_left, staff_notices, transcribing
from intake.services.careful_clock import CarefulClock
from intake.storage import audit, last_trace, transcriptions
from intake.storage.transcriptions import NoSuchTranscription
from intake.web.clinic import __main__ as clinic_process

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


class Typed:
    """A paper that Tess types in, and the two clocks of the clinic site."""

    def __init__(self, copy):
        self.copy, self.clinic, self.ticked = copy, copy.clinic, 0.0
        self.tess = staff(copy.clinic, "tess", "T. Typist", Role.TRANSCRIBER)
        edition = PaperEdition(copy.clinic.library.questionnaire.edition)
        self.paper = transcribing.begin(copy.clinic, self.tess, edition)
        self.begin()

    def begin(self):
        self.clock = CarefulClock(last_trace.leap_in_the_trail, lambda: self.ticked)

    def later(self, real, by_the_clock=None):
        """So much later, and as much by the clock unless that is told; whether the paper is there then."""
        self.ticked += real.total_seconds()
        self.copy.clock.at += real if by_the_clock is None else by_the_clock
        papers_left.throw_away(self.clinic, self.clock)
        return self.is_there

    @property
    def is_there(self):
        with self.clinic.database.read() as session:
            return bool(transcriptions.every(session))

    @property
    def listed(self):
        return [one.paper.id for one in transcribing.waiting(self.clinic)]


@pytest.fixture
def typed(copy):
    return Typed(copy)


def test_whoever_opens_the_list_by_a_clock_ahead_throws_nothing_away(typed):
    typed.copy.clock.at += YEAR
    assert typed.listed == []
    with pytest.raises(NoSuchTranscription):
        transcribing.waiting_one(typed.clinic, typed.paper)

    typed.copy.clock.at -= YEAR
    assert typed.listed == [typed.paper]
    assert transcribing.open_typing(typed.clinic, typed.tess, typed.paper).id == typed.paper


def test_nor_does_what_works_beside_the_pages_before_the_clock_is_put_right(typed):
    assert [typed.later(HOUR), typed.later(HOUR, YEAR), typed.later(22 * HOUR)] == [True, True, True]
    typed.begin()
    assert typed.later(HOUR)

    assert typed.later(HOUR, -YEAR)
    assert typed.listed == [typed.paper]


def test_a_clock_that_stays_there_is_believed_after_a_day(typed):
    assert [typed.later(HOUR), typed.later(HOUR, YEAR), typed.later(DAY)] == [True, True, False]


def test_after_its_time_it_goes_and_the_trail_says_so(typed):
    """The control."""
    assert [typed.later(6 * DAY) for _ in range(6)] == [True] * 5 + [False]

    assert typed.listed == []
    with typed.clinic.database.read() as session:
        last = audit.events(session)[-1]
    assert (last.actor, last.event, last.detail["why"]) == (
        "system", "TranscriptionDiscarded", "its time was over"
    )  # fmt: skip


def test_it_is_done_beside_the_pages(typed, monkeypatch):
    monkeypatch.setattr(papers_left, "CarefulClock", lambda leap: CarefulClock(lambda *_: None))
    typed.copy.clock.at += 31 * DAY
    stop = OneRound()

    papers_left.keep_throwing_away(typed.clinic, stop, 0)

    assert not typed.is_there


class OneRound(Event):
    """Tells to stop once everything was done one time."""

    def wait(self, timeout=None):
        self.set()
        return True


def test_the_clinic_site_begins_it_and_the_other_looks(copy, monkeypatch):
    begun = []
    loops_of = {
        "keep_throwing_away": papers_left,
        "keep_looking": altered_rows,
        "keep_gathering": staff_notices,
    }
    for name, loops in loops_of.items():
        monkeypatch.setattr(loops, name, lambda clinic, stop, name=name: begun.append(name))
    opened = clinic_process.opened(copy.settings)
    opened.beside()
    limit = monotonic() + 20
    while set(begun) != set(loops_of) and monotonic() < limit:
        sleep(0.01)
    opened.database.dispose()

    assert sorted(begun) == sorted(loops_of)
