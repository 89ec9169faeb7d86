"""The way through the form: which pages a patient is asked, which come next, how far they are.

Worked out from the answers each time, in this one place, so that a changed answer can
never leave a page behind that no longer applies.
"""

from dataclasses import dataclass
from enum import Enum

from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Page, Part, Question
from intake.domain.truth import Truth


class Progress(Enum):
    """How far a part is."""

    NOT_STARTED = "not started"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PartProgress:
    """A part, how far it is, and where to go on with it."""

    part: Part
    number: int
    progress: Progress
    questions: int
    page: str


def asked_on(evidence: PatientEvidence, page: Page) -> tuple[Question, ...]:
    """The questions of a page that apply, and the follow-ups that may open in place on it."""
    return tuple(
        question
        for question in page.questions
        if evidence.asked(question.id).truth is Truth.YES or _may_open(evidence, page, question)
    )


def pages_asked(evidence: PatientEvidence, part: Part | None = None) -> tuple[Page, ...]:
    """The pages this patient is asked, in order; of one part, or of the whole form."""
    parts = (part,) if part is not None else evidence.questionnaire.parts
    return tuple(page for one in parts for page in one.pages if asked_on(evidence, page))


def next_page(evidence: PatientEvidence, page_id: str) -> Page | None:
    """The next page that applies; None after the last."""
    return _beside(evidence, page_id, 1)


def previous_page(evidence: PatientEvidence, page_id: str) -> Page | None:
    """The page before that applies; None before the first."""
    return _beside(evidence, page_id, -1)


def progress(evidence: PatientEvidence, seen: frozenset[str]) -> tuple[PartProgress, ...]:
    """Every part with how far it is; ``seen`` are the pages continued from."""
    return tuple(
        _progress(evidence, seen, part, number)
        for number, part in enumerate(evidence.questionnaire.parts, start=1)
    )


def all_seen(evidence: PatientEvidence, seen: frozenset[str]) -> bool:
    """Whether every page that applies has been continued from."""
    return all(page.id in seen for page in pages_asked(evidence))


def first_unseen(evidence: PatientEvidence, seen: frozenset[str]) -> Page | None:
    """Where to keep going; None when everything was seen."""
    return next((page for page in pages_asked(evidence) if page.id not in seen), None)


def _progress(evidence: PatientEvidence, seen: frozenset[str], part: Part, number: int) -> PartProgress:
    pages = pages_asked(evidence, part)
    unseen = [page for page in pages if page.id not in seen]
    if not unseen:
        state = Progress.DONE
    else:
        state = Progress.NOT_STARTED if len(unseen) == len(pages) else Progress.STARTED
    questions = sum(len(asked_on(evidence, page)) for page in pages)
    goes_on_at = unseen[0] if unseen and state is Progress.STARTED else pages[0]
    return PartProgress(part, number, state, questions, goes_on_at.id)


def _beside(evidence: PatientEvidence, page_id: str, step: int) -> Page | None:
    pages = [page for _, page in evidence.questionnaire.pages]
    at = next(index for index, page in enumerate(pages) if page.id == page_id)
    onward = pages[at + 1 :] if step > 0 else reversed(pages[:at])
    return next((page for page in onward if asked_on(evidence, page)), None)


def _may_open(evidence: PatientEvidence, page: Page, question: Question) -> bool:
    opens_under = page.opens_under(question)
    return opens_under is not None and evidence.asked(opens_under[0]).truth is Truth.YES
