"""What came of every rule in one screening, in a letter each: enough to count, and nothing quoted.

A screening quotes the patient's answers and is large; counting over thousands of them opens
their tallies instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intake.domain.answers import State
from intake.domain.rules import Outcome, Priority
from intake.domain.screening import Editions, RuleOutcome, Screening
from intake.domain.wording import PartLines

# Enough of a flag's key to tell the flags of one screening apart.
_KEY = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """What came of one rule, and the priority it had then."""

    outcome: Outcome
    priority: Priority | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether it asks for a look today, raised or undecided."""
        return self.priority is Priority.URGENT


# The letters are those of stored records and never change; nor does one get another meaning.
LETTERS: Mapping[str, Mark] = {
    "n": Mark(Outcome.NOT_RAISED),
    "U": Mark(Outcome.RAISED, Priority.URGENT),
    "H": Mark(Outcome.RAISED, Priority.HIGH),
    "M": Mark(Outcome.RAISED, Priority.MODERATE),
    "I": Mark(Outcome.RAISED, Priority.INFO),
    "u": Mark(Outcome.CANNOT_TELL, Priority.URGENT),
    "h": Mark(Outcome.CANNOT_TELL, Priority.HIGH),
    "m": Mark(Outcome.CANNOT_TELL, Priority.MODERATE),
    "i": Mark(Outcome.CANNOT_TELL, Priority.INFO),
}
_LETTER_OF = {mark: letter for letter, mark in LETTERS.items()}

# How a question that applied was left; None: it was not reached. A capital letter says that a rule
# could not tell because of it. These, too, are those of stored records.
STATES: Mapping[str, State | None] = {
    "a": State.ANSWERED,
    "s": State.NOT_SURE,
    "d": State.DECLINED,
    "b": State.BLANK,
    "r": None,
}
_STATE_LETTER = {state: letter for letter, state in STATES.items()}


@dataclass(frozen=True, slots=True)
class Tally:
    """One screening, counted: the rules under each letter, and the flags shown, by rule.

    ``flags`` holds the beginning of each flag's key. A rule that cannot tell may have none:
    it was folded into a stronger flag of its topic. ``questions`` are those that applied, under
    the letter of how each was left; tallies of the first versions have none.
    """

    rules: Mapping[str, tuple[str, ...]]
    flags: Mapping[str, str]
    editions: Editions
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, screening: Screening, transcript: Sequence[PartLines] = ()) -> "Tally":
        """The tally of a screening of what was asked and answered."""
        rules: dict[str, list[str]] = {}
        for outcome in screening.outcomes:
            rules.setdefault(_letter(outcome), []).append(outcome.rule)
        return cls(
            {letter: tuple(found) for letter, found in rules.items()},
            {flag.outcome.rule: flag_mark(flag.key) for flag in screening.flags},
            screening.editions,
            questions_by_state(screening, transcript),
        )

    @property
    def priority(self) -> Priority | None:
        """The highest priority of any rule raised or undecided; None when there is none."""
        found = (LETTERS[letter].priority for letter, rules in self.rules.items() if rules)
        flagged = (priority for priority in found if priority is not None)
        return min(flagged, key=lambda priority: priority.rank, default=None)

    @property
    def is_urgent(self) -> bool:
        """Whether the submission stands in the queue under *Urgent*."""
        return any(LETTERS[letter].is_urgent for letter in self.rules)


def questions_by_state(screening: Screening, transcript: Sequence[PartLines]) -> dict[str, tuple[str, ...]]:
    """The questions that applied, under the letter of how each was left."""
    undecided = _undecided(screening)
    found: dict[str, list[str]] = {}
    for part in transcript:
        for line in part.lines:
            letter = _STATE_LETTER[line.state]
            found.setdefault(letter.upper() if line.question in undecided else letter, []).append(
                line.question
            )
    return {letter: tuple(questions) for letter, questions in found.items()}


def flag_mark(key: str) -> str:
    """What a tally keeps of a flag's key."""
    return key[:_KEY]


def _letter(outcome: RuleOutcome) -> str:
    raised = outcome.outcome is not Outcome.NOT_RAISED
    return _LETTER_OF[Mark(outcome.outcome, outcome.priority if raised else None)]


def _undecided(screening: Screening) -> frozenset[str]:
    """The questions without whose answers a rule could not tell."""
    return frozenset(
        line.question
        for outcome in screening.outcomes
        if outcome.outcome is Outcome.CANNOT_TELL
        for line in outcome.missing
    )
