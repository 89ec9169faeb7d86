"""What would be sent of a draft as it is: in words, what is missing, and which state of it this is."""

from intake.domain.answers import Answers
from intake.domain.evidence import relevant
from intake.domain.questionnaire import Question
from intake.domain.submissions import Draft
from intake.domain.unfinished import Marks
from intake.domain.wording import PartLines, transcribe
from intake.services.clinic import PatientDesk
from intake.storage import shown_pages
from intake.storage.codec_answers import mark_of


def check(desk: PatientDesk, draft: Draft) -> tuple[PartLines, ...]:
    """Everything that would be sent, in words, for the patient to check."""
    return transcribe(desk.evidence(would_be_sent(desk, draft)), desk.voice)


def missing(desk: PatientDesk, draft: Draft) -> tuple[Question, ...]:
    """The few questions without which nobody could reach the patient."""
    answers = would_be_sent(desk, draft)
    needed = desk.library.questionnaire.needed()
    return tuple(question for question in needed if answers.value(question.id) is None)


def state_of(desk: PatientDesk, draft: Draft) -> tuple[str, Marks]:
    """The tag of the answers that would be sent as they are now, and the mark of each."""
    marks = {name: mark_of(answer) for name, answer in would_be_sent(desk, draft).items()}
    return shown_pages.tag_of(desk.keys, draft.id, marks), marks


def would_be_sent(desk: PatientDesk, draft: Draft) -> Answers:
    """The answers on branches that are reached."""
    return relevant(desk.evidence(draft.answers))
