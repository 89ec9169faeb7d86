"""Lines of the audit trail that bear witness: what has none was put into the database by something else.

Whoever can write to the database can add a row that puts rules or settings in force. The line that goes with
it is sealed with the audit key, and is written in the same transaction.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.domain.events import Event
from intake.storage import audit
from intake.storage.audit import Recorded
from intake.storage.encryption import PatientKeys
from intake.storage.tables import AuditEventRow


def witnesses(session: Session, keys: PatientKeys | None, *kinds: type[Event]) -> tuple[Recorded, ...] | None:
    """The lines of these kinds whose seals fit, in order; without keys, nobody looks at the seals.

    None where this process may not read the trail: that is a role of PostgreSQL, and one that cannot put
    anything in force either.
    """
    if not _may_read(session):
        return None
    lines = audit.chained_of_kinds(session, kinds)
    return tuple(audit.recorded(one) for one in lines if keys is None or audit.is_as_written(keys, one))


def _may_read(session: Session) -> bool:
    if session.get_bind().dialect.name != "postgresql":
        return True
    may = func.has_table_privilege(AuditEventRow.__tablename__, "SELECT")
    return bool(session.scalar(select(may)))
