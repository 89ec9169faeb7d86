"""A question with its answer, said again on another page: what stays in English there says so, too."""

from dataclasses import dataclass

from intake.domain.answers import State
from intake.domain.questionnaire import Questionnaire
from intake.domain.wording import Line


@dataclass(frozen=True, slots=True)
class Marked:
    """A line in words, with the language of each where it is not the page's.

    ``said_left_in`` is that of the answer: choices are said as they were offered, all else is the page's.
    """

    question: str
    asked: str
    said: str
    left_in: str = ""
    said_left_in: str = ""


def marked(line: Line, questionnaire: Questionnaire) -> Marked:
    """A line of this questionnaire; one whose question has other words by now is marked as nothing."""
    plain = Marked(line.question, line.asked, line.said)
    if not questionnaire.has(line.question):
        return plain
    question = questionnaire.question(line.question)
    if question.ask != line.asked:
        return plain
    said = question.left_in if line.state is State.ANSWERED and question.choices else ""
    return Marked(line.question, line.asked, line.said, question.left_in, said)
