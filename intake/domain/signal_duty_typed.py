"""The safety signal's duty as somebody types it into boxes, and what those words set."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from intake.domain.safety_signal import SignalDuty

CONFIRMATION = "somebody answers"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEAST_MINUTES, MOST_MINUTES = 5, 240
LONGEST_NAMES = 200
_WORK_DAYS = tuple(str(day) for day in range(5))
_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE)
_NOON = 12
_ANY_DAY = datetime(2026, 1, 5)  # noqa: DTZ001 - only the time between two hours of one day


@dataclass(frozen=True, slots=True)
class DutyBoxes:
    """What stands in each box; whatever was typed, nothing is lost."""

    answered_by: str = ""
    within_minutes: str = "30"
    days: tuple[str, ...] = _WORK_DAYS
    opens: str = "9 am"
    closes: str = "5 pm"
    confirmed: str = ""


def duty_boxes_of(duty: SignalDuty | None) -> DutyBoxes:
    """The boxes filled in with what is set; the confirmation is typed anew each time."""
    if duty is None:
        return DutyBoxes()
    return DutyBoxes(
        duty.answered_by,
        str(duty.within_minutes),
        tuple(str(day) for day in duty.days),
        time_said(duty.opens),
        time_said(duty.closes),
    )


def duty_in(boxes: DutyBoxes) -> tuple[SignalDuty | None, dict[str, str]]:
    """What the boxes set, or what is wrong with them, by the name of each box."""
    problems: dict[str, str] = {}
    for name, words in _problems(boxes):
        problems.setdefault(name, words)
    opens, closes = _time(boxes.opens), _time(boxes.closes)
    if problems or opens is None or closes is None:
        return None, problems
    days = tuple(sorted(int(day) for day in boxes.days))
    return SignalDuty(boxes.answered_by.strip(), int(boxes.within_minutes), days, opens, closes), {}


def time_said(at: time) -> str:
    """``9 am``, ``5:30 pm``."""
    half = "am" if at.hour < _NOON else "pm"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % _NOON or _NOON}{minutes} {half}"


def days_said(days: tuple[int, ...]) -> str:
    """``Monday to Friday``, ``every day``, ``Monday, Wednesday and Saturday``."""
    if len(days) == len(DAYS):
        return "every day"
    names = [DAYS[day] for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"{names[0]} to {names[-1]}"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def hours_said(duty: SignalDuty) -> str:
    """``Monday to Friday, 9 am to 5 pm``."""
    return f"{days_said(duty.days)}, {time_said(duty.opens)} to {time_said(duty.closes)}"


def _problems(boxes: DutyBoxes) -> Iterator[tuple[str, str]]:
    who = boxes.answered_by.strip()
    if not who:
        yield "answered_by", "Write who answers, and the number they are reached at"
    elif not any(one.isdecimal() for one in who):
        yield "answered_by", "Write the number as well, like “Dr. Rivera, (555) 010-0177”"
    elif len(who) > LONGEST_NAMES or not who.isprintable():
        yield "answered_by", f"Keep it to {LONGEST_NAMES} characters, all on one line"
    minutes = boxes.within_minutes.strip()
    if not re.fullmatch(r"[0-9]{1,3}", minutes) or not LEAST_MINUTES <= int(minutes) <= MOST_MINUTES:
        yield "within_minutes", f"Write a whole number of minutes from {LEAST_MINUTES} to {MOST_MINUTES}"
    if not boxes.days or not set(boxes.days) <= {str(day) for day in range(len(DAYS))}:
        yield "days", "Choose the days on which somebody is there"
    yield from _hours(boxes, minutes)
    if " ".join(boxes.confirmed.split()).casefold().rstrip(".") != CONFIRMATION:
        yield "confirmed", f"Type “{CONFIRMATION}” if it is so. If it is not, leave the signal off"


def _hours(boxes: DutyBoxes, minutes: str) -> Iterator[tuple[str, str]]:
    opens, closes = _time(boxes.opens), _time(boxes.closes)
    if opens is None:
        yield "opens", "Write a time like 9 am or 9:30 am"
    if closes is None:
        yield "closes", "Write a time like 5 pm or 5:30 pm"
    if opens is None or closes is None:
        return
    there = datetime.combine(_ANY_DAY, closes) - datetime.combine(_ANY_DAY, opens)
    if there <= timedelta(0):
        yield "closes", "Write a time after the one it begins at"
    elif minutes.isdecimal() and len(minutes) < 4 and there < timedelta(minutes=int(minutes)):
        yield "closes", "Nobody is there for as long as a call is promised within: write a later time"


def _time(typed: str) -> time | None:
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1].lower()
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= _NOON):
        return None
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return time(hour, minute)
