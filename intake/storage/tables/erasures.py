"""What was erased: the id alone, so that it stays erased when an older backup is put back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


class ErasureRow(Base):
    """A form, or a safety signal raised while it was written, that is no more.

    Under the same id a draft or a paper became the form: in an older backup it may be one still.
    """

    __tablename__ = "erasures"
    __table_args__ = (CheckConstraint("why IN ('requested', 'time_over')", name="why"),)

    erased_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(16))
