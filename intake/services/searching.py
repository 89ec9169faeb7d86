"""Looking for a form by a name, a reference or a date of birth, over what is sealed.

Nothing that could be searched lies in the open but references, so summaries are opened one after
the other, the newest form first, until there is a page of them or the time is up. What was typed
is neither kept nor logged.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import QueueSearched
from intake.domain.finding import Sought
from intake.domain.permissions import StaffMember
from intake.domain.queue_entry import QueueEntry
from intake.services.claims import lasts
from intake.services.clinic import Clinic
from intake.services.queue import hidden_where_read_first, with_requests
from intake.services.queue_lines import Around, Line, finished_line, unfinished_line
from intake.storage import audit, claims, page_marks
from intake.storage import queue as stored

# How long somebody waits for one answer; a press looks further.
SECONDS = 2.0
SHOWN = 25
_AT_ONCE = 250
_LIST = "search"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. ``looked_through`` of ``total`` forms were opened, counted from the newest;
    ``further`` is where to go on, empty at the end. ``damaged`` could not be opened.
    """

    lines: tuple[Line, ...]
    looked_through: int
    total: int
    damaged: int
    further: str


@dataclass(slots=True)
class _Search:
    """One search as it goes on."""

    ids: list[UUID] = field(default_factory=list)
    looked_through: int = 0
    damaged: int = 0
    last: stored.Place | None = None
    ended: bool = False


def search(
    clinic: Clinic, member: StaffMember, wanted: Sought, further: str = "", seconds: float = SECONDS
) -> Found:
    """The forms that are wanted, newest first. That there was a search is recorded, and how many it found.

    Opened are only as many as fit into ``seconds``. ``further`` is the position of an earlier search.
    """
    began = _position(clinic, member, further)
    looked = _look(clinic, wanted, began, seconds)
    now = clinic.now()
    # Looking takes a while, and nobody can write during a write transaction: what is shown is read
    # again in the one that records it.
    with clinic.database.write() as session:
        around = Around(clinic, member, now, claims.of(session, looked.ids, now, lasts(clinic)))
        entries = stored.of(session, clinic.keys, looked.ids)
        signed = stored.signed_at(session, looked.ids)
        shown = [_line(entries[one], signed.get(one), around) for one in looked.ids if one in entries]
        lines = with_requests(session, clinic, hidden_where_read_first(session, around, shown))
        total = stored.count(session)
        audit.record(session, clinic.keys, member.id, QueueSearched(len(lines)), now)
    through = (began[0] if began else 0) + looked.looked_through
    return Found(lines, through, total, looked.damaged, _mark(clinic, member, looked, through))


def _look(clinic: Clinic, wanted: Sought, began: tuple[int, stored.Place] | None, seconds: float) -> _Search:
    until = time.monotonic() + seconds
    looked = _Search(last=began[1] if began else None)
    with clinic.database.read() as session:
        if began is None:
            # A reference lies in the open: nothing is opened to find one.
            looked.ids += stored.referred_to(session, wanted.references)
        if looked.ids or not (wanted.parts or wanted.born):
            looked.ended = True
            return looked
        for places in _pages(session, looked.last):
            _look_at(session, clinic, wanted, places, looked)
            if len(looked.ids) >= SHOWN or time.monotonic() >= until:
                return looked
    looked.ended = True
    return looked


def _pages(session: Session, last: stored.Place | None) -> Iterator[tuple[stored.Place, ...]]:
    while places := stored.newest_first(session, _AT_ONCE, last):
        yield places
        last = places[-1]


def _look_at(
    session: Session,
    clinic: Clinic,
    wanted: Sought,
    places: Sequence[stored.Place],
    looked: _Search,
) -> None:
    entries = stored.of(session, clinic.keys, [one.submission for one in places])
    unknown = [one for one, entry in entries.items() if wanted.born is not None and entry.born is None]
    born = stored.born(session, clinic.keys, unknown) if unknown else {}
    for place in places:
        entry = entries.get(place.submission)
        looked.looked_through, looked.last = looked.looked_through + 1, place
        if entry is None:
            continue
        looked.damaged += entry.name == stored.CANNOT_BE_OPENED
        if place.submission not in looked.ids and _is_wanted(entry, wanted, born):
            looked.ids.append(place.submission)
        if len(looked.ids) >= SHOWN:
            return


def _is_wanted(entry: QueueEntry, wanted: Sought, born: Mapping[UUID, date | None]) -> bool:
    if entry.name == stored.CANNOT_BE_OPENED:
        return False
    if wanted.born is not None:
        return wanted.born == (entry.born or born.get(entry.submission))
    return wanted.is_name(entry.name)


def _line(entry: QueueEntry, signed_at: datetime | None, around: Around) -> Line:
    if entry.signed and signed_at is not None:
        return finished_line(entry, signed_at, around)
    return unfinished_line(entry, around)


def _position(clinic: Clinic, member: StaffMember, further: str) -> tuple[int, stored.Place] | None:
    match page_marks.read(clinic.keys, _LIST, member.id, further):
        case (int() as through, int() as at, str() as submission):
            return through, stored.Place(datetime.fromtimestamp(at, UTC), UUID(submission))
        case _:
            return None


def _mark(clinic: Clinic, member: StaffMember, looked: _Search, through: int) -> str:
    if looked.ended or looked.last is None:
        return ""
    last = looked.last
    mark = (through, int(last.at.timestamp()), last.submission.hex)
    return page_marks.made(clinic.keys, _LIST, member.id, mark)
