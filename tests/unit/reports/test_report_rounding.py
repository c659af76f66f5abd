"""Printed parts sum to printed totals, and no part strays."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.reports.rounding import money_step, parts_of, rounded, to_step

values = st.lists(st.floats(-50_000, 50_000), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("value", "decimals", "scaled"),
    [(9.25, 1, 93), (-9.25, 1, -93), (2.675, 2, 268), (0.5, 0, 1), (-0.5, 0, -1), (1340.4, 0, 1340), (0.0, 1, 0)],
)
def test_rounds_half_away_from_zero(value: float, decimals: int, scaled: int) -> None:
    assert rounded(value, decimals) == scaled


def test_refuses_what_cannot_be_printed() -> None:
    with pytest.raises(ValueError, match="nan"):
        rounded(math.nan)
    with pytest.raises(ValueError, match="multiple"):
        parts_of(5, [5.0], 10)
    with pytest.raises(ValueError, match="nothing to share"):
        parts_of(5, [])


@given(values, st.sampled_from([1, 10, 100]))
def test_parts_sum_to_the_rounded_total_and_stay_within_a_step(parts: list[float], step: int) -> None:
    total = to_step(math.fsum(parts), step)
    shares = parts_of(total, parts, step)
    assert sum(shares) == total
    assert all(share % step == 0 for share in shares)
    assert all(abs(share - part) < 2 * step for share, part in zip(shares, parts, strict=True))
    assert sum(abs(share - part) < step + 1e-6 for share, part in zip(shares, parts, strict=True)) >= len(parts) - 1


@given(st.lists(st.integers(0, 9000), min_size=1, max_size=8))
def test_whole_parts_are_left_alone(parts: list[int]) -> None:
    assert parts_of(sum(parts), [float(part) for part in parts]) == parts


def test_equal_parts_give_the_remainder_to_the_first() -> None:
    assert parts_of(100, [33.3, 33.3, 33.4]) == [33, 33, 34]
    assert parts_of(100, [50 / 3] * 6) == [17, 17, 17, 17, 16, 16]


def test_money_is_printed_in_tens_from_a_thousand_on() -> None:
    assert (money_step(999.0), money_step(1000.0), money_step(-4000.0)) == (1, 10, 10)
