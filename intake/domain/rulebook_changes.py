"""What is different between two rulebooks: rules added, removed, and changed, and in what."""

from dataclasses import dataclass, fields

from intake.domain.rules import Rule, RuleBook


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule that both rulebooks have, and the keys under which they say something else."""

    before: Rule
    after: Rule
    keys: tuple[str, ...]

    @property
    def in_words(self) -> tuple[str, ...]:
        """The keys, and of the priority what it was and is."""
        moved = f"priority from {self.before.priority.value} to {self.after.priority.value}"
        return tuple(moved if key == "priority" else key.replace("_", " ") for key in self.keys)


@dataclass(frozen=True, slots=True)
class RulebookChanges:
    """How a new rulebook differs from an old one, rule by rule, in the order of the new one."""

    added: tuple[Rule, ...] = ()
    removed: tuple[Rule, ...] = ()
    changed: tuple[ChangedRule, ...] = ()
    not_covered: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is different."""
        return bool(self.added or self.removed or self.changed or self.not_covered)


def rulebook_changes(old: RuleBook, new: RuleBook) -> RulebookChanges:
    """What is different in ``new``."""
    before = {rule.id: rule for rule in old.rules}
    after = {rule.id for rule in new.rules}
    both = [
        ChangedRule(before[rule.id], rule, _keys(before[rule.id], rule))
        for rule in new.rules
        if rule.id in before
    ]
    return RulebookChanges(
        added=tuple(rule for rule in new.rules if rule.id not in before),
        removed=tuple(rule for rule in old.rules if rule.id not in after),
        changed=tuple(one for one in both if one.keys),
        not_covered=old.not_covered != new.not_covered,
    )


def _keys(before: Rule, after: Rule) -> tuple[str, ...]:
    # Every field there is: one that is added to rules later is compared without a change here.
    return tuple(
        field.name for field in fields(Rule) if getattr(before, field.name) != getattr(after, field.name)
    )
