"""The front desk's list: who sent a form, how far it has come, and how to reach them."""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from intake.domain.desk import DeskEntry, DeskStatus, status_of
from intake.domain.events import DeskOpened
from intake.domain.permissions import StaffMember
from intake.domain.truth import Truth
from intake.services.clinic import Clinic
from intake.storage import audit, desk
from intake.storage.desk import DeskLine

PAGE = 25
READ_LATELY = timedelta(days=14)
CANNOT_BE_OPENED = "Cannot be opened"


@dataclass(frozen=True, slots=True)
class Desk:
    """One page of the list, the newest form first; ``found`` is how many there are on all pages."""

    entries: tuple[DeskEntry, ...]
    found: int
    page: int
    pages: int


def open_desk(clinic: Clinic, member: StaffMember, words: str = "", page: int = 1) -> Desk:
    """One page of the forms that are not finished or were read lately. Looking is recorded.

    ``words`` are looked for in names and references; a page beyond the last is the last. Junk is found
    by whoever looks for it, as when a person calls about it, and not listed else.
    """
    with clinic.database.write() as session:
        now = clinic.now()
        every = desk.lines(session, clinic.keys, now - READ_LATELY)
        found = tuple(line for line in every if _is_meant(line, words))
        pages = max(1, -(-len(found) // PAGE))
        page = min(max(1, page), pages)
        shown = found[(page - 1) * PAGE : page * PAGE]
        opened = desk.opened(session, (line.submission for line in shown), now)
        entries = tuple(_entry(clinic, session, line, opened=line.submission in opened) for line in shown)
        audit.record(session, clinic.keys, member.id, DeskOpened(len(entries)), now)
    return Desk(entries, len(found), page, pages)


def _entry(clinic: Clinic, session: Session, line: DeskLine, *, opened: bool) -> DeskEntry:
    submission = desk.submission(session, clinic.keys, line.submission)
    status = status_of(line.standing, opened=opened)
    if submission is None or line.name is None:
        return DeskEntry(
            line.reference, CANNOT_BE_OPENED, DeskStatus.SENT, line.sent_at, "", "", Truth.NOT_KNOWN
        )
    return DeskEntry.of(submission, status)


def _is_meant(line: DeskLine, words: str) -> bool:
    if line.standing.junk_since is not None and not words.strip():
        return False
    name, reference = _plain(line.name or CANNOT_BE_OPENED), _bare(line.reference)
    wanted = _plain(words).split()
    return all(word in name for word in wanted) or (bool(_bare(words)) and _bare(words) in reference)


def _plain(words: str) -> str:
    """Without capitals and accents: names are looked for by people who heard them."""
    apart = unicodedata.normalize("NFKD", words)
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()


def _bare(reference: str) -> str:
    return "".join(one for one in reference if one.isalnum()).casefold()
