"""What a patient is asked after sending, what they send back, and the revision it makes.

Nothing here knows of flags or rules: what a patient sees of a question is the clinician's words and
the patient's own answers (regulation.md F11).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from intake.domain.answers import Answers
from intake.domain.evidence import PatientEvidence, relevant
from intake.domain.fitting import fitting
from intake.domain.medicines import Formulary
from intake.domain.questionnaire import Page, Question, Questionnaire
from intake.domain.reach import asked_about
from intake.domain.submissions import Signature, Submission
from intake.domain.truth import Truth
from intake.domain.unfinished import UnfinishedPage
from intake.domain.wording import Line, transcribe

# Who fills in the form decides what a browser may fill in by itself.
_FILLED_IN_BY = "filled_in_by"


class DoesNotFit(Exception):
    """The answers of a reply cannot be held by the questionnaire the submission rests on."""


@dataclass(frozen=True, slots=True)
class AskedOfPatient:
    """A question as the patient may see it.

    ``about`` are the patient's own answers, as they gave them; ``again`` is the question of the form
    that is asked once more, empty when words are enough. ``given`` are the few answers that its field
    and what follows on it need, under the editions the submission rests on. ``language`` is the one the
    form was read in, in which the answers stand here, too; empty for English.
    """

    words: str
    asked_by: str
    asked_at: datetime
    about: tuple[Line, ...] = ()
    again: str = ""
    given: Answers = field(default_factory=Answers)
    questionnaire: str = ""
    medicines: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ReplyDraft:
    """A reply that is being written; without a question it is an addendum.

    ``unfinished`` are the pages that were filled in and not continued from, by step: no part of it.
    """

    asked: AskedOfPatient | None = None
    words: str = ""
    changes: Answers = field(default_factory=Answers)
    unfinished: Mapping[str, UnfinishedPage] = field(default_factory=dict)

    @property
    def answers(self) -> Answers:
        """The answers at hand, those of the reply over those given before."""
        given = self.asked.given if self.asked is not None else Answers()
        return given.with_(self.changes)


@dataclass(frozen=True, slots=True)
class Reply:
    """Something more from the patient, signed: words, answers to questions of the form, or both.

    ``asked`` is the place, from 1, of the question among the entries of the review; None for an addendum.
    """

    words: str
    changes: Answers
    signature: Signature
    asked: int | None = None


def signed_anew(submission: Submission, reply: Reply) -> Submission:
    """The next revision of the submission after a reply that changes no answer: it needs no questionnaire."""
    return replace(submission, revision=submission.revision + 1, signature=reply.signature)


def revised(
    submission: Submission, reply: Reply, questionnaire: Questionnaire, formulary: Formulary
) -> Submission:
    """The submission with the reply in it, under the questionnaire it rests on; its next revision.

    It stays as of the day it was sent: a flag that rests on a number of days must not go away because
    the patient took time to reply. The signature is the new one (regulation.md E7). Raises DoesNotFit.
    """
    newest = signed_anew(submission, reply)
    if not reply.changes:
        return newest
    if set(fitting(questionnaire, reply.changes)) != set(reply.changes):
        raise DoesNotFit
    answers = relevant(_evidence(submission, questionnaire, formulary, reply.changes))
    settled = PatientEvidence(
        questionnaire, formulary, answers, submission.sent_on, submission.unread, submission.not_on_paper
    )
    return replace(newest, answers=answers, transcript=transcribe(settled))


def _evidence(
    submission: Submission, questionnaire: Questionnaire, formulary: Formulary, changes: Answers
) -> PatientEvidence:
    answers = submission.answers.with_(changes)
    return PatientEvidence(
        questionnaire, formulary, answers, submission.sent_on, submission.unread, submission.not_on_paper
    )


def page_again(questionnaire: Questionnaire, question_id: str) -> Page:
    """A page of one question, with the follow-ups that open under it in place."""
    question = questionnaire.question(question_id)
    home = next(page for _, page in questionnaire.pages if question in page.questions)
    under = [one for one in home.questions if (home.opens_under(one) or ("", ""))[0] == question_id]
    return Page(home.id, (question, *under), attribution=home.attribution)


def opened(evidence: PatientEvidence, given: Answers, question_id: str) -> tuple[Question, ...]:
    """The follow-ups of a question that apply now and were not answered before, in the order asked."""
    return tuple(
        one
        for one in follow_ups_of(evidence.questionnaire, question_id)
        if one.id not in given and evidence.asked(one.id).truth is Truth.YES
    )


def follow_ups_of(questionnaire: Questionnaire, question_id: str) -> tuple[Question, ...]:
    """Every question that is asked, or not, because of the answer to this one; also indirectly."""
    found: dict[str, Question] = {}
    looked_at = {question_id}
    while True:
        more = [
            one
            for one in questionnaire.questions
            if one.id not in looked_at and looked_at.intersection(_rests_on(questionnaire, one))
        ]
        if not more:
            return tuple(one for one in questionnaire.questions if one.id in found)
        found.update((one.id, one) for one in more)
        looked_at.update(one.id for one in more)


def needed_to_ask(questionnaire: Questionnaire, question_id: str) -> frozenset[str]:
    """The questions whose answers decide how this one is asked, and what follows on it; itself too."""
    needed = {question_id, *(one.id for one in follow_ups_of(questionnaire, question_id))}
    wanted: Iterable[str] = tuple(needed)
    while wanted:
        above = {
            one
            for name in wanted
            for one in _rests_on(questionnaire, questionnaire.question(name))
            if one not in needed
        }
        needed |= above
        wanted = above
    return frozenset(needed | {_FILLED_IN_BY})


def _rests_on(questionnaire: Questionnaire, question: Question) -> tuple[str, ...]:
    return () if question.only_if is None else asked_about(questionnaire, question.only_if)
