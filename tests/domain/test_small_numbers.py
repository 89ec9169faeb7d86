"""Nobody is read off from what the statistics show: attacked with everything an attacker could know."""

from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.small_numbers import FEWEST_SHOWN, Few, in_whole_batches, of_group, out_of


def compositions(total, cells):
    """Every way in which so many people can fall into so many cells."""
    if cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in compositions(total - first, cells - 1):
            yield (first, *rest)


def read_off(rule, total, cells):
    """What an attacker who knows the total and the rule finds out: (display, cell, what it may be).

    They find out something when all that a count that is not shown may be is one number, or
    somebody but fewer than five.
    """
    worlds = defaultdict(list)
    for counts in compositions(total, cells):
        worlds[rule(counts, tuple(range(cells))[::-1])].append(counts)
    for shown, possible in worlds.items():
        for cell, value in enumerate(shown):
            may_be = {counts[cell] for counts in possible}
            if not isinstance(value, int) and (
                len(may_be) == 1 or not (0 in may_be or max(may_be) >= FEWEST_SHOWN)
            ):
                yield shown, cell, may_be


def saying_most(counts, give_up):
    return of_group(counts, give_up, say_most=True)


@pytest.mark.parametrize("rule", [of_group, saying_most])
@pytest.mark.parametrize(("total", "cells"), [(5, 2), (9, 2), (14, 3), (16, 4), (21, 4), (12, 5), (30, 3)])
def test_what_is_held_back_cannot_be_worked_out_from_the_rest(rule, total, cells):
    assert list(read_off(rule, total, cells)) == []


def only_the_small(counts, _give_up):
    return tuple(None if one < FEWEST_SHOWN else one for one in counts)


def small_and_smallest(counts, give_up):
    """As most do it: the small ones and, when they can be subtracted, the smallest of the others."""
    small = [place for place, one in enumerate(counts) if one < FEWEST_SHOWN]
    if len(small) == 1:
        rest = [place for place in give_up if place not in small]
        small.append(min(rest, key=lambda place: counts[place]))
    return tuple(None if place in small else one for place, one in enumerate(counts))


def saying_most_too_easily(counts, give_up):
    small = [place for place, one in enumerate(counts) if one < FEWEST_SHOWN]
    if len(small) == len(counts) - 1:
        return tuple(Few.HAVE if place in small else Few.MOST for place in range(len(counts)))
    return of_group(counts, give_up)


@pytest.mark.parametrize("careless", [only_the_small, small_and_smallest, saying_most_too_easily])
def test_the_attack_succeeds_on_careless_rules(careless):
    """Without this the test above could pass because it attacks nothing."""
    assert list(read_off(careless, 14, 3)) != []


@given(st.lists(st.integers(0, 40), min_size=2, max_size=8), st.booleans())
def test_no_count_below_five_is_shown_and_what_is_shown_is_true(counts, say_most):
    shown = of_group(counts, range(len(counts))[::-1], say_most=say_most)

    for one, count in zip(shown, counts, strict=True):
        match one:
            case Few.HAVE:
                assert count < FEWEST_SHOWN
            case Few.MOST:
                assert count >= FEWEST_SHOWN
                assert sum(other >= FEWEST_SHOWN for other in counts) == 1
            case int():
                assert one == count >= FEWEST_SHOWN
    held = [count for one, count in zip(shown, counts, strict=True) if one is None]
    assert not held or len(held) > 1
    assert not held or sum(held) >= min(FEWEST_SHOWN, sum(counts))


def test_a_group_without_small_counts_is_shown_whole():
    assert of_group((5, 12, 7), (2, 1, 0)) == (5, 12, 7)


def test_where_all_are_small_but_one_that_is_said():
    assert saying_most((41, 4, 3), (2, 1, 0)) == (Few.MOST, Few.HAVE, Few.HAVE)
    assert saying_most((8, 0), (1, 0)) == (None, None)


@given(st.integers(0, 60), st.integers(0, 60))
def test_few_who_have_something_or_have_it_not_are_told_as_few(have, have_not):
    match out_of(have, have + have_not):
        case Few.HAVE:
            assert have < FEWEST_SHOWN
        case Few.HAVE_NOT:
            assert have_not < FEWEST_SHOWN <= have
        case shown:
            assert shown == have
            assert min(have, have_not) >= FEWEST_SHOWN


@given(st.integers(0, 500))
def test_any_two_looks_differ_by_nothing_or_by_five_forms_at_least(number):
    looks = [in_whole_batches(one) for one in range(number, number + 12)]

    assert all(later - earlier in (0, FEWEST_SHOWN) for earlier, later in pairwise(looks))
    assert all(
        0 <= one - look < FEWEST_SHOWN for one, look in zip(range(number, number + 12), looks, strict=True)
    )
