"""What a year of weather is: the facts that the rest of the engine computes with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpdesk.energy.weather.calendar import Floats
from cpdesk.energy.weather.sun import SunPath, sun_path
from cpdesk.model.climate import WeatherNote, WeatherUse

LATITUDE_DEG: Final = 40.2
LONGITUDE_DEG: Final = 116.2
TIME_ZONE_H: Final = 8.0
"""Changping, the site of years that are made from normals."""


@dataclass(frozen=True, slots=True)
class Weather:
    """One year by the hour; all arrays have 8,760 entries.

    Attributes:
        name: terrain, or the name of the station a file came from.
        temperature_c, wind_m_s: outdoor air.
        global_w_m2, direct_w_m2, diffuse_w_m2: on the horizontal, normal to the beam, and diffuse on the horizontal.
        zenith_deg, azimuth_deg: of the sun, as `weather.sun.SunPath` has them.
        ground_c: outdoor temperature of a month before as a yearly wave, which drives the ground (ISO 13370 H.4).
        status: of the normals it was made from.
        latitude_deg, longitude_deg, time_zone_h: of the site, north and east positive, hours ahead of UTC.
        altitude_m: of the station or the township, above the sea.
        humidity_pct: relative humidity; sky_ir_w_m2: long-wave radiation of the sky on the horizontal; None: not known.
        notes: what was left out, filled in or worked out.
        origin: normals or file.
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
    latitude_deg: float = LATITUDE_DEG
    longitude_deg: float = LONGITUDE_DEG
    time_zone_h: float = TIME_ZONE_H
    altitude_m: float = 0.0
    humidity_pct: Floats | None = None
    sky_ir_w_m2: Floats | None = None
    notes: tuple[WeatherNote, ...] = ()
    origin: str = "normals"

    @property
    def sun(self) -> SunPath:
        """Where the sun stands over the site."""
        return sun_path(self.latitude_deg, self.longitude_deg, self.time_zone_h)

    def use(self) -> WeatherUse:
        """What an audit says of it."""
        return WeatherUse(self.origin, self.name, self.source, self.status, self.altitude_m, self.notes)
