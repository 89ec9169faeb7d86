"""The safety signal: a clinic is told at once when an answer that was not sent opens the support page.

It is off until somebody says who answers it, within how many minutes and when. Only whom to call goes
to the clinic: what was answered stays with the patient until they send it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from uuid import UUID

from intake.domain.contact import Contact
from intake.domain.review_entries import By

_WEEK = 7
_EVEN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignalDuty:
    """Who answers a signal, and when somebody is there: the same hours on each of the ``days``.

    Days are numbered from Monday, 0. Nobody tells us about holidays.
    """

    answered_by: str
    within_minutes: int
    days: tuple[int, ...]
    opens: time
    closes: time

    def is_there(self, at: datetime) -> bool:
        """Whether somebody answers at this moment of the clinic's clock."""
        return at.weekday() in self.days and self.opens <= at.time() < self.closes

    def call_by(self, at: datetime) -> datetime:
        """By when they try to call after a signal at this moment: so long after it, within the hours.

        What cannot be kept before they close is promised for the next day they open. Rounded up to
        five minutes, so that it reads like a time of day.
        """
        length = timedelta(minutes=self.within_minutes)
        for ahead in range(_WEEK + 1):
            day = at.date() + timedelta(days=ahead)
            opens, closes = (datetime.combine(day, one, at.tzinfo) for one in (self.opens, self.closes))
            by = _later(max(at, opens), length)
            if day.weekday() in self.days and by <= closes:
                return _even(by)
        raise ValueError("nobody is ever there for as long as a call is promised within")


@dataclass(frozen=True, slots=True)
class ToldClinic:
    """What a draft keeps of it: when the clinic was told, and by when it said it would try to call."""

    at: datetime
    call_by: datetime


@dataclass(frozen=True, slots=True)
class Signal:
    """What the clinic is told. ``page`` is the title of the support page that was shown; empty when the
    patient had been shown one before, and has now said how to reach them.
    """

    id: UUID
    draft: UUID
    at: datetime
    call_by: datetime
    contact: Contact
    page: str


class Answering(Enum):
    """What somebody did about a signal."""

    SEEN = "seen"
    CALLED = "called"
    NOT_REACHED = "not_reached"
    WELFARE_CHECK = "welfare_check"
    OTHER = "other"

    @property
    def settles(self) -> bool:
        """Whether the signal needs nobody any more; one who could not be reached is tried again."""
        return self not in (Answering.SEEN, Answering.NOT_REACHED)


@dataclass(frozen=True, slots=True)
class SignalDeed:
    """What somebody did about it, in their words as well."""

    what: Answering
    words: str
    by: By


class WordsNeeded(Exception):
    """Something else was done, and nobody says what."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A support page that one patient was shown: how often, and first and last when."""

    page: str
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Signalled:
    """Everything about one patient: their signals in the order they were raised, and what was done, in order.

    Each deed comes with the place of the signal, from 1, that was the newest then.
    """

    signals: tuple[Signal, ...]
    deeds: tuple[tuple[int, SignalDeed], ...]

    @property
    def newest(self) -> Signal:
        """The last word of the patient: it says best how to reach them."""
        return self.signals[-1]

    @property
    def raised(self) -> tuple[Signal, ...]:
        """Those that came of an answer."""
        return tuple(one for one in self.signals if one.page)

    @property
    def shown(self) -> tuple["Shown", ...]:
        """Each page that was shown, the one shown last at the end: a line for each, however often it was."""
        found: dict[str, Shown] = {}
        for one in self.raised:
            before = found.pop(one.page, None)
            first, times = (one.at, 0) if before is None else (before.first, before.times)
            found[one.page] = Shown(one.page, times + 1, first, one.at)
        return tuple(found.values())

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something: nothing that settles it came after the last answer."""
        count = len(self.signals)
        from_the_end = enumerate(reversed(self.signals))
        last = next((count - behind for behind, one in from_the_end if one.page), 1)
        return not any(place >= last and deed.what.settles for place, deed in self.deeds)

    @property
    def since_settled(self) -> tuple[Signal, ...]:
        """Those raised after the last that was settled; all of them where none was."""
        settled = max((place for place, deed in self.deeds if deed.what.settles), default=0)
        return self.signals[settled:]

    @property
    def call_by(self) -> datetime:
        """By when the patient was told that somebody would try to call: the earliest that still counts."""
        still = [one.call_by for one in self.since_settled if one.page] or [self.newest.call_by]
        return min(still)

    @property
    def last_at(self) -> datetime:
        """When the last thing about them was raised or recorded."""
        return max((*(one.at for one in self.signals), *(deed.by.at for _, deed in self.deeds)))


def deed(what: Answering, words: str, by: By) -> SignalDeed:
    """What is recorded. Raises WordsNeeded."""
    if what is Answering.OTHER and not words.strip():
        raise WordsNeeded
    return SignalDeed(what, words.strip(), by)


def by_patient(signals: Sequence[Signal]) -> tuple[tuple[Signal, ...], ...]:
    """The signals of each patient together, in the order given: that in which they were raised."""
    found: dict[UUID, list[Signal]] = {}
    for one in signals:
        found.setdefault(one.draft, []).append(one)
    return tuple(tuple(each) for each in found.values())


def _later(at: datetime, length: timedelta) -> datetime:
    # Through UTC: an hour is an hour, also in the night when clocks change.
    return (at.astimezone(UTC) + length).astimezone(at.tzinfo)


def _even(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond) % _EVEN
    return _later(at, _EVEN - past) if past else at
