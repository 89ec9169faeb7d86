"""Forms that stand as signed by what lies in the open, held against what is sealed.

The state of a form, and that there is a row for its signature, is all that a list is made from without
opening what is done. Whoever can write to the database can write both; nobody but the clinic's side can
seal the summary that says so too.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from intake.storage import queue
from intake.storage.encryption import ClinicKeys
from intake.storage.submissions import SIGNED
from intake.storage.tables import SubmissionRow, SummaryRow


def said_to_be_signed(session: Session) -> Mapping[UUID, int]:
    """Every form that stands as signed, with the number of its newest summary; 0 where it has none."""
    newest = (
        select(func.coalesce(func.max(SummaryRow.number), 0))
        .where(SummaryRow.submission_id == SubmissionRow.id)
        .scalar_subquery()
    )
    query = select(SubmissionRow.id, newest.label("number")).where(SubmissionRow.state == SIGNED)
    return {row.id: row.number for row in session.execute(query)}


def not_finished(session: Session, keys: ClinicKeys, ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Those of these forms whose sealed summary does not say that they are done, or that have none."""
    return tuple(one.submission for one in queue.of(session, keys, ids).values() if not one.signed)
