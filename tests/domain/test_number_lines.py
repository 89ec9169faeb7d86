"""On which side of a line a number has to lie."""

from decimal import Decimal

import pytest

from intake.domain.conditions import Compare, Operator
from intake.domain.number_lines import NUMERIC, is_so

SO = {
    Operator.AT_LEAST: (False, True, True),
    Operator.ABOVE: (False, False, True),
    Operator.BELOW: (True, False, False),
    Operator.AT_MOST: (True, True, False),
}


@pytest.mark.parametrize("operator", list(SO))
def test_the_line_itself_is_so_where_it_is_at_least_or_at_most(operator):
    comparison = Compare("systolic", operator, 180)

    assert tuple(is_so(comparison, Decimal(number)) for number in (179, 180, 181)) == SO[operator]


def test_these_are_all_there_are():
    assert set(SO) == NUMERIC


def test_no_other_comparison_has_an_answer_here():
    with pytest.raises(ValueError, match="compares no number"):
        is_so(Compare("alcohol", Operator.IS, "yes"), Decimal(1))
