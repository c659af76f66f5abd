"""Outdoor air that comes into a zone: through leaks, by wind and temperature, and by fans under conditions."""

from __future__ import annotations

from typing import Final

import numpy as np

from cpdesk.energy.multizone.network import AIR_HEAT_J_KGK
from cpdesk.energy.multizone.spec import Building, Zone
from cpdesk.energy.weather.climate import HOURS, Floats, Weather

_TYPICAL_DIFFERENCE_K: Final = 15.0


class ZoneAir:
    """Heat conductance of the outdoor air of one zone, W/K.

    Attributes:
        varies: whether it changes in the year. middle_w_k: between its least and its greatest value.
    """

    def __init__(self, zone: Zone, building: Building, weather: Weather) -> None:
        weekday = building.options.first_weekday
        heat = building.site.air_density_kg_m3 * AIR_HEAT_J_KGK / 3600.0
        leak, wind = zone.infiltration, weather.wind_m_s * building.site.wind_factor
        per_change = leak.air_change_1_h.hourly(weekday) * zone.volume_m3 * heat
        self._outdoor_c = weather.temperature_c
        self._known = per_change * (leak.constant + leak.per_m_s * wind)
        self._per_k = per_change * leak.per_k
        self._fans = []
        waiting: Floats = np.zeros(HOURS)
        for fan in zone.fans:
            flow = fan.schedule.hourly(weekday) * fan.flow_m3_h * heat * (1.0 - fan.heat_recovery)
            if fan.outside_above_c is not None:
                flow = np.where(weather.temperature_c > fan.outside_above_c, flow, 0.0)
            if fan.inside_above_c is None and fan.warmer_than_outside_k is None:
                self._known = self._known + flow
            else:
                self._fans.append((fan, flow))
                waiting = waiting + flow
        self._depends = bool(self._fans) or bool(self._per_k.any())
        most = self._known + waiting + self._per_k * _TYPICAL_DIFFERENCE_K
        self.varies = self._depends or float(np.ptp(self._known)) > 0.0
        self.middle_w_k = float((self._known.min() + most.max()) / 2.0)

    def at(self, hour: int, zone_c: float) -> float:
        """In an hour that begins with the zone's air at `zone_c`."""
        result = float(self._known[hour])
        if not self._depends:
            return result
        outdoor = float(self._outdoor_c[hour])
        result += float(self._per_k[hour]) * abs(zone_c - outdoor)
        for fan, flow in self._fans:
            warm = fan.inside_above_c is None or zone_c > fan.inside_above_c
            worth = fan.warmer_than_outside_k is None or zone_c - outdoor >= fan.warmer_than_outside_k
            if warm and worth:
                result += float(flow[hour])
        return result
