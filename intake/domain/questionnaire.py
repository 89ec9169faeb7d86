"""Everything a patient is asked, in one edition: parts, pages, questions and choices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from intake.domain.conditions import Compare, Condition, Operator
from intake.domain.derived_answers import DerivedAnswer


class Kind(Enum):
    """The kinds of question there are; a new one needs a decision record (0001)."""

    YES_NO = "yes_no"
    CHOOSE_ONE = "choose_one"
    CHOOSE_ANY = "choose_any"
    NUMBER = "number"
    READING = "reading"
    DATE = "date"
    TEXT = "text"
    SCALE = "scale"
    MEDICINES = "medicines"


CHOICE_KINDS = frozenset({Kind.YES_NO, Kind.CHOOSE_ONE, Kind.SCALE})


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered. ``points`` are a rating scale's; ``exclusive`` is "None of these"."""

    id: str
    say: str
    points: int | None = None
    exclusive: bool = False


class Gravest(Enum):
    """Which end of a question's choices is the most serious; none when they have no such order."""

    FIRST = "first"
    LAST = "last"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest a number may be, both allowed."""

    low: Decimal
    high: Decimal

    def hold(self, number: Decimal) -> bool:
        """Whether the number lies within."""
        return self.low <= number <= self.high


@dataclass(frozen=True, slots=True)
class SafetyTrigger:
    """When to show a safety page after this question: static words, never a rule's doing."""

    show: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked, under a permanent id.

    ``limits`` are hard (the number cannot be right), ``plausible`` only asks "is that
    right?"; a reading has one of each for each of its two numbers. The first of
    ``units`` is the one amounts are kept and compared in. An ``optional`` one may be left blank
    without a word; to a rule, blank stays not known. A text with ``each`` is asked as a
    list, a box for each thing, which is called that. ``gravest`` says which way its choices get more
    serious, and serves no page: `intake rules prove` asks that a graver answer quiets nothing.
    """

    id: str
    kind: Kind
    ask: str
    label: str
    hint: str = ""
    why: str = ""
    choices: tuple[Choice, ...] = ()
    offers_not_sure: bool = False
    offers_declined: bool = False
    only_if: Condition | None = None
    safety: tuple[SafetyTrigger, ...] = ()
    units: tuple[str, ...] = ()
    limits: tuple[Bounds, ...] = ()
    plausible: tuple[Bounds, ...] = ()
    part_labels: tuple[str, ...] = ()
    long: bool = False
    past: bool = False
    needed: bool = False
    optional: bool = False
    sensitive: bool = False
    autocomplete: str = ""
    inputmode: str = ""
    each: str = ""
    gravest: Gravest = Gravest.LAST
    # The language its words are left in, in a translation that lacks them; so on everything below.
    left_in: str = ""

    @property
    def by_gravity(self) -> tuple[Choice, ...]:
        """The choices from the least to the most serious; none when they have no such order.

        A scale goes by its points. What may be ticked has no order: one tick more is graver.
        """
        if self.kind not in CHOICE_KINDS or self.gravest is Gravest.NONE:
            return ()
        upwards = tuple(sorted(self.choices, key=lambda choice: choice.points or 0))
        return upwards if self.gravest is Gravest.LAST else upwards[::-1]

    @property
    def has_gravity(self) -> bool:
        """Whether one answer can be graver than another: choices in such an order, ticks, medicines."""
        return len(self.by_gravity) > 1 or self.kind in (Kind.CHOOSE_ANY, Kind.MEDICINES)

    @property
    def is_worth_a_word(self) -> bool:
        """Whether leaving it blank is spoken of: not a text nobody needs, nor what is marked optional."""
        return not self.optional and (self.kind is not Kind.TEXT or self.needed)

    def choice(self, choice_id: str) -> Choice:
        """The choice under this id; KeyError when it is not offered."""
        for choice in self.choices:
            if choice.id == choice_id:
                return choice
        raise KeyError(choice_id)


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked at once: one question, or one short topic.

    ``leave_now`` offers a link that leaves for a neutral site at once, where safety at home is asked about.
    """

    id: str
    questions: tuple[Question, ...]
    title: str = ""
    intro: str = ""
    attribution: str = ""
    leave_now: bool = False
    left_in: str = ""
    intro_left_in: str = ""

    @property
    def heading(self) -> str:
        """The page's title, or its only question."""
        return self.title or self.questions[0].ask

    @property
    def heading_left_in(self) -> str:
        """The language of the heading, where that is another than the page's."""
        return self.left_in if self.title else self.questions[0].left_in

    @property
    def stem(self) -> str:
        """The title where the questions go on from it, as those of an instrument do; else empty."""
        return self.title if self.title.endswith(("?", ":", "…")) else ""

    def opens_under(self, question: Question) -> tuple[str, str] | None:
        """The parent and choice under which this follow-up opens in place, if it does."""
        match question.only_if:
            case Compare(parent, Operator.IS | Operator.INCLUDES, choice) if any(
                other.id == parent for other in self.questions
            ):
                return parent, str(choice)
        return None


@dataclass(frozen=True, slots=True)
class Part:
    """A topic of the form."""

    id: str
    title: str
    pages: tuple[Page, ...]
    left_in: str = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question of the part, in order."""
        return tuple(question for page in self.pages for question in page.questions)


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """A way to reach help, when a person last checked that it works, and until when that holds."""

    id: str
    say: str
    link: str
    about: str
    verified: date
    expires: date = date.max
    left_in: str = ""

    def is_out_of_date(self, today: date) -> bool:
        """Whether somebody should have checked it again by now."""
        return today > self.expires


@dataclass(frozen=True, slots=True)
class SafetyPage:
    """Static words about safety now; never about treatment.

    ``signal`` is the number, from 1, of the paragraph that says that nobody at the clinic knows: after a
    page that names one, a clinic may be told at once, and that paragraph is then not said. 0 is none.
    """

    id: str
    title: str
    paragraphs: tuple[str, ...]
    lines: tuple[CrisisLine, ...]
    signal: int = 0
    left_in: str = ""

    @property
    def may_signal(self) -> bool:
        """Whether a clinic may be told at once of an answer that leads here."""
        return self.signal > 0


@dataclass(frozen=True, slots=True)
class Consent:
    """What the patient agrees to by signing."""

    title: str
    points: tuple[str, ...]
    agree: str
    left_in: str = ""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One edition of everything asked; ``edition`` is the fingerprint of its meaning."""

    title: str
    parts: tuple[Part, ...]
    derived: tuple[DerivedAnswer, ...]
    safety_pages: tuple[SafetyPage, ...]
    consent: Consent
    edition: str = ""
    title_left_in: str = ""
    _questions: dict[str, Question] = field(init=False, repr=False, compare=False)
    _derived: dict[str, DerivedAnswer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        questions = {question.id: question for part in self.parts for question in part.questions}
        object.__setattr__(self, "_questions", questions)
        object.__setattr__(self, "_derived", {one.id: one for one in self.derived})

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, in the order asked."""
        return tuple(self._questions.values())

    @property
    def pages(self) -> tuple[tuple[Part, Page], ...]:
        """Every page beside its part, in the order asked."""
        return tuple((part, page) for part in self.parts for page in part.pages)

    def question(self, question_id: str) -> Question:
        """The question under this id; KeyError when there is none."""
        return self._questions[question_id]

    def has(self, question_id: str) -> bool:
        """Whether there is such a question (derived answers do not count)."""
        return question_id in self._questions

    def derived_answer(self, derived_id: str) -> DerivedAnswer | None:
        """The derived answer under this id, if it is one."""
        return self._derived.get(derived_id)

    def page(self, page_id: str) -> tuple[Part, Page]:
        """The page under this id with its part; KeyError when there is none."""
        for part, page in self.pages:
            if page.id == page_id:
                return part, page
        raise KeyError(page_id)

    def safety_page(self, page_id: str) -> SafetyPage:
        """The safety page under this id; KeyError when there is none."""
        for page in self.safety_pages:
            if page.id == page_id:
                return page
        raise KeyError(page_id)

    def label(self, reference: str) -> str:
        """The short name of a question or derived answer, for a list of answers."""
        if (derived := self._derived.get(reference)) is not None:
            return derived.label
        return self._questions[reference].label

    @property
    def crisis_lines(self) -> tuple[CrisisLine, ...]:
        """Every way to reach help that a safety page shows, each once."""
        shown = (line for page in self.safety_pages for line in page.lines)
        return tuple({line.id: line for line in shown}.values())

    def out_of_date(self, today: date) -> tuple[CrisisLine, ...]:
        """The ways to reach help that nobody has checked in time."""
        return tuple(line for line in self.crisis_lines if line.is_out_of_date(today))

    def needed(self) -> Iterator[Question]:
        """The few questions that must be answered before the form can be sent."""
        return (question for question in self.questions if question.needed)
