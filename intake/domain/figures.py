"""What comes of each rule over many submissions: for the people who own the rules.

Counts of rules and never of people: no submission, no patient and no clinician can be told
from them, and nobody is compared with anybody.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from intake.domain.feedback import Feedback, FeedbackKind, standing
from intake.domain.rules import Outcome
from intake.domain.tally import LETTERS, Mark, Tally, flag_mark

# Below this many submissions, one more or less changes every share.
FEW = 20
# More than one in this many urgent: too many for "urgent" to mean anything (regulation.md B4).
ONE_IN = 5
# From how many flags found not useful on a rule comes up for review.
PERSISTENT = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted of one submission: its newest screening, and what clinicians recorded.

    ``acknowledged`` are the keys of the flags acknowledged, in the form a tally keeps them.
    """

    tally: Tally
    acknowledged: frozenset[str]
    feedback: tuple[Feedback, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """One rule, counted in submissions: a submission counts once, whoever says how much about it.

    ``flags`` are those a clinician saw: raised, or cannot tell and not folded into a
    stronger flag. ``urgent`` are the submissions in which the rule asked for a look today.
    ``with_feedback`` are the flags anything stands as said of.
    """

    rule: str
    raised: int = 0
    cannot_tell: int = 0
    not_raised: int = 0
    urgent: int = 0
    flags: int = 0
    acknowledged: int = 0
    not_useful: int = 0
    wrong: int = 0
    with_feedback: int = 0

    @property
    def screened(self) -> int:
        """The submissions this rule was run over."""
        return self.raised + self.cannot_tell + self.not_raised

    @property
    def share(self) -> float | None:
        """How many of them it was raised in, from 0 to 1; None when it was run over none."""
        return self.raised / self.screened if self.screened else None

    @property
    def comes_up_for_review(self) -> bool:
        """Whether clinicians keep finding its flags not useful: often, and more often than not."""
        return self.not_useful >= PERSISTENT and self.not_useful * 2 > self.with_feedback


@dataclass(frozen=True, slots=True)
class Figures:
    """All rules, counted over the submissions of a period.

    ``missing`` is how often a flag was said to be missing; ``elsewhere`` how much feedback is
    on flags that no longer stand, and so stands beside no rule.
    """

    submissions: int
    urgent: int
    missing: int
    elsewhere: int
    rules: Mapping[str, RuleFigures]

    @property
    def mean_little(self) -> bool:
        """Whether there are too few submissions to conclude anything from."""
        return self.submissions < FEW

    @property
    def too_many_urgent(self) -> bool:
        """Whether more than one in five submissions is urgent."""
        return self.urgent * ONE_IN > self.submissions

    @property
    def most_urgent(self) -> tuple[RuleFigures, ...]:
        """The rules that ask for a look today, the most frequent first."""
        urgent = (one for one in self.rules.values() if one.urgent)
        return tuple(sorted(urgent, key=lambda one: (-one.urgent, one.rule)))

    @property
    def up_for_review(self) -> tuple[RuleFigures, ...]:
        """The rules whose flags clinicians keep finding not useful."""
        return tuple(one for one in self.rules.values() if one.comes_up_for_review)


class Counting:
    """Counts one submission after the other, and keeps none of them.

    Counters that whole lists go into at once: a year has millions of outcomes.
    """

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.submissions = self.urgent = self.missing = self.elsewhere = 0
        self.letters: dict[str, Counter[str]] = {letter: Counter() for letter in LETTERS}
        self.flags: Counter[str] = Counter()
        self.acknowledged: Counter[str] = Counter()
        self.not_useful: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        self.with_feedback: Counter[str] = Counter()

    def add(self, one: Counted) -> None:
        """Count one more submission; each is to be added once."""
        self.submissions += 1
        self.urgent += one.tally.is_urgent
        for letter, rules in one.tally.rules.items():
            self.letters[letter].update(rules)
        self.flags.update(one.tally.flags.keys())
        self.acknowledged.update(rule for rule, mark in one.tally.flags.items() if mark in one.acknowledged)
        self._add_feedback(one)

    def _add_feedback(self, one: Counted) -> None:
        kinds: dict[str, set[FeedbackKind]] = {}
        for said in standing(one.feedback):
            if said.says is FeedbackKind.MISSING:
                self.missing += 1
            elif one.tally.flags.get(said.rule) != flag_mark(said.flag):
                self.elsewhere += 1
            else:
                kinds.setdefault(said.rule, set()).add(said.says)
        # A flag counts once, however many clinicians spoke of it.
        self.with_feedback.update(kinds.keys())
        self.not_useful.update(rule for rule, said in kinds.items() if FeedbackKind.NOT_USEFUL in said)
        self.wrong.update(rule for rule, said in kinds.items() if FeedbackKind.WRONG in said)

    def figures(self) -> Figures:
        """What was counted so far."""
        every = sorted(set().union(*self.letters.values()))
        rules = {rule: self._of(rule) for rule in every}
        return Figures(self.submissions, self.urgent, self.missing, self.elsewhere, rules)

    def _of(self, rule: str) -> RuleFigures:
        return RuleFigures(
            rule,
            raised=self._sum(rule, lambda mark: mark.outcome is Outcome.RAISED),
            cannot_tell=self._sum(rule, lambda mark: mark.outcome is Outcome.CANNOT_TELL),
            not_raised=self._sum(rule, lambda mark: mark.outcome is Outcome.NOT_RAISED),
            urgent=self._sum(rule, lambda mark: mark.is_urgent),
            flags=self.flags[rule],
            acknowledged=self.acknowledged[rule],
            not_useful=self.not_useful[rule],
            wrong=self.wrong[rule],
            with_feedback=self.with_feedback[rule],
        )

    def _sum(self, rule: str, of: Callable[[Mark], bool]) -> int:
        return sum(self.letters[letter][rule] for letter, mark in LETTERS.items() if of(mark))


@dataclass(frozen=True, slots=True)
class RuleFeedback:
    """What stands as said of one rule's flags, whichever screening they were of."""

    rule: str
    not_useful: int
    wrong: int


def feedback_by_rule(given: Iterable[Feedback]) -> tuple[RuleFeedback, ...]:
    """What stands, counted for each rule anything was said of, by the rule's id."""
    counted = Counter((one.rule, one.says) for one in given if one.rule)
    return tuple(
        RuleFeedback(rule, counted[rule, FeedbackKind.NOT_USEFUL], counted[rule, FeedbackKind.WRONG])
        for rule in sorted({rule for rule, _ in counted})
    )
