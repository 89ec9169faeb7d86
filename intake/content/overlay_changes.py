"""Reading the changes of an overlay, each checked against the shipped rule it is about."""

from collections.abc import Iterable, Mapping
from datetime import date

from intake.content.documents import did_you_mean
from intake.content.fields import Fields
from intake.domain.overlay import LONGEST, Change, Shipped
from intake.domain.rules import Priority

# What is written of a rule and cannot be changed from outside of it.
_FIXED = ("id", "topic", "title", "when", "why", "sources", "owner", "review_by", "hazards", "examples")
_ACCOUNT = ("reason", "by", "until")


def read_changes(
    overlay: Fields, shipped: Mapping[str, Shipped], own: Iterable[str], on: date
) -> tuple[Change, ...]:
    """The changes of an overlay on a day; ``own`` are the ids of its own rules. Problems are noted."""
    own = frozenset(own)
    changes: list[Change] = []
    first: dict[str, int] = {}
    for entry, line in overlay.entries("changes"):
        fields = Fields(entry, line, "change", overlay.problems)
        change = _change(fields)
        if change.rule in first:
            again = f"the rule is changed twice; the first is on line {first[change.rule]}: keep one"
            fields.problem("rule", again)
        elif change.rule in shipped:
            _check(change, shipped[change.rule], fields, on)
        elif change.rule in own:
            fields.problem("rule", "it is a rule of this overlay: change it below, where it is written")
        elif change.rule:
            unknown = f'there is no rule "{change.rule}" in the shipped rules'
            fields.problem("rule", unknown + did_you_mean(change.rule, shipped))
        first.setdefault(change.rule, fields.line_of("rule"))
        changes.append(change)
    return tuple(changes)


def _change(fields: Fields) -> Change:
    rule = fields.text("rule")
    fields.what = f"change of {rule}" if rule else "change"
    off = fields.flag("off")
    priority = fields.one_of("priority", Priority, Priority.URGENT) if fields.has("priority") else None
    change = Change(
        rule,
        None if off else priority,
        fields.text("reason", ""),
        fields.text("by", ""),
        fields.day("until") if fields.has("until") else None,
    )
    for key in _FIXED:
        if fields.has(key):
            fields.problem(
                key,
                f"'{key}' of a shipped rule cannot be changed, only its priority, or `off: true`; "
                "what should be otherwise is a rule of its own, under `rules`",
            )
    # What cannot be changed was told above, and is no key to name to somebody who slipped.
    fields.finish(also=("priority", "until", *(key for key in _FIXED if fields.has(key))))
    return change


def _check(change: Change, shipped: Shipped, fields: Fields, on: date) -> None:
    off, has_priority = change.priority is None and fields.has("off"), fields.has("priority")
    if off and has_priority:
        fields.problem("off", "a rule is switched off or has another priority, not both: keep one")
    elif change.priority is None and not (off and fields.flag("off")):
        fields.problem("rule", "it changes nothing: write `priority: …`, or `off: true`, or remove it")
    elif change.priority is shipped.priority:
        fields.problem(
            "priority",
            f"it changes nothing, the shipped priority is {shipped.priority.value} too: remove the change",
        )
    elif change.hides(shipped.priority):
        _check_account(change, shipped, fields, on)


def _check_account(change: Change, shipped: Shipped, fields: Fields, on: date) -> None:
    missing = [key for key in _ACCOUNT if not fields.has(key)]
    if missing:
        what = "switched off" if change.priority is None else f"lowered from {shipped.priority.value}"
        fields.problem(
            "off" if change.priority is None else "priority",
            f"a rule is {what} only with a reason, a name and a last day: add {_listed(missing)}",
        )
    latest = on + LONGEST if on <= date.max - LONGEST else date.max
    if change.until is not None and change.until > latest:
        fields.problem(
            "until",
            f"that is more than a year ahead: write {latest.isoformat()} or an earlier day, "
            "and renew it then if it is still meant",
        )


def _listed(keys: list[str]) -> str:
    quoted = [f"'{key}'" for key in keys]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
