"""How rules come into force, what others would change, and what they come to in figures."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EditionPublished:
    """A questionnaire, rule file, medicines file or overlay came into force."""

    kind: str
    edition: str


@dataclass(frozen=True, slots=True)
class RulesProposed:
    """Somebody proposed rules, to be in force from a day on."""

    publication: UUID
    rules: str
    overlay: str | None
    effective_on: str


@dataclass(frozen=True, slots=True)
class RulesCountersigned:
    """A second person countersigned rules; ``in_force_from`` is the first day they screen."""

    publication: UUID
    rules: str
    overlay: str | None
    in_force_from: str


@dataclass(frozen=True, slots=True)
class RulesWithdrawn:
    """Proposed or scheduled rules were taken back before they screened anybody."""

    publication: UUID
    rules: str
    overlay: str | None


@dataclass(frozen=True, slots=True)
class RulesPlanted:
    """Rules were found, or a decision about them, that something else than intake wrote down."""

    publication: UUID


@dataclass(frozen=True, slots=True)
class ImpactLooked:
    """Somebody looked at what other rules would change, as counts; ``looked_at`` submissions were opened."""

    rules: str
    looked_at: int


@dataclass(frozen=True, slots=True)
class ImpactListed:
    """A clinician was shown the names behind such counts; ``listed`` is how many, ``reason`` why."""

    rules: str
    listed: int
    reason: str


@dataclass(frozen=True, slots=True)
class RuleFiguresOpened:
    """Somebody had the figures of the rules counted, over the submissions of ``days``.

    ``tallied`` of them had only a full screening, and were given a tally.
    """

    days: int
    submissions: int
    tallied: int


@dataclass(frozen=True, slots=True)
class FeedbackCounted:
    """Somebody had all feedback counted by rule; ``given`` is how much there is."""

    given: int
