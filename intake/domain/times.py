"""How long something took over many forms, those that still wait for it among them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Shares are multiplied up; half of two is not to miss a half by a rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Span:
    """How many minutes it took, or, where it has not ``ended``, how many it has taken until now."""

    minutes: float
    ended: bool


def within(spans: Sequence[Span], share: float) -> float | None:
    """The minutes in which it was over for this share of the forms; None when so many still wait.

    A form that still waits says that it takes longer than until now. Left out, it would make the
    figure better the longer it is forgotten. Kaplan and Meier, "Nonparametric Estimation from
    Incomplete Observations", 1958.
    """
    ended = Counter(span.minutes for span in spans if span.ended)
    so_long = Counter(span.minutes for span in spans)
    left, going_on = len(spans), 1.0
    for minutes in sorted(so_long):
        going_on *= 1 - ended[minutes] / left
        left -= so_long[minutes]
        if ended[minutes] and 1 - going_on >= share - _ROUNDING:
            return minutes
    return None
