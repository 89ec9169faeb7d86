"""The answers one rule looks at: as asked, as given, when, how they came, and how good they have to be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from intake.domain.answers import State
from intake.domain.conditions import Condition, questions_in
from intake.domain.evidence import PatientEvidence, rests_on
from intake.domain.questionnaire import Kind
from intake.domain.truth import Truth
from intake.domain.wording import Line, quote


class Obtained(Enum):
    """How the program came by a value."""

    PICKED = "picked"
    NUMBER = "typed number"
    DATE = "typed date"
    WORDS = "own words"
    MEDICINES = "list of medicines"
    WORKED_OUT = "worked out by the program"


# What an answer has to be worth for the rule to be worth anything, by how it came.
NEEDED = {
    Obtained.PICKED: "Picked by whoever filled in the form. The rule needs the question to be understood as "
    "it was asked; no record was looked at.",
    Obtained.NUMBER: "Typed by whoever filled in the form, not measured here. The rule takes it as exact.",
    Obtained.DATE: "Typed by whoever filled in the form. The rule takes the day as exact.",
    Obtained.WORDS: "Typed in the patient’s own words. The program looks for listed words, and understands "
    "nothing else.",
    Obtained.MEDICINES: "Typed, or picked from a list of names. The rule needs each name to stand in the "
    "medicines list; a name it does not know is not known to the rule.",
    Obtained.WORKED_OUT: "Worked out by the program: as good as the answers it is made of. Where one is "
    "missing, all it could still be is taken into account.",
}
_TYPED = {
    Kind.NUMBER: Obtained.NUMBER,
    Kind.READING: Obtained.NUMBER,
    Kind.DATE: Obtained.DATE,
    Kind.TEXT: Obtained.WORDS,
    Kind.MEDICINES: Obtained.MEDICINES,
}
_NOT_ASKED = {
    Truth.NO: "Not asked: it does not apply",
    Truth.NOT_KNOWN: "Not asked: what it depends on is not known",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One answer a rule looks at; ``applies`` says whether the question was rightly put to the patient.

    ``given_at`` is when the answer was sent; None for what the program worked out, and for a
    question nobody answered.
    """

    line: Line
    obtained: Obtained
    applies: Truth
    given_at: datetime | None = None

    @property
    def said(self) -> str:
        """The value in words, or why there is none."""
        if self.line.state is None and self.applies is not Truth.YES:
            return _NOT_ASKED[self.applies]
        return self.line.said

    @property
    def does_not_apply(self) -> bool:
        """Whether it was rightly not asked: there is nothing to know."""
        return self.applies is Truth.NO

    @property
    def is_open(self) -> bool:
        """Whether it applies or may apply, and there is no value: nobody knows it."""
        return not self.does_not_apply and self.line.state is not State.ANSWERED

    @property
    def is_worked_out(self) -> bool:
        """Whether the program made it of other answers."""
        return self.obtained is Obtained.WORKED_OUT


def inputs(
    condition: Condition, evidence: PatientEvidence, given_at: Mapping[str, datetime]
) -> tuple[Input, ...]:
    """Every answer a condition looks at, each once; before it whatever decides whether it is asked, and
    after what is worked out the answers it is made of.
    """
    found = dict.fromkeys(_references(questions_in(condition), evidence))
    return tuple(_input(one, evidence, given_at) for one in found)


def _references(questions: tuple[str, ...], evidence: PatientEvidence) -> Iterator[str]:
    for one in questions:
        derived = evidence.questionnaire.derived_answer(one)
        if derived is not None:
            yield one
            yield from _references(rests_on(derived), evidence)
        else:
            only_if = evidence.questionnaire.question(one).only_if
            if only_if is not None:
                yield from _references(questions_in(only_if), evidence)
            yield one


def _input(reference: str, evidence: PatientEvidence, given_at: Mapping[str, datetime]) -> Input:
    asked = evidence.questionnaire
    line, applies = quote(evidence, reference), evidence.asked(reference).truth
    if asked.derived_answer(reference) is not None:
        return Input(line, Obtained.WORKED_OUT, applies)
    obtained = _TYPED.get(asked.question(reference).kind, Obtained.PICKED)
    return Input(line, obtained, applies, given_at.get(reference))
