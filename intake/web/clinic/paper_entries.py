"""What else was recorded of a review, in words for a paper: what was asked of the patient, and the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from intake.domain.review import Review
from intake.domain.review_entries import (
    By,
    Done,
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
from intake.web.clinic.reading import PRIORITIES

DONE = {
    Done.CALLED_PATIENT: "Called the patient",
    Done.ASKED_COLLEAGUE: "Asked a colleague",
    Done.OTHER: "Did something else",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was recorded: what, by whom, when, and the words that go with it."""

    what: str
    who: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something asked of the patient, and what came of it: replies, or that it was taken back."""

    about: str
    question: Told
    then: tuple[Told, ...]


def asked(review: Review) -> tuple[Asked, ...]:
    """What was asked of the patient, in order, each with what came back."""
    return tuple(
        Asked(entry.title, _told("Asked", entry.by, entry.words), tuple(_then(review, place)))
        for place, entry in enumerate(review.entries, 1)
        if isinstance(entry, Question)
    )


def others(review: Review) -> tuple[Told, ...]:
    """Everything else that was recorded, in order, beside signatures and acknowledged flags that stand."""
    titles = {flag.key: flag.title for screening in review.screenings for flag in screening.flags}
    found: list[Told] = []
    for entry in review.entries:
        match entry:
            case Undoing():
                title = titles.get(entry.flag, "a flag")
                taken_back = review.acknowledgements[entry.acknowledgement - 1]
                words = f", which had the note “{taken_back.note}”" if taken_back.note else ""
                found.append(_told(f"Took back an acknowledgement: {title}{words}", entry.by))
            case Reopening():
                found.append(_told("Took the form up again", entry.by, entry.reason))
            case LookAgain(on=None):
                found.append(_told("Brought the form back", entry.by, entry.reason))
            case LookAgain(on=day) if day is not None:
                found.append(_told(f"To look again on {long_date(day)}", entry.by, entry.reason))
            case View():
                found.append(_told(_viewed(entry), entry.by, entry.words))
            case TakenOver():
                found.append(
                    _told(f"Took the form over from {entry.taken_from_name}", entry.by, entry.reason)
                )
            case JunkMark():
                found.append(_told("Marked the form as junk", entry.by, entry.reason))
            case JunkUndone():
                found.append(_told("Took the form back from the junk", entry.by))
            case Revised(asked=None):
                found.append(Told("Added by the patient", "The patient", entry.at, entry.words))
            case _:
                continue  # with the question it belongs to
    return (*_of_flags_as_they_were(review, titles), *found)


def _of_flags_as_they_were(review: Review, titles: dict[str, str]) -> Iterator[Told]:
    stand = {flag.key for flag in review.flags}
    undone = {entry.acknowledgement for entry in review.entries if isinstance(entry, Undoing)}
    for number, one in enumerate(review.acknowledgements, 1):
        if one.flag not in stand and number not in undone:
            title = titles.get(one.flag, "a flag")
            done = "" if one.done is None else f" {DONE[one.done]}"
            what = f"Acknowledged a flag that has changed since: {title}.{done}"
            yield Told(what, one.printed_name, one.at, one.note)


def _then(review: Review, place: int) -> Iterator[Told]:
    for entry in review.entries:
        match entry:
            case Revised(asked=asked_at) if asked_at == place:
                yield Told(f"Answered, revision {entry.revision}", "The patient", entry.at, entry.words)
            case QuestionWithdrawn(asked=asked_at) if asked_at == place:
                yield _told("Taken back", entry.by)


def _viewed(view: View) -> str:
    when = "before the flags were shown" if view.kind is ViewKind.FIRST else "as a second reader"
    stands_out = "nothing stands out" if view.priority is None else PRIORITIES[view.priority]
    return f"Own view, {when}: {stands_out}"


def _told(what: str, by: By, words: str = "") -> Told:
    return Told(what, by.printed_name, by.at, words)
