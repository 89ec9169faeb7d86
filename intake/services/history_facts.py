"""What stands sealed beside the events of one submission, and the names that belong to them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from intake.domain import publications as domain
from intake.domain.changes import Changes
from intake.domain.publications import Publication
from intake.domain.review import Review
from intake.domain.review_entries import Question
from intake.domain.rules import Priority
from intake.domain.screening import Flag, Screening
from intake.domain.wording import long_date
from intake.services.clinic import Clinic

_T = TypeVar("_T")
Detail = Mapping[str, object]

PRIORITIES = {
    Priority.URGENT: "Urgent",
    Priority.HIGH: "High",
    Priority.MODERATE: "Moderate",
    Priority.INFO: "Note",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is needed to put the events of one submission into words.

    ``references`` are those of every submission an event names, by id; ``facts`` hands out
    what stands sealed, each kind in its order.
    """

    clinic: Clinic
    review: Review
    names: Mapping[str, str]
    references: Mapping[str, str]
    published: tuple[Publication, ...]
    came_of: Mapping[UUID, tuple[str, ...]]
    facts: "Facts" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", Facts(self.review))


class Facts:
    """The sealed facts of a review, each handed out once: the next of its kind."""

    def __init__(self, review: Review) -> None:
        steps = sorted((one for asked in review.requests for one in asked.steps), key=lambda one: one.at)
        every = (
            *review.acknowledgements,
            *review.sign_offs,
            *review.feedback,
            *review.entries,
            *review.requests,
            *steps,
        )
        self._by_kind: dict[type, Iterator[object]] = {}
        for kind in {type(one) for one in every}:
            self._by_kind[kind] = iter([one for one in every if type(one) is kind])

    def next(self, kind: type[_T]) -> _T | None:
        """The next fact of a kind; None when an event has none, as of an erased record."""
        found = next(self._by_kind.get(kind, iter(())), None)
        return found if isinstance(found, kind) else None


def changed_flags(found: Changes) -> tuple[str, ...]:
    """What is different between two screenings, a line for each flag."""
    appeared = (f"Appeared: {flag.title} ({_priority(flag)})" for flag in found.appeared)
    vanished = (f"Vanished: {flag.title} ({_priority(flag)})" for flag in found.vanished)
    priorities = (
        f"Priority changed from {_priority(one.before)} to {_priority(one.after)}: {one.after.title}"
        for one in found.other_priority
    )
    outcomes = (f"Was: {one.before.title}. Is now: {one.after.title}" for one in found.other_outcome)
    answers = (f"Rests on other answers: {one.after.title}" for one in found.other_answers)
    return (*appeared, *vanished, *priorities, *outcomes, *answers)


def _priority(flag: Flag) -> str:
    return PRIORITIES[flag.outcome.priority]


def published_by(screening: Screening, known: Known) -> tuple[str, ...]:
    """Who put the rules of a screening in force; nothing for the file of the settings."""
    day = known.clinic.local(screening.at).date()
    for one in domain.in_force(known.published, day):
        if screening.editions.rules in known.came_of.get(one.id, ()) and one.countersigned:
            first, second = (
                known.names.get(str(who), "somebody") for who in (one.proposed_by, one.countersigned.by)
            )
            since = long_date(one.in_force_from) if one.in_force_from else ""
            return (f"In force since {since}: proposed by {first}, countersigned by {second}",)
    return ()


def title(key: str, known: Known) -> str:
    """What the flag with this key is called."""
    titles = {o.key: o.title for screening in known.review.screenings for o in screening.outcomes}
    return titles.get(key, "a flag of an earlier version")


def labels(questions: Iterable[str], known: Known) -> list[str]:
    """What questions are called in the list of answers."""
    lines = (line for part in known.review.submission.transcript for line in part.lines)
    labels = {line.question: line.label or line.asked for line in lines}
    return [labels.get(question, "a question no longer asked") for question in questions]


def question_asked(place: int | None, known: Known) -> tuple[str, ...]:
    """The words of the question at this place among the entries, from 1."""
    entries = known.review.entries
    question = entries[place - 1] if place and place <= len(entries) else None
    return (f"The question was: “{question.words}”",) if isinstance(question, Question) else ()


def other_form(detail: Detail, known: Known) -> str:
    """What the other of two submissions is called."""
    # The event is kept under one of the two and shown in the history of both.
    named = [str(detail[name]) for name in ("submission", "other")]
    here = str(known.review.submission.id)
    return next((known.references.get(one, "another form") for one in named if one != here), "another form")
