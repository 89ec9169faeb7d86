"""Asking the patient: a question about a flag, an answer or the form, and the link that opens it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.answers import Answers, Chosen, Text
from intake.domain.events import PatientAsked, PatientLinkRenewed, QuestionTakenBack
from intake.domain.notice_kinds import NoticeKind
from intake.domain.permissions import StaffMember
from intake.domain.replies import AskedOfPatient, needed_to_ask
from intake.domain.review import Review
from intake.domain.review_entries import By, Question, QuestionWithdrawn
from intake.domain.review_refusals import Changed, UnknownFlag
from intake.domain.screening import Flag
from intake.domain.standing import LINK_LIVES, open_questions
from intake.domain.submissions import Submission
from intake.domain.wording import Line
from intake.services import notices
from intake.services.asked_then import NotKept, asked_then
from intake.services.clinic import Clinic
from intake.services.languages import spoken_now
from intake.services.notice_words import Notice, link_of
from intake.storage import audit, outgoing, patient_questions, reply_sessions, reviews
from intake.storage.outgoing import Addressed, Outcome


class UnknownQuestion(Exception):
    """The form does not ask this question, or not in a way in which it can be asked again."""


class NotOpen(Exception):
    """The question was answered or taken back meanwhile; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a clinician wants to ask: about a flag (its key), an answer (the question's id), or neither.

    ``again`` is the question of the form to be answered once more. ``asked_before`` is how many
    questions the page knew of, so that one pressed twice is asked once.
    """

    words: str
    flag: str = ""
    question: str = ""
    again: str = ""
    asked_before: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A question that was asked or whose link was renewed; ``link`` is shown once and kept nowhere.

    ``mail`` is the notice that is sent, or that somebody here can send.
    """

    link: str
    email: str
    phone: str
    mailed: bool
    mail: Notice


def ask(clinic: Clinic, clinician: StaffMember, submission: UUID, wanted: Wanted) -> Sent:
    """Ask the patient something. Raises Changed, UnknownFlag, UnknownQuestion, NoSuchSubmission."""
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        if wanted.asked_before != asked_so_far(review):
            raise Changed
        question = _question(clinic, clinician, review, wanted)
        content = reviews.add_entry(session, clinic.keys, submission, question)
        sent = _hand_out(clinic, session, review, len(review.entries) + 1, question)
        event = PatientAsked(submission, content)
        audit.record(session, clinic.keys, clinician.id, event, clinic.now())
    return sent


def renew(clinic: Clinic, clinician: StaffMember, submission: UUID, number: int) -> Sent:
    """A new link to a question; the one before stops working. Raises NotOpen and NoSuchSubmission."""
    with clinic.database.write() as session:
        review = reviews.review(session, clinic.keys, submission)
        question = _open_question(session, review, number)
        notice = _end_visits(session, submission, number)
        sent = _hand_out(clinic, session, review, number, question)
        outgoing.settle(session, notice, Outcome.NOT_NEEDED, clinic.now())
        audit.record(session, clinic.keys, clinician.id, PatientLinkRenewed(submission), clinic.now())
    return sent


def take_back(clinic: Clinic, clinician: StaffMember, submission: UUID, number: int) -> None:
    """Take a question back. Raises NotOpen and NoSuchSubmission."""
    with clinic.database.write() as session:
        now = clinic.now()
        review = reviews.review(session, clinic.keys, submission)
        _open_question(session, review, number)
        notice = _end_visits(session, submission, number)
        if not patient_questions.close(session, submission, number, now):
            raise NotOpen
        outgoing.settle(session, notice, Outcome.NOT_NEEDED, now)
        withdrawn = QuestionWithdrawn(number, _by(clinic, clinician))
        content = reviews.add_entry(session, clinic.keys, submission, withdrawn)
        event = QuestionTakenBack(submission, content)
        audit.record(session, clinic.keys, clinician.id, event, now)


def may_name_the_clinic(review: Review) -> bool:
    """Whether a message may say whose it is: only if the patient said so. Not known is not yes."""
    return review.submission.answers.value("message_ok") == Chosen("yes")


def notice_for(clinic: Clinic, review: Review, secret: str) -> Notice:
    """The notice that the patient of this form is sent, with the secret of its link."""
    kind = NoticeKind.MESSAGE if may_name_the_clinic(review) else NoticeKind.UNNAMED_MESSAGE
    language = spoken_now(clinic.settings, review.submission.language)
    return Notice(kind, link_of(clinic.settings, kind, secret), language)


def asked_so_far(review: Review) -> int:
    """How many questions the patient was asked, answered or not."""
    return sum(isinstance(one, Question) for one in review.entries)


def may_ask_again(clinic: Clinic, review: Review) -> tuple[Line, ...]:
    """The questions of the form that can be asked again, as they were asked.

    None when the edition they were asked in cannot be read here any more: words remain.
    """
    submission = review.submission
    try:
        asked_then(clinic.database, clinic.library, *_editions(submission))
    except NotKept:
        return ()
    return tuple(line for part in submission.transcript for line in part.lines)


def lines_of(review: Review, flag: Flag) -> tuple[Line, ...]:
    """The patient's own answers a flag rests on or waits for; what was worked out of them is left out."""
    quoted = {line.question for line in (*flag.outcome.because, *flag.outcome.missing)}
    return tuple(line for line in _lines(review.submission) if line.question in quoted)


def _question(clinic: Clinic, clinician: StaffMember, review: Review, wanted: Wanted) -> Question:
    title = ""
    if wanted.flag:
        title = _flag(review, wanted.flag).title
    elif wanted.question:
        title = _line(review, wanted.question).label
    if wanted.again and wanted.again not in {line.question for line in may_ask_again(clinic, review)}:
        raise UnknownQuestion(wanted.again)
    by = _by(clinic, clinician)
    about = (wanted.flag, wanted.question, title)
    stood = tuple(flag.key for flag in review.flags)
    return Question(wanted.words.strip(), by, *about, wanted.again, stood)


def _hand_out(clinic: Clinic, session: Session, review: Review, number: int, question: Question) -> Sent:
    submission, now = review.submission, clinic.now()
    asked = _for_the_patient(clinic, review, question)
    place = (submission.id, number)
    lives = (now, now + LINK_LIVES)
    secret = patient_questions.make(session, clinic.keys, place, submission.reference, asked, lives)
    mail = notice_for(clinic, review, secret)
    email = _text(submission.answers, "email")
    mailed = bool(email) and notices.is_set_up(clinic.settings)
    if mailed:
        link = patient_questions.states(session, submission.id)[number].digest
        notice = outgoing.id_of(submission.id, number, link)
        addressed = Addressed(email, secret, mail.kind, language=submission.language)
        outgoing.add(session, clinic.keys, notice, addressed, now)
    return Sent(mail.link, email, _text(submission.answers, "phone"), mailed, mail)


def _for_the_patient(clinic: Clinic, review: Review, question: Question) -> AskedOfPatient:
    """The clinician's words and the patient's own answers; nothing of the flag (regulation.md F11)."""
    submission = review.submission
    about = {question.question, question.again} | {
        line.question for flag in review.flags if flag.key == question.flag for line in lines_of(review, flag)
    }
    questionnaire, medicines = _editions(submission)
    given = Answers()
    if question.again:
        asked = asked_then(clinic.database, clinic.library, questionnaire, medicines)
        given = submission.answers.only(needed_to_ask(asked.questionnaire, question.again))
    return AskedOfPatient(
        words=question.words,
        asked_by=question.by.printed_name,
        asked_at=question.by.at,
        # The patient's own answers, in the words they read.
        about=tuple(
            line
            for part in submission.as_read or submission.transcript
            for line in part.lines
            if line.question in about
        ),
        again=question.again,
        given=given,
        questionnaire=questionnaire,
        medicines=medicines,
        language=submission.language,
    )


def _open_question(session: Session, review: Review, number: int) -> Question:
    question = dict(open_questions(review.entries)).get(number)
    link = patient_questions.states(session, review.submission.id).get(number)
    # A reply may be here already and wait to be taken in.
    if question is None or link is None or link.closed_at is not None:
        raise NotOpen
    return question


def _end_visits(session: Session, submission: UUID, number: int) -> UUID:
    """Let nobody go on with the link there is to a question; the id of the notice that has it."""
    link = patient_questions.states(session, submission)[number].digest
    # Before the question is held, as whoever replies to it holds both (decision 0065).
    reply_sessions.end_of(session, submission, number)
    return outgoing.id_of(submission, number, link)


def _flag(review: Review, key: str) -> Flag:
    for flag in review.flags:
        if flag.key == key:
            return flag
    raise UnknownFlag(key)


def _line(review: Review, question: str) -> Line:
    for line in _lines(review.submission):
        if line.question == question:
            return line
    raise UnknownQuestion(question)


def _lines(submission: Submission) -> tuple[Line, ...]:
    return tuple(line for part in submission.transcript for line in part.lines)


def _editions(submission: Submission) -> tuple[str, str]:
    return submission.editions.questionnaire, submission.editions.medicines


def _by(clinic: Clinic, clinician: StaffMember) -> By:
    at: datetime = clinic.local(clinic.now())
    return By(clinician.id, clinician.printed_name, at)


def _text(answers: Answers, question: str) -> str:
    value = answers.value(question)
    return value.words.strip() if isinstance(value, Text) else ""
