"""What happened to a review, in the words a clinician reads: each entry, and what a conflict page lists."""

from dataclasses import dataclass, replace
from datetime import datetime

from intake.domain.review import Review
from intake.domain.review_changes import ReviewChanges
from intake.domain.review_entries import (
    Entry,
    JunkMark,
    JunkUndone,
    LookAgain,
    Question,
    QuestionWithdrawn,
    Reopening,
    Revised,
    TakenOver,
    Undoing,
    View,
    ViewKind,
)
from intake.domain.wording import long_date
from intake.services.history_facts import changed_flags

_PATIENT = "The patient"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened: who did it, when, what, and in which words of theirs."""

    who: str
    at: datetime
    what: str
    words: str = ""


def entry_told(entry: Entry) -> Told:
    """One further fact of a review, in words. A view is told as noted and not as what it said."""
    match entry:
        case Undoing():
            return Told(entry.by.printed_name, entry.by.at, "took an acknowledgement back")
        case Reopening():
            return Told(entry.by.printed_name, entry.by.at, "reopened this form", entry.reason)
        case LookAgain(on=None):
            return Told(entry.by.printed_name, entry.by.at, "took the day to look again away")
        case LookAgain():
            until = "" if entry.on is None else long_date(entry.on)
            return Told(entry.by.printed_name, entry.by.at, f"put this form off until {until}", entry.reason)
        case Question():
            about = f" about “{entry.title}”" if entry.title else ""
            return Told(entry.by.printed_name, entry.by.at, f"asked the patient{about}", entry.words)
        case QuestionWithdrawn():
            return Told(entry.by.printed_name, entry.by.at, "took a question to the patient back")
        case Revised():
            return Told(_PATIENT, entry.at, "sent more", entry.words)
        case View():
            read = "a second reading" if entry.kind is ViewKind.SECOND else "a first reading"
            did = "had the flags shown without" if entry.skipped else "noted a view at"
            return Told(entry.by.printed_name, entry.by.at, f"{did} {read}")
        case TakenOver():
            what = f"took this form over from {entry.taken_from_name}"
            return Told(entry.by.printed_name, entry.by.at, what, entry.reason)
        case JunkMark():
            return Told(entry.by.printed_name, entry.by.at, "marked this form as junk", entry.reason)
        case JunkUndone():
            return Told(entry.by.printed_name, entry.by.at, "took this form back from the junk")


def changes_told(found: ReviewChanges) -> tuple[Told, ...]:
    """What clinicians and the patient did meanwhile, in the order in which they did it."""
    seen = (
        Told(
            one.acknowledgement.printed_name,
            one.acknowledgement.at,
            f"acknowledged “{one.title}”",
            one.acknowledgement.note,
        )
        for one in found.acknowledged
    )
    taken_back = (
        Told(
            one.undoing.by.printed_name, one.undoing.by.at, f"took back the acknowledgement of “{one.title}”"
        )
        for one in found.taken_back
    )
    signed = (Told(one.printed_name, one.at, "signed this form off", one.note) for one in found.signed)
    told = (*seen, *taken_back, *(entry_told(one) for one in found.entries), *signed)
    return tuple(sorted(told, key=lambda one: one.at))


def flags_told(found: ReviewChanges) -> tuple[str, ...]:
    """How the flags that stood before differ now, a line for each; those that appeared are not told."""
    return changed_flags(replace(found.flags, appeared=()))


def taken_up_told(review: Review) -> tuple[Told, ...]:
    """Why a form that was signed is open again, as far as somebody did that; not what rules raised."""
    if not review.was_reopened:
        return ()
    since = review.entries[review.sign_offs[-1].entries :]
    return tuple(entry_told(one) for one in since if isinstance(one, Reopening | Revised | Undoing))
