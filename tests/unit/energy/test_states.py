"""Many states at once: single precision, stronger plants, and the split of the losses by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.audit.bench import house_year
from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit.grid import Setting, design_load_w, make_setting, solve_at, solve_states, state_rows
from cpdesk.energy.retrofit.measures import judge
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.drivers import GROUND_WAVE
from cpdesk.energy.zone.envelope import FIXED, FLOOR, PERIODIC, ROOF, SKY_ROOF, SKY_WINDOW, WALL, layout
from cpdesk.energy.zone.hourly import trace
from cpdesk.energy.zone.states import solve
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import BuildingFacts


@pytest.fixture(scope="module")
def setting(tables: EnergyTables) -> Setting:
    from cpdesk.model.building import Answer, BlockFacts

    building = build(BuildingFacts(blocks=(BlockFacts(kind=Answer("main"), build_year=Answer(1996.0)),)), tables)
    return make_setting(
        building, tables, make_weather(tables, "plain"), judge(building, layout(building), tables, Wishes())
    )


def test_single_precision_of_large_grids_agrees_within_a_millionth(setting: Setting) -> None:
    rows = state_rows(setting)
    rows = rows[:: max(1, len(rows) // 1500)]
    assert len(rows) >= 1000
    drivers, weights = setting.drivers, setting.weights.rows
    day, night, limit = np.full(len(rows), 17.0), np.full(len(rows), 14.0), np.full(len(rows), 9000.0)
    many = solve(rows, drivers, day, night, limit, weights)
    for cut in (slice(0, 700), slice(700, None, 2)):
        few = solve(rows[cut], drivers, day[cut], night[cut], limit[cut], weights)
        assert many.sums[:, cut] == pytest.approx(few.sums, rel=1e-6)
        assert many.coldest_c[cut] == pytest.approx(few.coldest_c, rel=1e-6)
        assert many.mean_c[cut] == pytest.approx(few.mean_c, rel=1e-6)
        assert many.peak_w[cut] == pytest.approx(few.peak_w, rel=1e-5)


def test_a_stronger_plant_is_solved_again_only_where_the_present_one_falls_short(setting: Setting) -> None:
    weak = replace(setting.building.systems[0], capacity_kw=9.0)
    narrow = replace(setting, building=replace(setting.building, systems=(weak,)))
    rows = state_rows(narrow)
    rows = rows[:: max(1, len(rows) // 400)]
    kept, sized = solve_states(narrow, rows)
    load = narrow.tables.rule("sizing_factor") * design_load_w(
        rows, narrow.building.schedule.wish_c, narrow.tables, narrow.drivers
    )
    present = 9000.0 * weak.distribution
    for wish, found in ((False, sized.usual), (True, sized.wish)):
        direct = solve_at(narrow, rows, np.maximum(present, load), wish=wish)
        assert found.sums == pytest.approx(direct.sums, rel=1e-9)
        assert found.coldest_c == pytest.approx(direct.coldest_c, rel=1e-9)
    short = kept.wish.wanted_w > present
    assert 0 < short.sum() < len(rows)
    assert (sized.wish.sums[0][short] >= kept.wish.sums[0][short]).all()


def test_floor_loses_what_iso_13370_gives_by_hand(setting: Setting) -> None:
    """H_g (inside - yearly mean) + H_pe (yearly mean - the wave of a month before), ISO 13370:2017 equation for the
    monthly flow, with the felt temperature inside; of an uninsulated house the floor takes about a twentieth.
    """
    row, drivers = state_rows(setting)[0], setting.drivers
    found = trace(row, drivers, 18.0, 18.0, 1e6)
    wave = drivers.rows[GROUND_WAVE][drivers.counted].mean()
    by_hand = row[FLOOR] * (found.operative_c.mean() - drivers.mean_c) + row[PERIODIC] * (drivers.mean_c - wave)
    floor = found.losses_w["floor"].mean()
    assert floor == pytest.approx(by_hand, rel=0.15)
    total = sum(flow.mean() for flow in found.losses_w.values())
    assert 0.045 < floor / total < 0.11


def test_opaque_parts_share_one_inner_face(setting: Setting) -> None:
    """Wall and roof see the same air: their flows without sun and sky are as their conductances."""
    row, drivers = state_rows(setting)[0].copy(), setting.drivers
    row[SKY_WINDOW : SKY_ROOF + 1] = 0.0
    count = len(drivers.vertical)
    row[FIXED + count : FIXED + 2 * count] = 0.0  # no sun on opaque parts
    found = trace(row, drivers, 16.0, 13.0, 1e6)
    assert found.losses_w["wall"].sum() / row[WALL] == pytest.approx(found.losses_w["roof"].sum() / row[ROOF], rel=1e-9)


def test_house_year_solves_all_hours(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    year = house_year(build(f5_facts, tables), tables)()
    assert len(year.air_c) == 8760
    assert year.heating_w[:500].mean() > 1000
    assert year.heating_w[4000:5000].max() == 0.0
