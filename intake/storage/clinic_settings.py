"""Changes of the clinic's settings: numbered from 1, added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from intake.domain.clinic_settings import SettingsChange
from intake.domain.events import ClinicSettingsChanged
from intake.storage.audit import Recorded
from intake.storage.codec_clinic_settings import settings_from_text, settings_to_text
from intake.storage.database import insert_unless_kept
from intake.storage.encryption import PatientKeys, content_digest, length_prefixed
from intake.storage.tables import ClinicSettingsRow
from intake.storage.witnesses import witnesses


@dataclass(frozen=True, slots=True)
class Kept:
    """The changes that the trail bears witness to, newest first, and the numbers of the others."""

    changes: tuple[SettingsChange, ...]
    planted: tuple[int, ...]

    def since(self, number: int) -> tuple[SettingsChange, ...]:
        """The changes after the one of a number, newest first."""
        return tuple(one for one in self.changes if one.number > number)


def are_kept(session: Session) -> bool:
    """Whether this database has a place for them yet; an older one is migrated first."""
    return bool(inspect(session.connection()).has_table(ClinicSettingsRow.__tablename__))


def condition(session: Session) -> tuple[int, int]:
    """How many changes there are, and the highest number: while this stays the same, so do all of them."""
    number = ClinicSettingsRow.number
    how_many, highest = session.execute(select(func.count(number), func.max(number))).one()
    return how_many, highest or 0


def believed(session: Session, keys: PatientKeys | None) -> Kept:
    """The changes without those that the trail does not bear witness to: they are not even read."""
    query = select(ClinicSettingsRow).order_by(ClinicSettingsRow.number.desc())
    rows = session.scalars(query).all()
    lines = witnesses(session, keys, ClinicSettingsChanged) if rows else ()
    ours = [row for row in rows if lines is None or _is_witnessed(row, lines)]
    planted = tuple(row.number for row in rows if row not in ours)
    return Kept(tuple(map(_read, ours)), planted)


def free_number(session: Session, after: int) -> int:
    """The lowest number after this one that no row has, not even one that nobody believes."""
    query = select(ClinicSettingsRow.number).where(ClinicSettingsRow.number > after)
    taken = set(session.scalars(query))
    number = after + 1
    while number in taken:
        number += 1
    return number


def logo(session: Session, number: int) -> bytes | None:
    """The logo that a change brought."""
    return session.scalar(select(ClinicSettingsRow.logo).where(ClinicSettingsRow.number == number))


def logos_of(session: Session, member: UUID) -> tuple[datetime, ...]:
    """When somebody set a logo, each time."""
    query = select(ClinicSettingsRow.at).where(
        ClinicSettingsRow.member_id == member, ClinicSettingsRow.logo.is_not(None)
    )
    return tuple(session.scalars(query))


def add(session: Session, change: SettingsChange, logo: bytes | None = None) -> bool:
    """Keep a change; False, and nothing done, when somebody has kept one of this number."""
    values = {
        "number": change.number,
        "at": change.at,
        "member_id": change.by,
        "document": settings_to_text(change.settings, change.before),
        "logo": logo,
    }
    return insert_unless_kept(session, ClinicSettingsRow, values)


def digest(change: SettingsChange, logo: bytes | None = None) -> str:
    """The SHA-256 of what is kept of a change, for its line of the trail."""
    text = settings_to_text(change.settings, change.before)
    return _digest(change.number, change.at, change.by, text, logo)


def _digest(number: int, at: datetime, member: UUID, text: str, logo: bytes | None) -> str:
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    return content_digest(length_prefixed(str(number), when, str(member), text, logo or b""))


def _is_witnessed(row: ClinicSettingsRow, lines: Sequence[Recorded]) -> bool:
    content = _digest(row.number, row.at, row.member_id, row.document, row.logo)
    return any(
        line.detail.get("number") == row.number
        and line.actor == str(row.member_id)
        # Versions before wrote down who changed settings and when, and not to what.
        and line.detail.get("content", content) == content
        for line in lines
    )


def _read(row: ClinicSettingsRow) -> SettingsChange:
    settings, before, unread = settings_from_text(row.document)
    return SettingsChange(row.number, row.at, row.member_id, settings, before, unread)
