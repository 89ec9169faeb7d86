"""A graver answer quiets nothing: two people alike but for one answer, which is graver in the second."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations

from intake.domain.evidence import PatientEvidence
from intake.domain.questionnaire import Kind, Question
from intake.domain.rules import Priority, Rule
from intake.domain.truth import Truth
from intake.proving.formulas import Formula, every, implies, opposite, some
from intake.proving.screens import Screens
from intake.proving.space import TWIN, Space


def can_be_graver(question: Question) -> bool:
    """Whether its answers have an order: choices that say so, ticks, and medicines."""
    return question.has_gravity


def graver(space: Space, question: Question) -> Formula:
    """The second person's answer to this question is graver, and both gave one."""
    match question.kind:
        case Kind.CHOOSE_ANY:
            return _more_ticked(space, question)
        case Kind.MEDICINES:
            return _more_listed(space, question)
        case _:
            return _further_on(space, question)


def quieted(screens: Screens, rules: Iterable[Rule]) -> Formula:
    """What was raised at some priority is, with the graver answer, not pointed out at it or above.

    Pointed out is raised or cannot tell: for want of what is asked next, it may not be settled.
    """
    listed = tuple(rules)
    levels = []
    for priority in Priority:
        as_high = [rule for rule in listed if rule.priority.rank <= priority.rank]
        if not any(rule.priority is priority for rule in as_high):
            continue
        before = some(screens.encoder.pair(rule.when).yes for rule in as_high)
        after = some(screens.twin.pair(rule.when).flagged for rule in as_high)
        levels.append(every([before, opposite(after)]))
    return some(levels)


def went_quiet(rules: Iterable[Rule], person: PatientEvidence, twin: PatientEvidence) -> tuple[Rule, ...]:
    """The rules raised for a person whose priority nothing reaches any more for the twin."""
    listed = tuple(rules)
    after = [rule.priority.rank for rule in listed if rule.when.find(twin).truth is not Truth.NO]
    raised = (rule for rule in listed if rule.when.find(person).truth is Truth.YES)
    return tuple(rule for rule in raised if not any(rank <= rule.priority.rank for rank in after))


def _further_on(space: Space, question: Question) -> Formula:
    one, other = space.variables(question.id), space.variables(question.id, TWIN)
    pairs = combinations((choice.id for choice in question.by_gravity), 2)
    return some(every([one.chose(less), other.chose(more)]) for less, more in pairs)


def _more_ticked(space: Space, question: Question) -> Formula:
    one, other = space.variables(question.id), space.variables(question.id, TWIN)
    ticks = [choice.id for choice in question.choices if not choice.exclusive]
    alone = [choice.id for choice in question.choices if choice.exclusive]
    return every(
        [
            one.answered,
            other.answered,
            *(implies(one.chose(tick), other.chose(tick)) for tick in ticks),
            some(every([other.chose(tick), opposite(one.chose(tick))]) for tick in ticks),
            *(opposite(other.chose(choice)) for choice in alone),
            implies(one.unsure, other.unsure),
            implies(other.unsure, one.unsure),
        ]
    )


def _more_listed(space: Space, question: Question) -> Formula:
    certain, possible = space.listed(question.id)
    more_certain, more_possible = space.listed(question.id, TWIN)
    unnamed, more_unnamed = space.unnamed(question.id), space.unnamed(question.id, TWIN)
    by_hand, more_by_hand = space.by_hand_line(question.id), space.by_hand_line(question.id, TWIN)
    kept = [
        implies(before, after)
        for listed, longer in ((certain, more_certain), (possible, more_possible))
        for (_, before), (_, after) in zip(listed, longer, strict=True)
    ]
    to_read = [
        every([after, opposite(before)])
        for (_, before), (_, after) in zip(possible, more_possible, strict=True)
    ]
    another = some([*to_read, every([more_unnamed, opposite(unnamed)])])
    first = implies(another, more_by_hand.reaches(Decimal(1)))
    lines = sorted(by_hand.drawn)
    counted = [implies(by_hand.reaches(cut.at), more_by_hand.reaches(cut.at)) for cut in lines]
    # What is read by hand in the second list only is an entry of its own.
    counted += [
        implies(every([another, by_hand.reaches(cut.at)]), more_by_hand.reaches(cut.at + 1)) for cut in lines
    ]
    both = [space.variables(question.id, whose).answered for whose in ("", TWIN)]
    return every([*both, *kept, *counted, first, implies(unnamed, more_unnamed)])
