"""A question on a page: what was picked and typed for it, and the answer that makes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from wtforms import Field, ValidationError
from wtforms.form import BaseForm
from wtforms.utils import unset_value

from intake.domain.answers import (
    BLANK,
    DECLINED,
    NOT_SURE,
    Answer,
    Chosen,
    ChosenMany,
    Number,
    Reading,
    State,
)
from intake.domain.languages import mark
from intake.domain.questionnaire import Question
from intake.web.languages import say
from intake.web.patient import parse
from intake.web.patient.parse import Wrong

# With hyphens, so that no choice of a questionnaire can have the same name.
SAYS_NOT_SURE = "not-sure"
SAYS_DECLINED = "rather-not-say"
_WAYS_OUT = {SAYS_NOT_SURE: NOT_SURE, SAYS_DECLINED: DECLINED}
WAYS_OUT_SAID = {SAYS_NOT_SURE: mark("I'm not sure"), SAYS_DECLINED: mark("I'd rather not say")}
_SAYS = {State.NOT_SURE: SAYS_NOT_SURE, State.DECLINED: SAYS_DECLINED}


@dataclass(frozen=True, slots=True)
class Option:
    """One row to press: its value, its words, and whether a quiet "or" stands before it."""

    id: str
    value: str
    say: str
    checked: bool
    after_or: bool = False
    left_in: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """One box to type in."""

    id: str
    name: str
    label: str
    value: str
    width: str = ""
    inputmode: str = ""
    autocomplete: str = "off"
    invalid: bool = False
    left_in: str = ""


class Sent(Protocol):
    """What a browser sent, by the names of the boxes."""

    def __iter__(self) -> Iterator[str]: ...

    def getlist(self, name: str, /) -> list[Any]: ...


class Asked(Field):
    """A question on a page. After ``validate`` it holds the answer, or says what to check.

    ``picked`` and ``typed`` are what the browser sent, so that a page comes back as it was.
    """

    shape = ""

    def __init__(self, question: Question, today: date, *, helped: bool = False, **binding: Any) -> None:  # noqa: ANN401  # what WTForms adds
        super().__init__(label=question.ask, description=question.hint, **binding)
        self.question = question
        self.today = today
        self.helped = helped
        self.answer: Answer | None = None
        self.note = ""
        self.wrong_box = ""
        self.opens: dict[str, Asked] = {}
        self.opens_under: tuple[str, str] | None = None

    def process(
        self, formdata: Sent | None, data: object = unset_value, extra_filters: object = None
    ) -> None:
        """Take what was sent, or else what the patient answered before."""
        del extra_filters
        self.process_errors = []
        given = data if isinstance(data, Answer) else BLANK
        self.data = given
        if formdata is None:
            self.picked, self.typed = self.from_answer(given)
            return
        self.picked = tuple(formdata.getlist(self.name))
        prefix = f"{self.name}-"
        self.typed = {
            key[len(prefix) :]: str(formdata.getlist(key)[0]) for key in formdata if key.startswith(prefix)
        }

    def pre_validate(self, form: BaseForm) -> None:
        """Read the answer; what cannot be read becomes this field's error."""
        del form
        try:
            self.answer = self.read()
        except Wrong as wrong:
            self.wrong_box = wrong.box
            raise ValidationError(wrong.words) from None

    def from_answer(self, answer: Answer) -> tuple[tuple[str, ...], dict[str, str]]:
        """What would have to be picked and typed to give this answer."""
        return ((_SAYS[answer.state],) if answer.state in _SAYS else ()), {}

    def read(self) -> Answer:
        """The answer in what was picked and typed. Raises Wrong."""
        raise NotImplementedError

    @property
    def left_in(self) -> str:
        """The language the question is left in, where a translation lacks it."""
        return self.question.left_in

    @property
    def doubt(self) -> str:
        """What was typed, when it is improbable enough to ask "is that right?"."""
        value = self.answer.value if self.answer is not None else None
        if not isinstance(value, Number | Reading) or parse.is_plausible(self.question, value):
            return ""
        return parse.typed_words(value)

    @property
    def described(self) -> str:
        """The ids of the hint, the note and the error, for ``aria-describedby``."""
        parts = [("hint", self.description), ("note", self.note), ("error", self.errors)]
        return " ".join(f"{self.id}-{name}" for name, words in parts if words)

    @property
    def control(self) -> str:
        """The id of the first thing to press or to type in."""
        return self.id

    def includes(self, choice: str) -> bool:
        """Whether this choice was made, so that what opens under it counts."""
        match self.answer.value if self.answer is not None else None:
            case Chosen(chosen):
                return chosen == choice
            case ChosenMany(choices):
                return choice in choices
        return False

    def ways_out(self) -> list[Option]:
        """The ways to answer without an answer, where the question offers them."""
        offered = []
        if self.question.offers_not_sure:
            offered.append(SAYS_NOT_SURE)
        if self.question.offers_declined:
            offered.append(SAYS_DECLINED)
        return [
            Option(
                f"{self.id}-{value}", value, say(WAYS_OUT_SAID[value]), value in self.picked, after_or=at == 0
            )
            for at, value in enumerate(offered)
        ]

    def way_out(self) -> Answer | None:
        """The way out that was picked alone, if one was."""
        offered = {option.value for option in self.ways_out()}
        match self.picked:
            case (value,) if value in offered:
                return _WAYS_OUT[value]
        return None

    def _way_out_or(self, answer: Answer) -> Answer:
        # For boxes: what was typed beside a ticked "I'm not sure" must not be lost unseen.
        if not self.picked:
            return answer
        way_out = self.way_out()
        if way_out is None:
            raise Wrong(say("Choose one of the answers on this page"))
        if answer is not BLANK:
            said = next(option.say for option in self.ways_out() if option.checked)
            raise Wrong(
                say("You chose “%(said)s” and also typed something. Keep one or the other", said=said)
            )
        return way_out
