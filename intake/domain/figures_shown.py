"""The figures of a rule as far as they may be shown to somebody who reads no forms.

Whoever reads the forms sees every count anyway. For anybody else a count of fewer than five is held
back, as in the statistics, with the count it could be worked out from.
"""

from dataclasses import dataclass

from intake.domain.figures import RuleFigures
from intake.domain.small_numbers import FEWEST_SHOWN, Few, of_group

Shown = int | Few | None


@dataclass(frozen=True, slots=True)
class RuleShown:
    """The counts of one rule, each as far as it is told; ``share`` is None where raised is not."""

    raised: Shown
    cannot_tell: Shown
    not_raised: Shown
    share: float | None
    flags: Shown
    acknowledged: Shown
    not_useful: Shown
    wrong: Shown


def shown(one: RuleFigures, *, whole: bool) -> RuleShown:
    """What to show of a rule; ``whole`` is for whoever reads the forms."""
    outcomes: tuple[Shown, ...] = (one.raised, one.cannot_tell, one.not_raised)
    if not whole:
        # They add up to the forms it was run over, which everybody knows.
        outcomes = of_group((one.raised, one.cannot_tell, one.not_raised), (2, 1, 0))
    raised, cannot_tell, not_raised = outcomes
    every = whole or None not in outcomes
    return RuleShown(
        raised,
        cannot_tell,
        not_raised,
        one.share if isinstance(raised, int) else None,
        # Between raised, and raised with cannot tell: it would narrow down what is held back.
        one.flags if every else None,
        *(told(count, whole=whole) for count in (one.acknowledged, one.not_useful, one.wrong)),
    )


def told(count: int, *, whole: bool) -> Shown:
    """A count by itself."""
    return count if whole or count >= FEWEST_SHOWN else Few.HAVE
