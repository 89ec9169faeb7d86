"""What a clinic lays over the rules it was given: rules of its own, and priorities of its own.

Adding a rule and moving a priority up is free. Lowering one, or switching a rule off, hides
something: it needs a reason, a name and a last day, and whoever reads a form is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from intake.domain.rules import Lowered, MovedUp, Priority, Rule, RuleBook

# Whoever lowered a rule looks at it again within a year, as at the shipped rules themselves.
LONGEST = timedelta(days=366)


class OverlayMisfit(Exception):
    """An overlay that cannot be laid over these rules."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a clinic changes about one shipped rule: its priority, or whether it is run at all.

    A ``priority`` of None switches the rule off. ``until`` is the last day of the change; None
    when it has none, which only a priority moved up may.
    """

    rule: str
    priority: Priority | None
    reason: str = ""
    by: str = ""
    until: date | None = None

    def hides(self, shipped: Priority) -> bool:
        """Whether the rule is looked at later than shipped, or not at all."""
        return self.priority is None or self.priority.rank > shipped.rank

    def has_ended(self, on: date) -> bool:
        """Whether the last day of the change lies before ``on``: the rule is as shipped again."""
        return self.until is not None and self.until < on


@dataclass(frozen=True, slots=True)
class Overlay:
    """A clinic's own file: changes of shipped rules, rules of its own, and more that is not covered."""

    changes: tuple[Change, ...] = ()
    rules: tuple[Rule, ...] = ()
    not_covered: tuple[str, ...] = ()
    edition: str = ""

    def ended(self, on: date) -> tuple[Change, ...]:
        """The changes that ended before a day: to be removed from the file, or renewed."""
        return tuple(change for change in self.changes if change.has_ended(on))


@dataclass(frozen=True, slots=True)
class Shipped:
    """What has to be known of a shipped rule to change it."""

    title: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class Altered:
    """What changes amount to on a day."""

    lowered: tuple[Lowered, ...]
    moved_up: tuple[MovedUp, ...]

    @property
    def priorities(self) -> dict[str, Priority | None]:
        """The priority of every rule that was changed; None where it is silenced."""
        moved_up: dict[str, Priority | None] = {one.rule: one.now for one in self.moved_up}
        return moved_up | {one.rule: one.now for one in self.lowered}


def laid_over(rulebook: RuleBook, overlay: Overlay, on: date) -> RuleBook:
    """The rules of a clinic on a day: those it was given, with its overlay laid over them.

    They have no ``edition`` yet: that is the fingerprint of the document that says all this
    (``intake.content.overlay``). Raises OverlayMisfit.
    """
    shipped = {rule.id: Shipped(rule.title, rule.priority) for rule in rulebook.rules}
    for rule in overlay.rules:
        if rule.id in shipped:
            raise OverlayMisfit(f"rule {rule.id} is one of the shipped rules")
    altered = altered_by(overlay.changes, shipped, on)
    rules = (_changed(rule, altered.priorities) for rule in rulebook.rules)
    return RuleBook(
        rules=(*(rule for rule in rules if rule is not None), *overlay.rules),
        not_covered=(*rulebook.not_covered, *overlay.not_covered),
        lowered=altered.lowered,
        moved_up=altered.moved_up,
    )


def altered_by(changes: Iterable[Change], shipped: Mapping[str, Shipped], on: date) -> Altered:
    """What the changes amount to on a day, in the order they were written. Raises OverlayMisfit."""
    lowered: list[Lowered] = []
    moved_up: list[MovedUp] = []
    seen: set[str] = set()
    for change in changes:
        if change.rule not in shipped or change.rule in seen:
            raise OverlayMisfit(f"rule {change.rule} is not shipped, or changed twice")
        seen.add(change.rule)
        rule = shipped[change.rule]
        if change.has_ended(on) or change.priority is rule.priority:
            continue
        if change.hides(rule.priority):
            lowered.append(_lowered(change, rule))
        elif change.priority is not None:
            told = (change.reason, change.by, change.until)
            moved_up.append(MovedUp(change.rule, rule.title, rule.priority, change.priority, *told))
    return Altered(tuple(lowered), tuple(moved_up))


def _lowered(change: Change, rule: Shipped) -> Lowered:
    # Refused here too, whoever made the overlay: nothing is hidden that nobody answers for.
    if not change.reason or not change.by or change.until is None:
        raise OverlayMisfit(f"rule {change.rule} is lowered without a reason, a name and a last day")
    told = (change.reason, change.by, change.until)
    return Lowered(change.rule, rule.title, rule.priority, change.priority, *told)


def _changed(rule: Rule, priorities: Mapping[str, Priority | None]) -> Rule | None:
    priority = priorities.get(rule.id, rule.priority)
    return None if priority is None else replace(rule, priority=priority)
