"""Sunlight on surfaces of any direction, and the temperature of the sky.

Perez: R. Perez, P. Ineichen, R. Seals, J. Michalsky, R. Stewart, "Modeling daylight availability and irradiance
components from direct and global irradiance", Solar Energy 44 (1990) 271-289, table 6 (coefficients for irradiance);
relative air mass after Kasten and Young, Applied Optics 28 (1989) 4735-4738.
Isotropic: Liu and Jordan as in Duffie and Beckman, "Solar Engineering of Thermal Processes", equation 2.15.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from cpdesk.energy.weather.calendar import HOURS, Floats
from cpdesk.energy.weather.sun import extraterrestrial_normal
from cpdesk.energy.weather.year import Weather

SkyModel = Literal["perez", "isotropic"]

_KAPPA: Final = 1.041  # for the zenith in radians; Perez 1990, equation 1
_CLEARNESS_BINS: Final = (1.065, 1.230, 1.500, 1.950, 2.800, 4.500, 6.200)
_COEFFICIENTS: Final = np.array(
    [
        # F11, F12, F13, F21, F22, F23, from overcast to clear
        [-0.008, 0.588, -0.062, -0.060, 0.072, -0.022],
        [0.130, 0.683, -0.151, -0.019, 0.066, -0.029],
        [0.330, 0.487, -0.221, 0.055, -0.064, -0.026],
        [0.568, 0.187, -0.295, 0.109, -0.152, -0.014],
        [0.873, -0.392, -0.362, 0.226, -0.462, 0.001],
        [1.132, -1.237, -0.412, 0.288, -0.823, 0.056],
        [1.060, -1.600, -0.359, 0.264, -1.127, 0.131],
        [0.678, -0.327, -0.250, 0.156, -1.377, 0.251],
    ]
)
_LOWEST_COSINE: Final = float(np.cos(np.radians(85.0)))  # of the zenith, in the circumsolar term


@dataclass(frozen=True, slots=True)
class Tilted:
    """Irradiance on a surface by where it comes from, (8760,) W/m2; beam + sky + ground is all of it.

    Attributes:
        sky_w_m2: diffuse from the sky; of it `circumsolar_w_m2` from around the sun, which falls and is shaded as the
            beam is, and `horizon_w_m2` from the bright band at the horizon (negative under some overcast skies).
        ground_w_m2: reflected by the ground.
        incidence_deg: angle of the beam with the outward normal while the sun is up and before the surface; where
            it is never before it in that hour, the angle of the mean direction, at least 90.
    """

    beam_w_m2: Floats
    sky_w_m2: Floats
    ground_w_m2: Floats
    incidence_deg: Floats
    circumsolar_w_m2: Floats
    horizon_w_m2: Floats

    @property
    def total_w_m2(self) -> Floats:
        """All sunlight that falls on the surface."""
        result: Floats = self.beam_w_m2 + self.sky_w_m2 + self.ground_w_m2
        return result


def tilted(
    weather: Weather,
    azimuth_deg: float,
    tilt_deg: float,
    *,
    albedo: float | Floats = 0.2,
    model: SkyModel = "perez",
) -> Tilted:
    """Sunlight on a surface.

    Args:
        azimuth_deg: the outward normal, clockwise from north; tilt_deg: 0 faces the sky, 90 a wall, 180 the ground.
        albedo: reflectance of the ground, one number or (8760,).
    """
    if isinstance(albedo, float) and model == "perez":
        return _under_perez(SameSky(weather), azimuth_deg, tilt_deg, albedo)
    return _tilted(weather, azimuth_deg, tilt_deg, albedo, model)


class SameSky:
    """A year's sun as a key: the same arrays over the same site, whatever the air is like.

    The houses of a village see the same sun under the air of their own altitude.
    """

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self._arrays = (weather.direct_w_m2, weather.diffuse_w_m2, weather.global_w_m2, weather.zenith_deg,
                        weather.azimuth_deg)  # fmt: skip
        self._key = tuple(map(id, self._arrays)), weather.latitude_deg, weather.longitude_deg, weather.time_zone_h

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameSky) and self._key == other._key


@lru_cache(maxsize=64)
def _under_perez(sky: SameSky, azimuth_deg: float, tilt_deg: float, albedo: float) -> Tilted:
    """What many houses ask for; nobody may change it."""
    found = _tilted(sky.weather, azimuth_deg, tilt_deg, albedo, "perez")
    for name in Tilted.__slots__:
        getattr(found, name).flags.writeable = False
    return found


def _tilted(weather: Weather, azimuth_deg: float, tilt_deg: float, albedo: float | Floats, model: SkyModel) -> Tilted:
    mean_cosine, incidence = _incidence(weather, azimuth_deg, tilt_deg)
    tilt = np.radians(tilt_deg)
    to_sky = (1.0 + np.cos(tilt)) / 2.0
    if model == "perez":
        around, band = _perez_factors(weather)
        zenith_cosine = np.maximum(weather.sun.cosine, _LOWEST_COSINE)
        circumsolar = weather.diffuse_w_m2 * around * mean_cosine / zenith_cosine
        horizon = weather.diffuse_w_m2 * band * np.sin(tilt)
        sky = np.maximum(weather.diffuse_w_m2 * (1.0 - around) * to_sky + circumsolar + horizon, 0.0)
    else:
        circumsolar = horizon = np.zeros(HOURS)
        sky = weather.diffuse_w_m2 * to_sky
    return Tilted(
        beam_w_m2=weather.direct_w_m2 * mean_cosine,
        sky_w_m2=sky,
        ground_w_m2=weather.global_w_m2 * albedo * (1.0 - np.cos(tilt)) / 2.0,
        incidence_deg=incidence,
        circumsolar_w_m2=circumsolar,
        horizon_w_m2=horizon,
    )


def tilted_irradiance(
    weather: Weather, azimuth_deg: float, tilt_deg: float, albedo: float = 0.2, model: SkyModel = "perez"
) -> Floats:
    """All irradiance on a surface in W/m2."""
    return tilted(weather, azimuth_deg, tilt_deg, albedo=albedo, model=model).total_w_m2


def _incidence(weather: Weather, azimuth_deg: float, tilt_deg: float) -> tuple[Floats, Floats]:
    """Mean of the cosine while the sun is up (0 while it is behind the surface), and the angle of incidence."""
    path, tilt, azimuth = weather.sun, np.radians(tilt_deg), np.radians(azimuth_deg)
    across = np.sin(tilt)
    normal_up, normal_east, normal_north = np.cos(tilt), across * np.sin(azimuth), across * np.cos(azimuth)
    steps = path.up * normal_up + path.east * normal_east + path.north * normal_north
    before = np.maximum(steps, 0.0).sum(axis=1)
    faced = (steps > 0.0).sum(axis=1)
    mean = np.zeros(HOURS)
    mean[path.lit] = before / path.count
    zenith, turn = np.radians(weather.zenith_deg), np.radians(weather.azimuth_deg - azimuth_deg)
    cosine = np.cos(zenith) * normal_up + np.sin(zenith) * across * np.cos(turn)
    while_faced = np.minimum(cosine, 0.0)
    while_faced[path.lit] = np.where(faced > 0, before / np.maximum(faced, 1), while_faced[path.lit])
    return mean, np.degrees(np.arccos(np.clip(while_faced, -1.0, 1.0)))


def _perez_factors(weather: Weather) -> tuple[Floats, Floats]:
    """Brightness of the circumsolar part (F1) and of the horizon (F2); 0 while the sun is down or nothing comes."""
    zenith = np.radians(np.minimum(weather.zenith_deg, 90.0))
    diffuse = weather.diffuse_w_m2
    there = (diffuse > 0.0) & (weather.sun.up_share > 0.0)
    power = _KAPPA * zenith**3
    ratio = np.divide(diffuse + weather.direct_w_m2, diffuse, out=np.ones(HOURS), where=there)
    clearness = (ratio + power) / (1.0 + power)
    height_deg = 90.0 - np.degrees(zenith)
    air_mass = 1.0 / (np.cos(zenith) + 0.50572 * (height_deg + 6.07995) ** -1.6364)
    brightness = air_mass * diffuse / extraterrestrial_normal()
    row = _COEFFICIENTS[np.digitize(clearness, _CLEARNESS_BINS)].T
    around = np.maximum(row[0] + row[1] * brightness + row[2] * zenith, 0.0)
    band = row[3] + row[4] * brightness + row[5] * zenith
    return np.where(there, around, 0.0), np.where(there, band, 0.0)
