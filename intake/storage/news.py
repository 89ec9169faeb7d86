"""That a form or a reply came which staff are not told of yet.

It names the submission alone, which lies in the open anyway. How soon it should be read is in its sealed
summary and nowhere here, so that a copy of the database does not say whose form is urgent.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.storage.submissions import to_the_minute
from intake.storage.tables import NewsRow


def add(session: Session, submission: UUID, now: datetime) -> None:
    """Something of this submission came. In the transaction in which it came."""
    session.add(NewsRow(id=uuid4(), submission_id=submission, created_at=to_the_minute(now)))
    session.flush()


def there_is(session: Session) -> bool:
    """Whether staff have yet to be told of anything."""
    return session.scalar(select(NewsRow.id).limit(1)) is not None


def take(session: Session) -> frozenset[UUID]:
    """Every submission that staff are to be told of; they are to be told in this transaction."""
    taken = session.scalars(select(NewsRow).order_by(NewsRow.id).with_for_update()).all()
    for row in taken:
        session.delete(row)
    session.flush()
    return frozenset(row.submission_id for row in taken)
