"""One line of a list of forms: where the form stands, since when it waits, and who has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from uuid import UUID

from intake.domain.claims import Claim
from intake.domain.coming_back import Since
from intake.domain.patient_requests import PatientRequest
from intake.domain.permissions import StaffMember
from intake.domain.queue_entry import QueueEntry
from intake.domain.queue_order import Key, Wanted, key, place, rank, waits_since
from intake.domain.rules import Priority
from intake.domain.standing import PlaceInWork
from intake.services.clinic import Clinic


@dataclass(frozen=True, slots=True)
class Line:
    """One form in a list.

    ``at`` is what the list goes by: since when a form waits, when the patient was asked, the day it
    comes back, when it was signed. ``read_by`` is the clinic's promise, None where none is open.
    ``waits_long`` says that the patient has not answered for days. ``read_first`` hides what the rules
    said, until whoever looks has read the form themselves. ``unread_reply`` says that the patient sent
    something that cannot be read here: such a form stands in the queue, wherever else it would.
    ``requests`` are what the patient asked to be done with the form.
    """

    entry: QueueEntry
    place: PlaceInWork
    at: datetime
    since: Since
    read_by: datetime | None = None
    overdue: bool = False
    claim: Claim | None = None
    read_first: bool = False
    waits_long: bool = False
    unread_reply: bool = False
    requests: tuple[PatientRequest, ...] = ()

    @property
    def key(self) -> Key:
        """What puts it in its place in its list."""
        group = rank(self.entry) if self.place is PlaceInWork.QUEUE else 0
        return key(group, self.at, self.entry.submission)

    @property
    def acknowledged(self) -> int:
        """How many of its flags are acknowledged."""
        return self.entry.acknowledged

    @property
    def flags(self) -> int:
        """How many it has: raised, and those nobody can tell."""
        return self.entry.flags + self.entry.cannot_tell

    @property
    def due_today(self) -> bool:
        """Whether it is due today whatever patients were promised: urgent means to be reviewed today.

        Overdue stays later than promised: what patients were told is measured, and nothing else.
        """
        urgent = self.entry.priority is Priority.URGENT
        return urgent and self.read_by is not None and not self.overdue

    @property
    def looks_again(self) -> bool:
        """Whether the day has come on which somebody wanted to look again."""
        return self.place is PlaceInWork.QUEUE and self.entry.standing.look_again_on is not None


@dataclass(frozen=True, slots=True)
class Around:
    """What every line is made with: the clinic and its clock, who looks, and who has what."""

    clinic: Clinic
    member: StaffMember
    now: datetime
    claims: Mapping[UUID, Claim]
    unread: Mapping[UUID, datetime] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The calendar day at the clinic."""
        return self.clinic.local(self.now).date()

    def morning(self, day: date) -> datetime:
        """When a day begins at the clinic."""
        return datetime.combine(day, time.min, self.clinic.local(self.now).tzinfo)

    def takes(self, line: Line, wanted: Wanted) -> bool:
        """Whether the line is among what is wanted."""
        mine = line.claim is not None and line.claim.member == self.member.id
        return wanted.takes(line.entry, mine=mine, sent_on=self.clinic.local(line.entry.sent_at).date())


def unfinished_line(entry: QueueEntry, around: Around) -> Line:
    """The line of a form that waits, or that something will bring back."""
    if (came := around.unread.get(entry.submission)) is not None:
        return _with_unread_reply(entry, came, around)
    stands = place(entry, around.today)
    claim = around.claims.get(entry.submission)
    on, asked_at = entry.standing.look_again_on, entry.standing.asked_at
    since, at = waits_since(entry, around.today, around.morning)
    match stands:
        case PlaceInWork.LATER if on is not None:
            return Line(entry, stands, around.morning(on), since, claim=claim)
        case PlaceInWork.JUNK if entry.standing.junk_since is not None:
            return Line(entry, stands, entry.standing.junk_since, since, claim=claim)
        case PlaceInWork.WAITING_ON_PATIENT if asked_at is not None:
            waits_long = entry.standing.waits_long(around.now)
            return Line(entry, stands, asked_at, since, claim=claim, waits_long=waits_long)
        case _ if since is Since.SIGNED:
            # It was read as promised: nobody promised the patient a second reading.
            return Line(entry, stands, at, since, claim=claim)
        case _:
            read_by = around.clinic.settings.read_by(at)
            return Line(entry, stands, at, since, read_by, around.now > read_by, claim)


def offered_lines(entries: Sequence[QueueEntry], around: Around) -> list[Line]:
    """The lines of forms that wait, without those that wait only for somebody else than whoever looks.

    To whoever signed, a form stands where it would without a second read: on its day, or with the patient.
    """
    return [line for entry in entries if (line := _offered(entry, around)) is not None]


def _offered(entry: QueueEntry, around: Around) -> Line | None:
    standing = entry.standing
    if standing.second_read and standing.signed_by == around.member.id:
        standing = replace(standing, second_read=False)
        if standing.place(around.today) is PlaceInWork.DONE and entry.submission not in around.unread:
            return None
    return unfinished_line(replace(entry, standing=standing), around)


def _with_unread_reply(entry: QueueEntry, at: datetime, around: Around) -> Line:
    """In the queue since the reply came, or for as long as it stood there by itself."""
    since, began = waits_since(entry, around.today, around.morning)
    if entry.standing.place(around.today) is not PlaceInWork.QUEUE or since is Since.SIGNED:
        since, began = Since.ANSWERED, at
    read_by = around.clinic.settings.read_by(began)
    claim = around.claims.get(entry.submission)
    line = Line(entry, PlaceInWork.QUEUE, began, since, read_by, around.now > read_by, claim)
    return replace(line, unread_reply=True)


def finished_line(entry: QueueEntry, signed_at: datetime, around: Around) -> Line:
    """The line of a form that is done."""
    claim = around.claims.get(entry.submission)
    line = Line(entry, PlaceInWork.DONE, signed_at, Since.SIGNED, claim=claim)
    return replace(line, unread_reply=entry.submission in around.unread)
