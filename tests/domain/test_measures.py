"""Heights and weights both ways, whichever was typed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.measures import in_the_other_system, to_canonical


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        ("175", "cm", "5 ft 9 in"),
        ("182.8", "cm", "6 ft 0 in"),
        ("181.7", "cm", "6 ft 0 in"),  # 71.54 inches: not "5 ft 12 in"
        ("82.6", "kg", "182 lb"),
        ("68", "beats per minute", ""),
        ("175.26", "ft_in", ""),
    ],
)
def test_what_was_typed_in_one_system_is_told_in_the_other(amount, unit, said):
    assert in_the_other_system(Decimal(amount), unit) == said


@given(st.integers(3, 7), st.integers(0, 11), st.integers(60, 500))
def test_there_and_back_is_the_same(feet, inches, pounds):
    tall = to_canonical("ft_in", (str(feet), str(inches)))
    heavy = to_canonical("lb", (str(pounds),))

    assert in_the_other_system(tall, "cm") == f"{feet} ft {inches} in"
    assert in_the_other_system(heavy, "kg") == f"{pounds} lb"
