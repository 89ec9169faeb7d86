"""Three-valued truth: Kleene's tables, and the refusal to be a boolean."""

import itertools

import pytest

from intake.domain.truth import Truth, all_of, any_of, truth_of

Y, N, U = Truth.YES, Truth.NO, Truth.NOT_KNOWN

AND = {(Y, Y): Y, (Y, U): U, (Y, N): N, (U, U): U, (U, N): N, (N, N): N}
OR = {(Y, Y): Y, (Y, U): Y, (Y, N): Y, (U, U): U, (U, N): U, (N, N): N}


@pytest.mark.parametrize("pair", list(itertools.product(Truth, repeat=2)))
def test_all_of_is_kleenes_and(pair):
    expected = AND[pair] if pair in AND else AND[pair[::-1]]

    assert all_of(pair) is expected


@pytest.mark.parametrize("pair", list(itertools.product(Truth, repeat=2)))
def test_any_of_is_kleenes_or(pair):
    expected = OR[pair] if pair in OR else OR[pair[::-1]]

    assert any_of(pair) is expected


def test_all_of_nothing_is_yes_and_any_of_nothing_is_no():
    assert all_of([]) is Truth.YES
    assert any_of([]) is Truth.NO


@pytest.mark.parametrize("truth", Truth)
def test_a_truth_refuses_to_be_a_boolean(truth):
    with pytest.raises(TypeError, match="say which"):
        bool(truth)


def test_a_known_claim_is_yes_or_no():
    assert truth_of(True) is Truth.YES
    assert truth_of(False) is Truth.NO
