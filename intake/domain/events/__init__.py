"""Everything the audit trail can record: one frozen dataclass for each thing that happens.

No event carries anything about health, and no name of a patient: ids and editions only,
so that a patient's data can be erased without breaking the chain.
"""

from intake.domain.events.admission import (
    SafetySignalAnswered,
    SafetySignalOpened,
    SafetySignalRaised,
    SafetySignalsErased,
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
    SettingsPlanted,
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
    AccountAltered,
    AccountMadeAnew,
    AdministratorConfirmed,
    AdministratorProposed,
    AdministratorRefused,
    AppRemoved,
    AppSetUp,
    EmergencyAccessTaken,
    FactorsForgotten,
    FactorsReviewed,
    IdentityLinked,
    IdentityUnlinked,
    NetworkChanged,
    NetworkRefused,
    NewBrowserUsed,
    NoticeAddressChanged,
    PasskeyAdded,
    PasskeyRemoved,
    PasskeyRenamed,
    PasswordChanged,
    PasswordSetAside,
    ProvedAgain,
    ProviderLinkMade,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    ResetLinkMade,
    RolesChanged,
    SessionsEnded,
    SetupLinkMade,
    SignaturePlanted,
    SignedIn,
    SignedOut,
    SignInAlarm,
    SignInRefused,
    StaffMemberAdded,
    StaffMemberInvited,
    StaffMemberRemoved,
    WayInPlanted,
)
from intake.domain.events.replies import (
    PatientAsked,
    PatientLinkRenewed,
    PatientReplied,
    QuestionTakenBack,
    SubmissionRevised,
)
from intake.domain.events.requests import (
    ErasureConfirmed,
    ErasureProposed,
    ErasureRefused,
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
    RulesPlanted,
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
    "AccountAltered",
    "AccountMadeAnew",
    "AcknowledgementUndone",
    "AdministratorConfirmed",
    "AdministratorProposed",
    "AdministratorRefused",
    "AppRemoved",
    "AppSetUp",
    "BackupMade",
    "BackupRestored",
    "ClinicSettingsChanged",
    "DeskOpened",
    "EarlierLookedFor",
    "EditionPublished",
    "EmergencyAccessTaken",
    "ErasureConfirmed",
    "ErasureProposed",
    "ErasureRefused",
    "Event",
    "FactorsForgotten",
    "FactorsReviewed",
    "FeedbackCounted",
    "FeedbackGiven",
    "FlagAcknowledged",
    "IdentityLinked",
    "IdentityUnlinked",
    "ImpactListed",
    "ImpactLooked",
    "KeyActivated",
    "KeyMade",
    "KeyRetired",
    "LookAgainSet",
    "NetworkChanged",
    "NetworkRefused",
    "NewBrowserUsed",
    "NoticeAddressChanged",
    "NoticeSetAside",
    "NoticeTriedAgain",
    "NoticesNotSentOpened",
    "OwnCopyOpened",
    "PasskeyAdded",
    "PasskeyRemoved",
    "PasskeyRenamed",
    "PasswordChanged",
    "PasswordSetAside",
    "PatientAsked",
    "PatientLinkRenewed",
    "PatientReplied",
    "PatientRequestHandled",
    "PatientRequestMade",
    "PatientRequestsOpened",
    "PatientTold",
    "ProvedAgain",
    "ProviderLinkMade",
    "QuestionTakenBack",
    "QueueOpened",
    "QueueSearched",
    "RecordsRewrapped",
    "RecoveryCodeUsed",
    "RecoveryCodesMade",
    "RecoveryCopyConfirmed",
    "RecoveryCopyMade",
    "ResetLinkMade",
    "ReviewReopened",
    "ReviewSignedOff",
    "ReviewTakenUpAgain",
    "RolesChanged",
    "RuleFiguresOpened",
    "RulesCountersigned",
    "RulesPlanted",
    "RulesProposed",
    "RulesWithdrawn",
    "SafetyEntryClosed",
    "SafetyLogOpened",
    "SafetySignalAnswered",
    "SafetySignalOpened",
    "SafetySignalRaised",
    "SafetySignalsErased",
    "SamePersonSaid",
    "SessionsEnded",
    "SettingsPlanted",
    "SetupLinkMade",
    "SignInAlarm",
    "SignInRefused",
    "SignaturePlanted",
    "SignedIn",
    "SignedOut",
    "StaffMemberAdded",
    "StaffMemberInvited",
    "StaffMemberRemoved",
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
    "WayInPlanted",
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
    | RulesPlanted
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
    | ProvedAgain
    | PasskeyAdded
    | PasskeyRenamed
    | PasskeyRemoved
    | AppSetUp
    | AppRemoved
    | RecoveryCodesMade
    | RecoveryCodeUsed
    | FactorsReviewed
    | FactorsForgotten
    | NewBrowserUsed
    | NetworkChanged
    | NetworkRefused
    | SessionsEnded
    | PasswordSetAside
    | SignInAlarm
    | ResetLinkMade
    | RolesChanged
    | AdministratorProposed
    | AdministratorConfirmed
    | AdministratorRefused
    | StaffMemberRemoved
    | AccountAltered
    | AccountMadeAnew
    | WayInPlanted
    | SignaturePlanted
    | NoticeAddressChanged
    | ProviderLinkMade
    | IdentityLinked
    | IdentityUnlinked
    | EmergencyAccessTaken
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
    | ErasureProposed
    | ErasureConfirmed
    | ErasureRefused
    | ViewNoted
    | EarlierLookedFor
    | SamePersonSaid
    | SubmissionsCompared
    | SubmissionPrinted
    | SubmissionErased
    | SubmissionExported
    | SubmissionsExported
    | ClinicSettingsChanged
    | SettingsPlanted
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
    | SafetySignalsErased
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
