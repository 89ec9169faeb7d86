"""The tables: what of a record lies in the open, and what is sealed.

In the open are ids, times and counts, nothing about health. Imported by nobody outside
storage; the migrations create exactly this, which a test compares.
"""

from intake.storage.tables.base import Base
from intake.storage.tables.content import (
    ClinicSettingsRow,
    EditionRow,
    PublicationDecisionRow,
    PublicationEditionRow,
    PublicationRow,
)
from intake.storage.tables.forms import (
    AcknowledgementRow,
    ClaimRow,
    DraftRow,
    FeedbackRow,
    HeldPageRow,
    OutgoingRow,
    PageCountRow,
    PatientQuestionRow,
    PatientSessionRow,
    RecordKeyRow,
    ReplyRow,
    ReplySessionRow,
    ReviewEntryRow,
    RevisionRow,
    SafetyClosingRow,
    SamePersonRow,
    ScreeningRow,
    SignOffRow,
    SubmissionRow,
    SummaryRow,
    TallyRow,
    WayBackRow,
)
from intake.storage.tables.staff import (
    AuditEventRow,
    AuditHeadRow,
    LockoutRow,
    OneTimeLinkRow,
    StaffMemberRow,
    StaffSessionRow,
)

__all__ = [
    "AcknowledgementRow",
    "AuditEventRow",
    "AuditHeadRow",
    "Base",
    "ClaimRow",
    "ClinicSettingsRow",
    "DraftRow",
    "EditionRow",
    "FeedbackRow",
    "HeldPageRow",
    "LockoutRow",
    "OneTimeLinkRow",
    "OutgoingRow",
    "PageCountRow",
    "PatientQuestionRow",
    "PatientSessionRow",
    "PublicationDecisionRow",
    "PublicationEditionRow",
    "PublicationRow",
    "RecordKeyRow",
    "ReplyRow",
    "ReplySessionRow",
    "ReviewEntryRow",
    "RevisionRow",
    "SafetyClosingRow",
    "SamePersonRow",
    "ScreeningRow",
    "SignOffRow",
    "StaffMemberRow",
    "StaffSessionRow",
    "SubmissionRow",
    "SummaryRow",
    "TallyRow",
    "WayBackRow",
]
