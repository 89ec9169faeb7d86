"""Everything the audit trail can record: one frozen dataclass for each thing that happens.

No event carries anything about health, and no name of a patient: ids and editions only,
so that a patient's data can be erased without breaking the chain.
"""

from intake.domain.events.admission import (
    SafetySignalAnswered,
    SafetySignalOpened,
    SafetySignalRaised,
    StartCodesMade,
    StartCodesRevoked,
    SubmissionMarkedJunk,
    SubmissionTakenFromJunk,
)
from intake.domain.events.clinic import (
    ClinicSettingsChanged,
    DeskOpened,
    NoticeSetAside,
    NoticesNotSentOpened,
    NoticeTriedAgain,
    StatisticsOpened,
    TrailOpened,
    WayBackRenewed,
)
from intake.domain.events.keys import (
    BackupMade,
    BackupRestored,
    KeyActivated,
    KeyMade,
    KeyRetired,
    RecordsRewrapped,
    RecoveryCopyConfirmed,
    RecoveryCopyMade,
)
from intake.domain.events.people import (
    PasswordChanged,
    SetupLinkMade,
    SignedIn,
    SignedOut,
    SignInRefused,
    StaffMemberAdded,
    StaffMemberInvited,
)
from intake.domain.events.replies import (
    PatientAsked,
    PatientLinkRenewed,
    PatientReplied,
    QuestionTakenBack,
    SubmissionRevised,
)
from intake.domain.events.requests import (
    OwnCopyOpened,
    PatientRequestHandled,
    PatientRequestMade,
    PatientRequestsOpened,
    PatientTold,
)
from intake.domain.events.reviews import (
    AcknowledgementUndone,
    FeedbackGiven,
    FlagAcknowledged,
    LookAgainSet,
    ReviewReopened,
    ReviewSignedOff,
    ReviewTakenUpAgain,
    SafetyEntryClosed,
    SafetyLogOpened,
    SubmissionClaimed,
    SubmissionReleased,
    SubmissionTakenOver,
    ViewNoted,
)
from intake.domain.events.rules import (
    EditionPublished,
    FeedbackCounted,
    ImpactListed,
    ImpactLooked,
    RuleFiguresOpened,
    RulesCountersigned,
    RulesProposed,
    RulesWithdrawn,
)
from intake.domain.events.submissions import (
    AccessListOpened,
    EarlierLookedFor,
    QueueOpened,
    QueueSearched,
    SamePersonSaid,
    SubmissionErased,
    SubmissionExported,
    SubmissionOpened,
    SubmissionPrinted,
    SubmissionReceived,
    SubmissionReplayed,
    SubmissionsCompared,
    SubmissionScreened,
    SubmissionsExported,
)
from intake.domain.events.transcriptions import (
    TranscriptionBegun,
    TranscriptionDiscarded,
    TranscriptionOpened,
    TranscriptionSettled,
    TranscriptionSignedIn,
    TranscriptionTyped,
)

__all__ = [
    "AccessListOpened",
    "AcknowledgementUndone",
    "BackupMade",
    "BackupRestored",
    "ClinicSettingsChanged",
    "DeskOpened",
    "EarlierLookedFor",
    "EditionPublished",
    "Event",
    "FeedbackCounted",
    "FeedbackGiven",
    "FlagAcknowledged",
    "ImpactListed",
    "ImpactLooked",
    "KeyActivated",
    "KeyMade",
    "KeyRetired",
    "LookAgainSet",
    "NoticeSetAside",
    "NoticeTriedAgain",
    "NoticesNotSentOpened",
    "OwnCopyOpened",
    "PasswordChanged",
    "PatientAsked",
    "PatientLinkRenewed",
    "PatientReplied",
    "PatientRequestHandled",
    "PatientRequestMade",
    "PatientRequestsOpened",
    "PatientTold",
    "QuestionTakenBack",
    "QueueOpened",
    "QueueSearched",
    "RecordsRewrapped",
    "RecoveryCopyConfirmed",
    "RecoveryCopyMade",
    "ReviewReopened",
    "ReviewSignedOff",
    "ReviewTakenUpAgain",
    "RuleFiguresOpened",
    "RulesCountersigned",
    "RulesProposed",
    "RulesWithdrawn",
    "SafetyEntryClosed",
    "SafetyLogOpened",
    "SafetySignalAnswered",
    "SafetySignalOpened",
    "SafetySignalRaised",
    "SamePersonSaid",
    "SetupLinkMade",
    "SignInRefused",
    "SignedIn",
    "SignedOut",
    "StaffMemberAdded",
    "StaffMemberInvited",
    "StartCodesMade",
    "StartCodesRevoked",
    "StatisticsOpened",
    "SubmissionClaimed",
    "SubmissionErased",
    "SubmissionExported",
    "SubmissionMarkedJunk",
    "SubmissionOpened",
    "SubmissionPrinted",
    "SubmissionReceived",
    "SubmissionReleased",
    "SubmissionReplayed",
    "SubmissionRevised",
    "SubmissionScreened",
    "SubmissionTakenFromJunk",
    "SubmissionTakenOver",
    "SubmissionsCompared",
    "SubmissionsExported",
    "TrailOpened",
    "TranscriptionBegun",
    "TranscriptionDiscarded",
    "TranscriptionOpened",
    "TranscriptionSettled",
    "TranscriptionSignedIn",
    "TranscriptionTyped",
    "ViewNoted",
    "WayBackRenewed",
]

Event = (
    SubmissionReceived
    | SubmissionScreened
    | QueueOpened
    | SubmissionOpened
    | FlagAcknowledged
    | ReviewSignedOff
    | ReviewReopened
    | FeedbackGiven
    | SafetyLogOpened
    | SafetyEntryClosed
    | RuleFiguresOpened
    | FeedbackCounted
    | EditionPublished
    | RulesProposed
    | RulesCountersigned
    | RulesWithdrawn
    | ImpactLooked
    | ImpactListed
    | SubmissionReplayed
    | SetupLinkMade
    | StaffMemberAdded
    | StaffMemberInvited
    | SignedIn
    | SignInRefused
    | SignedOut
    | PasswordChanged
    | QueueSearched
    | SubmissionClaimed
    | SubmissionReleased
    | SubmissionTakenOver
    | AcknowledgementUndone
    | ReviewTakenUpAgain
    | LookAgainSet
    | PatientAsked
    | PatientLinkRenewed
    | QuestionTakenBack
    | PatientReplied
    | SubmissionRevised
    | OwnCopyOpened
    | PatientRequestMade
    | PatientRequestsOpened
    | PatientRequestHandled
    | PatientTold
    | ViewNoted
    | EarlierLookedFor
    | SamePersonSaid
    | SubmissionsCompared
    | SubmissionPrinted
    | SubmissionErased
    | SubmissionExported
    | SubmissionsExported
    | ClinicSettingsChanged
    | StatisticsOpened
    | DeskOpened
    | TrailOpened
    | NoticesNotSentOpened
    | NoticeTriedAgain
    | NoticeSetAside
    | AccessListOpened
    | WayBackRenewed
    | StartCodesMade
    | StartCodesRevoked
    | SafetySignalRaised
    | SafetySignalOpened
    | SafetySignalAnswered
    | SubmissionMarkedJunk
    | SubmissionTakenFromJunk
    | TranscriptionBegun
    | TranscriptionOpened
    | TranscriptionTyped
    | TranscriptionSettled
    | TranscriptionSignedIn
    | TranscriptionDiscarded
    | KeyMade
    | RecoveryCopyMade
    | RecoveryCopyConfirmed
    | KeyActivated
    | RecordsRewrapped
    | KeyRetired
    | BackupMade
    | BackupRestored
)
