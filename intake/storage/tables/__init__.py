"""The tables: what of a record lies in the open, and what is sealed.

In the open are ids, times and counts, nothing about health. Imported by nobody outside
storage; the migrations create exactly this, which a test compares.
"""

from intake.storage.tables.base import Base
from intake.storage.tables.content import (
    EditionRow,
    PublicationDecisionRow,
    PublicationEditionRow,
    PublicationRow,
)
from intake.storage.tables.forms import (
    AcknowledgementRow,
    DraftRow,
    FeedbackRow,
    PatientSessionRow,
    RecordKeyRow,
    SafetyClosingRow,
    ScreeningRow,
    SignOffRow,
    SubmissionRow,
    SummaryRow,
    TallyRow,
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
    "DraftRow",
    "EditionRow",
    "FeedbackRow",
    "LockoutRow",
    "OneTimeLinkRow",
    "PatientSessionRow",
    "PublicationDecisionRow",
    "PublicationEditionRow",
    "PublicationRow",
    "RecordKeyRow",
    "SafetyClosingRow",
    "ScreeningRow",
    "SignOffRow",
    "StaffMemberRow",
    "StaffSessionRow",
    "SubmissionRow",
    "SummaryRow",
    "TallyRow",
]
