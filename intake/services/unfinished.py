"""Pages somebody filled in and did not continue from: kept, held after a sign-out, and taken up again."""

from collections.abc import Mapping
from dataclasses import replace

from intake.domain.answers import Answer
from intake.domain.submissions import Draft
from intake.domain.unfinished import Marks, ShownPage, UnfinishedPage
from intake.services import answering, checking
from intake.services.clinic import PatientDesk
from intake.storage import drafts, held_pages, shown_pages
from intake.storage.codec_answers import mark_of

# States of the answers that were checked and are remembered: one for each tab or person that checks.
_CHECKS_KEPT = 3


def carried(desk: PatientDesk, shown: ShownPage) -> str:
    """What a page carries so that the site knows later what it showed."""
    return shown_pages.made(desk.keys, shown)


def read(desk: PatientDesk, words: str) -> ShownPage | None:
    """What a page that was sent had shown; None when it does not say."""
    return shown_pages.read(desk.keys, words) if words else None


def marks(answers: Mapping[str, Answer], questions: tuple[str, ...]) -> Marks:
    """The marks of the answers of a page, as they are now."""
    return {name: mark_of(answers.get(name)) for name in questions}


def keep(
    desk: PatientDesk, token: str, page: str, typed: UnfinishedPage | None, *, attended: bool = True
) -> None:
    """Keep what stands in the boxes of a page, or nothing any more. No answer changes.

    Raises Expired and AlreadySent.
    """
    with desk.database.write() as session:
        draft = answering.draft_in(answering.found(desk, session, token, attended=attended))
        if draft.unfinished.get(page) == typed:
            return
        pages = {name: one for name, one in draft.unfinished.items() if name != page}
        if typed is not None:
            pages[page] = typed
        drafts.save(session, desk.keys, token, replace(draft, unfinished=pages))


def hold(desk: PatientDesk, secret: str, shown: ShownPage, typed: UnfinishedPage) -> str | None:
    """Hold a page that came after its session ended; the secret that alone opens it.

    ``secret`` is the one the browser has already, if it has one. None when there is nothing to come
    back to.
    """
    secret = secret or held_pages.new_secret()
    with desk.database.write() as session:
        held = held_pages.hold(session, desk.keys, secret, shown, typed, desk.now())
    return secret if held else None


def take_up(desk: PatientDesk, token: str, secret: str) -> str | None:
    """Put the pages held for this browser into the draft they belong to; the id of the newest.

    None, and nothing done, when none of them belongs to the draft this token opens.
    """
    with desk.database.write() as session:
        draft = answering.found(desk, session, token)
        if not isinstance(draft, Draft):
            return None
        pages = held_pages.take(session, desk.keys, secret, draft.id, desk.now())
        if not pages:
            return None
        drafts.save(session, desk.keys, token, replace(draft, unfinished={**draft.unfinished, **pages}))
    return [*pages][-1]


def note_checked(desk: PatientDesk, token: str) -> tuple[Draft, str]:
    """Remember the answers that the check page shows: the draft as it is, and the tag of this state.

    Raises Expired and AlreadySent.
    """
    with desk.database.write() as session:
        draft = answering.draft_in(answering.found(desk, session, token))
        tag, now = checking.state_of(desk, draft)
        if tag not in draft.checks:
            kept = [*draft.checks.items()][-_CHECKS_KEPT + 1 :]
            checked = replace(draft, checks={**dict(kept), tag: now})
            draft = drafts.save(session, desk.keys, token, checked)
    return draft, tag


def changed_since(desk: PatientDesk, draft: Draft, tag: str) -> frozenset[str] | None:
    """The questions whose answer is not what it was when this state was checked; None when unknown."""
    before = draft.checks.get(tag)
    if before is None:
        return None
    _, now = checking.state_of(desk, draft)
    return frozenset(name for name in {*before, *now} if before.get(name) != now.get(name))
