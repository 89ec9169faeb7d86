"""Changes of the clinic's settings: numbered from 1, added and never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session, defer

from intake.domain.clinic_settings import SettingsChange
from intake.storage.codec_clinic_settings import settings_from_text, settings_to_text
from intake.storage.database import insert_unless_kept
from intake.storage.tables import ClinicSettingsRow


def are_kept(session: Session) -> bool:
    """Whether this database has a place for them yet; an older one is migrated first."""
    return bool(inspect(session.connection()).has_table(ClinicSettingsRow.__tablename__))


def newest_number(session: Session) -> int:
    """The number of the newest change; 0 while there is none."""
    return session.scalar(select(func.max(ClinicSettingsRow.number))) or 0


def changes(session: Session, since: int = 0, most: int | None = None) -> tuple[SettingsChange, ...]:
    """The changes after the one of a number, newest first; the newest ``most`` of them."""
    query = (
        select(ClinicSettingsRow)
        .where(ClinicSettingsRow.number > since)
        .order_by(ClinicSettingsRow.number.desc())
        .limit(most)
        .options(defer(ClinicSettingsRow.logo))
    )
    return tuple(_read(row) for row in session.scalars(query))


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


def _read(row: ClinicSettingsRow) -> SettingsChange:
    settings, before, unread = settings_from_text(row.document)
    return SettingsChange(row.number, row.at, row.member_id, settings, before, unread)
