"""The audit trail, as people ask about it: read a page at a time, searched, and checked."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from intake.domain.events import TrailOpened
from intake.domain.permissions import StaffMember
from intake.services import trail_words
from intake.services.clinic import Clinic
from intake.services.trail_words import ACTORS, Known
from intake.storage import accounts, audit, submissions, trail
from intake.storage.audit import Recorded, VerifyResult
from intake.storage.trail import Wanted

PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader looks for; what is None or empty leaves nothing out.

    ``about`` is the id of a submission, a staff member or a publication.
    """

    day: date | None = None
    actor: str = ""
    event: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line of the trail in words. ``form`` is the id of the submission it is about, if any."""

    seq: int
    at: datetime
    who: str
    what: str
    about: str
    details: tuple[str, ...]
    form: str = ""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines, newest first, and whether there are more on either side."""

    lines: tuple[TrailLine, ...]
    has_newer: bool
    has_older: bool
    about: str = ""


def read(
    clinic: Clinic,
    reader: StaffMember,
    asked: Asked,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
) -> TrailPage:
    """One page of the trail. Reading it is recorded in it, after what it shows."""
    with clinic.database.write() as session:
        found = trail.newest_first(
            session, _wanted(clinic, asked), PAGE, older_than=older_than, newer_than=newer_than
        )
        names = {str(member.id): member.printed_name for member in accounts.everybody(session, clinic.keys)}
        things = {line.object for line in found.lines} | {asked.about}
        things |= {str(value) for line in found.lines for value in line.detail.values()}
        known = Known(names, trail.references(session, things))
        event = TrailOpened(len(found.lines))
        audit.record(session, clinic.keys, reader.id, event, clinic.now())
    lines = tuple(_in_words(one, known) for one in found.lines)
    return TrailPage(lines, found.has_newer, found.has_older, known.about(asked.about))


def actors(clinic: Clinic) -> dict[str, str]:
    """Everybody who may stand in the trail as having done something, by the id it has there."""
    with clinic.database.read() as session:
        names = {str(member.id): member.printed_name for member in accounts.everybody(session, clinic.keys)}
    return names | ACTORS


def thing(clinic: Clinic, typed: str) -> str:
    """The id of what somebody names by its reference or its id. Raises NoSuchSubmission."""
    try:
        return str(UUID(typed.strip()))
    except ValueError:
        with clinic.database.read() as session:
            return str(submissions.by_reference(session, typed.strip().upper()))


def verify(clinic: Clinic) -> VerifyResult:
    """Follow the chain from its first line to its last."""
    with clinic.database.read() as session:
        return audit.verify(session, clinic.keys)


def line_at(clinic: Clinic, seq: int | None) -> TrailLine | None:
    """One line in words; None when there is none. Only what is known of it without any name."""
    with clinic.database.read() as session:
        found = audit.chained_at(session, seq) if seq else None
    if found is None:
        return None
    title = trail_words.title(found.event)
    return TrailLine(found.seq, datetime.fromisoformat(found.at), found.actor, title, "", ())


def _wanted(clinic: Clinic, asked: Asked) -> Wanted:
    zone = ZoneInfo(clinic.settings.timezone)
    since = datetime.combine(asked.day, time.min, zone) if asked.day else None
    # The next midnight, and not a day's hours later: some days have 23 and some 25.
    before = datetime.combine(asked.day + timedelta(days=1), time.min, zone) if asked.day else None
    return Wanted(since, before, asked.actor, asked.event, asked.about)


def _in_words(line: Recorded, known: Known) -> TrailLine:
    return TrailLine(
        line.seq,
        line.at,
        known.who(line.actor),
        trail_words.title(line.event),
        # Whoever signs in does it to nobody else.
        "" if line.object == line.actor else known.about(line.object),
        trail_words.details(line.detail, known, line.object),
        line.object if line.object in known.references and line.object else "",
    )
