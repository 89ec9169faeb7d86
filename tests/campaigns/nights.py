"""The nights on which summer time begins and ends: what the clinic's clock showed, and what the pages say.

In America and in Europe, every ten minutes from two hours before a change to two hours after it, somebody
signs in and signs a form off. What an auditor reads in the trail and what stands under each signature is
compared with what a clock on the wall showed, which is written down here: no table of zones is asked. An hour
that comes twice is told apart by the name of its time, and the trail's lines are in the order they happened.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch
from uuid import UUID
from zoneinfo import ZoneInfo

from campaigns.hasty import at_any_speed
from copies import NOON, PASSWORD, Copy, make_copy, staff
from exchanging import LIBRARY, sent_to
from intake.config import Settings
from intake.domain.permissions import Role, StaffMember
from intake.domain.review_entries import Done
from intake.services import reviewing
from intake.storage import audit
from intake.web.clinic.site import create_clinic_site
from web.clinic.person import Person, words
from web.clinic.test_sign_off import hidden

_AROUND = timedelta(hours=2)
_FORM = "first_name: Quetzal, last_name: Doe, phone: 555-010-0142, pressure: no, home: yes, takes: no"


@dataclass(frozen=True, slots=True)
class Night:
    """A change, and what the time is called before it and from then on, so many hours after UTC."""

    zone: str
    change: datetime
    before: tuple[str, int]
    after: tuple[str, int]

    def shown(self, at: datetime) -> str:
        """What a clock on the wall showed."""
        name, hours = self.before if at < self.change else self.after
        wall = at.astimezone(timezone(timedelta(hours=hours)))
        hour = f"{wall.hour % 12 or 12}:{wall.minute:02} {'am' if wall.hour < 12 else 'pm'}"
        return f"{wall:%B} {wall.day}, {wall.year} at {hour} {name}"

    def moment(self, said: str) -> datetime | None:
        """Which moment was meant; None when no clock here shows a time of this name."""
        wall, _, name = said.rpartition(" ")
        hours = dict((self.before, self.after)).get(name)
        if hours is None:
            return None
        there = timezone(timedelta(hours=hours))
        return datetime.strptime(wall, "%B %d, %Y at %I:%M %p").replace(tzinfo=there).astimezone(UTC)


def _utc(month: int, day: int, hour: int, year: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


NIGHTS = (
    Night("America/New_York", _utc(11, 1, 6, 2026), ("EDT", -4), ("EST", -5)),
    Night("America/New_York", _utc(3, 14, 7, 2027), ("EST", -5), ("EDT", -4)),
    Night("Europe/Berlin", _utc(10, 25, 1, 2026), ("CEST", 2), ("CET", 1)),
    Night("Europe/Berlin", _utc(3, 28, 1, 2027), ("CET", 1), ("CEST", 2)),
)


@dataclass(slots=True)
class Compared:
    """What was read, and what was wrong with it."""

    nights: int = 0
    signatures: int = 0
    lines: int = 0
    twice: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Compared") -> None:
        """What was read in another night, too."""
        self.nights += other.nights
        self.signatures += other.signatures
        self.lines += other.lines
        self.twice += other.twice
        self.faults += other.faults


def night(folder: Path, night: Night, every: timedelta) -> Compared:
    """One night; what its times were shown as."""
    copy = make_copy(folder, LIBRARY)
    settings = replace(copy.settings, timezone=night.zone)
    copy = replace(
        copy,
        settings=settings,
        desk=copy.desk.with_settings(settings),
        clinic=copy.clinic.with_settings(settings),
    )
    copy.clock.at = night.change - 2 * _AROUND
    alice = staff(copy.clinic, "alice", "Alice Archer, MD", Role.CLINICIAN)
    staff(copy.clinic, "audrey", "Audrey Ledger", Role.AUDITOR)
    with at_any_speed():
        site = create_clinic_site(copy.clinic)
    seen, signed, at = Compared(nights=1), dict[UUID, datetime](), night.change - _AROUND
    while at < night.change + _AROUND:
        copy.clock.at = at
        signed[_signed_off(copy, alice, Person(site).sign_in("alice", PASSWORD))] = at
        at += every
    _read_signatures(night, Person(site).sign_in("alice", PASSWORD), signed, seen)
    _read_trail(night, copy, Person(site).sign_in("audrey", PASSWORD), seen)
    for one in (copy.desk, copy.clinic):
        one.database.dispose()
    return seen


def _signed_off(copy: Copy, alice: StaffMember, person: Person) -> UUID:
    form = sent_to(copy, alice, _FORM).submission
    for flag in reviewing.open_review(copy.clinic, alice, form).flags:
        reviewing.acknowledge(copy.clinic, alice, form, flag.key, "Seen.", Done.CALLED_PATIENT)
    path = f"/submissions/{form}/sign-off"
    person.open(path)
    person.send(path, password=PASSWORD, **hidden(person))
    assert person.status == 303, f"nothing was signed: {person.text}"
    return form


def _read_signatures(night: Night, person: Person, signed: Mapping[UUID, datetime], seen: Compared) -> None:
    for form, at in signed.items():
        person.open(f"/submissions/{form}")
        seen.signatures += 1
        if (wanted := f"Alice Archer, MD {night.shown(at)} Meaning:") not in person.text:
            seen.faults.append(f"{night.zone}: under what was signed at {at:%H:%M} UTC stands no “{wanted}”")
    walls = Counter(night.shown(at).rpartition(" ")[0] for at in signed.values())
    seen.twice += sum(times > 1 for times in walls.values())


def _read_trail(night: Night, copy: Copy, person: Person, seen: Compared) -> None:
    """Every line, a page after the other from the newest: as the wall had it, and none before its elder."""
    with copy.clinic.database.read() as session:
        # What made the copy was done by a clock that stood elsewhere.
        kept = {one.seq: one.at for one in audit.events(session) if one.at != NOON}
    moments, path = list[datetime | None](), "/trail"
    while path:
        person.open(path)
        for line in map(words, person.page.tree.iter("dt")):
            said, _, number = line.rpartition(" Line ")
            if (at := kept.get(int(number))) is None:
                continue  # made with the copy, or by reading this
            seen.lines += 1
            moments.append(night.moment(said))
            if said != night.shown(at) or moments[-1] != at.replace(second=0, microsecond=0):
                seen.faults.append(f"{night.zone}: in the trail stands “{said}” of {at:%H:%M} UTC")
        path = person.page.links().get("Earlier lines", "")
    told = [one for one in moments if one is not None]
    if len(told) < len(kept) or any(newer < older for newer, older in pairwise(told)):
        seen.faults.append(
            f"{night.zone}: the lines of the trail are not all there, in the order they happened"
        )


def every(folder: Path, step: timedelta, nights: Sequence[Night] = NIGHTS) -> Compared:
    """One night after the other; what was read."""
    seen = Compared()
    for number, one in enumerate(nights):
        seen.add(night(folder / str(number), one, step))
    return seen


@contextmanager
def standing() -> Iterator[None]:
    """The control: a clinic whose clock on the wall is never changed, from summer to winter."""

    def local(settings: Settings, at: datetime) -> datetime:
        return at.astimezone(
            timezone(datetime(2026, 7, 1, tzinfo=ZoneInfo(settings.timezone)).utcoffset() or timedelta())
        )

    with patch.object(Settings, "local", local):
        yield
