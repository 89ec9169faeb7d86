"""The keys ``lowered`` and ``moved_up``: what a clinic changed, told in the rules file made of it.

Nobody writes them by hand. They make a merged rules file complete: whoever reads it years later
learns what the clinic had switched off, who answered for it, and until when.
"""

from collections.abc import Iterable

from intake.content.documents import Mapped
from intake.content.fields import Fields
from intake.domain.overlay import Altered
from intake.domain.rules import Lowered, MovedUp, Priority, Rule

KEYS = ("lowered", "moved_up")


def read_altered(file: Fields, rules: Iterable[Rule]) -> Altered:
    """What a merged rules file says was changed; problems are noted."""
    shown = {rule.id: rule.priority for rule in rules}
    lowered = tuple(_lowered(entry, line, file, shown) for entry, line in file.entries("lowered"))
    moved_up = tuple(_moved_up(entry, line, file, shown) for entry, line in file.entries("moved_up"))
    return Altered(lowered, moved_up)


def _lowered(entry: object, line: int, file: Fields, shown: dict[str, Priority]) -> Lowered:
    fields = _named(entry, line, "lowered", file)
    off = fields.flag("off")
    lowered = Lowered(
        fields.text("rule"),
        fields.text("title"),
        fields.one_of("from", Priority, Priority.URGENT),
        None if off else fields.one_of("to", Priority, Priority.INFO),
        fields.text("reason"),
        fields.text("by"),
        fields.day("until"),
    )
    fields.finish()
    if shown.get(lowered.rule) is not lowered.now:
        is_shown = "is no longer among" if off else "stands with this priority among"
        fields.problem("rule", f"it should be a rule that {is_shown} the rules below")
    return lowered


def _moved_up(entry: object, line: int, file: Fields, shown: dict[str, Priority]) -> MovedUp:
    fields = _named(entry, line, "moved up", file)
    moved_up = MovedUp(
        fields.text("rule"),
        fields.text("title"),
        fields.one_of("from", Priority, Priority.INFO),
        fields.one_of("to", Priority, Priority.URGENT),
        fields.text("reason", ""),
        fields.text("by", ""),
        fields.day("until") if fields.has("until") else None,
    )
    fields.finish()
    if shown.get(moved_up.rule) is not moved_up.now:
        fields.problem("rule", "it should be a rule that stands with this priority among the rules below")
    return moved_up


def _named(entry: object, line: int, what: str, file: Fields) -> Fields:
    fields = Fields(entry, line, what, file.problems)
    if isinstance(entry, Mapped) and "rule" in entry:
        fields.what = f"{what} {entry['rule']}"
    return fields
