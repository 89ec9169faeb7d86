"""Comparisons of a number with a line: which they are, and which side of the line makes one so."""

from decimal import Decimal

from intake.domain.conditions import Compare, Operator

NUMERIC = frozenset({Operator.AT_LEAST, Operator.ABOVE, Operator.BELOW, Operator.AT_MOST})


def is_so(comparison: Compare, number: Decimal) -> bool:
    """Whether a number makes a comparison with a number so.

    Raises ValueError for a comparison with anything else.
    """
    if comparison.operator not in NUMERIC:
        raise ValueError(f"{comparison.operator.value} compares no number")
    line = Decimal(str(comparison.operand))
    match comparison.operator:
        case Operator.AT_LEAST:
            return number >= line
        case Operator.ABOVE:
            return number > line
        case Operator.BELOW:
            return number < line
        case _:
            return number <= line
