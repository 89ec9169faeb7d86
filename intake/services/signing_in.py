"""Two typings of one paper beside each other: settling where they differ, and signing the form in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.answers import Answer, Answers
from intake.domain.blank_form import numbers
from intake.domain.events import (
    TranscriptionOpened,
    TranscriptionSettled,
    TranscriptionSignedIn,
)
from intake.domain.evidence import PatientEvidence
from intake.domain.fitting import fitting
from intake.domain.from_paper import UNREAD, FromPaper, Kept, Remark, Settled
from intake.domain.paper_edition import PaperEdition
from intake.domain.permissions import StaffMember
from intake.domain.questionnaire import Question
from intake.domain.submissions import Receipt, Signature, Submission
from intake.domain.transcription import (
    Changed,
    Compared,
    Discrepancy,
    Entry,
    NotThere,
    Pass,
    Settlement,
    Stage,
    Transcription,
    Typing,
    compare,
    settle,
    settle_again,
)
from intake.domain.wording import PartLines, in_words, transcribe
from intake.services import paper_editions
from intake.services.clinic import Clinic
from intake.services.languages import questionnaire_in, voice_of
from intake.services.receiving import receive
from intake.services.transcribing import fitted, read
from intake.storage import audit, transcriptions

NOT_TYPED = "Nothing: it was not asked after the answers above"
NOT_ON_PAPER = "Nothing: the paper does not ask it as it is asked now"


class StillDifferent(Exception):
    """Some places are not settled yet."""


class Missing(Exception):
    """Something without which nobody could reach the patient is not on the paper."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        super().__init__(f"{len(questions)} needed questions are not answered")
        self.questions = questions


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A paper typed twice, with where the typings agree and where they do not."""

    transcription: Transcription
    compared: Compared
    edition: PaperEdition
    evidence: PatientEvidence

    @property
    def numbers(self) -> dict[str, str]:
        """The number of each question on the paper."""
        return numbers(self.evidence.questionnaire)

    def question(self, discrepancy: Discrepancy) -> Question:
        """The question that was typed differently."""
        return self.evidence.questionnaire.question(discrepancy.question)

    def said(self, discrepancy: Discrepancy, entry: Entry) -> str:
        """One of the two entries in words."""
        return _said(self.question(discrepancy), entry, self.edition)

    @property
    def missing(self) -> tuple[Question, ...]:
        """The few questions that are needed, and answered by neither."""
        needed = self.evidence.questionnaire.needed()
        return tuple(one for one in needed if self.compared.answers.value(one.id) is None)

    @property
    def places(self) -> tuple[Discrepancy, ...]:
        """Where somebody has to look: what differs, and what is needed and not there."""
        open_already = {one.question for one in self.compared.discrepancies}
        first, second = self.transcription.first, self.transcription.typing(Pass.SECOND)
        needed = (one.id for one in self.missing if one.id not in open_already)
        return (
            *self.compared.discrepancies,
            *(Discrepancy(one, first.entry(one), second.entry(one)) for one in needed),
        )

    @property
    def settled(self) -> tuple[Settled, ...]:
        """What was settled by the paper so far."""
        return _all_settled(self)


def side_by_side(clinic: Clinic, member: StaffMember, transcription: UUID) -> SideBySide:
    """Both typings of a paper, recorded as read. Raises NotThere and NoSuchTranscription."""
    with clinic.database.write() as session:
        found = _typed_twice(clinic, session, transcription)
        audit.record(session, clinic.keys, member.id, TranscriptionOpened(transcription, 0), clinic.now())
    return found


def settle_one(
    clinic: Clinic,
    member: StaffMember,
    transcription: UUID,
    shown: Discrepancy,
    kept: Kept,
    anew: Answer | None = None,
) -> SideBySide:
    """Record what the paper says at one place. ``shown`` is what the page showed.

    Raises Changed when it is not so any more, NotThere and NoSuchTranscription.
    """
    with clinic.database.write() as session:
        found = _typed_twice(clinic, session, transcription)
        if shown not in found.places:
            raise Changed
        at = clinic.local(clinic.now())
        settled = settle(found.transcription, shown, kept, anew, member.printed_name, at)
        content = transcriptions.save(session, clinic.keys, settled)
        event = TranscriptionSettled(transcription, content)
        audit.record(session, clinic.keys, member.id, event, clinic.now())
    return _beside(clinic, settled)


def settle_once_more(clinic: Clinic, member: StaffMember, transcription: UUID, question: str) -> None:
    """Open a place again that was settled.

    Raises Changed when it is open, NotThere and NoSuchTranscription.
    """
    with clinic.database.write() as session:
        found = _typed_twice(clinic, session, transcription)
        content = transcriptions.save(session, clinic.keys, settle_again(found.transcription, question))
        event = TranscriptionSettled(transcription, content)
        audit.record(session, clinic.keys, member.id, event, clinic.now())


def sign_in(
    clinic: Clinic, member: StaffMember, transcription: UUID, printed_name: str, signed_on: date | None
) -> Receipt:
    """Make the paper a submission, in one transaction: sealed, screened and recorded like any other.

    ``printed_name`` and ``signed_on`` are what stands under the signature that ``member`` saw; no date
    where none can be read. Raises StillDifferent, Missing, NotThere and NoSuchTranscription.
    """
    at = clinic.now()
    # One moment for all of it: a form signed in at midnight is screened as of the day it says it came.
    clinic = replace(clinic, now=lambda: at)
    with clinic.database.write() as session:
        found = _typed_twice(clinic, session, transcription)
        if found.compared.discrepancies:
            raise StillDifferent
        if found.missing:
            raise Missing(found.missing)
        submission = _submission(clinic, member, found, printed_name, signed_on)
        transcriptions.remove(session, transcription)
        receive(clinic, session, submission, member.id, submission.sent_at)
        audit.record(session, clinic.keys, member.id, TranscriptionSignedIn(transcription), at)
    return Receipt(submission.reference, submission.sent_at)


def _typed_twice(clinic: Clinic, session: Session, transcription: UUID) -> SideBySide:
    found = transcriptions.fetch(session, clinic.keys, transcription, clinic.now())
    if found.stage is not Stage.TO_COMPARE or found.second is None:
        raise NotThere
    both = replace(
        found,
        first=fitted(clinic, found.first),
        second=fitted(clinic, found.second),
        settlements=tuple(one for one in found.settlements if _still_fits(clinic, one)),
    )
    return _beside(clinic, both)


def _still_fits(clinic: Clinic, one: Settlement) -> bool:
    """Whether the edition in force can hold what was settled. If not, the place is open again."""
    asked = clinic.library.questionnaire
    if one.answer is None:
        return asked.has(one.question)
    return one.question in fitting(asked, Answers({one.question: one.answer}))


def _beside(clinic: Clinic, both: Transcription) -> SideBySide:
    edition = paper_editions.edition(clinic, both.paper_edition)
    reading: Callable[[Answers], PatientEvidence] = lambda answers: read(clinic, answers)  # noqa: E731
    not_on_paper = edition.not_asked - _made_up_for(clinic, both)
    compared = compare(both, reading, not_on_paper)
    evidence = replace(read(clinic, compared.answers), unread=compared.unread, not_on_paper=not_on_paper)
    return SideBySide(both, compared, edition, evidence)


def _made_up_for(clinic: Clinic, both: Transcription) -> frozenset[str]:
    """What no form goes without, and somebody settled, having asked the patient: no paper asks it as now."""
    needed = {one.id for one in clinic.library.questionnaire.needed()}
    return frozenset(one.question for one in both.settlements if one.answer is not None) & needed


def _submission(
    clinic: Clinic, member: StaffMember, found: SideBySide, printed_name: str, signed_on: date | None
) -> Submission:
    at, code = clinic.local(clinic.now()), found.transcription.language
    paper = questionnaire_in(paper_editions.questionnaire_of(clinic, found.edition.edition), code)
    # What was signed is what stands on the paper, whatever patients are asked to sign today.
    agreed = (*paper.consent.points, paper.consent.agree)
    return Submission(
        id=found.transcription.id,
        reference=found.transcription.reference,
        answers=found.compared.answers,
        transcript=transcribe(found.evidence),
        language=code,
        as_read=_as_read(found.evidence, code) if code else (),
        signature=Signature(printed_name, agreed, at),
        editions=clinic.library.editions,
        sent_at=at,
        from_paper=_from_paper(found, member, signed_on),
    )


def _as_read(evidence: PatientEvidence, code: str) -> tuple[PartLines, ...]:
    """The answers in the words of the paper."""
    on_paper = replace(evidence, questionnaire=questionnaire_in(evidence.questionnaire, code))
    return transcribe(on_paper, voice_of(code))


def _from_paper(found: SideBySide, member: StaffMember, signed_on: date | None) -> FromPaper:
    both = found.transcription
    typings = (both.first, both.typing(Pass.SECOND))
    questionnaire = found.evidence.questionnaire
    first, second = typings
    remarks = tuple(Remark(one.printed_name, one.remarks) for one in typings if one.remarks)
    if first.remarks == second.remarks and remarks:
        remarks = (Remark(f"{first.printed_name} and {second.printed_name}", first.remarks),)
    asked = {line.question for part in transcribe(found.evidence) for line in part.lines}
    order = [one.id for one in questionnaire.questions]
    return FromPaper(
        edition=found.edition.edition,
        signed_on=signed_on,
        typed_by=tuple(one.printed_name for one in typings),
        seen_by=member.printed_name,
        unread=tuple(one for one in order if one in found.compared.unread),
        not_asked=tuple(one for one in order if one in found.evidence.not_on_paper & asked),
        remarks=remarks,
        settled=_all_settled(found),
    )


def _all_settled(found: SideBySide) -> tuple[Settled, ...]:
    both, asked = found.transcription, found.evidence.questionnaire
    typings = (both.first, both.typing(Pass.SECOND))
    return tuple(
        _settled(asked.question(one.question), one, typings, found.edition) for one in both.settlements
    )


def _settled(
    question: Question, one: Settlement, typings: tuple[Typing, ...], edition: PaperEdition
) -> Settled:
    first, second = (_said(question, typing.entry(one.question), edition) for typing in typings)
    return Settled(one.question, first, second, one.kept, one.by, one.at)


def _said(question: Question, entry: Entry, edition: PaperEdition) -> str:
    match entry:
        case Answer():
            return in_words(question, entry)
        case Kept.UNREAD:
            return UNREAD
        case _:
            return NOT_ON_PAPER if question.id in edition.not_asked else NOT_TYPED
