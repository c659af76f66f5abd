"""A year of hourly weather made from monthly normals, the sun's position, and irradiance on tilted surfaces.

The year is the same every time: no random numbers. Monthly means of temperature and of global irradiance equal the
normals. Hour k of the year is the hour that ends k + 1 hours after midnight of 1 January, local standard time (UTC+8);
the sun stands where it stands in the middle of the hour. An EPW file gives the same `Weather`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.base.errors import InputFault
from cpdesk.energy.tables import EnergyTables

Floats = NDArray[np.float64]
HOURS: Final = 8760
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTH: Final = np.repeat(np.arange(12), [days * 24 for days in _DAYS])
"""Month (0..11) of each hour."""
HOUR: Final = np.arange(HOURS) % 24
"""Hour of the day (0..23) of each hour."""
_SOLAR_CONSTANT: Final = 1367.0
LATITUDE_DEG: Final = 40.2
LONGITUDE_DEG: Final = 116.2
_ZONE_LONGITUDE_DEG: Final = 120.0


@dataclass(frozen=True, slots=True)
class Weather:
    """One year by the hour; all arrays have 8,760 entries.

    Attributes:
        name: terrain, or the name of the station a file came from.
        temperature_c, wind_m_s: outdoor air.
        global_w_m2, direct_w_m2, diffuse_w_m2: on the horizontal, normal to the beam, and diffuse on the horizontal.
        zenith_deg, azimuth_deg: of the sun, azimuth clockwise from north.
        ground_c: outdoor temperature of a month before as a yearly wave, which drives the ground (ISO 13370 H.4).
        status: of the normals it was made from.
    """

    name: str
    temperature_c: Floats
    wind_m_s: Floats
    global_w_m2: Floats
    direct_w_m2: Floats
    diffuse_w_m2: Floats
    zenith_deg: Floats
    azimuth_deg: Floats
    ground_c: Floats
    status: str = "to_confirm"
    source: str = ""


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
    shift = 0.0 if altitude_m is None else (mean.altitude_m - altitude_m) * tables.rule("lapse_k_m")
    temperature = hourly_temperature(np.array(mean.months), np.array(high.months), np.array(low.months)) + shift
    zenith, azimuth = sun_position()
    irradiance = hourly_irradiance(np.array(sun.months), zenith)
    direct, diffuse = split_irradiance(irradiance, zenith)
    return Weather(
        name=terrain,
        temperature_c=temperature,
        wind_m_s=np.array(wind.months)[MONTH],
        global_w_m2=irradiance,
        direct_w_m2=direct,
        diffuse_w_m2=diffuse,
        zenith_deg=zenith,
        azimuth_deg=azimuth,
        ground_c=ground_wave(temperature),
        status=mean.status,
        source=f"{mean.source} ({mean.period})",
    )


def hourly_temperature(mean: Floats, high: Floats, low: Floats) -> Floats:
    """Hourly temperature whose monthly means are `mean` and whose mean daily range is `high - low`.

    A daily wave (lowest at 6, highest at 15 o'clock) and warm and cold spells of 4 to 11 days (three waves of periods
    without a common multiple, 2.7 K standard deviation in January, less in summer) ride on the line through the monthly
    means; what they shift in a month's mean is taken off again.
    """
    day = np.arange(365.0)
    middle = np.cumsum([0, *_DAYS])[:-1] + np.array(_DAYS) / 2.0
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
    result: Floats = hourly + (mean - _monthly_mean(hourly))[MONTH]
    return result


def _monthly_mean(hourly: Floats) -> Floats:
    return np.array([hourly[month == MONTH].mean() for month in range(12)])


def sun_position(latitude_deg: float = LATITUDE_DEG, longitude_deg: float = LONGITUDE_DEG) -> tuple[Floats, Floats]:
    """Zenith and azimuth of the sun in the middle of each hour, in degrees (Spencer 1971 for declination and time)."""
    hours = np.arange(HOURS) + 0.5
    angle = 2 * np.pi * np.floor(hours / 24) / 365
    declination = (
        0.006918 - 0.399912 * np.cos(angle) + 0.070257 * np.sin(angle) - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle) - 0.002697 * np.cos(3 * angle) + 0.00148 * np.sin(3 * angle)
    )  # fmt: skip
    equation_h = 3.8197 * (
        0.000075 + 0.001868 * np.cos(angle) - 0.032077 * np.sin(angle) - 0.014615 * np.cos(2 * angle)
        - 0.040849 * np.sin(2 * angle)
    )  # fmt: skip
    solar_h = hours % 24 + (longitude_deg - _ZONE_LONGITUDE_DEG) / 15.0 + equation_h
    turn = np.radians(15.0 * (solar_h - 12.0))
    latitude = np.radians(latitude_deg)
    height = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(turn)
    zenith = np.degrees(np.arccos(np.clip(height, -1.0, 1.0)))
    east = -np.cos(declination) * np.sin(turn)
    north = np.sin(declination) * np.cos(latitude) - np.cos(declination) * np.cos(turn) * np.sin(latitude)
    return zenith, np.degrees(np.arctan2(east, north)) % 360.0


def hourly_irradiance(monthly_w_m2: Floats, zenith_deg: Floats) -> Floats:
    """Global irradiance whose monthly 24-hour means are `monthly_w_m2`; clear and dull days alternate."""
    outside = _extraterrestrial(zenith_deg)
    day = np.arange(365.0)
    clearness = 1.0 + 0.22 * np.sin(2 * np.pi * day / 3.7 + 1.3) + 0.16 * np.sin(2 * np.pi * day / 8.3 + 0.4)
    shape = outside * np.repeat(clearness, 24)
    return shape * (monthly_w_m2 / _monthly_mean(shape))[MONTH]


def _extraterrestrial(zenith_deg: Floats) -> Floats:
    """Irradiance on the horizontal outside the atmosphere."""
    day = np.floor(np.arange(HOURS) / 24) + 1
    normal = _SOLAR_CONSTANT * (1 + 0.033 * np.cos(2 * np.pi * day / 365))
    result: Floats = normal * np.maximum(0.0, np.cos(np.radians(zenith_deg)))
    return result


def split_irradiance(global_w_m2: Floats, zenith_deg: Floats) -> tuple[Floats, Floats]:
    """Direct normal and diffuse horizontal irradiance after Erbs, Klein and Duffie 1982."""
    outside = _extraterrestrial(zenith_deg)
    clearness = np.divide(global_w_m2, outside, out=np.zeros(HOURS), where=outside > 1.0)
    middle = 0.9511 - 0.1604 * clearness + 4.388 * clearness**2 - 16.638 * clearness**3 + 12.336 * clearness**4
    fraction = np.where(clearness <= 0.22, 1.0 - 0.09 * clearness, np.where(clearness <= 0.8, middle, 0.165))
    diffuse = global_w_m2 * fraction
    height = np.cos(np.radians(zenith_deg))
    # Below 4 degrees the cosine is too small to divide by: what little comes then is counted as diffuse.
    low = height < 0.07
    diffuse = np.where(low, global_w_m2, diffuse)
    direct = np.divide(global_w_m2 - diffuse, height, out=np.zeros(HOURS), where=~low)
    return direct, diffuse


def tilted_irradiance(weather: Weather, azimuth_deg: float, tilt_deg: float, albedo: float = 0.2) -> Floats:
    """Irradiance on a surface in W/m2: beam, isotropic sky and ground (Duffie and Beckman, equation 2.15.1)."""
    zenith, tilt = np.radians(weather.zenith_deg), np.radians(tilt_deg)
    turn = np.radians(weather.azimuth_deg - azimuth_deg)
    incidence = np.cos(zenith) * np.cos(tilt) + np.sin(zenith) * np.sin(tilt) * np.cos(turn)
    beam = weather.direct_w_m2 * np.maximum(0.0, incidence)
    sky = weather.diffuse_w_m2 * (1 + np.cos(tilt)) / 2
    ground = weather.global_w_m2 * albedo * (1 - np.cos(tilt)) / 2
    result: Floats = beam + sky + ground
    return result


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


def season_hours(start: tuple[int, int], end: tuple[int, int]) -> NDArray[np.bool_]:
    """Which hours lie in the heating season; it may run over the new year. Both days belong to it."""
    first = (sum(_DAYS[: start[0] - 1]) + start[1] - 1) * 24
    last = (sum(_DAYS[: end[0] - 1]) + end[1]) * 24
    hours = np.arange(HOURS)
    if first < last:
        return (hours >= first) & (hours < last)
    return (hours >= first) | (hours < last)
