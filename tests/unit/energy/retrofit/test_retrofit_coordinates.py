"""Coordinates of all states by halves, and the comparison of states, against doing it one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit.coordinates import Coordinates, features, term_count
from cpdesk.energy.retrofit.dominance import unbeaten, unbeaten_roughly
from cpdesk.energy.retrofit.measures import judge
from cpdesk.energy.retrofit.setting import Setting, all_digits, make_setting, rows_of
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import AIR, WINDOW, WINDOW_NIGHT, layout
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import BuildingFacts

KEPT = {
    "seal_strips", "door_quilt", "night_curtain", "roof_wool100", "wall_eps60", "wall_inside_eps40", "win_pvc",
    "win_film", "win_back_pvc", "door_insulated", "floor_edge", "sunspace_double",
}  # fmt: skip


@pytest.fixture
def setting(f5_facts: BuildingFacts, tables: EnergyTables) -> Setting:
    few = replace(tables, measures=tuple(item for item in tables.measures if item.id in KEPT))
    building = build(f5_facts, few)
    weather = make_weather(few, building.terrain, building.height_m)
    return make_setting(building, few, weather, judge(building, layout(building), few, Wishes()))


def test_every_state_has_its_number_and_its_digits(setting: Setting) -> None:
    where, digits = Coordinates(setting), all_digits(setting)
    numbers = where.numbers(digits)
    assert np.array_equal(np.sort(numbers), np.arange(setting.states))
    assert np.array_equal(where.digits(numbers), digits)
    column = np.arange(setting.states, dtype=float)  # in the setting's own order
    assert np.array_equal(where.in_order(column)[numbers], column)


def test_rows_that_are_alike_have_the_same_coordinates_and_others_have_not(setting: Setting) -> None:
    where, rows = Coordinates(setting), rows_of(setting, all_digits(setting))
    found = where.of(where.numbers(all_digits(setting)))
    assert np.abs(found).max() <= 1.0 + 1e-5
    draw = np.random.default_rng(1)
    one, two = draw.integers(0, setting.states, (2, 4000))
    apart = np.abs(rows[one] - rows[two]).max(axis=1)
    same = np.abs(found[:, one] - found[:, two]).max(axis=0)
    assert np.all((same < 1e-5) == (apart < 1e-6))
    for name in (AIR, WINDOW, WINDOW_NIGHT):  # what measures make together is a smooth function of the coordinates
        known = features(found).T.astype(float)
        weights, *_ = np.linalg.lstsq(known, rows[:, name], rcond=None)
        assert np.abs(known @ weights - rows[:, name]).max() < 1e-3 * np.abs(rows[:, name]).max()


def test_a_polynomial_at_all_states_is_the_polynomial_at_each(setting: Setting) -> None:
    where = Coordinates(setting)
    everything = where.of(np.arange(setting.states))
    assert features(everything).shape == (term_count(where.count), setting.states)
    weights = np.random.default_rng(2).normal(size=term_count(where.count))
    assert np.allclose(where.polynomial(weights), weights @ features(everything), atol=1e-4)


def test_what_is_dropped_roughly_is_beaten_by_the_margin() -> None:
    draw = np.random.default_rng(5)
    costs = draw.integers(0, 30, (2, 3000)).astype(np.float32)
    usual = (30.0 - 0.5 * costs[0] + draw.normal(0.0, 4.0, 3000)).astype(np.float32)
    heat = np.stack([usual, 1.1 * usual + draw.normal(0.0, 0.3, 3000)]).astype(np.float32)
    cold = draw.choice([-18.0, -14.0], 3000).astype(np.float32)
    margin = np.array([0.2, 0.3, 0.0])
    low, spread = heat.min(axis=1), np.ptp(heat, axis=1)
    scaled = (heat - low[:, None]) / spread[:, None]
    most = (scaled + margin[:2, None] / spread[:, None]).max(axis=0)
    kept = unbeaten_roughly(costs, cold, scaled.min(axis=0), most)
    assert 0 < len(kept) < 1500
    exact = unbeaten(costs, np.vstack([heat, cold]), margin, asked=3000)
    assert set(exact.tolist()) <= set(kept.tolist())
