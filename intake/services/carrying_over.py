"""A draft begun under another edition of the questionnaire: what carries over, and what is asked again.

An answer carries over where the question is put in the same words. Where it is not, the answer is left
out and the page is asked again, so that nobody signs for words they never read.
"""

from dataclasses import replace
from functools import lru_cache

from sqlalchemy.orm import Session

from intake.content.documents import DocumentRefused
from intake.content.questionnaire import parse_questionnaire
from intake.domain.answers import Answers
from intake.domain.fitting import asked_alike, fitting
from intake.domain.questionnaire import Page, Part, Questionnaire
from intake.domain.submissions import Draft
from intake.services.clinic import PatientDesk
from intake.storage import editions
from intake.storage.editions import NoSuchEdition


def carried_over(desk: PatientDesk, session: Session, draft: Draft) -> Draft:
    """The draft under the questionnaire of today; ``asked_again`` names the pages to go to once more."""
    now = desk.library.questionnaire
    if draft.questionnaire == now.edition:
        return draft
    before = _edition(session, draft.questionnaire)
    answers = _still_meant(before, now, draft.answers)
    gone = set(draft.answers) - set(answers)
    again = {page.id for part, page in now.pages if _is_again(before, part, page, draft, gone)}
    return replace(
        draft,
        answers=answers,
        seen=frozenset(page.id for _, page in now.pages if page.id in draft.seen and page.id not in again),
        asked_again=frozenset(again | draft.asked_again) & {page.id for _, page in now.pages},
        questionnaire=now.edition,
    )


def parts_asked_again(desk: PatientDesk, draft: Draft) -> tuple[Part, ...]:
    """The parts with a page that is asked again and was not continued from since."""
    waiting = draft.asked_again - draft.seen
    return tuple(
        part for part in desk.library.questionnaire.parts if waiting & {page.id for page in part.pages}
    )


def _still_meant(before: Questionnaire | None, now: Questionnaire, answers: Answers) -> Answers:
    fits = fitting(now, answers)
    if before is None:
        return fits
    return fits.only(frozenset(one for one in fits if asked_alike(before, now, one)))


def _is_again(before: Questionnaire | None, part: Part, page: Page, draft: Draft, gone: set[str]) -> bool:
    """Whether a page was answered and asks something else now, or is new among pages that were."""
    asked = {question.id for question in page.questions}
    if page.id in draft.seen:
        return bool(asked & gone) or (before is not None and not all(map(before.has, asked)))
    new = before is not None and not any(map(before.has, asked))
    return new and any(other.id in draft.seen for other in part.pages)


def _edition(session: Session, edition: str) -> Questionnaire | None:
    """The questionnaire of that time; None when it is not kept here, or cannot be read any more."""
    try:
        return _read(editions.fetch(session, "questionnaire", edition))
    except (NoSuchEdition, DocumentRefused):
        return None


# Every page of the form asks for it until the draft is saved again.
@lru_cache(maxsize=2)
def _read(text: str) -> Questionnaire:
    return parse_questionnaire(text)
