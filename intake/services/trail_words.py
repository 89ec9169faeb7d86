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

TITLES: dict[type[Event], str] = {
    events.SubmissionReceived: "A form was sent",
    events.SubmissionScreened: "A form was screened",
    events.QueueOpened: "The queue was opened",
    events.SubmissionOpened: "A form was opened and read",
    events.FlagAcknowledged: "A flag was acknowledged",
    events.ReviewSignedOff: "A form was signed off",
    events.ReviewReopened: "A form was reopened by a new screening",
    events.FeedbackGiven: "Feedback on flags was given",
    events.SafetyLogOpened: "The safety log was read",
    events.SafetyEntryClosed: "An entry of the safety log was closed",
    events.RuleFiguresOpened: "The figures of the rules were counted",
    events.FeedbackCounted: "Feedback was counted by rule",
    events.EditionPublished: "A content file was used for the first time",
    events.RulesProposed: "Rules were proposed",
    events.RulesCountersigned: "Rules were countersigned",
    events.RulesWithdrawn: "Rules were taken back",
    events.ImpactLooked: "The impact of other rules was counted",
    events.ImpactListed: "Names behind an impact were shown",
    events.SubmissionReplayed: "Stored screenings were made again and compared",
    events.SetupLinkMade: "A link for the first administrator was printed",
    events.StaffMemberAdded: "Somebody was given an account",
    events.StaffMemberInvited: "Somebody was given a new invitation",
    events.SignedIn: "Somebody signed in",
    events.SignInRefused: "A password was refused",
    events.SignedOut: "Somebody signed out",
    events.PasswordChanged: "A password was chosen",
    events.QueueSearched: "The queue was searched",
    events.SubmissionClaimed: "A form was taken in hand",
    events.SubmissionReleased: "A form was given out of hand",
    events.SubmissionTakenOver: "A form was taken over",
    events.AcknowledgementUndone: "An acknowledgement was taken back",
    events.ReviewTakenUpAgain: "A signed form was reopened by a clinician",
    events.LookAgainSet: "A form was put off until a day, or brought back",
    events.PatientAsked: "A patient was asked something",
    events.PatientLinkRenewed: "A patient’s link to a question was made anew",
    events.QuestionTakenBack: "A question to a patient was taken back",
    events.PatientReplied: "A patient sent something more",
    events.SubmissionRevised: "What a patient sent more was taken in",
    events.ViewNoted: "A clinician noted a view before seeing the flags",
    events.EarlierLookedFor: "Earlier forms of the same person were looked for",
    events.SamePersonSaid: "Two forms were said to be of one person, or of two",
    events.SubmissionsCompared: "Two forms were read side by side",
    events.SubmissionPrinted: "A paper of a form was made",
    events.SubmissionExported: "A form was exported",
    events.SubmissionsExported: "Many forms were exported",
    events.ClinicSettingsChanged: "The clinic’s settings were changed",
    events.StatisticsOpened: "The clinic’s statistics were counted",
    events.DeskOpened: "The front desk’s list was opened",
    events.TrailOpened: "The audit trail was read",
    events.AccessListOpened: "The list of who opened a form was made",
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
    "taken_from": ("from", Known.who),
}
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
    "complete": lambda value: "every rule came to an end" if value else "a rule stopped with an error",
    "same": lambda value: "they came out the same" if value else "they came out otherwise",
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
    "effective_on": lambda value: f"to be in force from {_day(str(value))}",
    "in_force_from": lambda value: f"in force from {_day(str(value))}",
    "expires": lambda value: f"works until {value}",
    "roles": lambda value: f"as {', '.join(str(value).split()).replace('_', ' ')}",
    "kind": lambda value: str(value),
    "paper": lambda value: str(value).replace("_", " "),
    "form": lambda value: f"as {str(value).upper()}",
}
