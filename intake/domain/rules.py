"""The rules of a clinic: what is pointed out to a clinician, why, and on whose authority."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from intake.domain.answers import Answers
from intake.domain.conditions import Condition


class Priority(Enum):
    """When a clinician should look; never how ill or how suited to a treatment a person is.

    FHIR DetectedIssue.severity has three steps; ours travels beside it (decisions.md).
    """

    URGENT = "urgent"
    HIGH = "high"
    MODERATE = "moderate"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the first to be looked at."""
        return tuple(Priority).index(self)


class SourceKind(Enum):
    """What sort of publication a rule rests on."""

    LABEL_CONTRAINDICATION = "label contraindication"
    BOXED_WARNING = "boxed warning"
    LABEL_WARNING = "label warning"
    LABEL_INTERACTION = "label interaction"
    LABEL_POPULATIONS = "label use in populations"
    LABEL_ADVERSE_REACTION = "label adverse reaction"
    GUIDELINE = "guideline"
    STUDY = "study"
    TEXTBOOK = "textbook"
    CLINIC_PRACTICE = "clinic practice"
    INFERENCE = "inference"


class Checked(Enum):
    """How far somebody checked that the source says so."""

    READ = "read"
    SECONDARY = "secondary"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Source:
    """A publication a rule rests on, the section by name, and how far it was checked."""

    kind: SourceKind
    title: str
    checked: Checked
    section: str = ""
    year: int | None = None
    url: str = ""


class Outcome(Enum):
    """What came of a rule. There is no word for "fine"."""

    RAISED = "raised"
    CANNOT_TELL = "cannot_tell"
    NOT_RAISED = "not_raised"


@dataclass(frozen=True, slots=True)
class Example:
    """A person, in a few answers, and what the rule must make of them."""

    answers: Answers
    outcome: Outcome
    as_of: date


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to point out, under a permanent id."""

    id: str
    topic: str
    title: str
    priority: Priority
    when: Condition
    why: str
    sources: tuple[Source, ...]
    owner: str
    review_by: date
    hazards: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Lowered:
    """A shipped rule that the clinic looks at later than it was shipped, or does not run at all.

    ``now`` is the lower priority; None when the rule is silenced: it is run over nobody's
    answers, which is not the same as not raised. ``until`` is the last day of it, at the clinic.
    """

    rule: str
    title: str
    was: Priority
    now: Priority | None
    reason: str
    by: str
    until: date

    @property
    def is_silenced(self) -> bool:
        """Whether the rule is not run at all."""
        return self.now is None


@dataclass(frozen=True, slots=True)
class MovedUp:
    """A shipped rule that the clinic looks at sooner than it was shipped.

    That needs no reason, no name and no last day (``until``); they are kept when they were given.
    """

    rule: str
    title: str
    was: Priority
    now: Priority
    reason: str = ""
    by: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule in force, in one edition, and what the rules do not cover.

    ``lowered`` and ``moved_up`` are what an overlay of the clinic changed; a silenced rule
    stands in ``lowered`` and no longer among the ``rules``.
    """

    rules: tuple[Rule, ...]
    not_covered: tuple[str, ...] = ()
    edition: str = ""
    lowered: tuple[Lowered, ...] = ()
    moved_up: tuple[MovedUp, ...] = ()

    @property
    def silenced(self) -> tuple[Lowered, ...]:
        """The rules that are not run over anybody's answers."""
        return tuple(one for one in self.lowered if one.is_silenced)
