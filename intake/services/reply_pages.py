"""Pages of a reply that were filled in and not continued from: kept, and taken up after a sign-out.

As with the pages of a form (``services.unfinished``): they are no part of what is sent.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.replies import ReplyDraft
from intake.domain.reply_pages import ReplyPage
from intake.domain.unfinished import ShownPage, UnfinishedPage
from intake.services import unfinished
from intake.services.answering import limits
from intake.services.clinic import PatientDesk
from intake.storage import held_pages, patient_questions, reply_sessions
from intake.storage.reply_sessions import ReplyVisit


def carried(desk: PatientDesk, visit: ReplyVisit, step: str) -> str:
    """What a page of a reply carries so that the site knows later which one it was."""
    # Two windows are told apart when it is signed, by what is sent: no marks are needed.
    return unfinished.carried(desk, ShownPage(visit.submission, ReplyPage(visit.number, step).id, {}))


def is_of(shown: ShownPage, visit: ReplyVisit) -> bool:
    """Whether a page was shown for what this visit replies to."""
    page = ReplyPage.of(shown.page)
    return page is not None and (shown.draft, page.number) == (visit.submission, visit.number)


def found(
    desk: PatientDesk, session: Session, token: str, now: datetime, *, attended: bool = True
) -> ReplyVisit | None:
    """The visit behind a token; None when it is over."""
    idle = limits(desk).allowed(lost=False)
    return reply_sessions.find(session, desk.keys, token, now, idle, attended=attended)


def keep(
    desk: PatientDesk, token: str, step: str, typed: UnfinishedPage | None, *, attended: bool = True
) -> None:
    """Keep what stands in the boxes of a page, or nothing any more. Nothing of the reply changes."""
    with desk.database.write() as session:
        visit = found(desk, session, token, desk.now(), attended=attended)
        if visit is None or visit.sent_at is not None or visit.draft.unfinished.get(step) == typed:
            return
        pages = _without(visit.draft.unfinished, step) | ({} if typed is None else {step: typed})
        reply_sessions.save(session, desk.keys, token, replace(visit.draft, unfinished=pages))


def take_up(desk: PatientDesk, token: str, secret: str, carries: str) -> str | None:
    """Put the pages held for this browser into the reply they belong to; the step of the newest.

    ``carries`` is the name of the box in which a page brings the words of an earlier one: they are put
    back where nothing is left of them. None, and nothing done, when none of the pages belongs here.
    """
    with desk.database.write() as session:
        visit = found(desk, session, token, desk.now())
        if visit is None or visit.sent_at is not None:
            return None
        draft, pages = visit.draft, _taken(desk, session, secret, visit)
        if not pages:
            return None
        words = draft.words or next((_box(one, carries) for one in pages.values() if _box(one, carries)), "")
        after = replace(draft, words=words, unfinished={**draft.unfinished, **pages})
        reply_sessions.save(session, desk.keys, token, after)
    return [*pages][-1]


def taken_along(
    desk: PatientDesk, session: Session, before: str, submission: UUID, number: int | None
) -> ReplyDraft:
    """What was written in this browser before, in a reply to the same question that was not sent.

    ``before`` is the token the browser has. That visit ends: one browser writes one reply.
    """
    visit = reply_sessions.left_here(session, desk.keys, before, desk.now()) if before else None
    if visit is None or visit.sent_at is not None:
        return ReplyDraft()
    if (visit.submission, visit.number) != (submission, number):
        return ReplyDraft()
    reply_sessions.end(session, before)
    return visit.draft


def waits_here(desk: PatientDesk, token: str) -> bool:
    """Whether what was written in this browser is there again once its question is opened again."""
    with desk.database.read() as session:
        visit = reply_sessions.left_here(session, desk.keys, token, desk.now()) if token else None
        if visit is None or visit.number is None or visit.sent_at is not None:
            return False
        link = patient_questions.states(session, visit.submission).get(visit.number)
    return link is not None and link.closed_at is None and not link.has_ended(desk.now())


def _taken(desk: PatientDesk, session: Session, secret: str, visit: ReplyVisit) -> dict[str, UnfinishedPage]:
    def is_here(page: str) -> bool:
        one = ReplyPage.of(page)
        return one is not None and one.number == visit.number

    pages = held_pages.take(session, desk.keys, secret, visit.submission, desk.now(), is_here)
    return {page.rpartition("/")[2]: typed for page, typed in pages.items()}


def _box(page: UnfinishedPage, name: str) -> str:
    return dict(page.boxes).get(name, "")


def _without(pages: Mapping[str, UnfinishedPage], step: str) -> dict[str, UnfinishedPage]:
    return {name: one for name, one in pages.items() if name != step}
