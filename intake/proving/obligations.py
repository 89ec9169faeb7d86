"""What has to be shown of the rules, and what came of trying to."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from intake.domain.answers import Answers

# The day forms are imagined to be sent; ages are whole years on that day.
SENT_ON = date(2026, 11, 20)


class Kind(Enum):
    """What is shown of a rule, a topic, or an invariant."""

    CAN_BE_RAISED = "can be raised"
    CAN_BE_NOT_RAISED = "can be not raised"
    CAN_BE_CANNOT_TELL = "can be cannot tell"
    GRAVER_QUIETS_NOTHING = "a graver answer quiets nothing"
    INVARIANT = "invariant holds"
    ADDS_SOMETHING = "adds something"
    EXCEPTION_NEEDED = "exception is needed"


class Verdict(Enum):
    """What came of it. Undecided is never taken for shown."""

    SHOWN = "shown"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Change:
    """The same person with one answer graver."""

    question: str
    graver: Answers


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one obligation.

    ``subject`` is a rule's id, a topic beside the question that gets graver, or an invariant
    beside its case. ``answers`` is the person who refutes it (none when nobody does what somebody
    should), ``change`` the graver answer, and ``rules`` the rules that it is about: those that went
    quiet, or those that make a rule add nothing.
    """

    kind: Kind
    subject: str
    topic: str
    verdict: Verdict
    answers: Answers | None = None
    change: Change | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Implied:
    """Whenever a rule is raised, so is another of its topic. Tiers do this by design."""

    rule: str
    by: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything tried."""

    proofs: tuple[Proof, ...] = ()
    implied: tuple[Implied, ...] = ()

    @property
    def left(self) -> tuple[Proof, ...]:
        """What is refuted or undecided."""
        return tuple(proof for proof in self.proofs if proof.verdict is not Verdict.SHOWN)
