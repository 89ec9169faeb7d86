"""In which order forms wait: by when to look, then by how long, and which of them somebody asked to see.

Priority says when a clinician should look. Second readings come after all of them, in a group of
their own: somebody has read those forms already.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from intake.domain.coming_back import Since
from intake.domain.queue_entry import QueueEntry
from intake.domain.rules import Priority
from intake.domain.standing import PlaceInWork

# What orders a list: the group's rank, the moment in microseconds, and the id between equals.
Key = tuple[int, int, str]

_NO_RULE = len(Priority)
SECOND_READ = len(Priority) + 1
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to see of the queue; nothing chosen is everything.

    ``rank`` is that of a group (``rank``); the days are of sending, by the clinic's calendar.
    """

    mine: bool = False
    rank: int | None = None
    sent_from: date | None = None
    sent_to: date | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == EVERYTHING

    def takes(self, entry: QueueEntry, *, mine: bool, sent_on: date) -> bool:
        """Whether the form is among what is wanted."""
        return (
            (mine or not self.mine)
            and self.rank in (None, rank(entry))
            and (self.sent_from is None or self.sent_from <= sent_on)
            and (self.sent_to is None or sent_on <= self.sent_to)
        )


EVERYTHING = Wanted()


def rank(entry: QueueEntry) -> int:
    """Which group of the queue a form stands in, from 0: the priorities, no rule, second readings."""
    if entry.standing.second_read:
        return SECOND_READ
    return _NO_RULE if entry.priority is None else entry.priority.rank


def place(entry: QueueEntry, today: date) -> PlaceInWork:
    """Where a form stands that is not finished. Nothing leaves the queue by what is kept in the open:
    one that is said to wait and, by what is sealed, does not, is looked at.
    """
    stands = entry.standing.place(today)
    return PlaceInWork.QUEUE if stands is PlaceInWork.DONE else stands


def waits_since(
    entry: QueueEntry, today: date, morning: Callable[[date], datetime]
) -> tuple[Since, datetime]:
    """Since when the clinic has had it in hand, and what happened then.

    ``morning`` is when a day begins at the clinic.
    """
    back = entry.came_back
    since = (Since.SENT, entry.sent_at) if back is None else (back.since, back.at)
    on = entry.standing.look_again_on
    if on is not None and entry.standing.comes_back(today) and not entry.standing.second_read:
        since = max(since, (Since.LOOK_AGAIN, morning(on)), key=lambda one: one[1])
    unanswered_on = entry.standing.unanswered_on()
    if unanswered_on is not None and entry.standing.is_unanswered(today) and not entry.standing.second_read:
        since = max(since, (Since.UNANSWERED, morning(unanswered_on)), key=lambda one: one[1])
    return since


def key(rank: int, at: datetime, submission: UUID) -> Key:
    """What puts a form in its place in a list; nobody's arrival or leaving changes another's."""
    whole = int(at.timestamp()) * _SECOND + at.microsecond
    return (rank, whole, submission.hex)


def page_after(keys: Iterable[Key], position: Key | None, size: int) -> tuple[int, int]:
    """From where to where a page goes that begins after a position: places in the sorted list."""
    ordered = list(keys)
    start = 0 if position is None else sum(one <= position for one in ordered)
    return start, min(start + size, len(ordered))


def page_before(keys: Iterable[Key], position: Key, size: int) -> tuple[int, int]:
    """From where to where a page goes that ends before a position, and is full where it can be."""
    ordered = list(keys)
    end = sum(one < position for one in ordered)
    # Never a shorter first page than the list allows.
    end = min(len(ordered), max(end, size))
    return max(0, end - size), end
