"""What is different between two rulebooks: rules added, removed, and changed, and in what."""

from dataclasses import dataclass, fields

from intake.domain.rules import Lowered, MovedUp, Rule, RuleBook

Altered = Lowered | MovedUp


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
    """How a new rulebook differs from an old one, rule by rule, in the order of the new one.

    ``altered`` is what the clinic's overlay lowers, silences or moves up otherwise than before: a
    later last day is a change too. ``as_shipped`` are the rules it leaves alone now.
    """

    added: tuple[Rule, ...] = ()
    removed: tuple[Rule, ...] = ()
    changed: tuple[ChangedRule, ...] = ()
    not_covered: bool = False
    altered: tuple[Altered, ...] = ()
    as_shipped: tuple[Altered, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything is different."""
        return bool(
            self.added or self.removed or self.changed or self.not_covered or self.altered or self.as_shipped
        )


def rulebook_changes(old: RuleBook, new: RuleBook) -> RulebookChanges:
    """What is different in ``new``."""
    before = {rule.id: rule for rule in old.rules}
    after = {rule.id for rule in new.rules}
    both = [
        ChangedRule(before[rule.id], rule, _keys(before[rule.id], rule))
        for rule in new.rules
        if rule.id in before
    ]
    was: tuple[Altered, ...] = (*old.lowered, *old.moved_up)
    now: tuple[Altered, ...] = (*new.lowered, *new.moved_up)
    silenced = {one.rule for one in new.silenced}
    return RulebookChanges(
        added=tuple(rule for rule in new.rules if rule.id not in before),
        # A silenced rule is not gone: it is told as silenced, with who, why and until when.
        removed=tuple(rule for rule in old.rules if rule.id not in after | silenced),
        changed=tuple(one for one in both if one.keys),
        not_covered=old.not_covered != new.not_covered,
        altered=tuple(one for one in now if one not in was),
        as_shipped=tuple(one for one in was if one.rule not in {other.rule for other in now}),
    )


def _keys(before: Rule, after: Rule) -> tuple[str, ...]:
    # Every field there is: one that is added to rules later is compared without a change here.
    return tuple(
        field.name for field in fields(Rule) if getattr(before, field.name) != getattr(after, field.name)
    )
