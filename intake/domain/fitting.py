"""Answers given under one edition of a questionnaire, read under another.

An answer that the questionnaire can no longer hold (its question or choice is gone) is
left out, which makes it not known: it is never guessed at, and never an error.
"""

from intake.domain.answers import (
    Answer,
    Answers,
    Chosen,
    ChosenMany,
    Day,
    MedicineList,
    Number,
    Reading,
    Text,
)
from intake.domain.questionnaire import CHOICE_KINDS, Kind, Question, Questionnaire


def fitting(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """The answers this questionnaire can hold."""
    return answers.only(
        frozenset(
            question
            for question, answer in answers.items()
            if questionnaire.has(question) and _fits(questionnaire.question(question), answer)
        )
    )


def _fits(question: Question, answer: Answer) -> bool:
    offered = {choice.id for choice in question.choices}
    match answer.value:
        case None:
            return True
        case Chosen(choice):
            return question.kind in CHOICE_KINDS and choice in offered
        case ChosenMany(choices):
            return question.kind is Kind.CHOOSE_ANY and set(choices) <= offered
        case Number(unit=unit):
            return question.kind is Kind.NUMBER and unit in question.units
        case Reading():
            return question.kind is Kind.READING
        case Day():
            return question.kind is Kind.DATE
        case Text():
            return question.kind is Kind.TEXT
        case MedicineList():
            return question.kind is Kind.MEDICINES


def asked_alike(before: Questionnaire, now: Questionnaire, question_id: str) -> bool:
    """Whether a question is put in the same words in both, with the same choices under it."""
    if not (before.has(question_id) and now.has(question_id)):
        return False
    return _as_put(before, question_id) == _as_put(now, question_id)


def _as_put(questionnaire: Questionnaire, question_id: str) -> tuple[object, ...]:
    question = questionnaire.question(question_id)
    # Items of an instrument go on from the title of their page ("Over the last 2 weeks ...").
    stem = next(page.stem for _, page in questionnaire.pages if question in page.questions)
    choices = tuple((choice.id, choice.say) for choice in question.choices)
    return (question.kind, stem, question.ask, choices, question.units, question.part_labels)
