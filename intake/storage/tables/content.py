"""The documents that were ever in force, and who put rules in force. Nothing in them is about a patient."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


class EditionRow(Base):
    """A questionnaire, rule file or medicines file, as it was published."""

    __tablename__ = "editions"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    edition: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[str] = mapped_column(Text)


class PublicationRow(Base):
    """Rules that somebody proposed, to be in force from a day on. Nothing in it is about a patient."""

    __tablename__ = "publications"
    __table_args__ = (UniqueConstraint("id", "proposed_by"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rules: Mapped[str] = mapped_column(String(64))
    overlay: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"))
    proposed_at: Mapped[datetime]


class PublicationDecisionRow(Base):
    """That a publication was countersigned or withdrawn.

    Numbered, so that of two people who decide at once one is told. ``proposed_by`` is here as
    well, so that the database itself refuses one person as both.
    """

    __tablename__ = "publication_decisions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["publication_id", "proposed_by"], ["publications.id", "publications.proposed_by"]
        ),
        CheckConstraint("deed IN ('countersigned', 'withdrawn')", name="deed"),
        CheckConstraint("deed = 'withdrawn' OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(deed = 'countersigned') = (in_force_from IS NOT NULL)", name="first_day"),
    )

    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deed: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"))
    decided_at: Mapped[datetime]
    in_force_from: Mapped[date | None]
    proposed_by: Mapped[UUID]


class PublicationEditionRow(Base):
    """An edition of the rules that came of a publication, and the first day it screened.

    A publication has several when its overlay holds something that ends on a day.
    """

    __tablename__ = "publication_editions"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publications.id"), primary_key=True)
    rules: Mapped[str] = mapped_column(String(64), primary_key=True)
    first_day: Mapped[date]


class ClinicSettingsRow(Base):
    """What the clinic set on its settings page, whole, after each change; nothing about a patient."""

    __tablename__ = "clinic_settings"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"))
    document: Mapped[str] = mapped_column(Text)
    logo: Mapped[bytes | None]
