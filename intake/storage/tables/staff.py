"""The people of the clinic and their coming in, and the trail of everything that happens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


class StaffMemberRow(Base):
    """Somebody who works in the clinic; without a password until they have chosen one."""

    __tablename__ = "staff_members"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(254), unique=True)
    printed_name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[str] = mapped_column(String(100))
    auth_epoch: Mapped[int]
    password: Mapped[bytes | None]
    created_at: Mapped[datetime]


class StaffSessionRow(Base):
    """A staff member who is signed in."""

    __tablename__ = "staff_sessions"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    auth_epoch: Mapped[int]
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]


class OneTimeLinkRow(Base):
    """A link that works once: to set up a copy, or to choose a password."""

    __tablename__ = "one_time_links"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LockoutRow(Base):
    """Failed sign-ins for one account from one source, neither of them in the open."""

    __tablename__ = "lockouts"

    who: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]
    refused_until: Mapped[datetime | None]


class AuditEventRow(Base):
    """One line of the audit trail, chained to the line before it."""

    __tablename__ = "audit_events"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # Text, because the chain is over exactly these characters.
    at: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(64))
    object_id: Mapped[str | None] = mapped_column(String(64), index=True)
    detail: Mapped[str] = mapped_column(Text)
    prev_mac: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHeadRow(Base):
    """The newest line's number and seal; locking this row is what keeps the chain whole."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
