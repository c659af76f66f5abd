"""Moisture of the air, and the long-wave radiation and temperature of the sky.

Saturation: Magnus formula over water with the coefficients of Sonntag (1990), as in ISO 13788 in form.
Clear sky from the dew point: P. Berdahl, M. Martin, "Emissivity of clear skies", Solar Energy 32 (1984) 663-664.
Clouds: M. Martin, P. Berdahl, "Characteristics of infrared sky radiation in the United States", Solar Energy 33 (1984)
321-336: the clouds close part of the window that a clear sky leaves open, the less the higher (colder) they are.
Clear sky without moisture: W. C. Swinbank, "Long-wave radiation from clear skies", Quarterly Journal of the Royal
Meteorological Society 89 (1963) 339-348.
Clouds from global irradiance: F. Kasten, G. Czeplak, Solar Energy 24 (1980) 177-189, with the clear sky of B. Haurwitz,
J. Meteorology 2 (1945) 154-166.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cpdesk.energy.weather.calendar import HOUR, Floats
from cpdesk.energy.weather.year import Weather

STEFAN_BOLTZMANN_W_M2K4: Final = 5.670374e-8
_ZERO_K: Final = 273.15
_CLOUD_FACTOR: Final = float(np.exp(-1.0 / 8.2))  # opaque clouds with their base at 1 km, where most winter clouds lie


def humidity_pct(temperature_c: Floats, dew_point: Floats) -> Floats:
    """Relative humidity from the dew point, %, 0 to 100."""
    result: Floats = np.clip(100.0 * _saturation(dew_point) / _saturation(temperature_c), 0.0, 100.0)
    return result


def dew_point_c(temperature_c: Floats, humidity: Floats) -> Floats:
    """Dew point from the relative humidity, degC."""
    exponent = np.log(np.clip(humidity, 1.0, 100.0) / 100.0) + 17.62 * temperature_c / (243.12 + temperature_c)
    result: Floats = 243.12 * exponent / (17.62 - exponent)
    return result


def _saturation(temperature_c: Floats) -> Floats:
    """Pressure of saturated vapour over water, Pa."""
    result: Floats = 611.2 * np.exp(17.62 * temperature_c / (243.12 + temperature_c))
    return result


def sky_radiation_w_m2(temperature_c: Floats, dew_point: Floats, cloud_share: Floats) -> Floats:
    """Long-wave radiation of the sky on the horizontal from dew point and cloud cover (0 to 1), (8760,)."""
    hundredth = dew_point / 100.0
    clear = 0.711 + 0.56 * hundredth + 0.73 * hundredth**2 + 0.013 * np.cos(2 * np.pi * (HOUR + 0.5) / 24)
    return _clouded(np.minimum(clear, 1.0), cloud_share) * _black(temperature_c)


def _clouded(clear_emissivity: Floats, cloud_share: Floats) -> Floats:
    result: Floats = clear_emissivity + (1.0 - clear_emissivity) * cloud_share * _CLOUD_FACTOR
    return result


def _black(temperature_c: Floats) -> Floats:
    result: Floats = STEFAN_BOLTZMANN_W_M2K4 * (temperature_c + _ZERO_K) ** 4
    return result


def cloud_share_from_sun(weather: Weather) -> Floats:
    """Cloud cover of each day, 0 to 1, from its global irradiance against a clear sky; the same for its 24 hours."""
    path = weather.sun
    cosine = np.maximum(path.cosine, 1e-3)
    clear = 1098.0 * cosine * np.exp(-0.057 / cosine) * path.up_share
    by_day = clear.reshape(-1, 24).sum(axis=1)
    sun = weather.global_w_m2.reshape(-1, 24).sum(axis=1)
    ratio = np.divide(sun, by_day, out=np.ones(365), where=by_day > 1.0)
    share = np.clip((1.0 - np.clip(ratio, 0.25, 1.0)) / 0.75, 0.0, 1.0) ** (1.0 / 3.4)
    return np.repeat(share, 24)


def sky_temperature_c(weather: Weather) -> Floats:
    """Temperature of a black sky that radiates as the sky does, (8760,) degC.

    From the horizontal infrared radiation where it is known; else from the dew point (Berdahl and Martin), and where
    the moisture is not known either from the air temperature (Swinbank), both with clouds judged by the day's sun.
    """
    if weather.sky_ir_w_m2 is not None:
        radiation = weather.sky_ir_w_m2
    else:
        cloud = cloud_share_from_sun(weather)
        if weather.humidity_pct is not None:
            dew_point = dew_point_c(weather.temperature_c, weather.humidity_pct)
            radiation = sky_radiation_w_m2(weather.temperature_c, dew_point, cloud)
        else:
            clear = np.minimum(0.0552**4 * (weather.temperature_c + _ZERO_K) ** 2, 1.0)
            radiation = _clouded(clear, cloud) * _black(weather.temperature_c)
    result: Floats = (radiation / STEFAN_BOLTZMANN_W_M2K4) ** 0.25 - _ZERO_K
    return result
