"""One run of the rules over one patient's answers: what is raised, and what cannot be told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from intake.domain.evidence import PatientEvidence
from intake.domain.fingerprint import fingerprint
from intake.domain.rules import Lowered, MovedUp, Outcome, Priority, Rule, RuleBook, Source
from intake.domain.truth import Truth
from intake.domain.wording import Line, quote, work_out

OUTCOMES = {
    Truth.YES: Outcome.RAISED,
    Truth.NOT_KNOWN: Outcome.CANNOT_TELL,
    Truth.NO: Outcome.NOT_RAISED,
}


@dataclass(frozen=True, slots=True)
class Editions:
    """The fingerprints of the questionnaire, rules and medicines that were in force."""

    questionnaire: str
    rules: str
    medicines: str


# Without slots, as the screening below: what is worked out of one that never changes is kept with it.
@dataclass(frozen=True)
class RuleOutcome:
    """What came of one rule, in the words a clinician reads; stored as they were.

    ``because`` are the patient's own answers that settled it, ``missing`` the questions
    nobody knows the answer to. ``failed`` is true when the rule stopped with an error.
    """

    rule: str
    topic: str
    title: str
    priority: Priority
    outcome: Outcome
    why: str
    because: tuple[Line, ...]
    missing: tuple[Line, ...]
    sources: tuple[Source, ...]
    failed: bool = False

    @cached_property
    def key(self) -> str:
        """Names this flag for as long as nothing about it changes.

        An acknowledgement is of this key: when the answer, the outcome or the priority
        changes, what was seen before is no longer what is there. Words do not count, the
        rule's or the questionnaire's, so that mending a sentence reopens no review.
        """
        quoted = [[line.question, line.given] for line in (*self.because, *self.missing)]
        return fingerprint([self.rule, self.outcome.value, self.priority.value, self.failed, quoted])[:32]


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing pointed out: a rule raised, or one that cannot tell.

    ``also`` names the weaker rules of the same topic that wait for the same answers.
    """

    outcome: RuleOutcome
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key an acknowledgement is given for."""
        return self.outcome.key

    @property
    def is_undecided(self) -> bool:
        """Whether the rule cannot tell; one that stopped with an error says so in its own title."""
        return self.outcome.outcome is Outcome.CANNOT_TELL and not self.outcome.failed

    @property
    def title(self) -> str:
        """What it is about. Standing alone, an undecided one must not read like a fact."""
        return f"Cannot tell: {self.outcome.title}" if self.is_undecided else self.outcome.title


@dataclass(frozen=True)
class Screening:
    """Every rule's outcome over one submission, under the editions in force.

    ``worked_out`` are the ages, totals and counts the program made of the answers, in words.
    ``as_of`` is the day the answers were read as of; screenings of the first versions do not say.
    ``lowered`` and ``moved_up`` are what the clinic had changed of the shipped rules that day:
    a silenced rule has no outcome, and is told here as not run. ``revision`` is the revision of
    the submission whose answers were read.
    """

    outcomes: tuple[RuleOutcome, ...]
    editions: Editions
    at: datetime
    worked_out: tuple[Line, ...] = ()
    lowered: tuple[Lowered, ...] = ()
    moved_up: tuple[MovedUp, ...] = ()
    as_of: date | None = None
    revision: int = 1

    @property
    def silenced(self) -> tuple[Lowered, ...]:
        """The rules that were not run, which is not the same as not raised."""
        return tuple(one for one in self.lowered if one.is_silenced)

    def change_of(self, rule: str) -> Lowered | MovedUp | None:
        """What the clinic had changed about the priority of a rule; None when it was as shipped."""
        changes: tuple[Lowered | MovedUp, ...] = (*self.lowered, *self.moved_up)
        return next((one for one in changes if one.rule == rule), None)

    @property
    def incomplete(self) -> bool:
        """Whether any rule stopped with an error."""
        return any(outcome.failed for outcome in self.outcomes)

    @cached_property
    def raised(self) -> tuple[Flag, ...]:
        """The flags raised, first to be looked at first."""
        raised = (o for o in self.outcomes if o.outcome is Outcome.RAISED)
        return tuple(Flag(outcome) for outcome in _by_priority(raised))

    @cached_property
    def cannot_tell(self) -> tuple[Flag, ...]:
        """What cannot be told, each topic once per set of missing answers, at its highest priority."""
        return _folded(_by_priority(o for o in self.outcomes if o.outcome is Outcome.CANNOT_TELL))

    @property
    def not_raised(self) -> tuple[RuleOutcome, ...]:
        """The rules that looked and found the condition not to be so."""
        return tuple(o for o in self.outcomes if o.outcome is Outcome.NOT_RAISED)

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """All that a clinician has to acknowledge."""
        return self.raised + self.cannot_tell

    @property
    def priority(self) -> Priority | None:
        """The highest priority of any flag; None when no rule was raised or undecided."""
        return min(
            (flag.outcome.priority for flag in self.flags),
            key=lambda priority: priority.rank,
            default=None,
        )


def screen(rulebook: RuleBook, evidence: PatientEvidence, editions: Editions, at: datetime) -> Screening:
    """Run every rule. A rule that stops with an error becomes an urgent *cannot tell*."""
    outcomes = tuple(screen_rule(rule, evidence) for rule in rulebook.rules)
    return Screening(
        outcomes,
        editions,
        at,
        _worked_out(evidence),
        rulebook.lowered,
        rulebook.moved_up,
        evidence.as_of,
    )


def outcome_of(rule: Rule, evidence: PatientEvidence) -> RuleOutcome:
    """What comes of one rule, explained in the patient's own answers.

    Raises whatever the rule's condition raises; :func:`screen` does not.
    """
    finding = rule.when.find(evidence)
    return replace(
        _outline(rule),
        outcome=OUTCOMES[finding.truth],
        because=_quotes(evidence, finding.because),
        missing=_quotes(evidence, finding.missing),
    )


def screen_rule(rule: Rule, evidence: PatientEvidence) -> RuleOutcome:
    """What comes of one rule; an error in it becomes an urgent *cannot tell*, never silence."""
    try:
        return outcome_of(rule, evidence)
    except Exception as error:
        # A rule that crashes must never cost the patient their answers nor silence a
        # flag. The class alone is kept: an error's text may quote an answer.
        return replace(
            _outline(rule),
            title=f"Screening incomplete: {rule.title}",
            priority=Priority.URGENT,
            why=f"This rule stopped with an error ({type(error).__name__}). "
            "Read the answers on this topic by hand.",
            failed=True,
        )


def _worked_out(evidence: PatientEvidence) -> tuple[Line, ...]:
    try:
        return work_out(evidence)
    except Exception as error:
        # As with a rule: said plainly, and never at the price of the patient's answers.
        words = f"Stopped with an error ({type(error).__name__}). Add the totals up by hand."
        return (Line("worked_out", "Worked out from the answers", "Totals", words, None),)


def _outline(rule: Rule) -> RuleOutcome:
    return RuleOutcome(
        rule.id,
        rule.topic,
        rule.title,
        rule.priority,
        Outcome.CANNOT_TELL,
        rule.why,
        (),
        (),
        rule.sources,
    )


def _quotes(evidence: PatientEvidence, references: Iterable[str]) -> tuple[Line, ...]:
    return tuple(quote(evidence, reference) for reference in references)


def _by_priority(outcomes: Iterable[RuleOutcome]) -> list[RuleOutcome]:
    return sorted(outcomes, key=lambda outcome: outcome.priority.rank)


def _folded(outcomes: list[RuleOutcome]) -> tuple[Flag, ...]:
    flags: list[Flag] = []
    # Only a rule of the same topic covers another: comparing all with all takes most of a page's time.
    of_topic: dict[str, list[int]] = {}
    for outcome in outcomes:
        places = of_topic.setdefault(outcome.topic, [])
        stronger = next((place for place in places if _covers(flags[place].outcome, outcome)), None)
        if stronger is None:
            places.append(len(flags))
            flags.append(Flag(outcome))
        else:
            flag = flags[stronger]
            flags[stronger] = Flag(flag.outcome, (*flag.also, outcome.title))
    return tuple(flags)


def _covers(stronger: RuleOutcome, weaker: RuleOutcome) -> bool:
    if stronger.failed or weaker.failed or stronger.topic != weaker.topic:
        return False
    waited_for = {line.question for line in stronger.missing}
    return {line.question for line in weaker.missing} <= waited_for
