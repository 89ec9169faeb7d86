"""Everything the audit trail can record: one frozen dataclass for each thing that happens.

No event carries anything about health, and no name of a patient: ids and editions only,
so that a patient's data can be erased without breaking the chain.
"""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SubmissionReceived:
    """A patient sent their answers; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    revision: int
    content: str
    questionnaire: str


@dataclass(frozen=True, slots=True)
class SubmissionScreened:
    """The rules ran over a submission; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    screening: int
    content: str
    rules: str
    complete: bool


@dataclass(frozen=True, slots=True)
class QueueOpened:
    """A clinician looked at the queue."""

    shown: int


@dataclass(frozen=True, slots=True)
class SubmissionOpened:
    """A clinician read a submission."""

    submission: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class FlagAcknowledged:
    """A clinician recorded that a flag was seen; ``content`` is the SHA-256 of what was stored.

    Which flag stands in the sealed record alone: a flag's key could be guessed back to an
    answer by whoever has a copy of the trail.
    """

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class ReviewSignedOff:
    """A clinician signed; ``content`` is the SHA-256 of the stored, sealed sign-off."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class ReviewReopened:
    """A new screening raised something the last sign-off does not cover."""

    submission: UUID
    screening: int


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """A clinician said something of a flag, or that one is missing; ``content`` is the SHA-256
    of what was stored.

    What was said, of which rule, stands in the sealed record alone: a rule beside a
    submission is health data.
    """

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SafetyLogOpened:
    """A clinician read the safety log; ``shown`` are the entries it showed."""

    shown: int


@dataclass(frozen=True, slots=True)
class SafetyEntryClosed:
    """A clinician said what came of an entry; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class RuleFiguresOpened:
    """Somebody had the figures of the rules counted, over the submissions of ``days``.

    ``tallied`` of them had only a full screening, and were given a tally.
    """

    days: int
    submissions: int
    tallied: int


@dataclass(frozen=True, slots=True)
class FeedbackCounted:
    """Somebody had all feedback counted by rule; ``given`` is how much there is."""

    given: int


@dataclass(frozen=True, slots=True)
class EditionPublished:
    """A questionnaire, rule file, medicines file or overlay came into force."""

    kind: str
    edition: str


@dataclass(frozen=True, slots=True)
class RulesProposed:
    """Somebody proposed rules, to be in force from a day on."""

    publication: UUID
    rules: str
    overlay: str | None
    effective_on: str


@dataclass(frozen=True, slots=True)
class RulesCountersigned:
    """A second person countersigned rules; ``in_force_from`` is the first day they screen."""

    publication: UUID
    rules: str
    overlay: str | None
    in_force_from: str


@dataclass(frozen=True, slots=True)
class RulesWithdrawn:
    """Proposed or scheduled rules were taken back before they screened anybody."""

    publication: UUID
    rules: str
    overlay: str | None


@dataclass(frozen=True, slots=True)
class ImpactLooked:
    """Somebody looked at what other rules would change, as counts; ``looked_at`` submissions were opened."""

    rules: str
    looked_at: int


@dataclass(frozen=True, slots=True)
class ImpactListed:
    """A clinician was shown the names behind such counts; ``listed`` is how many, ``reason`` why."""

    rules: str
    listed: int
    reason: str


@dataclass(frozen=True, slots=True)
class SubmissionReplayed:
    """Stored screenings were made again with the editions of their time, to see that they say the same."""

    submission: UUID
    screenings: int
    same: bool


@dataclass(frozen=True, slots=True)
class SetupLinkMade:
    """A one-time link to create the first administrator was printed on the console."""

    expires: str


@dataclass(frozen=True, slots=True)
class StaffMemberAdded:
    """Somebody was given an account."""

    member: UUID
    roles: str


@dataclass(frozen=True, slots=True)
class StaffMemberInvited:
    """Somebody who had not come in yet was given a new link; the one before stopped working."""

    member: UUID


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A staff member signed in."""

    member: UUID


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """A sign-in did not succeed; ``member`` is None when no such account exists."""

    member: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A staff member signed out."""

    member: UUID


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """A staff member chose a new password; their other sessions ended."""

    member: UUID


@dataclass(frozen=True, slots=True)
class QueueSearched:
    """A clinician searched for submissions; ``found`` is how many were shown. What was typed is not kept."""

    found: int


@dataclass(frozen=True, slots=True)
class SubmissionClaimed:
    """A clinician took a submission in hand."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class SubmissionReleased:
    """A clinician gave a submission out of hand again."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class SubmissionTakenOver:
    """A clinician took a submission over from another; why, stands sealed (``content`` is its SHA-256)."""

    submission: UUID
    taken_from: UUID
    content: str


@dataclass(frozen=True, slots=True)
class AcknowledgementUndone:
    """A clinician took an acknowledgement back; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class ReviewTakenUpAgain:
    """A clinician reopened a signed review; ``content`` is the SHA-256 of the sealed reason."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class LookAgainSet:
    """A clinician put a submission off until a day, or brought it back.

    ``content`` is the SHA-256 of what was stored.
    """

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class PatientAsked:
    """A clinician asked the patient something; ``content`` is the SHA-256 of the sealed question."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class PatientLinkRenewed:
    """The patient's link to a question was made anew; the one before stopped working."""

    submission: UUID


@dataclass(frozen=True, slots=True)
class QuestionTakenBack:
    """A clinician took a question back; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class PatientReplied:
    """A patient answered a question or added something; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionRevised:
    """What a patient sent more was taken in as a new revision.

    ``content`` is the SHA-256 of the sealed answers.
    """

    submission: UUID
    revision: int
    content: str


@dataclass(frozen=True, slots=True)
class ViewNoted:
    """A clinician noted a view before seeing the flags; ``content`` is the SHA-256 of what was stored."""

    submission: UUID
    content: str


@dataclass(frozen=True, slots=True)
class EarlierLookedFor:
    """A clinician had earlier submissions of the same person looked for.

    ``found`` is how many resemble it.
    """

    submission: UUID
    found: int


@dataclass(frozen=True, slots=True)
class SamePersonSaid:
    """A clinician said whether one person sent two submissions.

    ``content`` is the SHA-256 of what was stored.
    """

    submission: UUID
    other: UUID
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionsCompared:
    """A clinician read two submissions side by side."""

    submission: UUID
    other: UUID


@dataclass(frozen=True, slots=True)
class SubmissionPrinted:
    """Somebody made a paper of a submission: the chart, the patient's copy, or the list of who opened it."""

    submission: UUID
    paper: str


@dataclass(frozen=True, slots=True)
class SubmissionExported:
    """Somebody exported a submission; ``form`` is json, csv or pdf."""

    submission: UUID
    form: str


@dataclass(frozen=True, slots=True)
class SubmissionsExported:
    """Somebody exported many submissions; ``purpose`` is why, in their words."""

    exported: int
    purpose: str


@dataclass(frozen=True, slots=True)
class ClinicSettingsChanged:
    """Somebody changed the clinic's settings; ``names`` are which, and never to what."""

    number: int
    names: str


@dataclass(frozen=True, slots=True)
class StatisticsOpened:
    """Somebody had the clinic's statistics counted, over the submissions of ``days``."""

    days: int
    submissions: int


@dataclass(frozen=True, slots=True)
class DeskOpened:
    """Somebody at the front desk looked at who sent a form; ``shown`` is how many."""

    shown: int


@dataclass(frozen=True, slots=True)
class TrailOpened:
    """Somebody read the audit trail; ``shown`` are the lines it showed."""

    shown: int


@dataclass(frozen=True, slots=True)
class AccessListOpened:
    """Somebody made the list of who opened a submission."""

    submission: UUID


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
    | ViewNoted
    | EarlierLookedFor
    | SamePersonSaid
    | SubmissionsCompared
    | SubmissionPrinted
    | SubmissionExported
    | SubmissionsExported
    | ClinicSettingsChanged
    | StatisticsOpened
    | DeskOpened
    | TrailOpened
    | AccessListOpened
)
