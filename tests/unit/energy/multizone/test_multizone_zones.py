"""Zones together: two of them by hand, set points and limits, and what must not change a result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multizone_samples import BRICK, FIXED, INSULATED, building, room, wall

from cpdesk.base.errors import InputFault
from cpdesk.energy.multizone.control import Answers, Control, Plant
from cpdesk.energy.multizone.solve import assess
from cpdesk.energy.multizone.spec import (
    AirExchange,
    Construction,
    Fan,
    Film,
    Gain,
    Infiltration,
    Layer,
    OtherZone,
    Schedule,
    SimpleGlazing,
    Thermostat,
    Window,
)


def _pair(**changes):
    between = wall("between", 20.0, other_side=OtherZone("cold"), outside_film=FIXED)
    warm = room(wall("out", 50.0), between, name="warm")
    cold = replace(room(wall("out", 30.0), name="cold"), thermostat=Thermostat())
    return building(replace(warm, **changes), cold, warm_up_days=90)


def test_the_unheated_neighbour_settles_between(steady):
    """By hand: u1 20 (20 - T) = u2 30 (T - 0)."""
    result = assess(_pair(), steady(0.0))
    between, out = 1 / (1 / 8 + 0.3 + 1 / 8), 1 / (1 / 8 + 0.3 + 1 / 25)
    expected = between * 20 * 20 / (between * 20 + out * 30)
    assert result.zone("cold").air_c[-1] == pytest.approx(expected, abs=2e-4)
    wanted = out * 50 * 20 + between * 20 * (20 - expected)
    assert result.zone("warm").heating_w[-1] == pytest.approx(wanted, rel=1e-5)
    assert result.residual_max < 1e-9


def test_air_between_zones_carries_heat_both_ways(steady):
    made = _pair()
    flow = 60.0
    result = assess(replace(made, exchanges=(AirExchange("warm", "cold", Schedule((flow,))),)), steady(0.0))
    by_air = flow / 3600.0 * made.site.air_density_kg_m3 * 1006.0
    between, out = 1 / (1 / 8 + 0.3 + 1 / 8), 1 / (1 / 8 + 0.3 + 1 / 25)
    expected = (between * 20 + by_air) * 20 / (between * 20 + by_air + out * 30)
    assert result.zone("cold").air_c[-1] == pytest.approx(expected, abs=2e-4)
    assert result.zone("cold").flows_w["exchange"][-1] == pytest.approx(-by_air * (20 - expected), rel=1e-4)


def test_permuting_zones_permutes_results(plain):
    made = _pair(gains=(Gain("people", 300.0),), infiltration=Infiltration(Schedule((0.6,)), 0.5, 0.02, 0.1))
    turned = replace(made, zones=made.zones[::-1])
    one, two = assess(made, plain), assess(turned, plain)
    for name in ("warm", "cold"):
        assert two.zone(name).heating_w == pytest.approx(one.zone(name).heating_w, abs=1e-6)
        assert two.zone(name).air_c == pytest.approx(one.zone(name).air_c, abs=1e-9)


def test_splitting_a_wall_changes_nothing(plain):
    glass = Window("glass", 4.0, SimpleGlazing(2.7, 0.7), 2.0, 2.0)
    free = {"inside_film": Film(), "outside_film": Film(), "sun": True}
    north = wall("north", 30.0, azimuth_deg=0.0, **free)
    others = (
        wall("south", 30.0, windows=(glass,), **free),
        wall("roof", 40.0, tilt_deg=0.0, **free),
        wall("floor", 40.0, tilt_deg=180.0, **(free | {"sun": False})),
    )
    half = (replace(north, name="north 1", area_m2=12.0), replace(north, name="north 2", area_m2=18.0))
    one, two = (assess(building(room(*walls, *others)), plain) for walls in ((north,), half))
    assert two.heating_kwh == pytest.approx(one.heating_kwh, rel=1e-10)
    assert two.zones[0].air_c == pytest.approx(one.zones[0].air_c, abs=1e-8)
    assert max(one.residual_max, two.residual_max) < 1e-9


def test_more_insulation_never_raises_heating(plain):
    before = None
    for resistance in (0.1, 0.5, 1.0, 2.0, 4.0):
        better = Construction("better", (Layer("insulation", resistance), *BRICK.layers))
        heating = assess(building(room(wall(construction=better)), warm_up_days=10), plain).heating_kwh
        assert before is None or heating < before
        before = heating


def test_a_weak_heater_runs_at_its_limit_and_the_room_gets_cold(steady):
    zone = room(wall(), thermostat=Thermostat(Schedule((20.0,)), heating_max_w=1500.0))
    result = assess(building(zone, warm_up_days=60), steady(-5.0))
    assert result.zones[0].heating_w == pytest.approx(np.full(8760, 1500.0))
    u_value = 1 / (1 / 25 + 0.3 + 1 / 8)
    assert result.zones[0].air_c[-1] == pytest.approx(-5.0 + 1500.0 / (u_value * 100.0), abs=1e-4)


def test_between_the_set_points_nothing_runs(steady):
    zone = room(wall(construction=INSULATED), thermostat=Thermostat(Schedule((18.0,)), Schedule((26.0,))))
    warm = assess(building(zone), steady(22.0))
    assert warm.heating_kwh == 0.0 and warm.cooling_kwh == 0.0
    hot = assess(building(zone, warm_up_days=60), steady(30.0)).zones[0]
    assert hot.cooling_w[-1] == pytest.approx(100.0 * 4.0 / (1 / 25 + 2.8 + 1 / 8), rel=1e-5)


def test_an_operative_sensor_holds_the_mean_of_air_and_faces(steady):
    zone = room(wall(inside_film=Film()), thermostat=Thermostat(Schedule((20.0,)), sensor="operative",
                                                             heating_radiative_share=0.4))  # fmt: skip
    result = assess(building(zone, warm_up_days=60), steady(-5.0)).zones[0]
    assert result.operative_c[-1] == pytest.approx(20.0, abs=1e-4)
    assert result.air_c[-1] > 20.0 > result.mean_radiant_c[-1]


def test_night_ventilation_brings_the_flow_it_says(steady):
    fan = Fan("night", 500.0, Schedule((1.0,) * 7 + (0.0,) * 17), inside_above_c=18.0)
    made = building(room(wall(construction=INSULATED), fans=(fan,)), warm_up_days=30)
    result = assess(made, steady(0.0))
    by_air = 500.0 / 3600.0 * made.site.air_density_kg_m3 * 1006.0
    air = result.zones[0].flows_w["air"].reshape(365, 24)
    assert air[100, 3] == pytest.approx(by_air * 20.0, rel=1e-3)
    assert air[100, 12] == pytest.approx(0.0, abs=1e-6)
    assert result.residual_max < 1e-9
    closed = building(room(wall(construction=INSULATED), fans=(replace(fan, inside_above_c=25.0),)))
    assert assess(closed, steady(0.0)).zones[0].flows_w["air"] == pytest.approx(np.zeros(8760), abs=1e-6)


def test_leaks_follow_wind_and_temperature(plain):
    leak = Infiltration(Schedule((0.5,)), constant=0.2, per_k=0.02, per_m_s=0.1)
    made = building(room(wall(construction=INSULATED), infiltration=leak), warm_up_days=20)
    zone = assess(made, plain).zones[0]
    difference = zone.air_c - plain.temperature_c
    change = 0.5 * (0.2 + 0.02 * np.abs(difference) + 0.1 * plain.wind_m_s)
    expected = change * 100.0 / 3600.0 * made.site.air_density_kg_m3 * 1006.0 * difference
    assert np.corrcoef(zone.flows_w["air"], expected)[0, 1] > 0.999
    assert zone.flows_w["air"].mean() == pytest.approx(expected.mean(), rel=0.01)


def test_a_shut_quilt_saves_heat_at_night(plain):
    from cpdesk.energy.multizone.spec import Cover

    glass = Window("glass", 20.0, SimpleGlazing(5.0, 0.8), 5.0, 4.0)
    shut = Cover(0.5, Schedule((1.0,) * 7 + (0.0,) * 11 + (1.0,) * 6))
    one, two = (
        assess(building(room(wall(windows=(window,))), warm_up_days=10), plain)
        for window in (glass, replace(glass, cover=shut))
    )
    assert two.heating_kwh < 0.95 * one.heating_kwh
    assert two.residual_max < 1e-9


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 4), st.integers(0, 10_000))
def test_powers_of_coupled_zones_satisfy_every_thermostat(zones, seed):
    random = np.random.default_rng(seed)
    conductance = random.uniform(0.0, 2.0, (zones, zones))
    matrix = -(conductance + conductance.T) / 2
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1) + random.uniform(0.5, 2.0, zones))
    answer = np.linalg.inv(matrix)
    felt, low = random.uniform(5, 35, zones), random.uniform(17, 21, zones)
    high = low + random.uniform(0.0, 6.0, zones)
    plant = Plant(random.uniform(1, 30, zones), random.uniform(1, 30, zones))
    both = Answers(answer.tolist(), answer.tolist())
    power = np.array(Control(plant).powers_w(felt.tolist(), low.tolist(), high.tolist(), both) or [0.0] * zones)
    reached = felt + answer @ power
    for zone in range(zones):
        assert -plant.cooling_max_w[zone] - 1e-9 <= power[zone] <= plant.heating_max_w[zone] + 1e-9
        if 1e-7 < power[zone] < plant.heating_max_w[zone] - 1e-7:
            assert reached[zone] == pytest.approx(low[zone], abs=1e-6)
        elif -plant.cooling_max_w[zone] + 1e-7 < power[zone] < -1e-7:
            assert reached[zone] == pytest.approx(high[zone], abs=1e-6)
        elif power[zone] >= plant.heating_max_w[zone] - 1e-7:
            assert reached[zone] <= low[zone] + 1e-6
        elif power[zone] <= -plant.cooling_max_w[zone] + 1e-7:
            assert reached[zone] >= high[zone] - 1e-6
        else:
            assert low[zone] - 1e-6 <= reached[zone] <= high[zone] + 1e-6


def test_a_room_beyond_200_degrees_is_refused(steady):
    zone = replace(room(wall(construction=INSULATED), gains=(Gain("furnace", 50_000.0),)), thermostat=Thermostat())
    with pytest.raises(InputFault) as caught:
        assess(building(zone), steady(0.0))
    assert caught.value.code == "CP-1321"
    assert "room" in caught.value.message("en")
