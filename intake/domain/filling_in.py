"""Who filled in a form, and which language to talk in: what everybody needs first who calls the patient."""

from dataclasses import dataclass

from intake.domain.answers import Answers, Chosen, ChosenMany, Text
from intake.domain.languages import mark

# The questions that ask it; their ids are permanent.
FILLED_IN_BY, HELPER_NAME, HELPER_RELATION = "filled_in_by", "helper_name", "helper_relation"
ACCESS_NEEDS, INTERPRETER, LANGUAGE = "access_needs", "interpreter", "preferred_language"
_THEMSELVES = "me"
# Said before the relation, which is in words of theirs.
HELPER = mark("helper")
_LANGUAGE_NOT_SAID = "language not said"


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who fills in the form for a patient, with the name and the relation as typed, or empty."""

    name: str
    relation: str

    @property
    def signs_as(self) -> str:
        """In what role they sign."""
        return f"{HELPER}, “{self.relation}”" if self.relation else HELPER


def helper(answers: Answers) -> Helper | None:
    """Who helped; None for a patient who answers alone, and while nobody said."""
    match answers.value(FILLED_IN_BY):
        case Chosen(choice) if choice != _THEMSELVES:
            return Helper(_typed(answers, HELPER_NAME), _typed(answers, HELPER_RELATION))
    return None


def interpreter(answers: Answers) -> str:
    """The language an interpreter is needed for, as typed; empty when nobody asked for one."""
    match answers.value(ACCESS_NEEDS):
        case ChosenMany(choices) if INTERPRETER in choices:
            return _typed(answers, LANGUAGE) or _LANGUAGE_NOT_SAID
    return ""


def goes_by(answers: Answers) -> str:
    """What the patient is called: the name they go by, or else the first name; empty when none is known."""
    return _typed(answers, "preferred_name") or _typed(answers, "first_name")


def _typed(answers: Answers, question: str) -> str:
    value = answers.value(question)
    return value.words if isinstance(value, Text) else ""
