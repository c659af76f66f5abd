"""Order-free shares: efficiency, symmetry, dummy, additivity, and the shares of a package."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.energy.retrofit.shapley import shapley

VALUES = st.integers(1, 6).flatmap(
    lambda count: st.lists(st.floats(-1e4, 1e4), min_size=2**count, max_size=2**count).map(np.array)
)


def _by_orders(values: np.ndarray) -> np.ndarray:
    """The mean of a player's marginals over all orders: the definition."""
    count = len(values).bit_length() - 1
    shares = np.zeros(count)
    for order in itertools.permutations(range(count)):
        held = 0
        for player in order:
            shares[player] += values[held | 1 << player] - values[held]
            held |= 1 << player
    return shares / math.factorial(count)


@given(VALUES)
@settings(max_examples=60, deadline=None)
def test_shares_sum_to_the_value_of_all(values: np.ndarray) -> None:
    assert shapley(values).sum() == pytest.approx(values[-1] - values[0], abs=1e-9 * max(1.0, np.abs(values).max()))


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.floats(-100, 100), min_size=2**n, max_size=2**n).map(np.array)))
@settings(max_examples=30, deadline=None)
def test_shares_are_the_mean_over_all_orders(values: np.ndarray) -> None:
    assert np.allclose(shapley(values), _by_orders(values), atol=1e-9)


def test_a_dummy_gets_nothing_and_equals_get_the_same() -> None:
    count = 4
    sets = np.arange(2**count)
    sizes = np.array([int(one & 0b0111).bit_count() for one in sets])
    values = np.sqrt(sizes.astype(float))  # player 3 changes nothing; 0, 1, 2 are alike
    found = shapley(values)
    assert found[3] == pytest.approx(0.0, abs=1e-12)
    assert found[0] == pytest.approx(found[1], abs=1e-12)
    assert found[0] == pytest.approx(found[2], abs=1e-12)


def test_shares_of_sums_are_sums_of_shares() -> None:
    draw = np.random.default_rng(5)
    one, two = draw.normal(size=(2, 32))
    both = shapley(np.column_stack([one, two]))
    assert np.allclose(both[:, 0] + both[:, 1], shapley(one + two), atol=1e-12)


def test_the_example_of_the_method_page() -> None:
    """docs/method.md 6: wall 600, roof 500, both 1,000 yuan give 550 and 450."""
    assert np.allclose(shapley(np.array([0.0, 600.0, 500.0, 1000.0])), [550.0, 450.0])
