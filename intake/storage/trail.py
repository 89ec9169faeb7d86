"""The audit trail as somebody reads it: a page at a time, newest first, and what they look for in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from intake.domain.events import SamePersonSaid
from intake.storage.audit import Recorded, recorded
from intake.storage.tables import AuditEventRow, SamePersonRow, SubmissionRow, TranscriptionRow

# Kept under one of the two submissions it is about.
_OF_TWO = SamePersonSaid.__name__


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: from a moment to before another, of one actor, of one kind, about one thing.

    What is None or empty leaves nothing out.
    """

    since: datetime | None = None
    before: datetime | None = None
    actor: str = ""
    event: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Lines in the order asked for, and whether there are more on either side of them."""

    lines: tuple[Recorded, ...]
    has_newer: bool
    has_older: bool


def newest_first(
    session: Session,
    wanted: Wanted,
    size: int,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
) -> Found:
    """One page of the lines wanted, the newest of them or those next to a line, on one side of it."""
    lines, which = AuditEventRow.seq, _conditions(wanted)
    query = select(AuditEventRow).where(*which)
    if newer_than is not None:
        rows = list(session.scalars(query.where(lines > newer_than).order_by(lines).limit(size)))[::-1]
    elif older_than is not None:
        rows = list(session.scalars(query.where(lines < older_than).order_by(lines.desc()).limit(size)))
    else:
        rows = list(session.scalars(query.order_by(lines.desc()).limit(size)))
    if not rows:
        return Found((), has_newer=False, has_older=False)
    newest, oldest = rows[0].seq, rows[-1].seq
    return Found(
        tuple(recorded(row) for row in rows),
        has_newer=_any(session, *which, lines > newest),
        has_older=_any(session, *which, lines < oldest),
    )


def about(session: Session, submission: UUID) -> tuple[Recorded, ...]:
    """Every line about a submission, oldest first: also what was said of it and another one."""
    first, second = SamePersonRow.first_id, SamePersonRow.second_id
    pairs = session.execute(select(first, second).where(or_(first == submission, second == submission)))
    beside = {str(one) for pair in pairs for one in pair if one != submission}
    other = AuditEventRow.detail.contains(f'"{submission}"', autoescape=True)
    # By the objects, which have an index: a history must not grow slower with other people's.
    kept_there = and_(AuditEventRow.object_id.in_(beside), AuditEventRow.event == _OF_TWO, other)
    which = or_(AuditEventRow.object_id == str(submission), kept_there)
    query = select(AuditEventRow).where(which).order_by(AuditEventRow.seq)
    return tuple(recorded(row) for row in session.scalars(query))


def references(session: Session, things: Iterable[str | None]) -> dict[str, str]:
    """What the submissions among these ids are called."""
    ids = {one for one in map(_id, things) if one is not None}
    return {
        str(found): reference
        # A paper that is being typed in has the id and the reference of the submission it will be.
        for row in (TranscriptionRow, SubmissionRow)
        for found, reference in session.execute(select(row.id, row.reference).where(row.id.in_(ids)))
    }


def _id(thing: str | None) -> UUID | None:
    try:
        return UUID(thing) if thing else None
    except ValueError:
        return None


def _any(session: Session, *which: ColumnElement[bool]) -> bool:
    return session.scalar(select(AuditEventRow.seq).where(*which).limit(1)) is not None


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(AuditEventRow.at >= _as_kept(wanted.since))
    if wanted.before is not None:
        found.append(AuditEventRow.at < _as_kept(wanted.before))
    if wanted.actor:
        found.append(AuditEventRow.actor == wanted.actor)
    if wanted.event:
        found.append(AuditEventRow.event == wanted.event)
    if wanted.about:
        found.append(_is_about(wanted.about))
    return found


def _is_about(thing: str) -> ColumnElement[bool]:
    # What is about two submissions is kept under the first, and names the other.
    other = AuditEventRow.detail.contains(f'"{thing}"', autoescape=True)
    return or_(AuditEventRow.object_id == thing, other)


def _as_kept(at: datetime) -> str:
    # Written in UTC and always as long, so that the order of the text is the order of time.
    return at.astimezone(UTC).isoformat(timespec="microseconds")
