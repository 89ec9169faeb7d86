"""What a patient does after sending: open a question of the clinic's, reply to it, add something."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.content.library import Asked
from intake.domain.answers import Answer, Answers
from intake.domain.events import PatientReplied
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.finding import whole_reference
from intake.domain.fingerprint import fingerprint
from intake.domain.languages import Voice
from intake.domain.questionnaire import Page, Question, SafetyPage
from intake.domain.replies import Reply, ReplyDraft, opened, page_again
from intake.domain.submissions import Receipt, Signature
from intake.domain.truth import Truth
from intake.domain.within_a_day import MOST_REPLIES, TooMuchToday
from intake.domain.wording import Line, line
from intake.services import reply_pages, staff_notices
from intake.services.answering import PATIENT, limits
from intake.services.asked_then import asked_then
from intake.services.clinic import PatientDesk
from intake.services.languages import asked_in
from intake.storage import audit, drafts, outgoing, patient_questions, reply_sessions, submissions
from intake.storage import replies as stored
from intake.storage.outgoing import Outcome
from intake.storage.reply_sessions import ReplyVisit


class Over(Exception):
    """The visit ended, or never was."""


class Settled(Exception):
    """The question was answered already, or taken back; nothing was sent."""


class NotAsShown(Exception):
    """What would be signed is not what the page showed; nothing was sent."""


class NothingToSend(Exception):
    """Neither words nor an answer were given."""


def open_question(desk: PatientDesk, link: str, reference: str, before: str = "") -> str | None:
    """The token of a visit to the question that link and reference open together; None for any refusal.

    What was written about it in a visit of this browser that was not sent, whose token is ``before``, is
    there again.
    """
    now = desk.now()
    with desk.database.write() as session:
        whole = whole_reference(reference, desk.settings.reference_prefix)
        found = patient_questions.open_with(session, desk.keys, secret_in(link), whole, now)
    if found is None:
        return None
    with desk.database.write() as session:
        # Apart from the first, and the submission first: whoever works on it holds it first too.
        stored.hold_submission(session, found.submission)
        if not patient_questions.is_still(session, found):
            return None
        earlier = reply_pages.taken_along(desk, session, before, found.submission, found.number)
        draft = replace(earlier, asked=found.asked)
        return reply_sessions.start(session, desk.keys, found.submission, found.number, draft, now)


def may_add(desk: PatientDesk, form_token: str, reply_token: str) -> bool:
    """Whether whoever is at this browser just sent a form or a reply in it, and may add something."""
    with desk.database.read() as session:
        return sent_here(session, desk, form_token, reply_token) is not None


def add_something(desk: PatientDesk, form_token: str, reply_token: str, words: str = "") -> str | None:
    """The token of a visit in which the patient adds something to a form they sent.

    Whoever just sent the form or a reply in this browser may; None for anybody else. ``words`` are what
    they wrote before, for a question that no longer waits for an answer.
    """
    with desk.database.write() as session:
        now = desk.now()
        submission = sent_here(session, desk, form_token, reply_token)
        if submission is None:
            return None
        earlier = reply_pages.taken_along(desk, session, reply_token, submission, None)
        draft = replace(earlier, words=words) if words else earlier
        return reply_sessions.start(session, desk.keys, submission, None, draft, now)


def find(desk: PatientDesk, token: str, *, attended: bool = True) -> ReplyVisit | None:
    """The visit behind a token, or nothing.

    What a page asks for by itself is not ``attended``: it does not keep the visit open.
    """
    with desk.database.write() as session:
        return reply_pages.found(desk, session, token, desk.now(), attended=attended)


def leave(desk: PatientDesk, token: str) -> None:
    """End the visit on this device; the link and the reference open the question again."""
    with desk.database.write() as session:
        reply_sessions.end(session, token)


def save(
    desk: PatientDesk, token: str, words: str | None, changes: dict[str, Answer], step: str = ""
) -> ReplyVisit:
    """Keep what was written so far; the last press wins. ``step`` is the page it was written on, which is
    not unfinished any more. Raises Over.
    """
    with desk.database.write() as session:
        visit = reply_pages.found(desk, session, token, desk.now())
        if visit is None or visit.sent_at is not None:
            raise Over
        kept = visit.draft.words if words is None else words
        draft = replace(
            visit.draft,
            words=kept,
            changes=visit.draft.changes.with_(changes),
            unfinished={name: one for name, one in visit.draft.unfinished.items() if name != step},
        )
        reply_sessions.save(session, desk.keys, token, draft)
    return replace(visit, draft=draft)


def send(desk: PatientDesk, token: str, typed_name: str, seen: str) -> None:
    """Sign, seal and send in one transaction; a second press changes nothing.

    ``seen`` is what ``shown`` said of the page that was signed: another tab may have written since.
    Raises Over, NotAsShown, Settled and NothingToSend, and TooMuchToday for what nobody asked for.
    """
    at = desk.local(desk.now())
    waiting = find(desk, token)
    if waiting is None:
        raise Over
    with desk.database.write() as session:
        stored.hold_submission(session, waiting.submission)
        visit = reply_pages.found(desk, session, token, at)
        if visit is None:
            raise Over
        if visit.sent_at is not None:
            return
        if seen != shown(visit.draft, answers_in_words(desk, visit.draft)):
            raise NotAsShown
        changes = changes_of(desk, visit.draft)
        if not visit.draft.words and not changes:
            raise NothingToSend
        if visit.number is None and stored.came_within_a_day(session, visit.submission, at) >= MOST_REPLIES:
            raise TooMuchToday
        if visit.number is not None:
            if not patient_questions.close(session, visit.submission, visit.number, at):
                raise Settled
            _stop_notice(session, visit.submission, visit.number, at)
        consent = asked_for(desk, visit.draft).questionnaire.consent
        signature = Signature(typed_name.strip(), (*consent.points, consent.agree), at)
        reply = Reply(visit.draft.words, changes, signature, visit.number)
        content = stored.add(session, desk.keys, visit.id, visit.submission, reply)
        reply_sessions.close(session, desk.keys, token, at)
        staff_notices.keep_news(session, desk, visit.submission)
        audit.record(session, desk.keys, PATIENT, PatientReplied(visit.submission, content), at)


def shown(draft: ReplyDraft, answers: tuple[Line, ...]) -> str:
    """Changes when anything the patient would be signing for changes."""
    return fingerprint([draft.words, [[one.question, one.said] for one in answers]])


def secret_in(link: str) -> str:
    """The secret of a link, however much of it was pasted, and however an e-mail broke it."""
    return "".join(link.split()).rpartition("#")[2]


def asked_for(desk: PatientDesk, draft: ReplyDraft) -> Asked:
    """What the form was asked with; what is asked today when nothing of it is asked again.

    Raises NotKept.
    """
    asked = draft.asked
    if asked is None or not asked.again:
        return desk.library.asked
    then = asked_then(desk.database, desk.in_english.library, asked.questionnaire, asked.medicines)
    return asked_in(then, desk.language)


def evidence_of(desk: PatientDesk, draft: ReplyDraft) -> PatientEvidence:
    """The answers at hand, with what the reply changes, as of today."""
    asked = asked_for(desk, draft)
    return PatientEvidence(asked.questionnaire, asked.formulary, draft.answers, desk.today())


def again_page(desk: PatientDesk, draft: ReplyDraft) -> Page | None:
    """The question of the form that is asked again, with what opens under it; None when there is none."""
    if draft.asked is None or not draft.asked.again:
        return None
    return page_again(asked_for(desk, draft).questionnaire, draft.asked.again)


def unanswered(evidence: PatientEvidence, draft: ReplyDraft, page: Page) -> PatientEvidence:
    """The answers at hand without those given before on this page: asked again, nothing is chosen yet."""
    before = {one.id for one in page.questions} - set(draft.changes)
    return replace(evidence, answers=draft.answers.only(frozenset(draft.answers) - before))


def given_before(draft: ReplyDraft, page: Page, voice: Voice) -> tuple[Line, ...]:
    """What the patient answered before to the questions of a page, in words."""
    given = draft.asked.given if draft.asked is not None else Answers()
    return tuple(line(one, given[one.id], voice) for one in page.questions if one.id in given)


def same_as_before(draft: ReplyDraft) -> frozenset[str]:
    """The questions whose new answer is the one given before."""
    given = draft.asked.given if draft.asked is not None else Answers()
    return frozenset(name for name, answer in draft.changes.items() if given.get(name) == answer)


def follow_ups(desk: PatientDesk, draft: ReplyDraft) -> tuple[Question, ...]:
    """What the new answer makes necessary to ask as well, and the form had not asked."""
    page = again_page(desk, draft)
    if draft.asked is None or page is None:
        return ()
    found = opened(evidence_of(desk, draft), draft.asked.given, draft.asked.again)
    return tuple(one for one in found if one not in page.questions)


def changes_of(desk: PatientDesk, draft: ReplyDraft) -> Answers:
    """The answers that would be sent: those on branches still reached."""
    if not draft.changes:
        return draft.changes
    return draft.changes.only(frozenset(relevant(evidence_of(desk, draft))))


def answers_in_words(desk: PatientDesk, draft: ReplyDraft) -> tuple[Line, ...]:
    """The same in words, for the patient to check."""
    questionnaire = asked_for(desk, draft).questionnaire
    changes = changes_of(desk, draft)
    return tuple(
        line(one, changes[one.id], desk.voice) for one in questionnaire.questions if one.id in changes
    )


def safety_page(desk: PatientDesk, draft: ReplyDraft, sent: Collection[str]) -> SafetyPage | None:
    """The page of help lines that the questionnaire shows after an answer just ``sent``, if there is one.

    Shown as often as the answer is sent: a page pressed twice does not know that it was saved before.
    When it is shown is the form's own; its lines are those of today, for a number may have changed.
    """
    evidence = evidence_of(desk, draft)
    questionnaire = evidence.questionnaire
    for name in draft.changes:
        if name not in sent:
            continue  # of another page of this reply, and shown after that
        for trigger in questionnaire.question(name).safety:
            if trigger.when.find(evidence).truth is Truth.YES:
                return safety_pages(desk, draft)[questionnaire.safety_page(trigger.show).id]
    return None


def safety_pages(desk: PatientDesk, draft: ReplyDraft) -> dict[str, SafetyPage]:
    """Every page of help lines of the form, by id, as it is today.

    One that is not shown any more keeps its words, over every line of help there is today.
    """
    today = desk.library.questionnaire
    now = {page.id: page for page in today.safety_pages}
    return {
        page.id: now.get(page.id) or replace(page, lines=today.crisis_lines or page.lines)
        for page in asked_for(desk, draft).questionnaire.safety_pages
    }


def _stop_notice(session: Session, submission: UUID, number: int, at: datetime) -> None:
    """An answer is here: nobody is to be told any more that there is a question."""
    link = patient_questions.states(session, submission)[number].digest
    outgoing.settle(session, outgoing.id_of(submission, number, link), Outcome.NOT_NEEDED, at)


def sent_here(session: Session, desk: PatientDesk, form_token: str, reply_token: str) -> UUID | None:
    """The submission a form or a reply sent in this browser belongs to; None when there is none."""
    now = desk.now()
    visit = reply_pages.found(desk, session, reply_token, now) if reply_token else None
    if visit is not None and visit.sent_at is not None:
        return visit.submission
    found = drafts.find(session, desk.keys, form_token, now, limits(desk)) if form_token else None
    return submissions.by_reference(session, found.reference) if isinstance(found, Receipt) else None
