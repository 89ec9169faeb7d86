"""What a change of one rule changes: for each way of coming out otherwise, somebody for whom it does."""

from dataclasses import dataclass
from itertools import product

from intake.domain.answers import Answers
from intake.domain.conditions import AnyOf
from intake.domain.rules import Rule
from intake.domain.truth import Truth
from intake.proving.equivalence import Equivalence, Wanted
from intake.proving.formulas import Formula, every
from intake.proving.pairs import Pair

_NOBODY = AnyOf(())  # the condition of a rule that is not there: NO for everyone
_FLAGGED = (Truth.YES, Truth.NOT_KNOWN)
_BY_WEIGHT = (Truth.YES, Truth.NOT_KNOWN, Truth.NO)


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody, in as few answers as it takes, and what the rule's two versions make of them.

    The engine confirmed the person; screen them as of ``Equivalence.sent_on`` to show both.
    """

    old: Truth
    new: Truth
    answers: Answers


def changed(equivalence: Equivalence, old: Rule | None, new: Rule | None) -> tuple[Changed, ...]:
    """An example person for each pair of truths by which they are flagged differently.

    ``old`` is None for a rule that is added, ``new`` for one that is taken away; a rule that is
    not there is NO for everybody. Each pair stands at most once, those raised in the new version
    first; a pair that is left out is PROVED to concern nobody, and an empty tuple says that everybody
    is flagged alike. The same truth twice is somebody flagged by both versions, at different
    priorities. Words, sources and the like are no difference here.

    Raises Undecided when the solver gives up, and SolverMissing.
    """
    conditions = old.when if old else _NOBODY, new.when if new else _NOBODY
    reranked = old is not None and new is not None and old.priority is not new.priority
    found = []
    for after, before in product(_BY_WEIGHT, _BY_WEIGHT):
        told_apart = reranked and after in _FLAGGED if before is after else conditions[0] != conditions[1]
        if told_apart and (answers := equivalence.person_for(*conditions, _both(before, after))) is not None:
            found.append(Changed(before, after, answers))
    return tuple(found)


def _both(before: Truth, after: Truth) -> Wanted:
    return lambda old, new: every([_is(old, before), _is(new, after)])


def _is(pair: Pair, truth: Truth) -> Formula:
    match truth:
        case Truth.YES:
            return pair.yes
        case Truth.NO:
            return pair.no
        case Truth.NOT_KNOWN:
            return pair.not_known
