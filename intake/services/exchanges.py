"""What was asked of a patient and what came back, one after the other, as a clinician reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from intake.domain.review import Review
from intake.domain.review_entries import Question, QuestionWithdrawn, Revised
from intake.domain.standing import LONG_WITHOUT_ANSWER
from intake.domain.submissions import Submission
from intake.domain.wording import Line
from intake.services import notice_words
from intake.services.clinic import Clinic
from intake.services.notice_words import Letterhead, Notice
from intake.storage import outgoing, patient_questions
from intake.storage import replies as stored
from intake.storage.outgoing import Delivery, Outcome
from intake.storage.patient_questions import LinkState


class Link(Enum):
    """Whether the link to a question opens it."""

    WORKS = "works"
    PAUSED = "paused"
    ENDED = "ended"


class Mail(Enum):
    """Where the e-mail with the link stands."""

    NONE = "none"
    WAITING = "waiting"
    TRIED = "tried"
    SENT = "sent"
    NOT_DELIVERED = "not delivered"


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One answer given anew: what it was, and what it is now; ``before`` is None when there was none."""

    line: Line
    before: Line | None

    @property
    def is_same(self) -> bool:
        """Whether the same was answered again."""
        return self.before is not None and self.before.said == self.line.said


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the patient's words, and the answers given anew."""

    revision: int
    at: datetime
    words: str
    changed: tuple[ChangedAnswer, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what became of it, or something the patient added unasked (no ``question``)."""

    number: int
    question: Question | None
    again: str = ""
    answered: Answered | None = None
    withdrawn: QuestionWithdrawn | None = None
    link: Link = Link.ENDED
    link_until: datetime | None = None
    mail: Mail = Mail.NONE
    waits_long: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the patient has not answered and nobody took it back."""
        return self.question is not None and self.answered is None and self.withdrawn is None


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Everything between the clinic and the patient after sending, newest first.

    ``not_taken_in`` is when replies came that could not be opened or read.
    """

    every: tuple[Exchange, ...]
    not_taken_in: tuple[datetime, ...]


def exchanges(clinic: Clinic, review: Review) -> Exchanges:
    """What was asked and came back. To be shown with the review, whose opening was recorded."""
    submission, now = review.submission.id, clinic.now()
    with clinic.database.read() as session:
        links = patient_questions.states(session, submission)
        mails = {
            number: outgoing.delivery(session, outgoing.id_of(submission, number, link.digest))
            for number, link in links.items()
        }
        waiting = stored.waiting_of(session, submission)
    found = tuple(_exchange(review, number, links, mails, now) for number in _numbers(review))
    return Exchanges(found[::-1], waiting)


def mailto(clinic: Clinic, notice: Notice, address: str) -> str:
    """A link that opens the notice in the mail program of whoever presses it."""
    return notice_words.mailto(notice, Letterhead.of(clinic.settings), address)


def _numbers(review: Review) -> Iterator[int]:
    for number, entry in enumerate(review.entries, 1):
        if isinstance(entry, Question) or (isinstance(entry, Revised) and entry.asked is None):
            yield number


def _exchange(
    review: Review,
    number: int,
    links: dict[int, LinkState],
    mails: dict[int, Delivery | None],
    now: datetime,
) -> Exchange:
    entry = review.entries[number - 1]
    if isinstance(entry, Revised):
        return Exchange(number, None, answered=_answered(review, entry))
    if not isinstance(entry, Question):
        raise TypeError(type(entry).__name__)
    of_it = [
        one for one in review.entries if isinstance(one, Revised | QuestionWithdrawn) and one.asked == number
    ]
    answer = next((one for one in of_it if isinstance(one, Revised)), None)
    link = links.get(number)
    return Exchange(
        number,
        entry,
        again=_label(review.submission, entry.again),
        answered=None if answer is None else _answered(review, answer),
        withdrawn=next((one for one in of_it if isinstance(one, QuestionWithdrawn)), None),
        link=_state(link, now),
        link_until=None if link is None else link.expires_at,
        mail=_mail(mails.get(number)),
        waits_long=_waited(entry, now) >= LONG_WITHOUT_ANSWER,
    )


def _answered(review: Review, entry: Revised) -> Answered:
    by_revision = {one.revision: _by_question(one) for one in review.revisions}
    after, before = by_revision[entry.revision], by_revision.get(entry.revision - 1, {})
    changed = tuple(ChangedAnswer(after[one], before.get(one)) for one in entry.changed if one in after)
    return Answered(entry.revision, entry.at, entry.words, changed)


def _by_question(submission: Submission) -> dict[str, Line]:
    return {line.question: line for part in submission.transcript for line in part.lines}


def _label(submission: Submission, question: str) -> str:
    line = _by_question(submission).get(question)
    return "" if line is None else line.asked


def _state(link: LinkState | None, now: datetime) -> Link:
    if link is None or link.has_ended(now):
        return Link.ENDED
    return Link.PAUSED if link.is_paused(now) else Link.WORKS


def _mail(delivery: Delivery | None) -> Mail:
    match delivery:
        case None:
            return Mail.NONE
        case Delivery(attempts, None):
            return Mail.TRIED if attempts else Mail.WAITING
        case Delivery(_, Outcome.SENT):
            return Mail.SENT
        case Delivery(_, Outcome.NOT_NEEDED):
            return Mail.NONE
    return Mail.NOT_DELIVERED


def _waited(question: Question, now: datetime) -> timedelta:
    return now - question.by.at
