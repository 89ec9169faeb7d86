"""What patients write and send, and what clinicians record of it: sealed, but for ids, times and counts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
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


class WayBackRow(Base):
    """How a patient opens a saved draft on any device: with a link or a code, and a phrase.

    Of the link and the code there are digests, of the phrase nothing but its salt. ``by_link`` and
    ``by_code`` are one key, wrapped twice; under it lies the draft's key (``draft_key``), so that what
    opened the draft still opens the receipt when the draft is gone. ``shown`` are the three of them, under
    the draft's key. The clinic can make new ones only with ``for_clinic`` and ``with_code`` (both empty
    unless the patient wants it). ``failures`` counts wrong phrases, ``mailed`` links sent by e-mail.
    """

    __tablename__ = "ways_back"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    draft_id: Mapped[UUID | None] = mapped_column(ForeignKey("drafts.id"), unique=True)
    link_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    by_link: Mapped[bytes]
    by_code: Mapped[bytes]
    draft_key: Mapped[bytes]
    shown: Mapped[bytes]
    for_clinic: Mapped[bytes]
    with_code: Mapped[bytes]
    created_at: Mapped[datetime]
    last_visit: Mapped[datetime] = mapped_column(index=True)
    mailed: Mapped[int]
    failures: Mapped[int]
    paused_until: Mapped[datetime | None]
    reference: Mapped[str | None] = mapped_column(String(16))
    sent_at: Mapped[datetime | None]


class HeldPageRow(Base):
    """A page that was sent after its session ended, for a quarter of an hour.

    Sealed with a secret that only the browser it came from has. ``draft_id`` is that of the draft it
    was written for, which may be gone by now.
    """

    __tablename__ = "held_pages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    draft_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]


class TranscriptionRow(Base):
    """A paper that staff are typing in, sealed for the clinic; gone when it is signed in or thrown away.

    Who types, and who is done, lies in the open, so that a list of them opens none.
    """

    __tablename__ = "transcriptions"

    # The submission's id and reference, once it is signed in.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    first_by: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"))
    second_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff_members.id"))
    first_done: Mapped[bool]
    second_done: Mapped[bool]
    revision: Mapped[int]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]


class SubmissionRow(Base):
    """A patient's answers as sent. ``state`` says whether they wait, never for how long or why."""

    __tablename__ = "submissions"
    __table_args__ = (CheckConstraint("state IN ('open', 'signed')", name="state"),)

    # The draft's id: one draft can be sent once and never twice.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
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
    created_at: Mapped[datetime] = mapped_column(index=True)
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


class ReviewEntryRow(Base):
    """One further fact of a review: a question, a reopening, a day to look again. Which, is sealed."""

    __tablename__ = "review_entries"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class ClaimRow(Base):
    """Who has a form in hand. Gone when it is released; over when its time is."""

    __tablename__ = "claims"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("staff_members.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]


class RevisionRow(Base):
    """A submission after the patient sent something more. The first revision stands in its own row."""

    __tablename__ = "revisions"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    answers: Mapped[bytes]


class PatientQuestionRow(Base):
    """A question the patient can open with its link and the reference; sealed with both.

    ``number`` is that of the entry that asks it. ``failures`` counts wrong references.
    """

    __tablename__ = "patient_questions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["submission_id", "number"],
            ["review_entries.submission_id", "review_entries.number"],
        ),
    )

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    failures: Mapped[int]
    paused_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class ReplyRow(Base):
    """Something more a patient sent, sealed for the clinic; ``revision`` once it was taken in."""

    __tablename__ = "replies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    created_at: Mapped[datetime]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    revision: Mapped[int | None] = mapped_column(index=True)


class ReplySessionRow(Base):
    """A patient's browser at a reply: what they may see and have written, sealed with its token.

    ``id`` becomes the reply's, so that one visit sends once. ``number`` is that of the question;
    an addendum has none.
    """

    __tablename__ = "reply_sessions"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    number: Mapped[int | None]
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime] = mapped_column(index=True)
    revision: Mapped[int]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    sent_at: Mapped[datetime | None]


class OwnCopyRow(Base):
    """A form as it was sent, for a day, sealed with the token of the browser it was sent from.

    Nothing in it leads to the submission: without the token it is bytes.
    """

    __tablename__ = "own_copies"

    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]


class PatientRequestRow(Base):
    """That a patient asked something about a form they sent. What, is sealed for the clinic.

    ``id`` is the page's it was asked on, so that a button pressed twice asks once.
    """

    __tablename__ = "patient_requests"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]


class PatientRequestStepRow(Base):
    """What came of a request, or that the patient was told. Which, is sealed."""

    __tablename__ = "patient_request_steps"
    __table_args__ = (
        ForeignKeyConstraint(
            ["submission_id", "request"],
            ["patient_requests.submission_id", "patient_requests.number"],
        ),
    )

    submission_id: Mapped[UUID] = mapped_column(primary_key=True)
    request: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class SamePersonRow(Base):
    """That somebody compared two submissions and says whether one person sent both. Who, is sealed."""

    __tablename__ = "same_person"

    first_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    second_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True, index=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class OutgoingRow(Base):
    """A neutral notice on its way: to whom, what it says and with which link, is sealed.

    ``tried_since`` is when trying began anew, ``failure`` why the last try came to nothing. One that
    could not be sent is kept until ``kept_until``, so that somebody can have it tried again.
    """

    __tablename__ = "outgoing"
    __table_args__ = (Index("ix_outgoing_for_staff_created_at", "for_staff", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    wrapped_key: Mapped[bytes]
    sealed: Mapped[bytes]
    attempts: Mapped[int]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(32))
    for_staff: Mapped[bool] = mapped_column(server_default=false())
    tried_since: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(32))
    kept_until: Mapped[datetime | None] = mapped_column(index=True)


class NewsRow(Base):
    """A form or a reply came, and staff are not told yet. How soon it should be read is nowhere in it."""

    __tablename__ = "news"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    created_at: Mapped[datetime]


class PageCountRow(Base):
    """How often a page of the form was shown or finished on a day, by nobody in particular."""

    __tablename__ = "page_counts"
    __table_args__ = (CheckConstraint("event IN ('shown', 'finished', 'stopped')", name="event"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(String(64), primary_key=True)
    event: Mapped[str] = mapped_column(String(8), primary_key=True)
    count: Mapped[int]
