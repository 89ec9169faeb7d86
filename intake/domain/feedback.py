"""What clinicians say of the flags themselves: not useful, wrong, or missing.

Feedback is about the rules and never about the patient. Giving it acknowledges nothing,
changes no flag and moves no review.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from intake.domain.permissions import StaffMember
from intake.domain.screening import RuleOutcome


class FeedbackKind(Enum):
    """What is said of a flag; ``MISSING`` is said of a submission as a whole."""

    NOT_USEFUL = "not_useful"
    WRONG = "wrong"
    MISSING = "missing"


# regulation.md S7: these two feed the safety log. Both say what happened, in words.
_LOGGED = frozenset({FeedbackKind.WRONG, FeedbackKind.MISSING})


class WordsNeeded(Exception):
    """This feedback says nothing to whoever reads the safety log without words of its own."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thing a clinician said of a flag, or of the flags of a submission as a whole.

    ``flag`` is the key of the flag, ``rule`` its rule and ``title`` what it was called then;
    all three are empty when a flag is missing. ``words`` are the clinician's own.
    """

    says: FeedbackKind
    flag: str
    rule: str
    title: str
    words: str
    clinician: UUID
    printed_name: str
    at: datetime

    @property
    def is_logged(self) -> bool:
        """Whether it is an entry of the safety log."""
        return self.says in _LOGGED

    def repeats(self, other: "Feedback") -> bool:
        """Whether the same person says the same thing again, as a button pressed twice does."""
        return self.of_the_same(other) and (self.says, self.words) == (other.says, other.words)

    def of_the_same(self, other: "Feedback") -> bool:
        """Whether the same person speaks of the same flag."""
        return (self.clinician, self.flag) == (other.clinician, other.flag)


def on_flag(
    outcome: RuleOutcome, kind: FeedbackKind, words: str, clinician: StaffMember, at: datetime
) -> Feedback:
    """Feedback on one flag. Raises :class:`WordsNeeded` when it is wrong and nobody says how."""
    if kind is FeedbackKind.MISSING:
        raise ValueError("a flag that stands cannot be missing")
    return _given(kind, outcome.key, outcome.rule, outcome.title, words, clinician, at)


def on_submission(words: str, clinician: StaffMember, at: datetime) -> Feedback:
    """A flag is missing. Raises :class:`WordsNeeded` when nobody says which."""
    return _given(FeedbackKind.MISSING, "", "", "", words, clinician, at)


def standing(given: Sequence[Feedback]) -> tuple[Feedback, ...]:
    """What stands of everything said of a submission, in the order in which it was given.

    Of one person and one flag the newest stands. Flags said to be missing all stand: two
    may be missing.
    """
    return tuple(one for number, one in enumerate(given, start=1) if replaced_by(given, number) is None)


def replaced_by(given: Sequence[Feedback], number: int) -> Feedback | None:
    """What the same person last said of the same flag after the feedback ``number``, from 1."""
    earlier, later = given[number - 1], given[number:]
    if not earlier.flag:
        return None
    return next((one for one in reversed(later) if one.of_the_same(earlier)), None)


def in_short(feedback: Feedback) -> str:
    """What was said, of which flag, without the clinician's own words."""
    match feedback.says:
        case FeedbackKind.NOT_USEFUL:
            return f"not useful: {feedback.title}"
        case FeedbackKind.WRONG:
            return f"wrong: {feedback.title}"
        case FeedbackKind.MISSING:
            return "a flag is missing"


def _given(
    kind: FeedbackKind,
    flag: str,
    rule: str,
    title: str,
    words: str,
    clinician: StaffMember,
    at: datetime,
) -> Feedback:
    said = words.strip()
    if kind in _LOGGED and not said:
        raise WordsNeeded(kind.value)
    return Feedback(kind, flag, rule, title, said, clinician.id, clinician.printed_name, at)
