"""What other rules would make of the same answers: the flags that would be different, form by form.

Every form is looked at under two rulebooks, and nothing is put in words. Topics whose rules are the
same in both cannot differ and are passed over; a comparison that stands in many rules is made once
for each form.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from intake.domain.changes import Changes, changes
from intake.domain.conditions import Condition, Finding
from intake.domain.evidence import PatientEvidence
from intake.domain.numbered import Comparisons, Found, Numbered, numbers_in
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import Outcome, Priority, Rule
from intake.domain.screening import Editions, RuleOutcome, Screening, screen_rule
from intake.domain.truth import Truth
from intake.domain.wording import Line

_NO_CHANGES = Changes()
# For screenings that are compared here and never kept.
_NO_EDITIONS = Editions("", "", "")
_NEVER = datetime.min.replace(tzinfo=UTC)


class Impact:
    """Two rulebooks, made ready to be compared on any number of forms, all read with one questionnaire."""

    def __init__(self, questionnaire: Questionnaire, before: Iterable[Rule], after: Iterable[Rule]) -> None:
        old, new = _by_topic(before), _by_topic(after)
        self._comparisons = Comparisons(questionnaire)
        self._topics = tuple(
            (self._prepared(old.get(topic, ())), self._prepared(new.get(topic, ())))
            for topic in dict.fromkeys((*old, *new))
            if _meaning(old.get(topic, ())) != _meaning(new.get(topic, ()))
        )

    @property
    def looks_at(self) -> frozenset[str]:
        """The rules that have to be looked at: those of every topic in which one is different."""
        return frozenset(one.rule.id for topic in self._topics for book in topic for one in book)

    def changes(self, evidence: PatientEvidence) -> Changes:
        """Which flags would be different, told by rule. Their lines name the question, and hold no words.

        Raises ValueError for answers read with another questionnaire.
        """
        found = Found(self._comparisons, evidence)
        before: list[RuleOutcome] = []
        after: list[RuleOutcome] = []
        for old, new in self._topics:
            stood = [one for rule in old if (one := rule.flagged(found)) is not None]
            stands = [one for rule in new if (one := rule.flagged(found)) is not None]
            if stood != stands:
                before += stood
                after += stands
        return changes(_screening(before), _screening(after)) if before or after else _NO_CHANGES

    def _prepared(self, rules: Iterable[Rule]) -> tuple["_Prepared", ...]:
        prepared = []
        for rule in rules:
            when = self._comparisons.numbered(rule.when)
            prepared.append(_Prepared(rule, when, frozenset(numbers_in(when))))
        return tuple(prepared)


def new_keys(changed: Changes, rules: Mapping[str, Rule], evidence: PatientEvidence) -> Iterator[str]:
    """The keys, as screening would keep them, of the flags that are new or different under these rules."""
    different = (*changed.other_priority, *changed.other_outcome, *changed.other_answers)
    flags = (*changed.appeared, *(change.after for change in different))
    for rule in dict.fromkeys(flag.outcome.rule for flag in flags):
        yield screen_rule(rules[rule], evidence).key


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A rule, and the numbers of its comparisons."""

    rule: Rule
    when: Numbered
    numbers: frozenset[int]

    def flagged(self, found: Found) -> RuleOutcome | None:
        """What is pointed out, without words; None when the rule is not raised."""
        if found.stopped and not found.stopped.isdisjoint(self.numbers):
            # As in screening: a rule that stops with an error is an urgent *cannot tell*.
            return self._bare(Priority.URGENT, Finding(Truth.NOT_KNOWN), failed=True)
        if found.truth(self.when) is Truth.NO:
            return None
        return self._bare(self.rule.priority, found.finding(self.when))

    def _bare(self, priority: Priority, finding: Finding, *, failed: bool = False) -> RuleOutcome:
        rule = self.rule
        outcome = Outcome.RAISED if finding.truth is Truth.YES else Outcome.CANNOT_TELL
        because, missing = tuple(map(_line, finding.because)), tuple(map(_line, finding.missing))
        return RuleOutcome(
            rule.id, rule.topic, rule.title, priority, outcome, "", because, missing, (), failed
        )


@cache
def _line(question: str) -> Line:
    # The answers are the same on both sides, so naming the question is enough to compare.
    return Line(question, "", "", "", None)


def _by_topic(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        found[rule.topic] = (*found.get(rule.topic, ()), rule)
    return found


def _meaning(rules: Iterable[Rule]) -> list[tuple[str, Priority, Condition]]:
    # Their order counts too: of flags that wait for the same answers the first takes in the others.
    return [(rule.id, rule.priority, rule.when) for rule in rules]


def _screening(outcomes: Iterable[RuleOutcome]) -> Screening:
    return Screening(tuple(outcomes), _NO_EDITIONS, _NEVER)
