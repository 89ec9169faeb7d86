"""How long a clinic says it takes until a clinician has read a form, in hours or in work days."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum

_SAID = re.compile(r"\s*([1-9][0-9]{0,2})\s+(hours?|work(?:ing)? days?|business days?)\s*", re.IGNORECASE)
_SATURDAY = 5
_DAY = timedelta(days=1)


class Unit(Enum):
    """What a promise counts in."""

    HOURS = "hours"
    WORK_DAYS = "work_days"


@dataclass(frozen=True, slots=True)
class ReadingPromise:
    """So many hours, or so many days from Monday to Friday. Nobody tells us about holidays."""

    amount: int
    unit: Unit

    @property
    def words(self) -> str:
        """As patients read it: "24 hours", "2 work days"."""
        unit = "hour" if self.unit is Unit.HOURS else "work day"
        return f"{self.amount} {unit}" if self.amount == 1 else f"{self.amount} {unit}s"

    @property
    def length(self) -> timedelta:
        """The same as a length of time; of work days, without the weekends between them."""
        return timedelta(hours=self.amount) if self.unit is Unit.HOURS else timedelta(days=self.amount)


def promise_in(words: str) -> ReadingPromise | None:
    """The promise that words make ("2 work days", "24 hours"); None when they are other words."""
    found = _SAID.fullmatch(words)
    if found is None:
        return None
    unit = Unit.HOURS if found[2].lower().startswith("hour") else Unit.WORK_DAYS
    return ReadingPromise(int(found[1]), unit)


def read_by(sent: datetime, length: timedelta, *, in_work_days: bool) -> datetime:
    """When a form that was sent then should have been read, in the time zone ``sent`` comes in.

    In work days, Saturdays and Sundays do not count: what is sent on one counts from Monday on.
    """
    if not in_work_days:
        return (sent.astimezone(UTC) + length).astimezone(sent.tzinfo)
    due = _on_a_work_day(sent)
    for _ in range(length.days):
        due = _on_a_work_day(due + _DAY, keep_hour=True)
    return due


def _on_a_work_day(at: datetime, *, keep_hour: bool = False) -> datetime:
    days = max(0, 7 - at.weekday()) if at.weekday() >= _SATURDAY else 0
    if not days:
        return at
    monday = at + days * _DAY
    return monday if keep_hour else datetime.combine(monday.date(), time.min, at.tzinfo)
