"""Heat pumps: hand calculations of water temperature, COP, cycling, frost and back-up; properties; measured values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.energy.systems.heat_pumps import (
    Draw,
    Unit,
    curve,
    curves_at,
    defrost_factor,
    draw,
    flow_c,
    frost_share,
    rated_w,
)
from cpdesk.energy.tables import EnergyTables

NO_FROST_DATA = np.ones(1)


def _draw(
    heat_w: np.ndarray, outdoor_c: np.ndarray, frost: np.ndarray, unit: Unit, rated: np.ndarray, tables: EnergyTables
) -> Draw:
    return draw(heat_w, curves_at(unit.kind, outdoor_c, frost, tables), unit, rated, tables)


def _unit(tables: EnergyTables, emitter: str = "radiator_steel", *, reset: bool = True, flow: float = 45.0) -> Unit:
    return Unit("water", flow, reset, tables.emitters[emitter], 0.92, 1.0, 8000.0)


def test_curve_meets_the_table_and_is_linear_between(tables: EnergyTables) -> None:
    assert float(curve(tables, "water", 45.0, np.array(-7.0))) == 2.40
    assert float(curve(tables, "water", 40.0, np.array(-7.0))) == pytest.approx((2.76 + 2.40) / 2)
    assert float(curve(tables, "water", 45.0, np.array(-9.5))) == pytest.approx((2.13 + 2.40) / 2)
    assert float(curve(tables, "water", 20.0, np.array(-40.0))) == pytest.approx(1.91)  # held at the edge: 30 C, -25 C
    assert float(curve(tables, "air", 0.0, np.array(2.0))) == 3.00
    assert float(curve(tables, "ground", 45.0, np.array(-15.0))) == 3.60


def test_cop_falls_with_cold_and_with_hot_water(tables: EnergyTables) -> None:
    outdoor = np.linspace(-30, 15, 91)
    lines = [curve(tables, "water", flow, outdoor) for flow in (30.0, 35.0, 45.0, 50.0, 55.0)]
    assert all(np.all(np.diff(line) >= 0) for line in lines)
    assert all(np.all(cool > hot) for cool, hot in itertools.pairwise(lines))


def test_table_rows_follow_their_carnot_share(tables: EnergyTables) -> None:
    share = {-20.0: 0.43, -12.0: 0.45, -7.0: 0.47, 2.0: 0.4465, 7.0: 0.48}
    for row in tables.heat_pumps:
        if row.kind == "water" and row.outdoor_c in share:
            condensing, evaporating = row.water_c + 3 + 273.15, row.outdoor_c - 8 + 273.15
            expected = share[row.outdoor_c] * condensing / (condensing - evaporating)
            assert row.cop == pytest.approx(expected, abs=0.011), (row.outdoor_c, row.water_c)


def test_rating_points_reach_the_minimum_of_the_standard(tables: EnergyTables) -> None:
    """GB/T 25127.2-2020 at -12 C: 2.3 at 35 C, 2.1 at 41 C, 1.8 at 50 C."""
    for flow, least in ((35.0, 2.3), (41.0, 2.1), (50.0, 1.8)):
        assert float(curve(tables, "water", flow, np.array(-12.0))) >= least


def test_half_the_load_needs_cooler_water_by_hand(tables: EnergyTables) -> None:
    # room 18, flow 45, spread 5: mean water 42.5, excess 24.5; 0.5^(1/1.3) = 0.586730
    found = float(flow_c(np.array(4000.0), _unit(tables), tables))
    assert found == pytest.approx(18 + 24.5 * 0.586730 + 1.25, abs=1e-4)
    assert found == pytest.approx(33.6249, abs=1e-3)
    assert float(flow_c(np.array(8000.0), _unit(tables), tables)) == pytest.approx(45.0)
    assert float(flow_c(np.array(0.0), _unit(tables), tables)) == 30.0
    assert float(flow_c(np.array(4000.0), _unit(tables, reset=False), tables)) == 45.0
    # floor: exponent 1.1, flow 35
    floor = float(flow_c(np.array(4000.0), _unit(tables, "floor", flow=35.0), tables))
    assert floor == pytest.approx(18 + 14.5 * 0.5 ** (1 / 1.1) + 1.25)


def test_one_hour_by_hand(tables: EnergyTables) -> None:
    # 3 kW into the room at 2 C, water kept at 45 C, pipes 0.92, rated 10 kW at -12 C: capacity 12.3 kW, COP 2.66,
    # 3.2609 kW produced, least load 4.305 kW: runs 0.75745 of the time, COP x (1 - 0.1 x 0.24255) = 2.59548
    unit = _unit(tables, reset=False)
    found = _draw(np.array(3000.0), np.array(2.0), NO_FROST_DATA, unit, np.array(10000.0), tables)
    assert float(found.compressor_w[0]) == pytest.approx(3260.87 / 2.595482, abs=0.05)
    assert float(found.auxiliary_w) == pytest.approx(25 + 55 * 0.757461, abs=0.01)
    assert float(found.backup_w) == 0.0
    assert float(found.capacity_w) == pytest.approx(12300.0)


def test_back_up_fills_what_the_unit_cannot(tables: EnergyTables) -> None:
    unit = _unit(tables, reset=False)
    found = _draw(np.array(12000.0), np.array(-12.0), NO_FROST_DATA, unit, np.array(10000.0), tables)
    assert float(found.heat_w) == pytest.approx(9800.0)  # ratio 0.98 at 45 C
    assert float(found.backup_w) == pytest.approx((12000 / 0.92 - 9800) / 0.98)


def test_rated_output_brings_the_capacity_at_the_design_temperature(tables: EnergyTables) -> None:
    unit = _unit(tables, reset=False)
    rated = rated_w(unit, np.array(8000.0), curves_at("water", np.array(-7.6), NO_FROST_DATA, tables))
    found = _draw(np.array(9000.0), np.array(-7.6), NO_FROST_DATA, unit, rated, tables)
    assert float(found.heat_w) * unit.distribution == pytest.approx(8000.0)


def test_insulating_lowers_the_water_and_raises_the_cop(tables: EnergyTables) -> None:
    outdoor, unit = np.array(-7.0), _unit(tables)
    whole, half = (
        _draw(np.array(heat), outdoor, NO_FROST_DATA, unit, np.array(12000.0), tables) for heat in (8000.0, 4000.0)
    )
    assert float(half.flow_c) < float(whole.flow_c)
    cops = [float(one.heat_w) / float(one.compressor_w[0]) for one in (whole, half)]
    assert cops[1] > cops[0] * 1.1


def test_frost_by_hand_and_dry_air_leaves_none(tables: EnergyTables) -> None:
    # 2 C: saturation 705.4 Pa, ice at -6 C 368.4 Pa; the test's 84 % is 592.6 Pa
    at = np.array([2.0])
    assert frost_share(at, np.array([84.0]))[0] == pytest.approx(1.0)
    assert frost_share(at, np.array([65.0]))[0] == pytest.approx((0.65 * 705.4 - 368.4) / (592.6 - 368.4), abs=2e-3)
    assert frost_share(at, np.array([45.0]))[0] == 0.0
    assert frost_share(at, None)[0] == 1.0
    assert float(defrost_factor("water", at, np.zeros(1), tables)[0]) == pytest.approx(1 / 0.95)
    assert float(defrost_factor("water", np.array([-12.0]), np.ones(1), tables)[0]) == 1.0
    assert float(defrost_factor("ground", at, np.zeros(1), tables)[0]) == 1.0


def test_measured_frosting_coefficient(tables: EnergyTables) -> None:
    """Four frosting days in Nanjing: 0.97 of the performance without frost; humid air around freezing."""
    without = defrost_factor("water", np.array([2.0, 4.0]), np.zeros(2), tables)
    with_frost = defrost_factor("water", np.array([2.0, 4.0]), np.ones(2), tables)
    assert np.all((with_frost / without > 0.94) & (with_frost / without < 0.99))


@settings(max_examples=60, deadline=None)
@given(
    heat=st.floats(0, 40000), outdoor=st.floats(-35, 18), frost=st.floats(0, 1.5), rated=st.floats(500, 40000),
    emitter=st.sampled_from(["radiator_steel", "fan_coil", "floor"]), reset=st.booleans(),
)  # fmt: skip
def test_balance_closes_and_capacity_is_never_exceeded(
    tables: EnergyTables, heat: float, outdoor: float, frost: float, rated: float, emitter: str, reset: bool
) -> None:
    unit = _unit(tables, emitter, reset=reset)
    found = _draw(np.array(heat), np.array(outdoor), np.array(frost), unit, np.array(rated), tables)
    produced = float(found.heat_w) + float(found.backup_w) * tables.rule("backup_cop")
    assert produced * unit.distribution == pytest.approx(heat, abs=1e-9, rel=1e-12)
    assert float(found.heat_w) <= float(found.capacity_w) * (1 + 1e-12)
    assert float(found.total_w) == pytest.approx(
        float(found.compressor_w) + float(found.backup_w) + float(found.auxiliary_w), abs=1e-9
    )
    assert float(found.compressor_w) <= float(found.heat_w)  # a COP above one, frost and starts included
    assert 24.9 <= float(found.auxiliary_w) <= 80.1


@settings(max_examples=40, deadline=None)
@given(outdoor=st.floats(-25, 15), low=st.floats(100, 9000), step=st.floats(1, 3000))
def test_more_heat_never_takes_less_electricity(tables: EnergyTables, outdoor: float, low: float, step: float) -> None:
    unit = _unit(tables)
    one, two = (
        float(_draw(np.array(heat), np.array(outdoor), np.ones(()), unit, np.array(9000.0), tables).total_w)
        for heat in (low, low + step)
    )
    assert two > one
