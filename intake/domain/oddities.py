"""What does not make sense in rules that load: never so, always so, said twice, out of range.

Each is only said where it holds for whoever answers (see :mod:`intake.domain.possibilities`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from intake.domain.conditions import All, AnyOf, Compare, Condition, Operator, question_of
from intake.domain.number_lines import NUMERIC, is_so
from intake.domain.possibilities import Possibilities
from intake.domain.questionnaire import Questionnaire
from intake.domain.ranges import Range, range_of
from intake.domain.rules import Rule

PlacePath = tuple[str | int, ...]  # where a clause stands in a condition: ("all", 1, "any", 0)


@dataclass(frozen=True, slots=True)
class PlacedComparison:
    """One comparison of a condition, where it stands, and what has to be so beside it."""

    path: PlacePath
    comparison: Compare
    beside: tuple[Condition, ...]

    @property
    def in_its_place(self) -> Condition:
        """The comparison together with what has to be so beside it."""
        return All((self.comparison, *self.beside))


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that does not make sense, in one rule or one question.

    ``code`` is its permanent name, ``other`` the rule it is compared with, and ``within`` the
    range a threshold lies outside of.
    """

    code: str
    subject: str
    clause: PlacedComparison | None = None
    other: str = ""
    within: Range | None = None


def placed_comparisons(
    condition: Condition, path: PlacePath = (), beside: tuple[Condition, ...] = ()
) -> Iterator[PlacedComparison]:
    """Every comparison of a condition, in the order written."""
    match condition:
        case Compare():
            yield PlacedComparison(path, condition, beside)
        case All(parts):
            for place, part in enumerate(parts):
                others = (*beside, *parts[:place], *parts[place + 1 :])
                yield from placed_comparisons(part, (*path, "all", place), others)
        case AnyOf(parts):
            for place, part in enumerate(parts):
                yield from placed_comparisons(part, (*path, "any", place), beside)


def oddities_of_questions(questionnaire: Questionnaire, possible: Possibilities) -> Iterator[Oddity]:
    """Questions that can never be asked, and conditions of theirs that can never be so."""
    for question in questionnaire.questions:
        if question.only_if is None:
            continue
        if possible.never(question.only_if):
            yield Oddity("unreachable-question", question.id)
        else:
            yield from _on_comparisons(questionnaire, question.id, question.only_if, possible)


def oddities_of_rule(questionnaire: Questionnaire, rule: Rule, possible: Possibilities) -> Iterator[Oddity]:
    """What does not make sense in one rule by itself."""
    found = list(_on_comparisons(questionnaire, rule.id, rule.when, possible))
    if possible.never(rule.when):
        yield Oddity("never-raised", rule.id)
        # Why it is never so, where one clause alone is the reason.
        yield from (one for one in found if one.code == "threshold-out-of-range")
        return
    if possible.always(rule.when):
        yield Oddity("always-raised", rule.id)
    yield from found


def oddities_between(rules: tuple[Rule, ...], possible: Possibilities) -> Iterator[Oddity]:
    """Rules that say the same, carry the same title, or add nothing to another one."""
    titles: dict[str, str] = {}
    for place, rule in enumerate(rules):
        title = " ".join(rule.title.casefold().split())
        if title in titles:
            yield Oddity("same-title", rule.id, other=titles[title])
        titles.setdefault(title, rule.id)
        same = next((one for one in rules[:place] if possible.same(one.when, rule.when)), None)
        if same is not None:
            yield Oddity("same-condition", rule.id, other=same.id)
        elif (covering := _covering(rule, rules, possible)) is not None:
            yield Oddity("adds-nothing", rule.id, other=covering.id)


def _covering(rule: Rule, rules: tuple[Rule, ...], possible: Possibilities) -> Rule | None:
    for other in rules:
        if other is rule or other.topic != rule.topic or other.priority.rank > rule.priority.rank:
            continue
        if possible.never(rule.when) or possible.same(rule.when, other.when):
            continue
        if possible.implies(rule.when, other.when):
            return other
    return None


def _on_comparisons(
    questionnaire: Questionnaire, subject: str, condition: Condition, possible: Possibilities
) -> Iterator[Oddity]:
    for clause in placed_comparisons(condition):
        within = _outside(questionnaire, clause.comparison)
        if within is not None:
            yield Oddity("threshold-out-of-range", subject, clause, within=within)
        elif possible.never(clause.in_its_place):
            yield Oddity("clause-never-so", subject, clause)


def _outside(questionnaire: Questionnaire, comparison: Compare) -> Range | None:
    """The range in which a comparison with a number comes out the same everywhere, if it does."""
    if comparison.operator not in NUMERIC:
        return None
    derived = questionnaire.derived_answer(question_of(comparison.question))
    within = range_of(questionnaire, comparison.question if derived is None else derived.id)
    # Without an end, numbers go on to where the comparison comes out otherwise.
    falls = comparison.operator in (Operator.BELOW, Operator.AT_MOST)
    at_the_low_end = falls if within.low is None else is_so(comparison, within.low)
    at_the_high_end = not falls if within.high is None else is_so(comparison, within.high)
    return within if at_the_low_end is at_the_high_end else None
