"""Which keys were destroyed: from then on the database refuses whatever is sealed to one of them."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


class RetiredKeyRow(Base):
    """The id of a key that nobody has any more, as sealed values carry it."""

    __tablename__ = "retired_keys"

    key_id: Mapped[bytes] = mapped_column(LargeBinary(4), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    retired_at: Mapped[datetime]
