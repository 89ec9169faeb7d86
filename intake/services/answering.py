"""What a patient does: start, answer a page, check, sign and send, leave."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from intake.domain.answers import BLANK, Answer, Answers
from intake.domain.events import SubmissionReceived, SubmissionScreened
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.fitting import fitting
from intake.domain.questionnaire import Page, Question, SafetyPage
from intake.domain.screening import screen
from intake.domain.submissions import Draft, Receipt, Signature, Submission
from intake.domain.truth import Truth
from intake.domain.wording import PartLines, transcribe
from intake.services import page_counting
from intake.services.clinic import PatientDesk
from intake.storage import audit, drafts, submissions

PATIENT = "patient"


class Expired(Exception):
    """The session is over or was never there; the answers may be gone."""


class AlreadySent(Exception):
    """The answers were sent before; carries the receipt given then."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.reference)
        self.receipt = receipt


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


def start(desk: PatientDesk) -> str:
    """A new, empty draft; returns the token that alone opens it again.

    Drafts whose time is over are erased on the way: nobody can open them any more.
    """
    with desk.database.write() as session:
        drafts.remove_expired(session, desk.now(), _idle(desk))
        token, _ = drafts.start(session, desk.keys, desk.now(), desk.library.editions.questionnaire)
        page_counting.begun(desk, session)
    return token


def find(desk: PatientDesk, token: str) -> Draft | Receipt | None:
    """The draft behind a token, the receipt once it was sent, or nothing."""
    with desk.database.write() as session:
        return _found(desk, session, token)


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
) -> Saved:
    """Save what was given on one page. The last Continue wins, question by question.

    ``finished`` is false when the patient has not continued: the page is then kept as it
    is and not counted as seen. ``stopped`` says that they chose to finish later. Raises Expired
    and AlreadySent.
    """
    with desk.database.write() as session:
        before = _draft(_found(desk, session, token))
        answers = before.answers.with_(changes)
        if finished:
            answers = answers.with_(_left_blank(desk, page, answers))
        seen = before.seen | {page.id} if finished else before.seen
        changed = replace(before, answers=answers, seen=seen, language=desk.language)
        draft = drafts.save(session, desk.keys, token, changed)
        page_counting.saved(desk, session, page, before.seen, seen, stopped=stopped)
    return Saved(draft, _safety_page(desk, page, before.answers, answers))


def check(desk: PatientDesk, draft: Draft) -> tuple[PartLines, ...]:
    """Everything that would be sent, in words, for the patient to check."""
    return transcribe(desk.evidence(_relevant(desk, draft)), desk.voice)


def missing(desk: PatientDesk, draft: Draft) -> tuple[Question, ...]:
    """The few questions without which nobody could reach the patient."""
    answers = _relevant(desk, draft)
    needed = desk.library.questionnaire.needed()
    return tuple(question for question in needed if answers.value(question.id) is None)


def send(desk: PatientDesk, token: str, typed_name: str) -> Receipt:
    """Sign, seal, screen and store, in one transaction; a second send gives the same receipt.

    Raises Expired and NotReadyToSend.
    """
    at = desk.now()
    # One moment for all of it: a form sent at midnight is screened as of the day it says it was sent.
    desk = replace(desk, now=lambda: at)
    with desk.database.write() as session:
        found = _found(desk, session, token)
        if isinstance(found, Receipt):
            return found
        draft = _draft(found)
        now = desk.local(at)
        if needed := missing(desk, draft):
            raise NotReadyToSend(needed)
        reference = submissions.new_reference(session, desk.settings.reference_prefix)
        consent = desk.library.questionnaire.consent
        signature = Signature(typed_name.strip(), (*consent.points, consent.agree), now)
        submission = _submission(desk, draft, reference, signature)
        # Screening never raises: a rule that crashes becomes an urgent "cannot tell". It reads English, as
        # clinicians do, whatever language the patient read.
        screening = screen(
            desk.library.rulebook,
            desk.in_english.evidence(submission.answers),
            desk.library.editions,
            now,
        )
        sealed, screened = submissions.seal(session, desk.keys, submission, screening)
        receipt = Receipt(reference, now)
        drafts.close(session, token, receipt)
        page_counting.sent(desk, session)
        for event in (
            SubmissionReceived(
                submission.id,
                submission.revision,
                sealed,
                desk.library.editions.questionnaire,
            ),
            SubmissionScreened(
                submission.id,
                1,
                screened,
                desk.library.editions.rules,
                not screening.incomplete,
            ),
        ):
            audit.record(session, desk.keys, PATIENT, event, now)
    return receipt


def leave(desk: PatientDesk, token: str) -> None:
    """End the patient's session on this device; the draft can then no longer be opened here."""
    with desk.database.write() as session:
        drafts.end_session(session, token)


def _found(desk: PatientDesk, session: Session, token: str) -> Draft | Receipt | None:
    found = drafts.find(session, desk.keys, token, desk.now(), _idle(desk))
    return _carried_over(desk, found) if isinstance(found, Draft) else found


def _carried_over(desk: PatientDesk, draft: Draft) -> Draft:
    """A draft begun under another edition: what no longer fits is asked again."""
    questionnaire = desk.library.questionnaire
    if draft.questionnaire == questionnaire.edition:
        return draft
    answers = fitting(questionnaire, draft.answers)
    gone = set(draft.answers) - set(answers)
    seen = frozenset(
        page.id
        for _, page in questionnaire.pages
        if page.id in draft.seen and not gone & {question.id for question in page.questions}
    )
    return replace(draft, answers=answers, seen=seen, questionnaire=questionnaire.edition)


def _idle(desk: PatientDesk) -> timedelta:
    return timedelta(minutes=desk.settings.patient_idle_minutes)


def _draft(found: Draft | Receipt | None) -> Draft:
    if found is None:
        raise Expired
    if isinstance(found, Receipt):
        raise AlreadySent(found)
    return found


def _relevant(desk: PatientDesk, draft: Draft) -> Answers:
    return relevant(desk.evidence(draft.answers))


def _submission(desk: PatientDesk, draft: Draft, reference: str, signature: Signature) -> Submission:
    answers = _relevant(desk, draft)
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


def _safety_page(desk: PatientDesk, page: Page, before: Answers, after: Answers) -> SafetyPage | None:
    evidence = desk.evidence(after)
    for question in page.questions:
        if before.get(question.id) == after.get(question.id):
            continue  # shown once for an answer, and again only when the answer changes
        for trigger in question.safety:
            if trigger.when.find(evidence).truth is Truth.YES:
                return desk.library.questionnaire.safety_page(trigger.show)
    return None
