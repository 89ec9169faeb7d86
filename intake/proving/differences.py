"""What a change of one rule changes: for each kind of difference, somebody whom it concerns."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from intake.domain.answers import Answers
from intake.domain.conditions import AnyOf
from intake.domain.rules import Rule
from intake.proving.equivalence import Equivalence, Wanted
from intake.proving.formulas import Formula, every, opposite, some
from intake.proving.pairs import Pair

_NOBODY = AnyOf(())  # the condition of a rule that is not there: NO for everyone


class Change(Enum):
    """How one person is flagged differently by two versions of a rule."""

    RAISED_ONLY_IN_NEW = "raised only in new"
    RAISED_ONLY_IN_OLD = "raised only in old"
    CANNOT_TELL_ONLY_IN_NEW = "cannot tell only in new"
    CANNOT_TELL_ONLY_IN_OLD = "cannot tell only in old"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Changed:
    """One kind of difference, and a person for whom it is so, in as few answers as it takes.

    The engine confirmed the person; screen them as of ``Equivalence.sent_on`` to show what comes
    of the old rule and of the new one.
    """

    change: Change
    answers: Answers


def changed(equivalence: Equivalence, old: Rule | None, new: Rule | None) -> tuple[Changed, ...]:
    """An example person for each kind of difference between two versions of a rule.

    ``old`` is None for a rule that is added, ``new`` for one that is taken away; a rule that is
    not there is not raised for anybody. Each kind stands at most once, in the order of
    :class:`Change`; a kind that is left out is PROVED to concern nobody, and an empty tuple says
    that everybody is flagged alike. ``PRIORITY`` is somebody for whom both versions raise, or both
    cannot tell, at different priorities. Words, sources and the like are no difference here.

    Somebody raised in the new version only may have been *cannot tell* in the old one; screening
    them shows which. Raises Undecided when the solver gives up, and SolverMissing.
    """
    conditions = old.when if old else _NOBODY, new.when if new else _NOBODY
    lowered = old is not None and new is not None and old.priority is not new.priority
    found = []
    for change, wanted in _WANTED.items():
        same_people = conditions[0] == conditions[1] and change is not Change.PRIORITY
        if same_people or (change is Change.PRIORITY and not lowered):
            continue
        answers = equivalence.person_for(*conditions, wanted)
        if answers is not None:
            found.append(Changed(change, answers))
    return tuple(found)


def _only_first(first: Formula, second: Formula) -> Formula:
    return every([first, opposite(second)])


def _flagged_alike(old: Pair, new: Pair) -> Iterator[Formula]:
    yield every([old.yes, new.yes])
    yield every([old.not_known, new.not_known])


_WANTED: dict[Change, Wanted] = {
    Change.RAISED_ONLY_IN_NEW: lambda old, new: _only_first(new.yes, old.yes),
    Change.RAISED_ONLY_IN_OLD: lambda old, new: _only_first(old.yes, new.yes),
    Change.CANNOT_TELL_ONLY_IN_NEW: lambda old, new: _only_first(new.not_known, old.not_known),
    Change.CANNOT_TELL_ONLY_IN_OLD: lambda old, new: _only_first(old.not_known, new.not_known),
    Change.PRIORITY: lambda old, new: some(_flagged_alike(old, new)),
}
