"""Heat loss of a buried pair of pipes."""

from __future__ import annotations

import dataclasses
import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.heatnet import buried
from cpdesk.heatnet.buried import SURFACE_RESISTANCE_M2K_W, BuriedPair, pair_loss

PAIR = BuriedPair(0.114, 0.2, 1.0, 0.35, 0.027, 1.6)


def test_example_of_the_docstring() -> None:
    assert doctest.testmod(buried).failed == 0


def test_pipes_far_apart_lose_heat_like_single_ones() -> None:
    far = dataclasses.replace(PAIR, cover_m=0.8, spacing_m=10.0)
    cover = far.cover_m + SURFACE_RESISTANCE_M2K_W * far.ground_w_mk
    single = 72 / (
        math.log(0.2 / 0.114) / (2 * math.pi * 0.027) + math.acosh(2 * cover / 0.2) / (2 * math.pi * far.ground_w_mk)
    )
    assert pair_loss(far, supply_c=80, return_c=8, ground_c=8).supply_w_m == pytest.approx(single, rel=1e-3)


def test_neighbour_lowers_the_loss_of_each_and_warms_a_cold_return() -> None:
    both = pair_loss(PAIR, supply_c=80, return_c=80, ground_c=8)
    alone = pair_loss(PAIR, supply_c=80, return_c=8, ground_c=8)
    assert both.supply_w_m < alone.supply_w_m
    assert alone.return_w_m < 0


@given(st.floats(0.021, 0.2), st.floats(0.3, 3.0), st.floats(30, 130))
def test_more_conductive_insulation_never_loses_less(conductivity: float, ground: float, supply: float) -> None:
    pair = dataclasses.replace(PAIR, insulation_w_mk=conductivity, ground_w_mk=ground)
    worse = dataclasses.replace(pair, insulation_w_mk=conductivity * 1.2)
    total = [pair_loss(one, supply_c=supply, return_c=25, ground_c=5).total_w_m for one in (pair, worse)]
    assert 0 < total[0] < total[1]


def test_pipe_above_the_ground_is_refused_by_name() -> None:
    with pytest.raises(InputFault) as caught:
        pair_loss(dataclasses.replace(PAIR, cover_m=0.05), supply_c=80, return_c=50, ground_c=8)
    assert caught.value.code == "CP-1401"
    assert caught.value.fields["name"] == "cover_m"
