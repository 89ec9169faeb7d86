"""Who may begin a form and how often, and the word that somebody may need a call before they send one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


class RateLimitRow(Base):
    """How far ahead of the clock a network is at one door (``storage/rate_limits.py``).

    With SQLite it lies in a file of its own, so that counting never waits for a patient's answers.
    """

    __tablename__ = "rate_limits"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    # Microseconds since 1970, UTC.
    until: Mapped[int] = mapped_column(BigInteger, index=True)


class StartCodeRow(Base):
    """A code that begins a form; ``sheet`` is what was made at once. Who used it is not kept."""

    __tablename__ = "start_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sheet: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    uses: Mapped[int]
    used: Mapped[int]
    revoked_at: Mapped[datetime | None]


class SafetySignalRow(Base):
    """That an answer not sent yet opened a page of help lines. Whose, is sealed for the clinic."""

    __tablename__ = "safety_signals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]


class SignalDeedRow(Base):
    """What somebody did about a safety signal. What, and in which words, is sealed."""

    __tablename__ = "signal_deeds"

    signal_id: Mapped[UUID] = mapped_column(ForeignKey("safety_signals.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class SignalToldRow(Base):
    """Staff were told by e-mail that there is something to read, and this signal was among it."""

    __tablename__ = "signals_told"

    signal_id: Mapped[UUID] = mapped_column(ForeignKey("safety_signals.id"), primary_key=True)
