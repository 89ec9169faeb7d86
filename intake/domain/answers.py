"""What a patient gave to each question: a value, or the way in which it was left open.

*Not sure*, *rather not say* and *left blank* are kept apart everywhere, because a
clinician reads them differently; to a rule all three are not known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum


class State(Enum):
    """How a question that was asked was left."""

    ANSWERED = "answered"
    NOT_SURE = "not_sure"
    DECLINED = "declined"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One choice, by its permanent id (yes/no, choose one, rating scale)."""

    choice: str


@dataclass(frozen=True, slots=True)
class ChosenMany:
    """The ticked choices in the questionnaire's order; ``unsure`` when "I'm not sure" was ticked too."""

    choices: tuple[str, ...]
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the question's first unit, beside what was typed and the unit it was typed in."""

    amount: Decimal
    typed: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Two numbers that are one answer: a blood pressure, top number first, in mmHg."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date."""

    day: date


@dataclass(frozen=True, slots=True)
class Text:
    """Words as typed."""

    words: str


@dataclass(frozen=True, slots=True)
class MedicineEntry:
    """One medicine as the patient wrote it; ``named`` is false for "I don't know the name".

    ``typed_first`` is what the patient had typed before picking the name from a list; empty
    when nothing was picked, or when it was the same.
    """

    name: str
    amount: str = ""
    how_often: str = ""
    named: bool = True
    last_taken: str = ""
    typed_first: str = ""

    def as_typed(self) -> str:
        """What names the medicine, in one line and in the patient's own words."""
        return ", ".join(part for part in (self.name, self.amount, self.how_often) if part)

    def details(self) -> str:
        """How it is taken, in one line: all that was said but the name."""
        taken = f"last taken: {self.last_taken}" if self.last_taken else ""
        return ", ".join(part for part in (self.amount, self.how_often, taken) if part)


@dataclass(frozen=True, slots=True)
class MedicineList:
    """Every medicine the patient listed, in the order listed."""

    entries: tuple[MedicineEntry, ...]


Value = Chosen | ChosenMany | Number | Reading | Day | Text | MedicineList


@dataclass(frozen=True, slots=True)
class Answer:
    """The state of one question and, when it was answered, the value."""

    state: State
    value: Value | None = None

    def __post_init__(self) -> None:
        if (self.value is not None) is not (self.state is State.ANSWERED):
            raise ValueError(f"an answer in state {self.state.value} and value do not go together")


NOT_SURE = Answer(State.NOT_SURE)
DECLINED = Answer(State.DECLINED)
BLANK = Answer(State.BLANK)


def answered(value: Value) -> Answer:
    """An answer with this value."""
    return Answer(State.ANSWERED, value)


class Answers(Mapping[str, Answer]):
    """Answers by question id. A question with no entry was never reached."""

    __slots__ = ("_by_question",)

    def __init__(self, by_question: Mapping[str, Answer] | None = None) -> None:
        self._by_question = dict(by_question or {})

    def __getitem__(self, question: str) -> Answer:
        return self._by_question[question]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_question)

    def __len__(self) -> int:
        return len(self._by_question)

    def __repr__(self) -> str:
        # Answers are health data: their values must never reach a log or an error page.
        return f"<Answers to {len(self)} questions>"

    def value(self, question: str) -> Value | None:
        """The value given, or None when there is none: not known."""
        answer = self._by_question.get(question)
        return answer.value if answer is not None else None

    def state(self, question: str) -> State | None:
        """How the question was left, or None when it was never reached."""
        answer = self._by_question.get(question)
        return answer.state if answer is not None else None

    def with_(self, changes: Mapping[str, Answer]) -> "Answers":
        """These answers with some of them replaced."""
        return Answers({**self._by_question, **changes})

    def only(self, questions: frozenset[str]) -> "Answers":
        """The answers to these questions alone."""
        return Answers({q: a for q, a in self._by_question.items() if q in questions})
