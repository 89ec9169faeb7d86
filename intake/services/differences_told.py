"""Two rules files compared: as people who are flagged differently, and as plain data."""

from collections.abc import Iterator
from typing import Any

from intake.content.short_answers import in_short
from intake.domain.rules import Outcome
from intake.domain.wording import line, long_date
from intake.services.rule_differences import Difference, Differences, Fate, FlaggedDifferently

NOBODY = "Nobody is flagged differently."


def lines(found: Differences) -> Iterator[str]:
    """Everything, for people."""
    for one in found.flagged:
        yield f"{one.fate.value}: {one.rule}"
        yield f"  {one.title}{_priority(one)}"
        if one.undecided:
            yield "  not decided: the solver gave up; give it more time with --seconds"
        for person in one.people:
            yield from _person(one, person)
        yield ""
    if found.only_words:
        yield f"only words changed, everyone is flagged alike ({len(found.only_words)})"
        yield from (f"  {one.rule}: {_of_words(one)}" for one in found.only_words)
        yield ""
    if found.order:
        yield "The rules stand in another order: flags of one priority are listed in it."
    if found.not_covered:
        yield "What the rules do not cover (not_covered) reads otherwise; it is printed on every review."
    yield _summary(found)


def _of_words(one: Difference) -> str:
    # A rule of which no words changed was added or removed, and can flag nobody.
    return ", ".join(one.keys) or f"{one.fate.value}, and flags nobody"


def _priority(one: Difference) -> str:
    old, new = one.priorities
    if old is not None and new is not None and old is not new:
        return f" (priority {new.value} instead of {old.value})"
    known = new or old
    return f" (priority {known.value})" if known is not None else ""


def _person(one: Difference, person: FlaggedDifferently) -> Iterator[str]:
    evidence = person.evidence
    yield f"  {_change(one, person)}, for example on {long_date(evidence.as_of)} somebody with"
    for question_id, answer in evidence.answers.items():
        said = line(evidence.questionnaire.question(question_id), answer)
        yield f"    {said.label}: {said.said}"
    if not evidence.answers:
        yield "    no answer at all"


def _change(one: Difference, person: FlaggedDifferently) -> str:
    old, new = (_words(outcome) for outcome in (person.old, person.new))
    before, after = one.priorities
    if old == new and before is not None and after is not None:
        return f"{new} at {after.value} instead of {before.value}"
    if old == "":
        return f"{new} only with NEW"
    if new == "":
        return f"{old} only with OLD"
    return f"{new} instead of {old}"


def _words(outcome: Outcome | None) -> str:
    """Nothing for a rule that is not raised, or not there: no flag comes of either."""
    if outcome is None or outcome is Outcome.NOT_RAISED:
        return ""
    return str(outcome.value).replace("_", " ")


def _summary(found: Differences) -> str:
    if not found.flagged:
        return NOBODY
    counts = [(fate, sum(one.fate is fate for one in found.flagged)) for fate in Fate]
    fates = ", ".join(f"{count} {fate.value}" for fate, count in counts if count)
    undecided = sum(one.undecided for one in found.flagged)
    also = f"; {undecided} could not be decided" if undecided else ""
    one_rule = len(found.flagged) == 1
    flag = "1 rule flags" if one_rule else f"{len(found.flagged)} rules flag"
    return (
        f"{flag} people differently ({fates}{also}). "
        f"By the other {found.same + len(found.only_words)}, everyone is flagged alike."
    )


def as_plain(found: Differences) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "flagged_differently": [_plain(one) for one in found.flagged],
        "only_words": [{"rule": one.rule, "keys": list(one.keys)} for one in found.only_words],
        "other_order": found.order,
        "other_not_covered": found.not_covered,
        "same": found.same,
    }


def _plain(one: Difference) -> dict[str, Any]:
    old, new = one.priorities
    return {
        "rule": one.rule,
        "title": one.title,
        "fate": one.fate.value,
        "keys": list(one.keys),
        "priority": {"old": old.value if old else None, "new": new.value if new else None},
        "undecided": one.undecided,
        "people": [
            {
                "change": _change(one, person),
                "as_of": person.evidence.as_of.isoformat(),
                "answers": in_short(person.evidence.answers),
                "old": person.old.value if person.old else None,
                "new": person.new.value if person.new else None,
            }
            for person in one.people
        ],
    }
