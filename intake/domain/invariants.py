"""What has to hold of every screening, whatever the rules say: written by people, proved by a solver."""

from dataclasses import dataclass

from intake.domain.conditions import Condition
from intake.domain.rules import Priority


@dataclass(frozen=True, slots=True)
class Case:
    """Whom an invariant speaks of: those for whom ``when`` holds, or who left ``unknown`` open.

    One of the two is there. ``topic`` is where their flag has to stand. To leave a question
    unknown is to give no answer to it though it applies, or may apply.
    """

    topic: str
    when: Condition | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Invariant:
    """Everyone of these cases gets a flag of this priority or a higher one.

    ``raised`` is true when the flag has to be raised, and false when *cannot tell* will do.
    """

    id: str
    says: str
    why: str
    raised: bool
    priority: Priority
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class NotAboutGravity:
    """A question whose graver answers may quiet the flags of a topic, and why that is right."""

    question: str
    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A rule that is raised only where another one is, kept for what it says, and why."""

    rule: str
    beside: str
    reason: str


@dataclass(frozen=True, slots=True)
class Invariants:
    """Every invariant, and what is excepted from what `intake rules prove` shows besides."""

    invariants: tuple[Invariant, ...] = ()
    not_about_gravity: tuple[NotAboutGravity, ...] = ()
    own_words: tuple[OwnWords, ...] = ()
