"""What the detailed model gives back, and how it is summed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cpdesk.energy.multizone.sun import WindowSun
from cpdesk.energy.weather.climate import MONTH, Floats


@dataclass(frozen=True, slots=True)
class Peak:
    """The greatest (or least) hourly mean and its hour of the year, 0 … 8759 (hour k ends k + 1 hours after new year's
    midnight)."""

    value: float
    hour: int

    @property
    def month(self) -> int:
        """1 … 12."""
        return int(MONTH[self.hour]) + 1

    @property
    def day(self) -> int:
        """Day of the month, from 1."""
        first = int(np.flatnonzero(MONTH[self.hour] == MONTH)[0])
        return (self.hour - first) // 24 + 1

    @property
    def hour_of_day(self) -> int:
        """1 … 24: the hour that ends then."""
        return self.hour % 24 + 1


@dataclass(frozen=True, slots=True)
class SurfaceTrace:
    """Mean temperatures of the faces of one part, (8760,) °C.

    Attributes:
        kind: "surface", "door", "window" (glass) or "frame". outside_c: None where the outer face is no face of air.
    """

    zone: str
    kind: str
    name: str
    inside_c: Floats
    outside_c: Floats | None


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """One zone. Hourly arrays have shape (8760,) and are means of the hours; sums are over the days asked for.

    Attributes:
        heating_w, cooling_w: both positive. air_c, mean_radiant_c (faces by area), operative_c (mean of both).
        heating_kwh, cooling_kwh: of the period; *_monthly_kwh: (12,).
        heating_peak_w, cooling_peak_w: greatest hourly means.
        coldest, warmest, mean_air_c: of the air.
        gains_w: internal, all. sun_w: transmitted through windows to outdoors.
        flows_w: heat that leaves the zone's air by part, (8760,): "surface", "window", "door", "frame" by convection,
            "air" (leaks and fans), "bridge", "exchange".
        residual: (8760,) heat balance of the zone's air over the sum of its flows' magnitudes.
    """

    name: str
    heating_w: Floats
    cooling_w: Floats
    air_c: Floats
    mean_radiant_c: Floats
    operative_c: Floats
    heating_kwh: float
    cooling_kwh: float
    heating_monthly_kwh: Floats
    cooling_monthly_kwh: Floats
    heating_peak_w: Peak
    cooling_peak_w: Peak
    coldest: Peak
    warmest: Peak
    mean_air_c: float
    gains_w: Floats
    sun_w: Floats
    flows_w: dict[str, Floats]
    residual: Floats


@dataclass(frozen=True, slots=True)
class Result:
    """The whole building.

    Attributes:
        surfaces: temperatures of all faces. windows: sun at each window to outdoors.
        sun_on_surfaces_w_m2: {(zone, surface): (8760,)} on the unshaded plane.
        losses_kwh: heat that leaves the building in the period by part: (zone, kind, name) with kind "surface", "door",
            "window", "frame", "air", "bridge", negative where it comes in; what the sun puts on outer faces is taken
            off the part's loss.
        heating_kwh, cooling_kwh: of all zones.
        residual: (8760,) heat balance of the whole over the sum of its flows' magnitudes.
        residual_max: the greatest of all, of zones and whole.
        warm_up_rounds: how often the warm-up days were gone through.
    """

    zones: tuple[ZoneResult, ...]
    surfaces: tuple[SurfaceTrace, ...]
    windows: tuple[WindowSun, ...]
    sun_on_surfaces_w_m2: dict[tuple[str, str], Floats]
    losses_kwh: dict[tuple[str, str, str], float]
    heating_kwh: float
    cooling_kwh: float
    residual: Floats
    residual_max: float
    warm_up_rounds: int

    def zone(self, name: str) -> ZoneResult:
        """The zone of that name."""
        return next(zone for zone in self.zones if zone.name == name)


def peak(values: Floats, chosen: Floats, *, least: bool = False) -> Peak:
    """Greatest or least of the chosen hours (a mask), with its hour."""
    inside = np.flatnonzero(chosen)
    hour = int(inside[np.argmin(values[inside]) if least else np.argmax(values[inside])])
    return Peak(float(values[hour]), hour)


def monthly_kwh(power_w: Floats, chosen: Floats) -> Floats:
    """(12,) sums of the chosen hours."""
    return np.array([float(power_w[(month == MONTH) & (chosen > 0)].sum()) / 1000.0 for month in range(12)])
