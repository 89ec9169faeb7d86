"""The tables: what of a record lies in the open, and what is sealed.

In the open are ids, times and counts, nothing about health. Imported by nobody outside
storage; the migrations create exactly this, which a test compares.
"""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A time in UTC. SQLite keeps no time zone, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a time without a zone, which could mean any hour."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The time, in UTC, with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What all tables share: how their constraints are named."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        date: Date,
        datetime: Moment,
        UUID: Uuid,
        bytes: LargeBinary,
    }


class DraftRow(Base):
    """Answers not sent yet, sealed with a key only the patient's own session unwraps."""

    __tablename__ = "drafts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    revision: Mapped[int]
    payload: Mapped[bytes]


class PatientSessionRow(Base):
    """A patient's browser: a draft it can open or, after sending, the receipt."""

    __tablename__ = "patient_sessions"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime] = mapped_column(index=True)
    draft_id: Mapped[UUID | None] = mapped_column(ForeignKey("drafts.id"), index=True)
    wrapped_key: Mapped[bytes | None]
    reference: Mapped[str | None] = mapped_column(String(16))
    sent_at: Mapped[datetime | None]


class SubmissionRow(Base):
    """A patient's answers as sent. ``state`` says whether they wait, never for how long or why."""

    __tablename__ = "submissions"
    __table_args__ = (CheckConstraint("state IN ('open', 'signed')", name="state"),)

    # The draft's id: one draft can be sent once and never twice.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime]
    revision: Mapped[int]
    answers: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(8), index=True)


class RecordKeyRow(Base):
    """The key of one submission, sealed for the clinic.

    Apart from the submission because it alone may change: new clinic keys seal it again,
    and erasing it erases the submission.
    """

    __tablename__ = "record_keys"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    sealed: Mapped[bytes]


class SummaryRow(Base):
    """What the queue shows of a submission, after each screening anew."""

    __tablename__ = "summaries"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class ScreeningRow(Base):
    """One run of the rules over a submission."""

    __tablename__ = "screenings"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class TallyRow(Base):
    """A screening counted: what figures of rules are made from without opening the screening."""

    __tablename__ = "tallies"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class AcknowledgementRow(Base):
    """A flag that was seen. ``flag_tag`` keeps a flag from being acknowledged twice."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("submission_id", "flag_tag"),)

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Keyed by the record's key: a plain hash of a rule and an answer could be guessed.
    flag_tag: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes]


class SignOffRow(Base):
    """A clinician's signature over a submission."""

    __tablename__ = "sign_offs"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    sealed: Mapped[bytes]


class FeedbackRow(Base):
    """What a clinician said of a flag, or of one that is missing. Which, is sealed."""

    __tablename__ = "feedback"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class SafetyClosingRow(Base):
    """What came of an entry of the safety log; it has the number of the feedback it closes."""

    __tablename__ = "safety_closings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["submission_id", "number"],
            ["feedback.submission_id", "feedback.number"],
        ),
    )

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


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
