"""What a clinic's work of a period comes to: counts that may be shown to somebody who reads no answers.

Forms are counted five at a time, so that nobody sees in a number what came with one form; the newest
ones first, as far as the time given allows.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from time import monotonic
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain import statistics as counts
from intake.domain.events import ReviewSignedOff, StatisticsOpened, SubmissionOpened
from intake.domain.permissions import StaffMember
from intake.domain.small_numbers import FEWEST_SHOWN, Few, enough, in_whole_batches
from intake.domain.statistics import Counting, Form, Leaving, LeftOpen, Raised, TimesOf
from intake.domain.stretches import DAYS_KEPT, Came, stretches
from intake.domain.tally import Tally
from intake.services.clinic import Clinic
from intake.storage import audit, form_tallies, page_counts, queue, submissions
from intake.storage.form_tallies import Sent

PERIODS = (30, 90, 365)
# A page is waited for.
SECONDS_FOR_A_PAGE = 5.0
_WEEK = timedelta(days=7)
_TOGETHER = (1, 2, 4, 13)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the counting went. None stands for a small count that is held back, where there is one.

    Of the forms ``sent`` in the period, ``counted`` are in the figures. ``left`` were not reached in
    time, ``damaged`` cannot be opened. ``with_questions`` say how each question was left.
    """

    sent: int | None
    waiting: int | None
    counted: int | None
    left: int
    damaged: int | None
    with_questions: int | None
    without_questions: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of the last ``days`` days; pages are counted over ``page_days`` at most."""

    days: int
    page_days: int
    reach: Reach
    weeks_together: int
    received: tuple[tuple[date, int | Few | None], ...]
    waiting: tuple[int | Few | None, ...]
    times: tuple[TimesOf, ...]
    rules: tuple[Raised, ...]
    questions: tuple[LeftOpen, ...]
    leaving: Leaving


def statistics(
    clinic: Clinic, member: StaffMember, days: int, seconds: float = SECONDS_FOR_A_PAGE
) -> Statistics:
    """The statistics of the last ``days`` days, counted for ``seconds`` at most; that is recorded.

    Nothing is shown unless the event was written. It is written in a transaction of its own, once the
    counting is over: on SQLite, whoever writes keeps every patient from saving until it is done.
    """
    work = _Work(clinic, days, monotonic() + seconds)
    with clinic.database.read() as session:
        work.count(session)
        found = work.found(session)
    with clinic.database.write() as session:
        event = StatisticsOpened(days, work.counting.forms)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return found


class _Work:
    """One counting over a period."""

    def __init__(self, clinic: Clinic, days: int, until: float) -> None:
        self.counting = Counting(clinic.now())
        self._clinic, self._days, self._until = clinic, days, until
        self._since = submissions.to_the_minute(clinic.now() - timedelta(days=days))
        self._every: tuple[Sent, ...] = ()
        self._damaged = self._left = 0
        self._without_questions: list[tuple[UUID, Tally]] = []

    def count(self, session: Session) -> None:
        """Count every form of the period, then those from before that still wait."""
        junk = queue.junk(session, self._clinic.keys)
        self._every = tuple(one for one in form_tallies.sent(session) if one.id not in junk)
        whole = self._every[: in_whole_batches(len(self._every))]
        before = sum(one.at < self._since for one in self._every)
        # The period, too, begins between two batches: one period less another must not be one form.
        begin = min(len(whole), -in_whole_batches(-before))
        period = whole[begin:][::-1]
        older = tuple(one for one in whole[:begin] if one.waits)
        opened = audit.first_times(session, SubmissionOpened, self._since)
        signed = audit.first_times(session, ReviewSignedOff, self._since)

        def form(one: Sent, tally: Tally) -> Form:
            return Form(tally, one.at, one.waits, opened.get(one.id), signed.get(one.id))

        self._count_period(session, period, form)
        self._count_older(session, older, form)
        self._count_questions(session)

    def found(self, session: Session) -> Statistics:
        """What was counted, fit to be shown."""
        questionnaire = self._clinic.library.questionnaire
        page_days = min(self._days, DAYS_KEPT)
        pages = page_counts.since(session, self._clinic.today() - timedelta(days=page_days))
        shown, finished, stopped = (
            {page: count for (page, one), count in pages.items() if one is came}
            for came in (Came.SHOWN, Came.FINISHED, Came.STOPPED)
        )
        order = tuple(one.id for one in stretches(questionnaire))
        everybody = {question.id for question in questionnaire.questions if question.only_if is None}
        offers = {question.id for question in questionnaire.questions if not question.is_worth_a_word}
        together = self._weeks_together()
        return Statistics(
            self._days,
            page_days,
            self._reach(),
            together,
            self._received(together),
            self.counting.waiting(),
            self.counting.times(),
            self.counting.rules(),
            self.counting.questions(everybody, offers),
            counts.leaving(order, shown, finished, stopped),
        )

    def _count_period(
        self, session: Session, period: Sequence[Sent], form: Callable[[Sent, Tally], Form]
    ) -> None:
        for one, tally in self._opened(session, period):
            if tally is None:
                self._damaged += 1
                continue
            self.counting.add(form(one, tally))
            if one.waits:
                self.counting.add_waiting(form(one, tally))
            if tally.questions:
                self.counting.add_questions(tally)
            else:
                self._without_questions.append((one.id, tally))

    def _count_older(
        self, session: Session, older: Sequence[Sent], form: Callable[[Sent, Tally], Form]
    ) -> None:
        for one, tally in self._opened(session, older):
            if tally is None:
                self._damaged += 1
            else:
                self.counting.add_waiting(form(one, tally))

    def _count_questions(self, session: Session) -> None:
        """Those whose tally does not say how questions were left; each takes as long as a dozen others."""
        while self._without_questions and monotonic() < self._until:
            batch = self._without_questions[:FEWEST_SHOWN]
            del self._without_questions[:FEWEST_SHOWN]
            for one, tally in batch:
                whole = form_tallies.with_questions(session, self._clinic.keys, one, tally)
                if whole is not None:
                    self.counting.add_questions(whole)

    def _opened(self, session: Session, forms: Sequence[Sent]) -> Iterator[tuple[Sent, Tally | None]]:
        """Each with its tally, a batch at a time, until the time is over."""
        done, opened = 0, form_tallies.opened(session, self._clinic.keys, forms)
        while monotonic() < self._until and (batch := tuple(islice(opened, FEWEST_SHOWN))):
            done += len(batch)
            yield from ((one.sent, one.tally) for one in batch)
        self._left += len(forms) - done

    def _reach(self) -> Reach:
        counted = self.counting
        return Reach(
            sent=enough(self._sent()),
            waiting=enough(sum(one.waits for one in self._every)),
            counted=enough(counted.forms),
            left=self._left,
            damaged=enough(self._damaged) if self._damaged else 0,
            with_questions=enough(counted.with_questions),
            without_questions=counted.forms - counted.with_questions,
        )

    def _sent(self) -> int:
        return sum(one.at >= self._since for one in self._every)

    def _weeks_together(self) -> int:
        """How many weeks are counted together, so that most of the counts can be shown."""
        enough_for = self._sent() // (2 * FEWEST_SHOWN) or 1
        weeks = -(-self._days // 7)
        return next((some for some in _TOGETHER if weeks / some <= enough_for), _TOGETHER[-1])

    def _received(self, together: int) -> tuple[tuple[date, int | Few | None], ...]:
        """The forms of every so many weeks of the period, from a Monday on; the last may not be over."""
        today = self._clinic.today()
        this_week = today - timedelta(days=today.weekday())
        so_many = -(-self._days // (7 * together))
        starts = [this_week - _WEEK * (together * back + together - 1) for back in range(so_many)][::-1]
        sent: Counter[int] = Counter()
        for one in reversed(self._every):
            day = self._day(one.at)
            if day < starts[0]:
                break
            sent[(day - starts[0]).days // (7 * together)] += 1
        shown = counts.over_time(sent[place] for place in range(len(starts)))
        return tuple(zip(starts, shown, strict=True))

    def _day(self, at: datetime) -> date:
        return self._clinic.local(at).date()
