"""What came of every rule in one screening, in a letter each: enough to count, and nothing quoted.

A screening quotes the patient's answers and is large; counting over thousands of them opens
their tallies instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from intake.domain.rules import Outcome, Priority
from intake.domain.screening import Editions, RuleOutcome, Screening

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


@dataclass(frozen=True, slots=True)
class Tally:
    """One screening, counted: the rules under each letter, and the flags shown, by rule.

    ``flags`` holds the beginning of each flag's key. A rule that cannot tell may have none:
    it was folded into a stronger flag of its topic.
    """

    rules: Mapping[str, tuple[str, ...]]
    flags: Mapping[str, str]
    editions: Editions

    @classmethod
    def of(cls, screening: Screening) -> "Tally":
        """The tally of a screening."""
        rules: dict[str, list[str]] = {}
        for outcome in screening.outcomes:
            rules.setdefault(_letter(outcome), []).append(outcome.rule)
        return cls(
            {letter: tuple(found) for letter, found in rules.items()},
            {flag.outcome.rule: flag_mark(flag.key) for flag in screening.flags},
            screening.editions,
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


def flag_mark(key: str) -> str:
    """What a tally keeps of a flag's key."""
    return key[:_KEY]


def _letter(outcome: RuleOutcome) -> str:
    raised = outcome.outcome is not Outcome.NOT_RAISED
    return _LETTER_OF[Mark(outcome.outcome, outcome.priority if raised else None)]
