"""What a patient does: start, answer a page, check, sign and send, leave."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from intake.config import Settings
from intake.domain.answers import BLANK, Answer, Answers
from intake.domain.evidence import PatientEvidence
from intake.domain.filling_in import helper
from intake.domain.questionnaire import Page, Question, SafetyPage
from intake.domain.submissions import Draft, Receipt, Signature, Submission
from intake.domain.truth import Truth
from intake.domain.unfinished import NOTHING_SAID, Marks, Meeting, UnfinishedPage, meet
from intake.domain.wording import transcribe
from intake.services import checking, page_counting, signalling, start_codes
from intake.services.carrying_over import carried_over
from intake.services.clinic import PatientDesk
from intake.services.receiving import receive
from intake.storage import drafts, own_copies, submissions
from intake.storage.codec_answers import mark_of

PATIENT = "patient"


class Expired(Exception):
    """The session is over or was never there; the answers may be gone."""


class AlreadySent(Exception):
    """The answers were sent before; carries the receipt given then."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.reference)
        self.receipt = receipt


class ChangedElsewhere(Exception):
    """Answers of the page were changed elsewhere since it was shown; nothing was saved.

    ``draft`` is the draft as it is by now, ``questions`` those to ask about.
    """

    def __init__(self, draft: Draft, questions: frozenset[str]) -> None:
        super().__init__(f"{len(questions)} answers were changed elsewhere")
        self.draft, self.questions = draft, questions


class NotAsChecked(Exception):
    """What would be sent is not what the check page showed; nothing was sent."""


class NotReadyToSend(Exception):
    """Something that is needed to send is missing."""

    def __init__(self, missing: tuple[Question, ...]) -> None:
        super().__init__(f"{len(missing)} needed questions are not answered")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Saved:
    """A page that was saved; ``safety`` is the page of help lines to show now, if any."""

    draft: Draft
    safety: SafetyPage | None


def start(desk: PatientDesk, code: str = "") -> str:
    """A new, empty draft; returns the token that alone opens it again.

    ``code`` is what was typed where the clinic asks for one. Raises NotAdmitted.
    """
    with desk.database.write() as session:
        start_codes.admit(desk, session, code)
        token, _ = drafts.start(session, desk.keys, desk.now(), desk.library.editions.questionnaire)
        page_counting.begun(desk, session)
    return token


def find(desk: PatientDesk, token: str, *, attended: bool = True) -> Draft | Receipt | None:
    """The draft behind a token, the receipt once it was sent, or nothing.

    What a page asks for by itself is not ``attended``: it does not keep the session open.
    """
    with desk.database.write() as session:
        return found(desk, session, token, attended=attended)


def evidence_of(desk: PatientDesk, draft: Draft) -> PatientEvidence:
    """A draft's answers as the questionnaire reads them today."""
    return desk.evidence(draft.answers)


def answer_page(
    desk: PatientDesk,
    token: str,
    page: Page,
    changes: Mapping[str, Answer],
    *,
    finished: bool = True,
    stopped: bool = False,
    shown: Marks | None = None,
    keep: UnfinishedPage | None = None,
) -> Saved:
    """Save what was given on one page. The last Continue wins, question by question.

    ``finished`` is false when the patient has not continued: the page is then kept as it
    is and not counted as seen. ``stopped`` says that they chose to finish later. ``shown`` are the
    marks of the answers the page showed; without them nothing that was saved elsewhere is asked
    about. ``keep`` is what of the page stays unfinished. Raises Expired, AlreadySent and
    ChangedElsewhere.
    """
    with desk.database.write() as session:
        before = draft_in(found(desk, session, token))
        if shown is not None:
            meeting = met(before, shown, changes)
            if meeting.ask:
                raise ChangedElsewhere(before, meeting.ask)
            changes = {name: answer for name, answer in changes.items() if name not in meeting.stay}
        answers = before.answers.with_(changes)
        if finished:
            answers = answers.with_(_left_blank(desk, page, answers))
        seen = before.seen | {page.id} if finished else before.seen
        unfinished = {name: typed for name, typed in before.unfinished.items() if name != page.id}
        if keep is not None:
            unfinished[page.id] = keep
        after = replace(before, answers=answers, seen=seen, unfinished=unfinished, language=desk.language)
        # The clinic is told once of an answer, however often its page is sent: as long as it was told of
        # none, also of one that stands. Something may have gone wrong when it was first to be told.
        known = before.answers if before.told is not None else Answers()
        news = _safety_page(desk, page, known, answers)
        after = signalling.after_saving(desk, session, before, after, news)
        safety = _safety_page(desk, page, before.answers, answers, shown)
        draft = drafts.save(session, desk.keys, token, after)
        page_counting.saved(desk, session, page, before.seen, seen, stopped=stopped)
    return Saved(draft, safety)


def met(draft: Draft, shown: Marks, changes: Mapping[str, Answer]) -> Meeting:
    """What becomes of the answers of a page that showed ``shown``."""
    saved = {name: mark_of(draft.answers.get(name)) for name in changes}
    return meet(shown, saved, {name: mark_of(answer) for name, answer in changes.items()})


def send(desk: PatientDesk, token: str, typed_name: str, checked: str = "") -> Receipt:
    """Sign, seal, screen and store, in one transaction; a second send gives the same receipt.

    ``checked`` is the tag of the answers that the patient checked, when the page carries it. Raises
    Expired, NotReadyToSend and NotAsChecked.
    """
    at = desk.now()
    # One moment for all of it: a form sent at midnight is screened as of the day it says it was sent.
    desk = replace(desk, now=lambda: at)
    with desk.database.write() as session:
        waiting = found(desk, session, token)
        if isinstance(waiting, Receipt):
            return waiting
        draft = draft_in(waiting)
        now = desk.local(at)
        if needed := checking.missing(desk, draft):
            raise NotReadyToSend(needed)
        if checked and checked != checking.state_of(desk, draft)[0]:
            raise NotAsChecked
        reference = submissions.new_reference(session, desk.settings.reference_prefix)
        consent = desk.library.questionnaire.consent
        helped_by = helper(checking.would_be_sent(desk, draft))
        signs_as = helped_by.signs_as if helped_by is not None else ""
        signature = Signature(typed_name.strip(), (*consent.points, consent.agree), now, signs_as)
        submission = _submission(desk, draft, reference, signature)
        receipt = Receipt(reference, now)
        drafts.close(session, token, receipt)
        own_copies.add(session, desk.keys, token, submission, now)
        page_counting.sent(desk, session)
        # Rules read English, as clinicians do, whatever language the patient read.
        receive(desk.in_english, session, submission, PATIENT, now)
    return receipt


def leave(desk: PatientDesk, token: str) -> None:
    """End the patient's session on this device; a draft without a way back is erased, and so is a copy."""
    with desk.database.write() as session:
        drafts.end_session(session, token)
        own_copies.end(session, token)


def erase(desk: PatientDesk, token: str) -> bool:
    """Erase the draft, in whatever browser it is open, and every way back to it; false without one.

    Whoever comes to a browser that was signed out by idling has none, and erases nothing.
    """
    with desk.database.write() as session:
        return drafts.erase(session, token, desk.now(), limits(desk))


def found(
    desk: PatientDesk, session: Session, token: str, *, attended: bool = True
) -> Draft | Receipt | None:
    """The same as :func:`find` within a transaction."""
    one = drafts.find(session, desk.keys, token, desk.now(), limits(desk), attended=attended)
    return carried_over(desk, session, one) if isinstance(one, Draft) else one


def draft_in(one: Draft | Receipt | None) -> Draft:
    """The draft. Raises Expired when there is nothing, and AlreadySent when it was sent."""
    if one is None:
        raise Expired
    if isinstance(one, Receipt):
        raise AlreadySent(one)
    return one


def limits(desk: PatientDesk) -> drafts.Limits:
    """For how long a browser may do nothing before it is signed out, with a way back and without."""
    return limits_of(desk.settings)


def limits_of(settings: Settings) -> drafts.Limits:
    """The same, by the settings alone."""
    idle, days = timedelta(minutes=settings.patient_idle_minutes), settings.patient_unsaved_days
    return drafts.Limits(idle, timedelta(days=days))


def _submission(desk: PatientDesk, draft: Draft, reference: str, signature: Signature) -> Submission:
    answers = checking.would_be_sent(desk, draft)
    return Submission(
        id=draft.id,
        reference=reference,
        answers=answers,
        transcript=transcribe(desk.in_english.evidence(answers)),
        language=desk.language,
        as_read=transcribe(desk.evidence(answers), desk.voice) if desk.language else (),
        signature=signature,
        editions=desk.library.editions,
        sent_at=signature.at,
    )


def _left_blank(desk: PatientDesk, page: Page, answers: Answers) -> dict[str, Answer]:
    # Seen and not answered is a fact of its own, not the same as never reached.
    evidence = desk.evidence(answers)
    return {
        question.id: BLANK
        for question in page.questions
        if question.id not in answers and evidence.asked(question.id).truth is Truth.YES
    }


def _safety_page(
    desk: PatientDesk, page: Page, before: Answers, after: Answers, shown: Marks | None = None
) -> SafetyPage | None:
    evidence = desk.evidence(after)
    for question in page.questions:
        answer = after.get(question.id)
        # A page sent twice did not show the answer that its first sending saved: whoever pressed twice
        # follows the second, and sees the help lines all the same.
        was_shown = shown is None or shown.get(question.id, NOTHING_SAID) == mark_of(answer)
        if before.get(question.id) == answer and was_shown:
            continue  # shown once for an answer, and again only when the answer changes
        for trigger in question.safety:
            if trigger.when.find(evidence).truth is Truth.YES:
                return desk.library.questionnaire.safety_page(trigger.show)
    return None
