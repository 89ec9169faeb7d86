"""Since when a form waits for a clinician: since it was sent, or since it last came back to the clinic.

A promise is made to the patient who sent a form. What the patient adds to a form nobody has signed
starts no new promise, or adding something would make a form that is overdue look as if it were not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from intake.domain.review_entries import Entry, LookAgain, Reopening, Revised, Undoing


class Since(Enum):
    """What a form has waited since."""

    SENT = "sent"
    ANSWERED = "answered"
    REOPENED = "reopened"
    LOOK_AGAIN = "look_again"
    SIGNED = "signed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class CameBack:
    """When a form last came back into the clinic's hands, and why."""

    since: Since
    at: datetime


@dataclass(frozen=True, slots=True)
class SignedAt:
    """When a sign-off was made, and how many entries there were by then."""

    entries: int
    at: datetime


def came_back(
    entries: Sequence[Entry],
    sign_offs: Sequence[SignedAt],
    *,
    raised_at: datetime | None,
    second_read: bool,
) -> CameBack | None:
    """When it last came back; None for a form that has waited ever since it was sent.

    ``raised_at`` is when a screening first raised what the last sign-off does not cover,
    ``second_read`` whether somebody else is still to read what was signed. A day to look again that
    is still to come is in here once somebody brings the form back before it; see
    ``queue_order.waits_since`` for the day itself.
    """
    if second_read and sign_offs:
        return CameBack(Since.SIGNED, sign_offs[-1].at)
    # From here on the clinic had done with it for a while: it was signed, or put off until a day.
    done_with = [sign_offs[-1].entries] if sign_offs else []
    done_with += [place for place, one in enumerate(entries) if isinstance(one, LookAgain) and one.on][:1]
    since = min(done_with, default=len(entries))
    moments = [
        moment
        for place, entry in enumerate(entries)
        if (moment := _moment(entry, done_with=place >= since)) is not None
    ]
    if raised_at is not None:
        moments.append(CameBack(Since.REOPENED, raised_at))
    return max(moments, key=lambda one: one.at, default=None)


def _moment(entry: Entry, *, done_with: bool) -> CameBack | None:
    match entry:
        case Reopening():
            return CameBack(Since.REOPENED, entry.by.at)
        case Undoing() if done_with:
            return CameBack(Since.REOPENED, entry.by.at)
        case Revised() if entry.asked is not None or done_with:
            return CameBack(Since.ANSWERED, entry.at)
        case LookAgain(on=None):
            return CameBack(Since.LOOK_AGAIN, entry.by.at)
        case _:
            return None
