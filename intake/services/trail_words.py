"""The audit trail in words: what each event is called, and what each of its fields says.

Words for all of it stand here, whoever reads them: the trail itself says nothing of anybody's
health, and a history adds what stands sealed beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from intake.domain import events
from intake.domain.events import Event
from intake.domain.wording import long_date
from intake.services.answering import PATIENT
from intake.services.clinic import SYSTEM

# As many characters of a fingerprint as tell it from another on a page.
_SHORT = 8
UNKNOWN = "unknown"
ACTORS = {
    PATIENT: "A patient",
    SYSTEM: "The program, by itself",
    UNKNOWN: "Somebody who is not known here",
}

# Each reads on from whoever did it: "A. Rivera, NP: signed off a form".
TITLES: dict[type[Event], str] = {
    events.SubmissionReceived: "Sent a form",
    events.SubmissionScreened: "Had the rules run over a form",
    events.TranscriptionBegun: "Began to type in a form from paper",
    events.TranscriptionOpened: "Opened a form that is being typed in",
    events.TranscriptionTyped: "Typed a part of a form from paper",
    events.TranscriptionSettled: "Settled by the paper what two people typed differently",
    events.TranscriptionSignedIn: "Signed in a form from paper",
    events.TranscriptionDiscarded: "Threw away a form that was being typed in",
    events.QueueOpened: "Opened the queue",
    events.QueueSearched: "Searched the queue",
    events.SubmissionOpened: "Opened and read a form",
    events.SubmissionClaimed: "Took a form in hand",
    events.SubmissionReleased: "Gave a form out of hand",
    events.SubmissionTakenOver: "Took a form over",
    events.FlagAcknowledged: "Acknowledged a flag",
    events.AcknowledgementUndone: "Took an acknowledgement back",
    events.ViewNoted: "Noted a view before seeing the flags",
    events.PatientAsked: "Asked a patient something",
    events.PatientLinkRenewed: "Made a patient’s link to a question anew",
    events.QuestionTakenBack: "Took a question to a patient back",
    events.PatientReplied: "Sent something more",
    events.SubmissionRevised: "Took in what a patient sent more",
    events.OwnCopyOpened: "Opened their own copy of what they sent",
    events.PatientRequestMade: "Asked for something to be done with a form",
    events.PatientRequestsOpened: "Read what patients asked to be done with forms",
    events.PatientRequestHandled: "Said what came of a patient’s request",
    events.PatientTold: "Told a patient what came of a request",
    events.ErasureProposed: "Proposed to erase a form",
    events.ErasureConfirmed: "Confirmed that a form is to be erased",
    events.ErasureRefused: "Refused that a form is erased, or took that back",
    events.SubmissionErased: "Erased a form for good",
    events.LookAgainSet: "Put a form off until a day, or brought it back",
    events.ReviewSignedOff: "Signed off a form",
    events.ReviewTakenUpAgain: "Reopened a signed form by hand",
    events.ReviewReopened: "Reopened a signed form after a new screening",
    events.FeedbackGiven: "Gave feedback on flags",
    events.SafetyLogOpened: "Read the safety log",
    events.SafetyEntryClosed: "Closed an entry of the safety log",
    events.EarlierLookedFor: "Looked for earlier forms of the same person",
    events.SamePersonSaid: "Said whether one person sent two forms",
    events.SubmissionsCompared: "Read two forms side by side",
    events.SubmissionPrinted: "Made a paper of a form",
    events.SubmissionExported: "Exported a form",
    events.SubmissionsExported: "Exported many forms",
    events.AccessListOpened: "Made the list of who opened a form",
    events.SubmissionReplayed: "Made stored screenings again and compared them",
    events.DeskOpened: "Opened the front desk’s list",
    events.WayBackRenewed: "Made new words for a patient’s saved form",
    events.TrailOpened: "Read the audit trail",
    events.StatisticsOpened: "Had the clinic’s statistics counted",
    events.RuleFiguresOpened: "Had the figures of the rules counted",
    events.FeedbackCounted: "Had feedback counted by rule",
    events.ImpactLooked: "Had the impact of other rules counted",
    events.ImpactListed: "Had the names behind an impact shown",
    events.EditionPublished: "Used a content file for the first time",
    events.RulesProposed: "Proposed rules",
    events.RulesCountersigned: "Countersigned rules",
    events.RulesWithdrawn: "Took rules back",
    events.ClinicSettingsChanged: "Changed the clinic’s settings",
    events.NoticesNotSentOpened: "Looked at which notices could not be sent",
    events.NoticeTriedAgain: "Had a notice tried again",
    events.NoticeSetAside: "Set aside a notice that could not be sent",
    events.StartCodesMade: "Made codes that begin a form",
    events.StartCodesRevoked: "Made the codes of a sheet end",
    events.SafetySignalRaised: "Opened the support page, and the clinic was told",
    events.SafetySignalOpened: "Read a safety signal",
    events.SafetySignalAnswered: "Recorded what was done about a safety signal",
    events.SafetySignalsErased: "Erased safety signals of a form that was never sent",
    events.SubmissionMarkedJunk: "Marked a form as junk",
    events.SubmissionTakenFromJunk: "Took a form back from the junk",
    events.SetupLinkMade: "Printed a link for the first administrator",
    events.StaffMemberAdded: "Gave somebody an account",
    events.StaffMemberInvited: "Invited somebody again",
    events.SignedIn: "Signed in",
    events.SignInRefused: "Was refused: a wrong password, code or passkey, or too many",
    events.SignedOut: "Signed out",
    events.PasswordChanged: "Chose a password",
    events.KeyMade: "Made a new key",
    events.RecoveryCopyMade: "Wrote a recovery copy of the keys",
    events.RecoveryCopyConfirmed: "Showed that a recovery copy of the keys opens",
    events.KeyActivated: "Took a new key into use",
    events.RecordsRewrapped: "Had records sealed anew with the new key",
    events.KeyRetired: "Destroyed a key",
    events.BackupMade: "Made a backup",
    events.BackupRestored: "Made this copy of a backup",
    events.ProvedAgain: "Proved again who they are",
    events.PasskeyAdded: "Added a passkey",
    events.PasskeyRenamed: "Gave a passkey another name",
    events.PasskeyRemoved: "Removed a passkey",
    events.AppSetUp: "Set up an authenticator app",
    events.AppRemoved: "Removed an authenticator app",
    events.RecoveryCodesMade: "Made new recovery codes",
    events.RecoveryCodeUsed: "Signed in with a recovery code",
    events.FactorsReviewed: "Looked at how they sign in",
    events.FactorsForgotten: "Took away how somebody signs in, to be set up anew",
    events.NewBrowserUsed: "Signed in from a browser not used before",
    events.NetworkChanged: "Came from another network while signed in",
    events.NetworkRefused: "Was refused: not in a network the clinic names",
    events.SessionsEnded: "Ended sessions",
    events.PasswordSetAside: "Set a password aside after 100 wrong ones in a row",
    events.SignInAlarm: "Noticed very many wrong passwords at once",
    events.ResetLinkMade: "Made a link to choose a new password",
    events.RolesChanged: "Changed what somebody does here",
    events.AdministratorProposed: "Proposed to make somebody an administrator",
    events.AdministratorConfirmed: "Confirmed that somebody becomes an administrator",
    events.AdministratorRefused: "Refused that somebody becomes an administrator, or took that back",
    events.StaffMemberRemoved: "Took an account away",
    events.AccountAltered: "Found an account that something else had changed in the database",
    events.AccountMadeAnew: "Said at the console who an altered account is",
    events.WayInPlanted: "Took out a way in that something else had put into the database",
    events.RulesPlanted: "Found rules, or a decision about them, that something else had put in the database",
    events.SettingsPlanted: "Found settings that something else had put into the database",
    events.SignaturePlanted: "Found a form that something else had marked as signed in the database",
    events.NoticeAddressChanged: "Said where to be told about their account",
    events.ProviderLinkMade: "Made a link to sign in at the clinic’s provider",
    events.IdentityLinked: "Linked how they sign in at the clinic’s provider",
    events.IdentityUnlinked: "Unlinked somebody from the clinic’s provider",
    events.EmergencyAccessTaken: "Opened a form in an emergency",
}
BY_NAME = {kind.__name__: words for kind, words in TITLES.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """How people sign and what submissions are called, by id as the trail keeps them."""

    names: Mapping[str, str]
    references: Mapping[str, str]

    def who(self, actor: str) -> str:
        """Whoever did it."""
        return ACTORS.get(actor) or self.names.get(actor, "Somebody without an account by now")

    def about(self, thing: str | None) -> str:
        """What a line is about: a submission's reference or somebody's name; empty when about none."""
        if not thing:
            return ""
        return self.references.get(thing) or self.names.get(thing) or f"publication {thing[:8]}"


def title(event: str) -> str:
    """What an event is called; its own name when this version has never heard of it."""
    return BY_NAME.get(event, event)


def details(detail: Mapping[str, object], known: Known, about: str | None) -> tuple[str, ...]:
    """What the fields of an event say, but for what it is about."""
    said = (_said(name, value, known) for name, value in detail.items() if value != about)
    return tuple(words for words in said if words)


class NoWords(Exception):
    """A field of an event that nobody has given words."""


def _said(name: str, value: object, known: Known) -> str:
    if value is None or value == "":
        return ""
    if name in _PEOPLE_AND_THINGS:
        word, lookup = _PEOPLE_AND_THINGS[name]
        return f"{word} {lookup(known, str(value))}"
    if name in _FIELDS:
        return _FIELDS[name](value)
    raise NoWords(f"the field {name!r} of an event has no words in {__name__}")


def _many(number: object, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _day(kept: str) -> str:
    try:
        return long_date(date.fromisoformat(kept))
    except ValueError:
        return kept


def _short(fingerprint: object) -> str:
    return str(fingerprint)[:_SHORT]


def _named(word: str) -> Callable[[object], str]:
    return lambda value: f"{word} {value}"


def _edition(what: str) -> Callable[[object], str]:
    return lambda value: f"{what}edition {_short(value)}"


def _counted(word: str) -> Callable[[object], str]:
    return lambda value: f"{value} {word}"


_PEOPLE_AND_THINGS: dict[str, tuple[str, Callable[[Known, str], str]]] = {
    "submission": ("of", Known.about),
    "other": ("and", Known.about),
    "member": ("of", Known.about),
    "publication": ("of", Known.about),
    "signal": ("of", Known.about),
    "sheet": ("of", Known.about),
    "taken_from": ("from", Known.who),
    "proposed_by": ("proposed by", Known.who),
    "confirmed_by": ("confirmed by", Known.who),
}
_TYPINGS = {"0": "both side by side", "1": "the first time", "2": "the second time"}
_WORK = {"clinic": "the clinic’s pages", "administration": "an administrator’s work"}
_WHY = {"requested": "somebody asked for it", "time_over": "its time was over"}
_FIELDS: dict[str, Callable[[object], str]] = {
    "content": lambda value: f"what was stored has the SHA-256 {_short(value)}",
    "questionnaire": _edition("questionnaire "),
    "rules": _edition("rules "),
    "overlay": _edition("overlay "),
    "edition": _edition(""),
    "revision": _named("revision"),
    "screening": _named("screening"),
    "number": _named("number"),
    "names": lambda value: f"which: {value}",
    "reason": lambda value: f"reason: {value}",
    "purpose": lambda value: f"purpose: {value}",
    "alone": lambda value: "nobody else here could confirm it" if value else "",
    "complete": lambda value: "every rule came to an end" if value else "a rule stopped with an error",
    "same": lambda value: "they came out the same" if value else "they came out otherwise",
    "work": lambda value: f"wanted: {_WORK.get(str(value), value)}",
    "shown": _counted("shown"),
    "found": _counted("found"),
    "listed": _counted("listed"),
    "exported": lambda value: _many(value, "form"),
    "submissions": lambda value: f"over {_many(value, 'form')}",
    "looked_at": lambda value: f"over {_many(value, 'form')}",
    "tallied": lambda value: f"{_many(value, 'form')} tallied on the way" if value else "",
    "days": lambda value: f"of {_many(value, 'day')}",
    "given": lambda value: f"{value} in all",
    "screenings": lambda value: _many(value, "screening"),
    "way": lambda value: f"saved form {_short(value)}",
    "effective_on": lambda value: f"to be in force from {_day(str(value))}",
    "in_force_from": lambda value: f"in force from {_day(str(value))}",
    "expires": lambda value: f"works until {value}",
    "roles": lambda value: f"as {', '.join(str(value).split()).replace('_', ' ')}",
    "notice": lambda value: f"notice {_short(value)}",
    "kind": lambda value: str(value),
    "why": lambda value: f"because {_WHY.get(str(value), value)}",
    "typing": lambda value: _TYPINGS.get(str(value), ""),
    "paper": lambda value: str(value).replace("_", " "),
    "codes": lambda value: _many(value, "code"),
    "uses": lambda value: f"for {_many(value, 'use')} each",
    "form": lambda value: f"as {str(value).upper()}",
    "key": _named("key"),
    "keys": lambda value: _many(value, "key"),
    "recipients": lambda value: f"for {_many(value, 'recipient')}",
    "rewrapped": lambda value: f"{_many(value, 'record')} sealed anew",
    "unreadable": lambda value: f"{value} could not be opened" if value else "",
    "backup": lambda value: f"backup {_short(value)}",
    "rows": lambda value: _many(value, "row"),
    "signals": lambda value: _many(value, "safety signal"),
    "account": _named("at the console as"),
    "proven": lambda value: f"with {value}",
    "assertion": lambda value: f"what the passkey signed with has the SHA-256 {_short(value)}",
    "public_key": lambda value: f"its public key has the SHA-256 {_short(value)}",
    "left": lambda value: f"{_many(value, 'code')} left",
    "browser": lambda value: str(value),
    "sessions": lambda value: _many(value, "session"),
    "where": lambda value: f"not taken any more from {value}",
    "failures": lambda value: f"more than {value} within minutes",
}
