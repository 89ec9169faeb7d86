"""How to reach a patient, as far as they have said so."""

from dataclasses import dataclass

from intake.domain.answers import Answers, Chosen, Text
from intake.domain.submissions import name_in
from intake.domain.truth import Truth

# The questions that ask how to reach somebody; their ids are permanent.
PHONE, EMAIL, MESSAGE_OK = "phone", "email", "message_ok"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call. ``phone`` is as typed, empty when none was given; ``may_leave_message`` whether a
    message may name the clinic: not known when the patient did not say.
    """

    name: str
    phone: str
    may_leave_message: Truth

    @classmethod
    def of(cls, answers: Answers) -> "Contact":
        """All that is taken from the answers."""
        return cls(name_in(answers), typed(answers, PHONE), said(answers, MESSAGE_OK))


def typed(answers: Answers, question: str) -> str:
    """The words typed; empty when there are none."""
    value = answers.value(question)
    return value.words if isinstance(value, Text) else ""


def said(answers: Answers, question: str) -> Truth:
    """Yes or no; not known when it was left open."""
    match answers.value(question):
        case Chosen("yes"):
            return Truth.YES
        case Chosen("no"):
            return Truth.NO
    return Truth.NOT_KNOWN
