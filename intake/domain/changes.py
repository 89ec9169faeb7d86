"""What is different between two screenings of the same submission: which flags, and how.

Flags are compared as a clinician sees them, by rule: one folded into a stronger flag of its
topic is no flag of its own until it stands alone. The outcome of every rule is compared too.
"""

from dataclasses import dataclass

from intake.domain.rules import Outcome
from intake.domain.screening import Flag, Screening


@dataclass(frozen=True, slots=True)
class FlagChange:
    """One flag that stands in both screenings, and not for the same reasons or as urgently."""

    before: Flag
    after: Flag


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """A rule with another outcome; None where one of the two rulebooks does not have it."""

    rule: str
    before: Outcome | None
    after: Outcome | None


@dataclass(frozen=True, slots=True)
class Changes:
    """How a later screening differs from an earlier one.

    A flag that stands in both is listed once under each of the three ways in which it can
    differ: another priority; raised where it could not be told before, or the reverse; or
    both of these the same and resting on, or waiting for, other answers.
    """

    appeared: tuple[Flag, ...] = ()
    vanished: tuple[Flag, ...] = ()
    other_priority: tuple[FlagChange, ...] = ()
    other_outcome: tuple[FlagChange, ...] = ()
    other_answers: tuple[FlagChange, ...] = ()
    outcomes: tuple[OutcomeChange, ...] = ()

    @property
    def any_flag(self) -> bool:
        """Whether any flag is different: what was acknowledged and signed is of other keys then."""
        return bool(
            self.appeared or self.vanished or self.other_priority or self.other_outcome or self.other_answers
        )


def changes(before: Screening, after: Screening) -> Changes:
    """What is different in ``after``. The words of rules and questions do not count."""
    old = {flag.outcome.rule: flag for flag in before.flags}
    new = {flag.outcome.rule: flag for flag in after.flags}
    both = [FlagChange(old[rule], flag) for rule, flag in new.items() if rule in old]
    return Changes(
        appeared=tuple(flag for rule, flag in new.items() if rule not in old),
        vanished=tuple(flag for rule, flag in old.items() if rule not in new),
        other_priority=tuple(one for one in both if _moved(one)),
        other_outcome=tuple(one for one in both if _turned(one)),
        other_answers=tuple(
            one for one in both if not _moved(one) and not _turned(one) and one.before.key != one.after.key
        ),
        outcomes=_outcomes(before, after),
    )


def says_the_same(before: Screening, after: Screening) -> bool:
    """Whether a screening adds nothing to an earlier one but the time it was made."""
    return (
        before.editions == after.editions
        and before.outcomes == after.outcomes
        and before.worked_out == after.worked_out
    )


def _moved(one: FlagChange) -> bool:
    return one.before.outcome.priority is not one.after.outcome.priority


def _turned(one: FlagChange) -> bool:
    before, after = one.before.outcome, one.after.outcome
    # A rule that stopped with an error cannot tell either, and for quite another reason.
    return (before.outcome, before.failed) != (after.outcome, after.failed)


def _outcomes(before: Screening, after: Screening) -> tuple[OutcomeChange, ...]:
    old = {one.rule: one.outcome for one in before.outcomes}
    new = {one.rule: one.outcome for one in after.outcomes}
    every = dict.fromkeys((*old, *new))
    return tuple(
        OutcomeChange(rule, old.get(rule), new.get(rule))
        for rule in every
        if old.get(rule) is not new.get(rule)
    )
