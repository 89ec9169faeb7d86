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
from intake.domain.conditions import All, AnyOf, Compare, Condition, Finding, settled
from intake.domain.evidence import PatientEvidence
from intake.domain.rules import Outcome, Priority, Rule
from intake.domain.screening import Editions, RuleOutcome, Screening, screen_rule
from intake.domain.truth import Truth
from intake.domain.wording import Line

_NO_CHANGES = Changes()
# For screenings that are compared here and never kept.
_NO_EDITIONS = Editions("", "", "")
_NEVER = datetime.min.replace(tzinfo=UTC)
_NO, _NOT_KNOWN, _YES = Truth.NO.value, Truth.NOT_KNOWN.value, Truth.YES.value
_TRUTHS = {truth.value: truth for truth in Truth}
_VALUES: dict[Truth, int] = {truth: truth.value for truth in Truth}


class Impact:
    """Two rulebooks, made ready to be compared on any number of forms."""

    def __init__(self, before: Iterable[Rule], after: Iterable[Rule]) -> None:
        old, new = _by_topic(before), _by_topic(after)
        self._comparisons = _Comparisons()
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
        """Which flags would be different, told by rule. Their lines name the question, and hold no words."""
        found = _Found(self._comparisons, evidence)
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
            when = self._numbered(rule.when)
            prepared.append(_Prepared(rule, when, frozenset(_numbers(when))))
        return tuple(prepared)

    def _numbered(self, condition: Condition) -> "_Numbered":
        match condition:
            case Compare():
                return self._comparisons.number(condition)
            case All(parts) | AnyOf(parts):
                numbered = tuple(self._numbered(part) for part in parts)
                return _Joined(isinstance(condition, All), numbered)


def new_keys(changed: Changes, rules: Mapping[str, Rule], evidence: PatientEvidence) -> Iterator[str]:
    """The keys, as screening would keep them, of the flags that are new or different under these rules."""
    different = (*changed.other_priority, *changed.other_outcome, *changed.other_answers)
    flags = (*changed.appeared, *(change.after for change in different))
    for rule in dict.fromkeys(flag.outcome.rule for flag in flags):
        yield screen_rule(rules[rule], evidence).key


@dataclass(frozen=True, slots=True)
class _Joined:
    """*All* or *any* of its parts."""

    every: bool
    parts: tuple["_Numbered", ...]


# A condition in which each comparison is known by its number.
_Numbered = int | _Joined


class _Comparisons:
    """Every comparison of both rulebooks, each once, however many rules make it."""

    def __init__(self) -> None:
        self.all: list[Compare] = []
        self.by_question: dict[str, list[int]] = {}
        self._numbers: dict[Compare, int] = {}

    def number(self, comparison: Compare) -> int:
        """The number the comparison is known by."""
        if comparison not in self._numbers:
            self._numbers[comparison] = len(self.all)
            self.by_question.setdefault(comparison.question, []).append(len(self.all))
            self.all.append(comparison)
        return self._numbers[comparison]


class _Found:
    """What came of every comparison on one form: truths for all, findings for those asked for."""

    __slots__ = ("_comparisons", "_evidence", "_findings", "stopped", "truths")

    def __init__(self, comparisons: "_Comparisons", evidence: PatientEvidence) -> None:
        self._comparisons, self._evidence = comparisons, evidence
        self._findings: dict[int, Finding] = {}
        self.truths = [_NOT_KNOWN] * len(comparisons.all)
        self.stopped: set[int] = set()
        for question, numbers in comparisons.by_question.items():
            self._look_at(question, numbers)

    def _look_at(self, question: str, numbers: list[int]) -> None:
        try:
            asked = self._evidence.asked(question).truth
        except Exception:
            self.stopped.update(numbers)
            return
        for number in numbers:
            self.truths[number] = self._compared(number) if asked is Truth.YES else _VALUES[asked]

    def _compared(self, number: int) -> int:
        try:
            return _VALUES[self._comparisons.all[number].of_one_asked(self._evidence)]
        except Exception:
            # As in screening: whatever stops a rule is pointed out, and stops nothing else.
            self.stopped.add(number)
            return _NOT_KNOWN

    def truth(self, when: _Numbered) -> int:
        """The least of the parts of *all*, the greatest of *any*, as in :mod:`intake.domain.truth`."""
        if isinstance(when, int):
            return self.truths[when]
        so_far = _YES if when.every else _NO
        for part in when.parts:
            one = self.truths[part] if isinstance(part, int) else self.truth(part)
            if when.every:
                if one == _NO:
                    return _NO
                so_far = min(one, so_far)
            else:
                if one == _YES:
                    return _YES
                so_far = max(one, so_far)
        return so_far

    def finding(self, when: _Numbered) -> Finding:
        """What the condition itself would find."""
        if isinstance(when, int):
            if (found := self._findings.get(when)) is None:
                found = self._findings[when] = self._comparisons.all[when].find(self._evidence)
            return found
        return settled(_TRUTHS[self.truth(when)], [self.finding(part) for part in when.parts])


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A rule, and the numbers of its comparisons."""

    rule: Rule
    when: _Numbered
    numbers: frozenset[int]

    def flagged(self, found: _Found) -> RuleOutcome | None:
        """What is pointed out, without words; None when the rule is not raised."""
        if found.stopped and not found.stopped.isdisjoint(self.numbers):
            # As in screening: a rule that stops with an error is an urgent *cannot tell*.
            return self._bare(Priority.URGENT, Finding(Truth.NOT_KNOWN), failed=True)
        if found.truth(self.when) == _NO:
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


def _numbers(when: _Numbered) -> Iterator[int]:
    if isinstance(when, int):
        yield when
    else:
        for part in when.parts:
            yield from _numbers(part)


def _screening(outcomes: Iterable[RuleOutcome]) -> Screening:
    return Screening(tuple(outcomes), _NO_EDITIONS, _NEVER)
