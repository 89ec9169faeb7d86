"""The people of the clinic and their coming in, and the trail of everything that happens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


class StaffMemberRow(Base):
    """Somebody who works in the clinic, or did; without a password until they have chosen one.

    ``failures`` are wrong passwords in a row, from browsers nobody knows.
    """

    __tablename__ = "staff_members"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(254), unique=True)
    printed_name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[str] = mapped_column(String(100))
    auth_epoch: Mapped[int]
    password: Mapped[bytes | None]
    # Bound to the password: whoever changes it, or takes the factors away, has a password that does not open.
    second_factor: Mapped[bool]
    created_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(server_default="0", default=0)
    notice_address: Mapped[bytes | None]
    removed_at: Mapped[datetime | None]
    # Of the row: without it nobody is let in (row_seals.py).
    seal: Mapped[bytes | None]


class KnownBrowserRow(Base):
    """A browser that somebody has signed in from: tries of its own, and no notice when it comes again."""

    __tablename__ = "known_browsers"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), primary_key=True, index=True)
    browser: Mapped[str] = mapped_column(String(60))
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    failures: Mapped[int]


class ProviderIdentityRow(Base):
    """Who at the clinic's sign-in provider is who here; not by any name the provider has for them."""

    __tablename__ = "provider_identities"

    subject_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), unique=True)
    created_at: Mapped[datetime]
    sealed: Mapped[bytes]


class ProviderSignInRow(Base):
    """Somebody went to the provider; used up when they come back. ``member_id`` is whom to link."""

    __tablename__ = "provider_sign_ins"

    state_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    browser_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    sealed: Mapped[bytes]


class StaffSessionRow(Base):
    """A staff member who is signed in."""

    __tablename__ = "staff_sessions"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    auth_epoch: Mapped[int]
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    browser: Mapped[str] = mapped_column(String(60), server_default="A browser", default="A browser")
    # When and with what they last proved who they are, and what has to be done before anything else.
    authenticated_at: Mapped[datetime]
    proven: Mapped[str] = mapped_column(String(32))
    due: Mapped[str] = mapped_column(String(16))
    # The tag of the network that was in, which says nothing without the key; whether another was seen since.
    network: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    moved: Mapped[bool] = mapped_column(server_default=false(), default=False)
    seal: Mapped[bytes | None]


class OneTimeLinkRow(Base):
    """A link that works once: to set up a copy, or to choose a password."""

    __tablename__ = "one_time_links"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    seal: Mapped[bytes | None]


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
