"""The clinic's lists of forms: the queue, what waits on a patient, what is put off, and what is done.

Each is made anew from what is sealed, and shown a page at a time. Looking at one is recorded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import QueueOpened
from intake.domain.permissions import StaffMember
from intake.domain.queue_entry import QueueEntry
from intake.domain.queue_order import EVERYTHING, Key, Wanted, page_after, page_before, rank
from intake.domain.standing import PlaceInWork
from intake.services import replies, safety_signals
from intake.services.claims import lasts
from intake.services.clinic import Clinic
from intake.services.queue_lines import Around, Line, finished_line, offered_lines
from intake.services.safety_signals import Alert
from intake.storage import audit, claims, page_marks, patient_requests
from intake.storage import queue as stored

PAGE = 25
_MARKER = "marker"


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one group on this page, and how many the group has on all pages.

    ``rank`` says which group of the queue it is (``queue_order.rank``); other lists have one.
    ``continued`` is said of one that began on an earlier page.
    """

    rank: int
    lines: tuple[Line, ...]
    count: int
    overdue: int
    continued: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. ``first`` and ``last`` count from 1 in the whole of it; ``total`` is how
    many it has of what was wanted. ``signed_by_you`` wait for a second reading by somebody else.
    """

    place: PlaceInWork
    groups: tuple[Group, ...]
    counts: Mapping[PlaceInWork, int]
    overdue: int
    first: int
    last: int
    total: int
    signed_by_you: int
    previous: str
    next: str
    marker: str
    alert: Alert | None

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line on the page, in order."""
        return tuple(line for group in self.groups for line in group.lines)


@dataclass(frozen=True, slots=True)
class _Part:
    """So many lines out of a list: from which place on, of how many, and what is around them."""

    lines: Sequence[Line]
    start: int
    total: int
    previous: str = ""
    next: str = ""
    whole: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class _Marks:
    """The positions of one list, as its pages carry them."""

    clinic: Clinic
    member: StaffMember
    which: PlaceInWork

    def made(self, *mark: int | str) -> str:
        return page_marks.made(self.clinic.keys, self.which.value, self.member.id, mark)

    def read(self, words: str) -> Key | None:
        match page_marks.read(self.clinic.keys, self.which.value, self.member.id, words):
            case (int() as first, int() as second, str() as third):
                return (first, second, third)
            case _:
                return None


def open_list(
    clinic: Clinic,
    member: StaffMember,
    which: PlaceInWork,
    wanted: Wanted = EVERYTHING,
    *,
    after: str = "",
    before: str = "",
) -> ListPage:
    """A page of one of the lists. Looking is recorded with it.

    ``after`` and ``before`` are the positions another page carried; one that is none of this
    list's begins at the beginning.
    """
    replies.take_in(clinic)
    signals = safety_signals.opened(clinic)
    now = clinic.now()
    marks = _Marks(clinic, member, which)
    with clinic.database.write() as session:
        # Before the forms are read: one that comes in meanwhile is announced rather than missed.
        marker = stored.newest_line(session)
        unread = replies.unread(session)
        around = Around(clinic, member, now, claims.of_unfinished(session, now, lasts(clinic)), unread)
        kept = stored.unfinished(session, clinic.keys)
        # Signed or not: what a patient sent and nobody can read is looked at.
        done = unread.keys() - {one.submission for one in kept.entries}
        waiting = (*kept.entries, *stored.of(session, clinic.keys, done).values())
        offered = offered_lines(waiting, around)
        counts = {place: sum(one.place is place for one in offered) for place in PlaceInWork}
        counts[PlaceInWork.DONE] = kept.done
        if which is PlaceInWork.DONE:
            part = _done(session, around, marks, counts[which], after, before)
        else:
            listed = [one for one in offered if one.place is which and around.takes(one, wanted)]
            part = _part(listed, marks, after, before)
        alert = safety_signals.alert(clinic, session, signals)
        lines = with_requests(session, clinic, hidden_where_read_first(session, around, part.lines))
        part = replace(part, lines=lines)
        audit.record(session, clinic.keys, member.id, QueueOpened(len(part.lines)), now)
    return ListPage(
        place=which,
        groups=tuple(_groups(part)),
        counts=counts,
        overdue=sum(one.overdue for one in offered),
        first=part.start + 1,
        last=part.start + len(part.lines),
        total=part.total,
        signed_by_you=len(waiting) - len(offered),
        previous=part.previous,
        next=part.next,
        marker=page_marks.made(clinic.keys, _MARKER, member.id, (marker,)),
        alert=alert,
    )


def arrivals(clinic: Clinic, member: StaffMember, marker: str) -> int:
    """How many forms came in since a page was made; 0 for a marker that is none of theirs.

    A number and nothing else: no reading of anything about health, so it leaves no event.
    """
    match page_marks.read(clinic.keys, _MARKER, member.id, marker):
        case (int() as line,):
            with clinic.database.read() as session:
                return stored.arrived_since(session, line)
        case _:
            return 0


def hidden_where_read_first(session: Session, around: Around, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Nothing the rules said stands on the line of a form that is to be read before its flags are shown."""
    hidden = read_first(session, around.clinic, around.member, [one.entry for one in lines])
    return tuple(replace(one, read_first=one.entry.submission in hidden) for one in lines)


def with_requests(session: Session, clinic: Clinic, lines: Sequence[Line]) -> tuple[Line, ...]:
    """What each patient asked to be done with the form stands on its line, from the moment they asked."""
    found = patient_requests.of_several(session, clinic.keys, [one.entry.submission for one in lines])
    return tuple(replace(one, requests=found.get(one.entry.submission, ())) for one in lines)


def read_first(
    session: Session, clinic: Clinic, member: StaffMember, entries: Iterable[QueueEntry]
) -> frozenset[UUID]:
    """Of which of these forms no list shows somebody what the rules said: they are to be read first.

    Told from what lies sealed beside each form, so an urgent one is among them too.
    """
    entries = tuple(entries)
    twice = {one.submission for one in entries if one.standing.second_read}
    unsigned = {one.submission for one in entries if not one.signed}
    unread = unsigned if clinic.settings.read_first else set()
    return frozenset(twice | (unread - stored.has_seen_flags(session, member.id, unread)))


def _part(listed: Sequence[Line], marks: _Marks, after: str, before: str) -> _Part:
    whole = sorted(listed, key=lambda line: line.key)
    keys = [line.key for line in whole]
    if position := marks.read(before):
        start, end = page_before(keys, position, PAGE)
    else:
        start, end = page_after(keys, marks.read(after), PAGE)
    previous = marks.made(*keys[start]) if start else ""
    further = marks.made(*keys[end - 1]) if end < len(keys) else ""
    return _Part(whole[start:end], start, len(whole), previous, further, whole)


def _done(session: Session, around: Around, marks: _Marks, total: int, after: str, before: str) -> _Part:
    """The finished forms are in the order their signatures are stored in: no more is opened than shown.

    A position says how many stand before it as well, which counting anew would cost all of them.
    """
    earlier, later = marks.read(before), marks.read(after)
    if earlier is not None:
        found = stored.done(session, around.clinic.keys, PAGE, before=_place(earlier))
        start = max(0, earlier[0] - len(found))
    else:
        found = stored.done(session, around.clinic.keys, PAGE, after=_place(later) if later else None)
        start = later[0] if later else 0
    held = claims.of(session, [entry.submission for entry, _ in found], around.now, lasts(around.clinic))
    around = replace(around, claims=held)
    lines = [finished_line(entry, place.at, around) for entry, place in found]
    end = start + len(lines)
    previous = _mark(marks, start, found[0][1]) if found and start else ""
    further = _mark(marks, end, found[-1][1]) if found and end < total else ""
    return _Part(lines, start, total, previous, further)


def _mark(marks: _Marks, before: int, place: stored.Place) -> str:
    return marks.made(before, int(place.at.timestamp()), place.submission.hex)


def _place(position: Key) -> stored.Place:
    _, at, submission = position
    return stored.Place(datetime.fromtimestamp(at, UTC), UUID(submission))


def _groups(part: _Part) -> Iterator[Group]:
    def group(line: Line) -> int:
        return rank(line.entry) if line.place is PlaceInWork.QUEUE else 0

    before = group(part.whole[part.start - 1]) if part.whole and part.start else None
    for ranked, lines in groupby(part.lines, key=group):
        everything = [line for line in part.whole if group(line) == ranked]
        count = len(everything) if part.whole else part.total
        yield Group(
            ranked,
            tuple(lines),
            count,
            sum(line.overdue for line in everything),
            continued=ranked == before,
        )
