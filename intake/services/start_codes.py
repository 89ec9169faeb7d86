"""Making and revoking the codes that begin a form, and asking for one where the clinic wants it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.events import StartCodesMade, StartCodesRevoked
from intake.domain.permissions import StaffMember
from intake.domain.start_codes import CodeState, Sheet, SheetWanted, lasts, written
from intake.services import accounts
from intake.services.clinic import Clinic, PatientDesk
from intake.storage import audit, start_codes


class NotAdmitted(Exception):
    """The clinic asks for a code, and this is none that begins a form. Why not is said to nobody."""


class NoSuchSheet(Exception):
    """There is no sheet of codes under this id, or it was revoked before."""


@dataclass(frozen=True, slots=True)
class Made:
    """New codes as they are handed out, each with the link that brings it along."""

    codes: tuple[tuple[str, str], ...]
    uses: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SheetTold:
    """A sheet as staff see it."""

    sheet: Sheet
    made_by: str
    state: CodeState


def admit(desk: PatientDesk, session: Session, typed: str) -> None:
    """Count a use of the code where one is asked for. Raises NotAdmitted."""
    if desk.settings.start_codes and not start_codes.use(session, desk.keys, typed, desk.now()):
        raise NotAdmitted


def make(clinic: Clinic, member: StaffMember, wanted: SheetWanted) -> Made:
    """Make a sheet of codes. They are told now and never again."""
    now = clinic.now()
    expires = now + lasts(wanted)
    with clinic.database.write() as session:
        sheet, codes = start_codes.make(session, clinic.keys, member, wanted, now)
        until = clinic.local(expires).date().isoformat()
        event = StartCodesMade(sheet, wanted.codes, wanted.uses, until)
        audit.record(session, clinic.keys, member.id, event, now)
    told = tuple((written(code), link_of(clinic, code)) for code in codes)
    return Made(told, wanted.uses, expires)


def link_of(clinic: Clinic, code: str) -> str:
    """The address that brings a code along. What comes after the # never reaches a server."""
    return f"{clinic.settings.public_address}/#code={written(code)}"


def sheets(clinic: Clinic) -> tuple[SheetTold, ...]:
    """Every sheet, the newest first. Nothing in it is about a patient."""
    names, now = accounts.printed_names(clinic), clinic.now()
    with clinic.database.read() as session:
        found = start_codes.sheets(session)
    return tuple(SheetTold(one, names.get(one.made_by, "Somebody"), one.state(now)) for one in found)


def revoke(clinic: Clinic, member: StaffMember, sheet: UUID) -> None:
    """End every code of a sheet; forms that were begun go on. Raises NoSuchSheet."""
    with clinic.database.write() as session:
        if not start_codes.revoke(session, sheet, clinic.now()):
            raise NoSuchSheet(f"there is no sheet {sheet} to revoke")
        audit.record(session, clinic.keys, member.id, StartCodesRevoked(sheet), clinic.now())
