"""What patients write and send, and what clinicians record of it: sealed, but for ids, times and counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from intake.storage.tables.base import Base


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
