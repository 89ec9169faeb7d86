"""With what the people of the clinic prove who they are, beside their passwords."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


class PasskeyRow(Base):
    """One passkey. Its public key, count and name are sealed for this person, at this point in time."""

    __tablename__ = "passkeys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    # The SHA-256 of the credential's id, by which a browser's answer finds it.
    credential_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    sealed: Mapped[bytes]


class AuthenticatorAppRow(Base):
    """Somebody's authenticator app. No code of ``last_step`` (of 30 seconds each) or before counts."""

    __tablename__ = "authenticator_apps"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), primary_key=True)
    created_at: Mapped[datetime]
    last_step: Mapped[int] = mapped_column(BigInteger)
    sealed: Mapped[bytes]


class RecoveryCodeRow(Base):
    """One recovery code, as a sealed hash. It works until ``used_at`` says something."""

    __tablename__ = "recovery_codes"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]
    used_at: Mapped[datetime | None]


class PasskeyChallengeRow(Base):
    """What a passkey was asked to sign, until it is answered once or five minutes are over."""

    __tablename__ = "passkey_challenges"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"), index=True)
    challenge: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(index=True)
    seal: Mapped[bytes | None]


class UnfinishedSignInRow(Base):
    """Somebody whose password was right and whose second factor is still asked for: no session yet."""

    __tablename__ = "unfinished_sign_ins"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"), index=True)
    auth_epoch: Mapped[int]
    created_at: Mapped[datetime]
    seal: Mapped[bytes | None]
