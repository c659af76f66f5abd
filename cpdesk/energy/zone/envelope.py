"""The envelope of a building as one row of numbers that add up.

A row holds conductances, solar apertures, storage and gains. Elements and measures only add to it, so that the states
of all combinations of measures are sums of a base row and differences, and are solved together (`energy.zone.states`).

Solar gains and long-wave losses of opaque parts follow ISO 13790:2008, 11.3 and 11.4: aperture of a window A g, of an
opaque part alpha R_se U A, extra flow to the sky F_r R_se U A h_r 11 K.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.house.constructions import ground_floor
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.building import Building, Element, ElementKind, Zone

WINDOW, WINDOW_NIGHT, DOOR, WALL, ROOF, FLOOR, PERIODIC, AIR = range(8)
GAINS, CAPACITY, MASS, AREA, SKY_WINDOW, SKY_WALL, SKY_ROOF = range(8, 15)
FIXED: Final = 15
"""Columns before the apertures: conductances in W/K, gains in W, J/K, m2, m2, flows to the sky in W."""

_SURFACE_OUTSIDE_M2K_W: Final = 0.04
_SKY_W_M2: Final = 4.5 * 11.0  # h_r = 5 eps with eps 0.9, and 11 K between air and sky (ISO 13790, 11.4.6)
_AIR_J_M3K: Final = 1200.0
_SOIL_W_MK: Final = 1.5


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are apertures: one orientation after another for windows, then the same for opaque parts.

    Attributes:
        orientations: (azimuth, tilt) in degrees.
    """

    orientations: tuple[tuple[float, float], ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return FIXED + 2 * len(self.orientations)

    def window_sun(self, element: Element) -> int:
        """Column of the aperture of a window."""
        return FIXED + self.orientations.index((element.azimuth_deg, element.tilt_deg))

    def opaque_sun(self, element: Element) -> int:
        """Column of the aperture of a wall or roof."""
        return self.window_sun(element) + len(self.orientations)


def layout(building: Building) -> Layout:
    """The layout that holds all orientations of a building's outside faces."""
    faces = {(item.azimuth_deg, item.tilt_deg) for item in building.elements if item.kind is not ElementKind.FLOOR}
    return Layout(tuple(sorted(faces)))


def row(building: Building, columns: Layout) -> Floats:
    """The base row of a building: the sum of its zones.

    Raises:
        InputFault: CP-1301 a U-value or an area that no building has.
    """
    total = np.zeros(columns.width)
    for zone in building.zones:
        _check(zone)
        for element in zone.elements:
            total += element_row(element, columns)
        total[PERIODIC] += periodic(zone, zone.floor_resistance_m2k_w)
        total[AIR] += air_conductance(zone.volume_m3, zone.air_change_1_h)
        total[GAINS] += zone.gains_w_m2 * zone.floor_area_m2
        total[CAPACITY] += zone.capacity_j_k
        total[MASS] += zone.mass_area_m2
        total[AREA] += zone.floor_area_m2
    return total


def air_conductance(volume_m3: float, air_change_1_h: float) -> float:
    """H_ve in W/K: 1200 J/(m3 K) x volume x air change / 3600 (ISO 13790, 9.3.1)."""
    return _AIR_J_M3K * volume_m3 * air_change_1_h / 3600.0


def periodic(zone: Zone, resistance_m2k_w: float) -> float:
    """H_pe of the ground floor in W/K (ISO 13370)."""
    area = sum(item.area_m2 for item in zone.elements if item.kind is ElementKind.FLOOR)
    if area <= 0 or zone.perimeter_m <= 0:
        return 0.0
    return ground_floor(area, zone.perimeter_m, resistance_m2k_w, zone.wall_m, _SOIL_W_MK).periodic_w_k


def element_row(element: Element, columns: Layout) -> Floats:
    """What one element adds to a row."""
    found = np.zeros(columns.width)
    conductance = element.area_m2 * element.u_value_w_m2k * element.adjacency
    outdoors = element.adjacency == 1.0
    to_sky = _SURFACE_OUTSIDE_M2K_W * conductance * _SKY_W_M2 if outdoors else 0.0
    if element.kind is ElementKind.WINDOW:
        found[WINDOW] = found[WINDOW_NIGHT] = conductance
        found[SKY_WINDOW] = 0.5 * to_sky
        found[columns.window_sun(element)] = element.area_m2 * element.g_value
    elif element.kind is ElementKind.DOOR:
        found[DOOR] = conductance
    elif element.kind is ElementKind.FLOOR:
        found[FLOOR] = conductance
    else:
        found[WALL if element.kind is ElementKind.WALL else ROOF] = conductance
        found[SKY_WALL if element.kind is ElementKind.WALL else SKY_ROOF] = to_sky * (
            0.5 if element.tilt_deg > 45 else 1.0
        )
        if outdoors:
            aperture = element.absorptance * _SURFACE_OUTSIDE_M2K_W * conductance
            found[columns.opaque_sun(element)] = aperture
    return found


def _check(zone: Zone) -> None:
    """Refuse what cannot be: such a value comes from a building file or a damaged table, never from a house."""
    for element in zone.elements:
        if not 0.05 <= element.u_value_w_m2k <= 10.0:
            raise _refuse(element.id, "wall_u", element.u_value_w_m2k, "W/m2K", 0.05, 10)
        if not 0.0 <= element.area_m2 <= 5000.0:
            raise _refuse(element.id, "area_m2", element.area_m2, "m2", 0, 5000)
        if not 0.0 <= element.adjacency <= 1.0:
            raise _refuse(element.id, "adjacency", element.adjacency, "", 0, 1)
    for name, value, unit, low, high in (
        ("heated_area_m2", zone.floor_area_m2, "m2", 4, 5000),
        ("volume_m3", zone.volume_m3, "m3", 8, 20000),
        ("air_change", zone.air_change_1_h, "1/h", 0, 10),
        ("capacity", zone.capacity_j_k / max(zone.floor_area_m2, 1e-9), "J/m2K", 20000, 2000000),
    ):
        if not low <= value <= high:
            raise _refuse(zone.name, name, value, unit, low, high)


def _refuse(place: str, name: str, value: float, unit: str, low: float, high: float) -> InputFault:
    from cpdesk.energy.house.ledger import fault

    found = fault(
        "CP-1301", name=f"energy.input.{name}", value=f"{value:g}", unit=unit, low=f"{low:g}", high=f"{high:g}"
    )
    found.fields |= {"place_zh": place, "place_en": place}
    return found
