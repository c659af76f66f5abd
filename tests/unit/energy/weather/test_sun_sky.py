"""Sun, tilted surfaces and sky against pvlib, published sums and what must hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.calendar import HOURS
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.weather.longwave import dew_point_c, humidity_pct, sky_radiation_w_m2, sky_temperature_c
from cpdesk.energy.weather.sky import tilted
from cpdesk.energy.weather.sun import REFERENCE_YEAR, extraterrestrial_normal, sun_path, sun_position

SITES = ((40.2, 116.2, 8.0), (39.83, -104.65, -7.0), (-33.9, 151.2, 10.0), (69.6, 18.9, 1.0))


@pytest.mark.parametrize(("latitude", "longitude", "zone"), SITES)
def test_the_sun_stands_where_pvlib_says(latitude: float, longitude: float, zone: float) -> None:
    pandas = pytest.importorskip("pandas")
    solar = pytest.importorskip("pvlib.solarposition")
    hours = np.arange(0.25, HOURS, 7.0)
    begin = pandas.Timestamp(f"{REFERENCE_YEAR}-01-01", tz="UTC") - pandas.Timedelta(hours=zone)
    spa = solar.spa_python(begin + pandas.to_timedelta(hours, unit="h"), latitude, longitude)
    zenith, azimuth = sun_position(hours, latitude, longitude, zone)
    assert np.abs(zenith - spa["zenith"].to_numpy()).max() < 0.02
    turn = (azimuth - spa["azimuth"].to_numpy() + 180) % 360 - 180
    assert np.abs(turn * np.sin(np.radians(zenith))).max() < 0.02


def test_hours_of_sunrise_count_the_part_the_sun_is_up() -> None:
    path = sun_path(40.2, 116.2, 8.0)
    assert path.up_share.sum() == pytest.approx(HOURS / 2, rel=0.005)  # geometric day and night are equal over a year
    partly = (path.up_share > 0) & (path.up_share < 1)
    assert 500 < partly.sum() <= 730
    assert np.all(path.zenith_deg[path.up_share > 0] < 90)
    assert np.all(path.cosine[path.up_share == 0] == 0)
    # The energy of a beam of constant strength over a day: the integral of the cosine, by hand for the equinox.
    day = slice(79 * 24, 80 * 24)
    assert (path.cosine * path.up_share)[day].sum() == pytest.approx(24 / np.pi * np.cos(np.radians(40.2)), rel=0.01)


@pytest.mark.parametrize(("azimuth", "tilt"), [(180, 90), (0, 90), (90, 90), (225, 35), (180, 0), (180, 180)])
def test_perez_is_that_of_pvlib(denver_airport: Weather, azimuth: float, tilt: float) -> None:
    irradiance = pytest.importorskip("pvlib.irradiance")
    atmosphere = pytest.importorskip("pvlib.atmosphere")
    weather = denver_airport
    theirs = irradiance.perez(
        tilt, azimuth, weather.diffuse_w_m2, weather.direct_w_m2, extraterrestrial_normal(), weather.zenith_deg,
        weather.azimuth_deg, atmosphere.get_relative_airmass(weather.zenith_deg, "kastenyoung1989"),
    )  # fmt: skip
    ours = tilted(weather, azimuth, tilt)
    whole_hours = weather.sun.up_share == 1.0
    known = whole_hours & np.isfinite(theirs)
    crossing = np.abs(ours.incidence_deg - 90) < 9  # the sun passes the plane: we follow it, pvlib takes one moment
    assert np.abs(ours.sky_w_m2 - theirs)[known & ~crossing].max() < 2.5
    assert ours.sky_w_m2[known].sum() == pytest.approx(theirs[known].sum(), rel=0.01)
    angle = irradiance.aoi(tilt, azimuth, weather.zenith_deg, weather.azimuth_deg)
    cosines = np.cos(np.radians(ours.incidence_deg)), np.cos(np.radians(angle))
    assert np.abs(cosines[0] - cosines[1])[known & ~crossing].max() < 0.01


def test_parts_of_the_sky_are_named(denver_airport: Weather) -> None:
    south = tilted(denver_airport, 180, 90)
    assert south.circumsolar_w_m2.min() >= 0
    assert south.circumsolar_w_m2.sum() > 0
    assert south.total_w_m2 == pytest.approx(south.beam_w_m2 + south.sky_w_m2 + south.ground_w_m2)
    even = tilted(denver_airport, 180, 90, model="isotropic")
    assert even.sky_w_m2 == pytest.approx(denver_airport.diffuse_w_m2 / 2)
    level = tilted(denver_airport, 123, 0)
    high = denver_airport.zenith_deg < 80
    assert level.sky_w_m2[high] == pytest.approx(denver_airport.diffuse_w_m2[high])
    snow = tilted(denver_airport, 180, 90, albedo=np.full(HOURS, 0.6))
    assert snow.ground_w_m2 == pytest.approx(3 * south.ground_w_m2)


def test_incident_sun_of_a_year_in_denver(denver_stapleton: Weather) -> None:
    """Published range of the programs of ANSI/ASHRAE 140 (case 600, annual incident, kWh/m2)."""
    published = {0: (367, 457), 90: (959, 1217), 180: (1456, 1566), 270: (857, 1090)}
    for azimuth, (low, high) in published.items():
        assert low <= tilted(denver_stapleton, azimuth, 90).total_w_m2.sum() / 1000 <= high
    assert 1797 <= denver_stapleton.global_w_m2.sum() / 1000 <= 1832
    # Direct and diffuse of this old file sum to 0.8 % more than its global.
    level = tilted(denver_stapleton, 180, 0).total_w_m2.sum()
    assert level == pytest.approx(denver_stapleton.global_w_m2.sum(), rel=0.01)


def test_the_beam_of_the_file_and_the_sun_make_its_global(denver_airport: Weather) -> None:
    """The clock is right: direct times the mean cosine plus diffuse is what the file says, hour by hour."""
    weather = denver_airport
    gap = weather.direct_w_m2 * weather.sun.cosine + weather.diffuse_w_m2 - weather.global_w_m2
    assert np.sqrt(np.mean(gap**2)) < 1.0


def test_moisture_goes_round(denver_airport: Weather) -> None:
    temperature, humidity = denver_airport.temperature_c, denver_airport.humidity_pct
    assert humidity is not None
    again = humidity_pct(temperature, dew_point_c(temperature, humidity))
    assert again == pytest.approx(np.maximum(humidity, 1.0), abs=1e-6)


def test_sky_is_colder_than_air_and_models_agree(denver_airport: Weather, tables: EnergyTables) -> None:
    measured = sky_temperature_c(denver_airport)
    assert 5 < (denver_airport.temperature_c - measured).mean() < 25
    by_dew_point = sky_temperature_c(replace(denver_airport, sky_ir_w_m2=None))
    by_air = sky_temperature_c(replace(denver_airport, sky_ir_w_m2=None, humidity_pct=None))
    assert by_dew_point.mean() == pytest.approx(measured.mean(), abs=2.5)
    assert by_air.mean() == pytest.approx(measured.mean(), abs=4)
    made = make_weather(tables, "plain")
    assert 4 < (made.temperature_c - sky_temperature_c(made)).mean() < 22


def test_berdahl_and_martin_by_hand() -> None:
    """Dew point 10 degC: 0.711 + 0.056 + 0.0073 = 0.7743, and 0.013 cos(7.5 degrees) at half past midnight."""
    ten = np.full(HOURS, 10.0)
    clear = 0.7743 + 0.013 * np.cos(np.radians(7.5))
    black = 5.670374e-8 * 293.15**4
    found = sky_radiation_w_m2(np.full(HOURS, 20.0), ten, np.zeros(HOURS))[0]
    assert found == pytest.approx(clear * black)
    overcast = sky_radiation_w_m2(np.full(HOURS, 20.0), ten, np.ones(HOURS))[0]
    assert overcast == pytest.approx((clear + (1 - clear) * 0.8852) * black, rel=1e-4)
