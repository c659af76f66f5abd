"""What drives the zone: leakage by wind and cold, eaves and horizon, days of absence, cooling, gaps in the weather."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.weather.shading import diffuse_view, sunlit_share
from cpdesk.energy.weather.sky import tilted
from cpdesk.energy.zone.drivers import late, make_drivers
from cpdesk.energy.zone.envelope import layout, row
from cpdesk.energy.zone.hourly import trace
from cpdesk.energy.zone.shade import overhang_shares
from cpdesk.energy.zone.states import solve
from cpdesk.model.building import Answer, Overhang
from tests.unit.energy.zone.exact_march import exact_march
from tests.unit.energy.zone.houses import farmhouse


@pytest.fixture(scope="module")
def weather(tables: EnergyTables) -> Weather:
    return make_weather(tables, "plain")


@pytest.fixture(scope="module")
def gusty(weather: Weather) -> Weather:
    """The same year with wind that changes by the hour (Weibull, shape 1.8), as a measured file has it."""
    gust = np.random.default_rng(1).weibull(1.8, 8760) / 0.889
    return replace(weather, wind_m_s=weather.wind_m_s * gust)


@pytest.mark.parametrize("name", ["attic", "flat roof"])
def test_leakage_by_weather_is_a_driver_within_a_thousandth(tables: EnergyTables, gusty: Weather, name: str) -> None:
    building = farmhouse(tables, name)
    columns = layout(building)
    drivers = make_drivers(gusty, building.schedule, columns)
    starts = 318 * 24 - 240  # 15 November less the warm-up
    wind = gusty.wind_m_s[(starts + np.arange(len(drivers.hour))) % 8760]
    exact = exact_march(building, columns, drivers, 14.0, 11.0, wind_m_s=wind)
    found = trace(row(building, columns), drivers, 14.0, 11.0, 1e9)
    assert found.heating_w.sum() == pytest.approx(exact.heating_w.sum(), rel=1e-3)
    assert found.heating_w.max() == pytest.approx(exact.heating_w.max(), rel=1e-2)


def test_wind_and_cold_raise_leakage(tables: EnergyTables, weather: Weather) -> None:
    building = farmhouse(tables, "attic")
    columns = layout(building)
    heat = []
    for factor in (0.5, 1.0, 3.0):
        windy = replace(weather, wind_m_s=weather.wind_m_s * factor)
        drivers = make_drivers(windy, building.schedule, columns)
        heat.append(trace(row(building, columns), drivers, 14.0, 11.0, 1e9).losses_w["air"].sum())
    assert heat[0] < heat[1] < heat[2]
    assert make_drivers(weather, building.schedule, columns).leak_mean == pytest.approx(1.0, abs=0.1)


def test_eaves_shade_the_high_sun_and_spare_the_low_one() -> None:
    """Eaves of 1 m right above a window of 1 m: at 45 degrees straight ahead the shadow ends at its sill."""
    eaves = Overhang(1.0, 0.0, 1.0)
    zenith = np.array([45.0, 90.0 - np.degrees(np.arctan(0.5)), 70.0, 95.0])
    lit, sky = overhang_shares(eaves, zenith, np.array([180.0, 180.0, 60.0, 180.0]), 180.0)
    assert lit[:2] == pytest.approx([0.0, 0.5])
    assert lit[3] == 0.0
    assert sky == pytest.approx(np.sqrt(2.0) - 1.0)  # mean of y / sqrt(y^2 + 1) over 0..1
    assert overhang_shares(Overhang(0.0, 0.4, 1.5), zenith, np.full(4, 180.0), 180.0)[1] == pytest.approx(1.0)


@pytest.mark.parametrize("horizon_deg", [0.0, 2.0, 10.0, 35.0, 90.0])
def test_a_horizon_takes_what_a_vertical_face_sees_of_the_sky_below_it(horizon_deg: float) -> None:
    """Against the sum over directions: a wall takes cos(height) cos(azimuth) of each, which fills cos(height)."""
    height = np.radians((np.arange(9000) + 0.5) / 100.0)
    turn = np.radians((np.arange(-900, 900) + 0.5) / 10.0)
    seen = np.cos(height) ** 2 * np.cos(turn).sum()
    hidden = seen[height < np.radians(horizon_deg)].sum() / seen.sum()
    _, sky = overhang_shares(Overhang(0.0, 0.4, 1.5, horizon_deg), np.array([45.0]), np.array([180.0]), 180.0)
    assert 1.0 - sky == pytest.approx(hidden, abs=1e-4)


def test_a_horizon_takes_the_sun_below_it() -> None:
    hills = Overhang(0.0, 0.4, 1.5, horizon_deg=30.0)
    lit, sky = overhang_shares(hills, np.array([65.0, 55.0]), np.full(2, 180.0), 180.0)
    assert list(lit) == [0.0, 1.0]
    assert sky == pytest.approx(1.0 - 1.0 / 3.0 - np.sqrt(0.75) / np.pi)


def test_deeper_eaves_never_lower_heating(tables: EnergyTables, weather: Weather) -> None:
    building = farmhouse(tables, "attic")
    heat = []
    for depth in (0.0, 0.5, 1.5):
        zone = building.zones[0]
        elements = tuple(
            item if item.overhang is None else replace(item, overhang=replace(item.overhang, depth_m=depth))
            for item in zone.elements
        )
        other = replace(building, zones=(replace(zone, elements=elements),))
        columns = layout(other)
        drivers = make_drivers(weather, other.schedule, columns)
        heat.append(trace(row(other, columns), drivers, 14.0, 11.0, 1e9).heating_w.sum())
    assert heat[0] < heat[1] < heat[2]
    assert heat[1] / heat[0] < 1.03


def test_days_of_absence_save_heat_and_are_left_out_of_comfort(tables: EnergyTables, weather: Weather) -> None:
    at_home = farmhouse(tables, "attic")
    away = farmhouse(tables, "attic", winter_absence_days=Answer(30.0))
    assert away.schedule.absence_days == 30
    assert any(item.key == "absence_days" for item in at_home.inputs)
    columns = layout(away)
    house = row(away, columns)
    here, gone = (make_drivers(weather, item.schedule, columns) for item in (at_home, away))
    assert gone.away.sum() == 30 * 24
    assert set(gone.month[gone.away]) == {0, 1}  # around the Spring Festival
    full, less = (trace(house, item, 14.0, 11.0, 1e9) for item in (here, gone))
    assert 0.75 < less.heating_w.sum() / full.heating_w.sum() < 0.95
    assert less.air_c.min() == pytest.approx(5.0, abs=1e-6)
    rows = np.repeat(house[None], 6, axis=0)
    ones = np.ones(6)
    found = solve(rows, gone, 14 * ones, 11 * ones, 1e9 * ones, np.ones((1, len(gone.day))))
    assert found.sums[0, 3] == pytest.approx(less.heating_w.sum(), rel=1e-9)
    assert found.mean_c[3] == pytest.approx(less.air_c[~gone.away[gone.counted]].mean(), rel=1e-9)
    assert found.mean_c[3] > 11.5


def test_away_all_winter_is_frost_protection_all_winter(tables: EnergyTables, weather: Weather) -> None:
    building = farmhouse(tables, "attic", winter_absence_days=Answer(180.0))
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    rows = np.repeat(row(building, columns)[None], 5, axis=0)
    ones = np.ones(5)
    found = solve(rows, drivers, 14 * ones, 11 * ones, 1e9 * ones, np.ones((1, len(drivers.day))))
    one = trace(rows[0], drivers, 14.0, 11.0, 1e9)
    assert found.mean_c == pytest.approx(one.air_c.mean(), rel=1e-9)
    assert 4.9 < found.mean_c[0] < 9.0


def test_cooling_holds_its_set_point_and_its_balance(tables: EnergyTables, weather: Weather) -> None:
    building = farmhouse(tables, "flat roof")
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns, whole_year=True)
    house = row(building, columns)
    free = trace(house, drivers, 14.0, 11.0, 1e9)
    found = trace(house, drivers, 14.0, 11.0, 1e9, cool_c=26.0)
    weak = trace(house, drivers, 14.0, 11.0, 1e9, cool_c=26.0, cool_limit_w=1500.0)
    assert free.cooling_w.max() == 0.0
    assert free.air_c.max() > 28.0
    assert found.air_c.max() == pytest.approx(26.0, abs=1e-6)
    assert 0.0 < weak.cooling_kwh < found.cooling_kwh < found.heating_kwh
    assert weak.cooling_w.max() == 1500.0
    assert found.heating_w.sum() == pytest.approx(free.heating_w.sum(), rel=0.02)
    assert (found.heating_w * found.cooling_w).max() == 0.0
    gains = found.sun_w + found.internal_w + found.heating_w - found.cooling_w + found.stored_w
    assert sum(found.losses_w.values()) == pytest.approx(gains, abs=1e-6)


def test_a_delay_keeps_the_mean_and_comes_later() -> None:
    values = np.zeros(8760)
    values[100:110] = 600.0
    found = late(values, 6.5)
    assert found.sum() == pytest.approx(values.sum())
    assert found[109] == pytest.approx(600.0 * (1 - np.exp(-10 / 6.5)), rel=0.05)
    assert int(np.argmax(found)) == 109
    assert found[140] < 10.0


def test_missing_and_impossible_hours_are_named(tables: EnergyTables, weather: Weather) -> None:
    building = farmhouse(tables, "attic")
    columns = layout(building)
    holes = weather.temperature_c.copy()
    holes[99:102] = np.nan
    with pytest.raises(InputFault) as caught:
        make_drivers(replace(weather, temperature_c=holes), building.schedule, columns)
    assert caught.value.code == "CP-1360"
    assert "100" in caught.value.message("zh")
    assert caught.value.remedy("en")
    with pytest.raises(InputFault) as caught:
        make_drivers(replace(weather, wind_m_s=weather.wind_m_s[:-24]), building.schedule, columns)
    assert caught.value.code == "CP-1361"
    assert "8736" in caught.value.message("en")


@pytest.mark.parametrize("azimuth", [180.0, 135.0])
def test_long_eaves_agree_with_exact_shadows(weather: Weather, azimuth: float) -> None:
    eaves = Overhang(0.5, 0.4, 1.5)
    plate = SimpleNamespace(depth_m=0.5, above_m=0.4, beyond_left_m=30.0, beyond_right_m=30.0)
    sun = tilted(weather, azimuth, 90.0)
    beam = sun.beam_w_m2 + sun.circumsolar_w_m2
    exact = sunlit_share(weather, azimuth, 90.0, 1.0, 1.5, overhang=plate)
    lit, sky = overhang_shares(eaves, weather.zenith_deg, weather.azimuth_deg, azimuth)
    assert (lit * beam).sum() == pytest.approx((exact * beam).sum(), rel=3e-3)
    view = diffuse_view(90.0, 1.0, 1.5, overhang=plate)
    assert sky == pytest.approx(view.sky, abs=0.01)
