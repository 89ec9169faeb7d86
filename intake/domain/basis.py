"""What a flag rests on, so that a clinician can judge it without trusting the program.

Four things (regulation.md F6, F7): what the program is for; each answer looked at; the rule, how each
part of it came out, and where it comes from; knowns and unknowns.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from intake.domain.conditions import Condition
from intake.domain.disagreements import disagreements
from intake.domain.evidence import PatientEvidence
from intake.domain.inputs import NEEDED, Input, inputs
from intake.domain.rules import Checked, Outcome, Rule
from intake.domain.screening import OUTCOMES, Flag, RuleOutcome, screen_rule
from intake.domain.telling import AskedOnly, Teller
from intake.domain.unknowns import Unknowns, unknowns
from intake.domain.weighing import Weighed, thresholds, weigh

# In the words of docs/intended-use.md.
PURPOSE = (
    (
        "For",
        "pointing out answers that published labels, guidelines and studies tell a clinician to look at, "
        "before a first consultation about ketamine or esketamine",
    ),
    ("Read by", "licensed clinicians of the clinic, who read the whole form with or without flags"),
    ("About", "adults who seek a consultation; under 18 is pointed out, and the form is not written for it"),
    ("Not for", "emergencies. Not a diagnosis, and no decision about a person"),
)
LIMITS = (
    "It was tried on written examples, and in no study of patients.",
    "It reads answers only: no record, no examination and no test.",
    "Its priority says when to look, and not how likely or how grave something is.",
)


class NoSuchRule(Exception):
    """The rules a flag is said to come from hold no such rule."""


@dataclass(frozen=True, slots=True)
class RuleBasis:
    """One rule: its lines with their truth, its thresholds, and on how many examples it was tried.

    ``outcome`` is what its lines come to now; None when the rule stops with an error.
    """

    rule: Rule
    told: Weighed
    outcome: Outcome | None
    asked_only: tuple[AskedOnly, ...]
    thresholds: tuple[str, ...]

    @property
    def tried(self) -> tuple[tuple[Outcome, int], ...]:
        """For each outcome, how many people its examples invent of whom that must come."""
        found = Counter(example.outcome for example in self.rule.examples)
        return tuple((outcome, found[outcome]) for outcome in Outcome)

    @property
    def was_read(self) -> bool:
        """Whether the project read at least one of its sources itself."""
        return any(source.checked is Checked.READ for source in self.rule.sources)


@dataclass(frozen=True, slots=True)
class Basis:
    """All that one flag rests on. ``also`` are the weaker rules that were folded into it.

    ``is_as_stored`` is false when the rule, run now over the same answers, says something else than
    what is stored: another version of the program may have screened, or an error is gone.
    """

    inputs: tuple[Input, ...]
    rule: RuleBasis
    also: tuple[RuleBasis, ...]
    unknowns: Unknowns
    is_as_stored: bool

    @property
    def known(self) -> int:
        """How many of the answers looked at are known."""
        return sum(not one.is_open for one in self.applying)

    @property
    def applying(self) -> tuple[Input, ...]:
        """The answers the patient was, or may have to be, asked for; nothing that was worked out."""
        return tuple(one for one in self.inputs if not one.is_worked_out and not one.does_not_apply)

    @property
    def given_at(self) -> frozenset[datetime]:
        """Every time at which one of the answers was sent."""
        return frozenset(one.given_at for one in self.inputs if one.given_at is not None)

    @property
    def needed(self) -> tuple[str, ...]:
        """What quality is needed of the kinds of answers there are, each said once."""
        return tuple(NEEDED[kind] for kind in dict.fromkeys(one.obtained for one in self.inputs))


@dataclass(frozen=True, slots=True)
class Explainer:
    """Works out the basis of flags, with the questionnaire, rules and medicines they were raised under."""

    rules: Mapping[str, Rule]
    teller: Teller
    evidence: PatientEvidence
    given_at: Mapping[str, datetime]

    def basis(self, flag: Flag, folded: Iterable[RuleOutcome] = ()) -> Basis:
        """What a flag rests on; ``folded`` are the outcomes of the rules it names as also undecided.

        Raises NoSuchRule.
        """
        rule = self._rule(flag.outcome.rule)
        others = tuple(self._rule(one.rule) for one in folded)
        conditions = tuple(one.when for one in (rule, *others))
        looked_at = self._inputs(conditions)
        disagreeing = dict.fromkeys(
            found for one in conditions for found in disagreements(one, self.evidence)
        )
        return Basis(
            looked_at,
            self._of_rule(rule),
            tuple(map(self._of_rule, others)),
            unknowns(looked_at, tuple(disagreeing), self.evidence),
            screen_rule(rule, self.evidence).key == flag.key,
        )

    def _rule(self, rule_id: str) -> Rule:
        if rule_id not in self.rules:
            raise NoSuchRule(rule_id)
        return self.rules[rule_id]

    def _inputs(self, conditions: tuple[Condition, ...]) -> tuple[Input, ...]:
        found = (one for condition in conditions for one in inputs(condition, self.evidence, self.given_at))
        return tuple({one.line.question: one for one in found}.values())

    def _of_rule(self, rule: Rule) -> RuleBasis:
        told = self.teller.condition(rule.when)
        weighed = weigh(rule.when, told, self.evidence)
        return RuleBasis(
            rule,
            weighed,
            None if weighed.truth is None else OUTCOMES[weighed.truth],
            self.teller.asked_only(rule.when),
            thresholds(told),
        )


def folded_into(flag: Flag, outcomes: Iterable[RuleOutcome]) -> tuple[RuleOutcome, ...]:
    """The outcomes that a flag names as also undecided."""
    return tuple(
        one
        for one in outcomes
        if one.topic == flag.outcome.topic
        and one.rule != flag.outcome.rule
        and one.outcome is Outcome.CANNOT_TELL
        and one.title in flag.also
    )
