"""When anybody was last here, as far as the rows say it that the worker may read."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.storage.tables import KnownBrowserRow, PatientSessionRow, StaffSessionRow

_SEEN = (PatientSessionRow.last_seen, StaffSessionRow.last_seen, KnownBrowserRow.last_seen)


def newest(session: Session) -> datetime | None:
    """When a patient or somebody of the clinic last used a page; None when no trace of any is left."""
    found = (session.scalar(select(func.max(seen))) for seen in _SEEN)
    return max((at for at in found if at is not None), default=None)
