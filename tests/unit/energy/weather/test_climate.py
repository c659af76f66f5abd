"""The made year keeps its normals, and the sun stands where it must."""

from __future__ import annotations

import numpy as np
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import MONTH, make_weather, season_hours
from cpdesk.energy.weather.sky import tilted_irradiance


@pytest.mark.parametrize("terrain", ["plain", "foothill", "hill"])
def test_monthly_means_are_the_normals(tables: EnergyTables, terrain: str) -> None:
    weather = make_weather(tables, terrain)
    for name, hourly in (("mean_temperature", weather.temperature_c), ("global_irradiance", weather.global_w_m2)):
        normal = tables.normals[(terrain, name)].months
        for month in range(12):
            assert hourly[month == MONTH].mean() == pytest.approx(normal[month], abs=1e-6)


def test_daily_range_is_that_of_the_normals(tables: EnergyTables) -> None:
    weather = make_weather(tables, "plain")
    january = weather.temperature_c[:744].reshape(31, 24)
    high, low = (tables.normals[("plain", name)].months[0] for name in ("mean_maximum", "mean_minimum"))
    assert (january.max(axis=1) - january.min(axis=1)).mean() == pytest.approx(high - low, abs=0.3)


def test_same_year_every_time_and_spells_of_cold(tables: EnergyTables) -> None:
    one, two = make_weather(tables, "plain"), make_weather(tables, "plain")
    assert np.array_equal(one.temperature_c, two.temperature_c)
    daily = one.temperature_c.reshape(365, 24).mean(axis=1)
    assert 2.0 < daily[:31].std() < 3.5


def test_altitude_cools_by_the_lapse_rate(tables: EnergyTables) -> None:
    low, high = make_weather(tables, "hill", 450), make_weather(tables, "hill", 650)
    assert (low.temperature_c - high.temperature_c) == pytest.approx(200 * tables.rule("lapse_k_m"))


def test_irradiance_parts_make_the_whole(tables: EnergyTables) -> None:
    weather = make_weather(tables, "plain")
    height = np.maximum(0, np.cos(np.radians(weather.zenith_deg)))
    whole = weather.direct_w_m2 * height + weather.diffuse_w_m2
    assert whole == pytest.approx(weather.global_w_m2, abs=1e-6)
    assert weather.direct_w_m2.min() >= 0
    assert weather.direct_w_m2.max() < 1367
    assert tilted_irradiance(weather, 0.0, 0.0, model="isotropic") == pytest.approx(weather.global_w_m2, abs=1e-6)


def test_winter_sun_favours_the_south(tables: EnergyTables) -> None:
    """Heating-period irradiance of the code for Beijing: about 120 S, 33 N, 59 E and W W/m2 (to be confirmed)."""
    weather = make_weather(tables, "plain")
    season = season_hours((11, 15), (3, 15))
    south, north, east = (tilted_irradiance(weather, azimuth, 90.0)[season].mean() for azimuth in (180, 0, 90))
    assert 100 < south < 160
    assert 25 < north < 45
    assert 45 < east < 80


def test_season_runs_over_the_new_year() -> None:
    assert season_hours((11, 15), (3, 15)).sum() == 121 * 24
    assert season_hours((2, 1), (2, 28)).sum() == 28 * 24


def test_unknown_terrain_is_named(tables: EnergyTables) -> None:
    with pytest.raises(InputFault) as caught:
        make_weather(tables, "desert")
    assert caught.value.code == "CP-1307"
    assert "desert" in caught.value.message("zh")
