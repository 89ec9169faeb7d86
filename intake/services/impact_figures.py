"""The figures of an impact: in which ways flags would be different, counted over stored forms."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby

from intake.domain.changes import Changes
from intake.domain.rules import Outcome, Priority
from intake.domain.screening import Flag


class Difference(Enum):
    """One way in which a flag would be different."""

    APPEARS = "would appear"
    VANISHES = "would vanish"
    PRIORITY = "would have another priority"
    RAISED = "would be raised where it cannot be told now"
    CANNOT_TELL = "could not be told where it is raised now"
    STOPS = "would stop with an error"
    OTHER_ANSWERS = "would rest on, or wait for, other answers"


@dataclass(frozen=True, slots=True)
class Different:
    """One flag that would be different on a form; no priority where it does not stand."""

    difference: Difference
    rule: str
    before: Priority | None
    after: Priority | None


@dataclass(frozen=True, slots=True)
class Bound:
    """How much to look at, at most: for whoever waits for a page."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Listed:
    """One form on which flags would be different: for a named clinician with a reason, nobody else."""

    reference: str
    name: str = field(repr=False)
    differences: tuple[Different, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """What would change, counted over the forms that were opened.

    ``stored`` is how many there are to look at, ``looked_at`` how many were opened and compared,
    ``not_opened`` the references of those that could not be. ``open_`` and ``signed`` count the
    forms with any difference by where their review stands; ``reopened`` the signed ones with a
    flag that their sign-off does not cover.
    """

    before: str
    after: str
    rules_looked_at: int
    stored: int
    looked_at: int
    not_opened: tuple[str, ...]
    open_: int
    signed: int
    reopened: int
    counts: tuple[tuple[Different, int], ...]
    titles: dict[str, str]
    stopped: bool = False
    listed: tuple[Listed, ...] = ()

    @property
    def changed(self) -> int:
        """How many forms would have a different flag."""
        return self.open_ + self.signed

    @property
    def seen_all(self) -> bool:
        """Whether every form there is was opened and compared."""
        return self.looked_at == self.stored

    @property
    def groups(self) -> tuple[tuple[Difference, tuple[tuple[Different, int], ...]], ...]:
        """The counts, apart for each way in which a flag would be different."""
        apart = groupby(self.counts, key=lambda count: count[0].difference)
        return tuple((difference, tuple(counted)) for difference, counted in apart)

    def by_priority(self) -> tuple[tuple[Difference, Priority, int], ...]:
        """Flags that would appear and vanish, by their priority, most urgent first."""
        found: Counter[tuple[Difference, Priority]] = Counter()
        for one, number in self.counts:
            priority = one.after if one.difference is Difference.APPEARS else one.before
            if one.difference in (Difference.APPEARS, Difference.VANISHES) and priority is not None:
                found[one.difference, priority] += number
        return tuple(
            (difference, priority, found[difference, priority])
            for difference in (Difference.APPEARS, Difference.VANISHES)
            for priority in Priority
            if (difference, priority) in found
        )


def differences(changed: Changes) -> Iterator[Different]:
    """Each flag that would be different, in each way in which it would."""
    for flag in changed.appeared:
        yield Different(Difference.APPEARS, flag.outcome.rule, None, flag.outcome.priority)
    for flag in changed.vanished:
        yield Different(Difference.VANISHES, flag.outcome.rule, flag.outcome.priority, None)
    for one in changed.other_outcome:
        yield _between(_turned(one.after), one.before, one.after)
    for one in changed.other_priority:
        if not one.after.outcome.failed:
            yield _between(Difference.PRIORITY, one.before, one.after)
    for one in changed.other_answers:
        yield _between(Difference.OTHER_ANSWERS, one.before, one.after)


def as_plain(figures: Figures) -> dict[str, object]:
    """The figures as plain data, for other programs. Names only where names were listed."""
    plain: dict[str, object] = {
        "rules_in_force": figures.before,
        "new_rules": figures.after,
        "stored": figures.stored,
        "looked_at": figures.looked_at,
        "could_not_be_opened": len(figures.not_opened),
        "stopped": figures.stopped,
        "different": {
            "submissions": figures.changed,
            "waiting": figures.open_,
            "signed_off": figures.signed,
            "reopened": figures.reopened,
        },
        "flags": [{**_plain(one), "submissions": number} for one, number in figures.counts],
    }
    if figures.listed:
        plain["listed"] = [
            {"reference": one.reference, "name": one.name, "flags": [_plain(d) for d in one.differences]}
            for one in figures.listed
        ]
    return plain


def in_order(counts: Iterable[tuple[Different, int]]) -> tuple[tuple[Different, int], ...]:
    """By the way in which flags would be different, most urgent first."""
    return tuple(sorted(counts, key=_place))


def _plain(one: Different) -> dict[str, object]:
    return {
        "difference": one.difference.name.lower(),
        "rule": one.rule,
        "before": one.before.value if one.before else None,
        "after": one.after.value if one.after else None,
    }


def _between(difference: Difference, before: Flag, after: Flag) -> Different:
    return Different(difference, after.outcome.rule, before.outcome.priority, after.outcome.priority)


def _turned(after: Flag) -> Difference:
    if after.outcome.failed:
        return Difference.STOPS
    raised = after.outcome.outcome is Outcome.RAISED
    return Difference.RAISED if raised else Difference.CANNOT_TELL


def _place(counted: tuple[Different, int]) -> tuple[int, int, int, str]:
    one, number = counted
    priority = one.after or one.before
    rank = len(Priority) if priority is None else priority.rank
    return (list(Difference).index(one.difference), rank, -number, one.rule)
