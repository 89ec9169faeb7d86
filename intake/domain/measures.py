"""Heights and weights in the unit a person thinks in, kept in centimeters and kilograms.

Factors: the international yard and pound agreement of 1959 (1 in = 2.54 cm exactly,
1 lb = 0.45359237 kg exactly).
"""

from decimal import ROUND_HALF_UP, Decimal

CANONICAL_UNITS = {"ft_in": "cm", "lb": "kg"}
_WHOLE = Decimal(1)
_CM_PER_INCH = Decimal("2.54")
_KG_PER_POUND = Decimal("0.45359237")


def to_canonical(unit: str, typed: tuple[str, ...]) -> Decimal:
    """The amount in the canonical unit. Raises InvalidOperation or ValueError on non-numbers."""
    numbers = [Decimal(text.replace(",", ".") or "0") for text in typed]
    if not all(number.is_finite() for number in numbers):
        raise ValueError("not a finite number")
    match unit, numbers:
        case "ft_in", [feet, inches]:
            return (feet * 12 + inches) * _CM_PER_INCH
        case "lb", [pounds]:
            return pounds * _KG_PER_POUND
        case _, [amount]:
            return amount
    raise ValueError(f"a number in {unit} is not written in {len(typed)} boxes")


def canonical_unit(unit: str) -> str:
    """The unit amounts are kept in: cm for feet and inches, kg for pounds."""
    return CANONICAL_UNITS.get(unit, unit)


def in_the_other_system(amount: Decimal, unit: str) -> str:
    """A height typed in centimeters or a weight typed in kilograms, in whole inches or pounds.

    Empty for any other unit: what was typed in feet and inches or in pounds is told both ways as it is.
    """
    match unit:
        case "cm":
            inches = int((amount / _CM_PER_INCH).quantize(_WHOLE, ROUND_HALF_UP))
            return f"{inches // 12} ft {inches % 12} in"
        case "kg":
            return f"{(amount / _KG_PER_POUND).quantize(_WHOLE, ROUND_HALF_UP)} lb"
    return ""
