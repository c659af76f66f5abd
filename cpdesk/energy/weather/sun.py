"""Where the sun stands over a site, hour by hour.

An hour of weather is the mean of the hour that ends then, so the sun is followed through the hour in steps of ten
minutes. In the hours of sunrise and sunset only the steps with the sun above the horizon count: the beam that a file
gives for such an hour came from there.

Position: the low-precision formulas of the Astronomical Almanac, J. J. Michalsky, "The Astronomical Almanac's algorithm
for approximate solar position (1950-2050)", Solar Energy 40 (1988) 227-235; about 0.01 degrees, without refraction. The
hours of a typical year come from many years; the sun is that of `REFERENCE_YEAR`, which lies in the middle of the four
years of a leap cycle, so that no year is off by more than half a day (0.2 degrees of declination).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.calendar import HOURS, Floats

REFERENCE_YEAR: Final = 2026
_DAYS_SINCE_2000: Final = 9496.5  # from noon of 1 January 2000 (J2000.0) to 0 h UT of 1 January 2026
_STEPS: Final = 6
SOLAR_CONSTANT_W_M2: Final = 1367.0


@dataclass(frozen=True, slots=True)
class SunPath:
    """The sun over one site through the year.

    Attributes:
        zenith_deg, azimuth_deg: (8760,) of the mean direction while the sun is up in the hour; at night, of the middle
            of the hour. Azimuth clockwise from north.
        up_share: (8760,) part of the hour the sun is above the horizon.
        cosine: (8760,) mean cosine of the zenith while the sun is up; 0 at night.
        lit: (L,) indices of the hours in which the sun shows.
        east, north, up: (L, 6) unit vector to the sun in the middle of every ten minutes of these hours; 0 while it is
            below the horizon.
        count: (L,) how many of the six have the sun above the horizon.
    """

    zenith_deg: Floats
    azimuth_deg: Floats
    up_share: Floats
    cosine: Floats
    lit: NDArray[np.int64]
    east: Floats
    north: Floats
    up: Floats
    count: Floats


def sun_position(hours: Floats, latitude_deg: float, longitude_deg: float, time_zone_h: float) -> tuple[Floats, Floats]:
    """Zenith and azimuth of the sun, degrees, at moments in hours after midnight of 1 January, local standard time."""
    up, east, north = _direction(hours, latitude_deg, longitude_deg, time_zone_h)
    return np.degrees(np.arccos(np.clip(up, -1.0, 1.0))), np.degrees(np.arctan2(east, north)) % 360.0


def _direction(
    hours: Floats, latitude_deg: float, longitude_deg: float, time_zone_h: float
) -> tuple[Floats, Floats, Floats]:
    """Unit vector to the sun: up, east, north."""
    universal_h = hours - time_zone_h
    days = _DAYS_SINCE_2000 + universal_h / 24.0
    anomaly = np.radians(357.528 + 0.9856003 * days)
    mean_longitude = 280.460 + 0.9856474 * days
    ecliptic = np.radians(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.radians(23.439 - 4e-7 * days)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
    declination = np.arcsin(np.sin(obliquity) * np.sin(ecliptic))
    sidereal_h = 6.697375 + 0.0657098242 * days + universal_h
    turn = np.radians(15.0 * sidereal_h + longitude_deg) - right_ascension
    latitude = np.radians(latitude_deg)
    up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(turn)
    east = -np.cos(declination) * np.sin(turn)
    north = np.sin(declination) * np.cos(latitude) - np.cos(declination) * np.cos(turn) * np.sin(latitude)
    return up, east, north


@lru_cache(maxsize=16)
def sun_path(latitude_deg: float, longitude_deg: float, time_zone_h: float) -> SunPath:
    """The sun of a site through the year; computed once for a site, so do not change its arrays."""
    moments = ((np.arange(HOURS * _STEPS) + 0.5) / _STEPS).reshape(HOURS, _STEPS)
    up, east, north = _direction(moments, latitude_deg, longitude_deg, time_zone_h)
    risen = up > 0.0
    count = risen.sum(axis=1).astype(np.float64)
    lit = np.flatnonzero(count)
    middle_up, middle_east, middle_north = _direction(moments.mean(axis=1), latitude_deg, longitude_deg, time_zone_h)
    parts = [np.where(risen, part, 0.0)[lit] for part in (up, east, north)]
    for middle, part in zip((middle_up, middle_east, middle_north), parts, strict=True):
        middle[lit] = part.sum(axis=1) / count[lit]
    cosine = np.zeros(HOURS)
    cosine[lit] = middle_up[lit]
    return SunPath(
        zenith_deg=np.degrees(np.arccos(np.clip(middle_up, -1.0, 1.0))),
        azimuth_deg=np.degrees(np.arctan2(middle_east, middle_north)) % 360.0,
        up_share=count / _STEPS,
        cosine=cosine,
        lit=lit,
        up=parts[0],
        east=parts[1],
        north=parts[2],
        count=count[lit],
    )


def extraterrestrial_normal() -> Floats:
    """Irradiance outside the atmosphere on a plane that faces the sun, (8760,) W/m2 (Duffie and Beckman, 1.4.1a)."""
    day = np.floor(np.arange(HOURS) / 24) + 1
    result: Floats = SOLAR_CONSTANT_W_M2 * (1 + 0.033 * np.cos(2 * np.pi * day / 365))
    return result
