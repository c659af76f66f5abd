"""A year of hourly weather, and how it is made from monthly normals.

The made year is the same every time: no random numbers. Monthly means of temperature and of global irradiance equal the
normals. Hours are those of `weather.calendar`, local standard time (UTC+8). An EPW file gives the same `Weather`
(`weather.epw`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.rows import Normal
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.calendar import HOUR, HOURS, MONTH, MONTH_DAYS, Floats, monthly_mean, season_hours
from cpdesk.energy.weather.sun import SunPath, extraterrestrial_normal, sun_path
from cpdesk.energy.weather.year import LATITUDE_DEG, LONGITUDE_DEG, TIME_ZONE_H, Weather

__all__ = [
    "HOUR",
    "HOURS",
    "MONTH",
    "Floats",
    "Weather",
    "at_altitude",
    "ground_wave",
    "hourly_irradiance",
    "hourly_temperature",
    "make_weather",
    "season_hours",
    "split_irradiance",
]


def make_weather(tables: EnergyTables, terrain: str, altitude_m: float | None = None) -> Weather:
    """The hourly year of a terrain, moved to an altitude by the lapse rate.

    Raises:
        InputFault: CP-1307 when the terrain has no normals.
    """
    try:
        mean, high, low, sun, wind = (
            tables.normals[(terrain, name)]
            for name in ("mean_temperature", "mean_maximum", "mean_minimum", "global_irradiance", "wind_speed")
        )
    except KeyError:
        raise InputFault("CP-1307", terrain=terrain) from None
    year = _usual_year(terrain, mean, high, low, sun, wind)
    return year if altitude_m is None else at_altitude(year, altitude_m, tables)


@lru_cache(maxsize=8)
def _usual_year(terrain: str, mean: Normal, high: Normal, low: Normal, sun: Normal, wind: Normal) -> Weather:
    """The year of the normals at their own height; houses at other heights share its sun."""
    temperature = hourly_temperature(np.array(mean.months), np.array(high.months), np.array(low.months))
    path = sun_path(LATITUDE_DEG, LONGITUDE_DEG, TIME_ZONE_H)
    irradiance = hourly_irradiance(np.array(sun.months), path)
    direct, diffuse = split_irradiance(irradiance, path)
    return Weather(
        name=terrain,
        temperature_c=temperature,
        wind_m_s=np.array(wind.months)[MONTH],
        global_w_m2=irradiance,
        direct_w_m2=direct,
        diffuse_w_m2=diffuse,
        zenith_deg=path.zenith_deg,
        azimuth_deg=path.azimuth_deg,
        ground_c=ground_wave(temperature),
        status=mean.status,
        source=f"{mean.source} ({mean.period})",
        altitude_m=mean.altitude_m,
    )


def at_altitude(weather: Weather, altitude_m: float, tables: EnergyTables) -> Weather:
    """The same year at another height.

    The air follows the lapse rate, the sky's radiation the fourth power of the air's temperature; sun, wind and
    relative humidity stay.
    """
    shift_k = (weather.altitude_m - altitude_m) * tables.rule("lapse_k_m")
    temperature = weather.temperature_c + shift_k
    sky = weather.sky_ir_w_m2
    if sky is not None:
        sky = sky * ((temperature + 273.15) / (weather.temperature_c + 273.15)) ** 4
    return replace(
        weather,
        temperature_c=temperature,
        ground_c=weather.ground_c + shift_k,
        sky_ir_w_m2=sky,
        altitude_m=altitude_m,
    )


def hourly_temperature(mean: Floats, high: Floats, low: Floats) -> Floats:
    """Hourly temperature whose monthly means are `mean` and whose mean daily range is `high - low`.

    A daily wave (lowest at 6, highest at 15 o'clock) and warm and cold spells of 4 to 11 days (three waves of periods
    without a common multiple, 2.7 K standard deviation in January, less in summer) ride on the line through the monthly
    means; what they shift in a month's mean is taken off again.
    """
    day = np.arange(365.0)
    middle = np.cumsum([0, *MONTH_DAYS])[:-1] + np.array(MONTH_DAYS) / 2.0
    line = np.interp(day, np.concatenate(([middle[-1] - 365], middle, [middle[0] + 365])),
                     np.concatenate(([mean[-1]], mean, [mean[0]])))  # fmt: skip
    waves = [np.sin(2 * np.pi * day / period + phase) for period, phase in ((4.3, 0.7), (7.1, 2.1), (10.9, 4.0))]
    depth = 1.6 + 0.6 * np.cos(2 * np.pi * (day - 15) / 365)
    daily = line + depth * np.sum(waves, axis=0)
    month_of_day = MONTH[::24]
    hour = np.arange(24.0)
    phase = np.where((hour >= 6) & (hour < 15), np.pi + np.pi * (hour - 6) / 9, np.pi * ((hour - 15) % 24) / 15)
    wave = np.cos(phase)
    wave = (wave - wave.mean()) / (wave.max() - wave.min())
    spread = (high - low)[month_of_day]
    hourly = (daily[:, None] + spread[:, None] * wave[None, :]).ravel()
    result: Floats = hourly + (mean - monthly_mean(hourly))[MONTH]
    return result


def hourly_irradiance(monthly_w_m2: Floats, path: SunPath) -> Floats:
    """Global irradiance whose monthly 24-hour means are `monthly_w_m2`; clear and dull days alternate."""
    outside = extraterrestrial_normal() * path.up_share * path.cosine
    day = np.arange(365.0)
    clearness = 1.0 + 0.22 * np.sin(2 * np.pi * day / 3.7 + 1.3) + 0.16 * np.sin(2 * np.pi * day / 8.3 + 0.4)
    shape = outside * np.repeat(clearness, 24)
    result: Floats = shape * (monthly_w_m2 / monthly_mean(shape))[MONTH]
    return result


def split_irradiance(global_w_m2: Floats, path: SunPath) -> tuple[Floats, Floats]:
    """Direct normal and diffuse horizontal irradiance after Erbs, Klein and Duffie, Solar Energy 28 (1982) 293-302."""
    outside = extraterrestrial_normal() * path.up_share * path.cosine
    clearness = np.divide(global_w_m2, outside, out=np.zeros(HOURS), where=outside > 1.0)
    middle = 0.9511 - 0.1604 * clearness + 4.388 * clearness**2 - 16.638 * clearness**3 + 12.336 * clearness**4
    fraction = np.where(clearness <= 0.22, 1.0 - 0.09 * clearness, np.where(clearness <= 0.8, middle, 0.165))
    # Below 4 degrees the cosine is too small to divide by: what little comes then is counted as diffuse.
    low = path.cosine < 0.07
    diffuse: Floats = np.where(low, global_w_m2, global_w_m2 * fraction)
    direct: Floats = np.divide(global_w_m2 - diffuse, path.cosine, out=np.zeros(HOURS), where=~low)
    return direct, diffuse


def ground_wave(temperature_c: Floats) -> Floats:
    """The yearly wave of the outdoor temperature, a month late."""
    hours = np.arange(HOURS)
    turn = 2 * np.pi * hours / HOURS
    mean = temperature_c.mean()
    cosine = 2 * np.mean(temperature_c * np.cos(turn))
    sine = 2 * np.mean(temperature_c * np.sin(turn))
    late = turn - 2 * np.pi / 12
    result: Floats = mean + cosine * np.cos(late) + sine * np.sin(late)
    return result
