"""What a clinic's work comes to, in counts that nobody can be read off from.

What leaves this module is fit to be shown to somebody who may read no answer: small counts are held
back, and so is what they could be worked out from (:mod:`intake.domain.small_numbers`). None stands
for a count that is held back.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from intake.domain.rules import Outcome, Priority
from intake.domain.small_numbers import FEWEST_SHOWN, Few, enough, of_group, out_of
from intake.domain.tally import LETTERS, STATES, Tally
from intake.domain.times import Span, within

Counts = Mapping[str, int]

HALF, MOST = 0.5, 0.9
MOST_RAISED = 10


class Look(Enum):
    """When a form asks to be looked at: by the highest priority of its flags."""

    URGENT = "urgent"
    HIGH = "high"
    MODERATE = "moderate"
    REST = "rest"


_LOOKS = {Priority.URGENT: Look.URGENT, Priority.HIGH: Look.HIGH, Priority.MODERATE: Look.MODERATE}
# What is given up first when a small count would otherwise be worked out: see small_numbers.of_group.
_GIVE_UP = (3, 2, 1, 0)
_LEFT_OPEN = tuple(letter for letter in STATES if letter != "a")
_GIVE_UP_STATES = tuple(range(len(_LEFT_OPEN)))[::-1]


@dataclass(frozen=True, slots=True)
class Form:
    """One form to be counted. ``opened_at`` is when a clinician first read it, None when nobody has."""

    tally: Tally
    sent_at: datetime
    waits: bool
    opened_at: datetime | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took over the forms of one priority, those that still wait among them.

    ``still`` are those that wait. ``half`` and ``most`` are the minutes in which it was over for half
    of the forms and for nine of ten; None when more than that still wait. Of a row that is not
    ``told``, everything is held back.
    """

    told: bool
    still: int | Few | None = None
    half: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class TimesOf:
    """The forms of one priority: how many, and how long they waited to be read and to be signed off."""

    look: Look
    forms: int | Few | None
    read: Took
    signed: Took


@dataclass(frozen=True, slots=True)
class Raised:
    """In how many of the forms it was run over a rule was raised."""

    rule: str
    forms: int | Few
    run_over: int


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """How one question was left in the forms in which it applied.

    ``open`` are those without an answer; ``states`` says how many under the letter of each state;
    ``undecided`` are the forms in which a rule could not tell because of it, ``of_all`` those counted.
    """

    question: str
    asked: int | Few
    open: int | Few
    states: Mapping[str, int | Few | None]
    undecided: int | Few
    of_all: int

    @property
    def share(self) -> float | None:
        """The share of those asked who gave no answer; None where nearly all did not."""
        asked = self.asked if isinstance(self.asked, int) else self.of_all
        return self.open / asked if isinstance(self.open, int) else None


class Counting:
    """Counts forms one after the other, and keeps no form."""

    def __init__(self, now: datetime) -> None:
        """Nothing is counted yet; waiting is measured until ``now``."""
        self._now = now
        self.forms = self.with_questions = 0
        self._spans: dict[Look, list[tuple[Span, Span]]] = {look: [] for look in Look}
        self._waiting: Counter[Look] = Counter()
        self._raised: Counter[str] = Counter()
        self._run: Counter[str] = Counter()
        self._left: dict[str, Counter[str]] = {letter: Counter() for letter in STATES}
        self._undecided: Counter[str] = Counter()

    def add(self, form: Form) -> None:
        """Count one form of the period."""
        self.forms += 1
        self._spans[_look(form.tally)].append(
            (self._span(form, form.opened_at), self._span(form, form.signed_at))
        )
        for letter, rules in form.tally.rules.items():
            self._run.update(rules)
            if LETTERS[letter].outcome is Outcome.RAISED:
                self._raised.update(rules)

    def add_waiting(self, form: Form) -> None:
        """Count one form that waits, of whatever time."""
        self._waiting[_look(form.tally)] += 1

    def add_questions(self, tally: Tally) -> None:
        """Count how the questions of one form of the period were left."""
        self.with_questions += 1
        for letter, questions in tally.questions.items():
            self._left[letter.lower()].update(questions)
            if letter.isupper():
                self._undecided.update(questions)

    def waiting(self) -> tuple[int | Few | None, ...]:
        """The forms that wait, in the order of ``Look``."""
        return of_group([self._waiting[look] for look in Look], _GIVE_UP, say_most=True)

    def times(self) -> tuple[TimesOf, ...]:
        """How long forms waited to be read and to be signed off, in the order of ``Look``."""
        forms = of_group([len(self._spans[look]) for look in Look], _GIVE_UP, say_most=True)
        waiting = dict(zip(Look, self.waiting(), strict=True))
        few_wait = sum(self._waiting.values()) < FEWEST_SHOWN
        return tuple(
            # Who still waits stands in two tables: held back in one, they are held back in both.
            self._times(look, count, still_told=few_wait or isinstance(waiting[look], int))
            for look, count in zip(Look, forms, strict=True)
        )

    def rules(self) -> tuple[Raised, ...]:
        """The rules raised most, the most frequent first; none that was raised in few forms."""
        told = (
            Raised(rule, out_of(raised, self._run[rule]), self._run[rule])
            for rule, raised in self._raised.items()
        )
        often = (one for one in told if one.forms is not Few.HAVE)
        return tuple(sorted(often, key=_most_raised_first)[:MOST_RAISED])

    def questions(
        self, asked_of_everybody: Collection[str], offers: Collection[str] = ()
    ) -> tuple[LeftOpen, ...]:
        """The questions left open in more than a few forms, most often first.

        Without ``offers``, which anybody may leave blank without a word.
        """
        every = sorted(set().union(*self._left.values()) - set(offers))
        told = (self._question(one, follow_up=one not in asked_of_everybody) for one in every)
        often = (one for one in told if one is not None and one.open is not Few.HAVE)
        return tuple(sorted(often, key=lambda one: (-(one.share or 1.0), one.question)))

    def _span(self, form: Form, end: datetime | None) -> Span:
        took = ((end or self._now) - form.sent_at).total_seconds() / 60
        return Span(max(0.0, took), end is not None)

    def _times(self, look: Look, forms: int | Few | None, *, still_told: bool) -> TimesOf:
        read, signed = zip(*self._spans[look], strict=True) if self._spans[look] else ((), ())
        if forms is None or forms is Few.HAVE:
            return TimesOf(look, forms, Took(told=False), Took(told=False))
        return TimesOf(look, forms, _took(read, still_told=still_told), _took(signed, still_told=still_told))

    def _question(self, question: str, *, follow_up: bool) -> LeftOpen | None:
        asked = sum(counted[question] for counted in self._left.values())
        left = [self._left[letter][question] for letter in _LEFT_OPEN]
        # Whether a follow-up was asked is itself an answer.
        of_all = out_of(asked, self.with_questions) if follow_up else asked
        if of_all is Few.HAVE:
            return None
        still_open = out_of(sum(left), asked)
        nothing: tuple[int | Few | None, ...] = (None,) * len(left)
        states = of_group(left, _GIVE_UP_STATES) if isinstance(still_open, int) else nothing
        undecided = out_of(self._undecided[question], asked)
        by_letter = dict(zip(_LEFT_OPEN, states, strict=True))
        return LeftOpen(question, of_all, still_open, by_letter, undecided, self.with_questions)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where people left the form: for each stretch how many left there, and how many stopped there.

    Whoever stopped may have come back. ``sent`` are those who came to the end.
    """

    begun: int | None
    sent: int | Few | None
    left: tuple[tuple[str, int | Few | None, int | None], ...]


def leaving(order: Sequence[str], shown: Counts, finished: Counts, stopped: Counts) -> Leaving:
    """Where people left, from how often each stretch was come to, finished, and stopped in."""
    # The days of a period cut some forms in two: more may have finished than came.
    left = [max(0, shown.get(one, 0) - finished.get(one, 0)) for one in order]
    sent = finished.get(order[-1], 0)
    give_up = (len(order) - 2, *range(len(order) - 2), len(order) - 1, len(order))
    *told, told_sent = of_group([*left, sent], give_up)
    halted = (enough(stopped.get(one, 0)) for one in order)
    return Leaving(enough(shown.get(order[0], 0)), told_sent, tuple(zip(order, told, halted, strict=True)))


def over_time(forms: Iterable[int]) -> tuple[int | Few | None, ...]:
    """The forms of one stretch of time after the other, oldest first."""
    counts = tuple(forms)
    return of_group(counts, range(len(counts)))


def _took(spans: Sequence[Span], *, still_told: bool) -> Took:
    still = out_of(sum(not span.ended for span in spans), len(spans))
    if still is Few.HAVE_NOT:
        # A time that rests on fewer than five forms tells of those.
        return Took(told=False)
    half, most = within(spans, HALF), within(spans, MOST)
    return Took(told=True, still=still if still_told else None, half=half, most=most)


def _look(tally: Tally) -> Look:
    return Look.REST if tally.priority is None else _LOOKS.get(tally.priority, Look.REST)


def _most_raised_first(one: Raised) -> tuple[int, str]:
    return (-(one.forms if isinstance(one.forms, int) else one.run_over), one.rule)
