"""Rules changed in one place, to find out whether anything would notice.

A rule whose line could move, or whose *all* could become *any*, without one example or case coming
out otherwise, is a rule nobody has tried where it matters.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from intake.domain.answers import State
from intake.domain.clauses import ROOT
from intake.domain.conditions import All, AnyOf, Compare, Condition, Operand
from intake.domain.medicines import Formulary
from intake.domain.mutated_comparisons import ComparisonMutation
from intake.domain.questionnaire import Questionnaire
from intake.domain.rules import Priority, Rule

PRIORITY = "priority"  # the path of a mutant that leaves the condition alone
_LEFT_OUT = "left out: "


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule changed in one place: where, and from what to what, in the words of the rules file."""

    rule: Rule
    path: str
    change: str

    @property
    def changes_priority(self) -> bool:
        """Whether it is the priority that changed, so that only a stated priority can notice."""
        return self.path == PRIORITY

    @property
    def leaves_a_part_out(self) -> bool:
        """Whether a part of an *all* or *any* is gone, and nothing else."""
        return self.change.startswith(_LEFT_OUT)


def mutants(rule: Rule, questionnaire: Questionnaire, formulary: Formulary) -> Iterator[Mutant]:
    """Every mutant of a rule, in a fixed order: its priority first, then its condition as written.

    A condition changes by one comparison being otherwise (see :class:`ComparisonMutation`), by an *all*
    becoming an *any* or the other way round, or by one part of either being left out.
    """
    for priority in _beside(rule.priority):
        change = f"{rule.priority.value} → {priority.value}"
        yield Mutant(replace(rule, priority=priority), PRIORITY, change)
    mutation = ComparisonMutation(questionnaire, formulary)
    own = _plain(rule.when)
    for path, condition, in_its_place in _places(rule.when, ROOT, lambda changed: changed):
        for changed, change in _changed(condition, mutation):
            if _plain(in_its_place(changed)) == own:
                continue  # said twice, or in another order: the same rule, and no mutant of it
            yield Mutant(replace(rule, when=in_its_place(changed)), path, change)


def in_words(condition: Condition) -> str:
    """A condition in one line, in the words of the rules file: ``all(age at_least 65, falls is yes)``."""
    match condition:
        case Compare(question, operator, operand):
            return f"{question} {operator.value} {_operand(operand)}"
        case All(parts):
            return f"all({', '.join(map(in_words, parts))})"
        case AnyOf(parts):
            return f"any({', '.join(map(in_words, parts))})"


_Rebuild = Callable[[Condition], Condition]


def _places(
    condition: Condition, path: str, in_its_place: _Rebuild
) -> Iterator[tuple[str, Condition, _Rebuild]]:
    """Each condition inside this one with its path, and what the whole is with another in its place."""
    yield path, condition, in_its_place
    if isinstance(condition, Compare):
        return
    word = "all" if isinstance(condition, All) else "any"
    for place, part in enumerate(condition.parts):
        below = _within(condition, place, in_its_place)
        yield from _places(part, f"{path}.{word}[{place}]", below)


def _within(condition: All | AnyOf, place: int, in_its_place: _Rebuild) -> _Rebuild:
    before, after = condition.parts[:place], condition.parts[place + 1 :]
    return lambda changed: in_its_place(replace(condition, parts=(*before, changed, *after)))


def _changed(condition: Condition, mutation: ComparisonMutation) -> Iterator[tuple[Condition, str]]:
    match condition:
        case Compare():
            for changed in mutation.changed(condition):
                yield changed, f"{in_words(condition)} → {in_words(changed)}"
        case All(parts):
            yield from _parts_changed(condition, parts, AnyOf(parts), "all → any")
        case AnyOf(parts):
            yield from _parts_changed(condition, parts, All(parts), "any → all")


def _parts_changed(
    condition: All | AnyOf, parts: tuple[Condition, ...], swapped: Condition, words: str
) -> Iterator[tuple[Condition, str]]:
    if len(parts) < 2:
        return
    yield swapped, words
    for place, part in enumerate(parts):
        rest = parts[:place] + parts[place + 1 :]
        yield replace(condition, parts=rest), f"{_LEFT_OUT}{in_words(part)}"


def _plain(condition: Condition) -> object:
    """What a condition says, whatever the order and however often its parts say it."""
    if isinstance(condition, Compare):
        operand = condition.operand
        named = frozenset(operand) if isinstance(operand, tuple) else operand
        return condition.question, condition.operator, named
    kind = type(condition)
    parts: set[object] = set()
    for part in condition.parts:
        inner = _plain(part)
        # An *any* inside an *any* says no more than its parts do.
        parts |= inner[1] if isinstance(inner, tuple) and inner[0] is kind else {inner}
    return (kind, frozenset(parts)) if len(parts) != 1 else parts.pop()


def _beside(priority: Priority) -> tuple[Priority, ...]:
    steps = tuple(Priority)
    return tuple(one for one in steps if abs(one.rank - priority.rank) == 1)


def _operand(operand: Operand) -> str:
    match operand:
        case tuple():
            listed = (one.value if isinstance(one, State) else one for one in operand)
            return f"[{', '.join(listed)}]"
        case Decimal():
            return format(operand.normalize(), "f")
        case _:
            return str(operand)
