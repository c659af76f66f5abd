"""The envelope of a building as one row of numbers that add up.

A row holds conductances, solar apertures, storage and gains. Elements and measures only add to it, so that the states
of all combinations of measures are sums of a base row and differences, and are solved together (`energy.zone.states`).

Solar gains and long-wave losses of opaque parts follow ISO 13790:2008, 11.3 and 11.4: aperture of a window A g, of an
opaque part alpha R_se U A, extra flow to the sky F_r R_se U A h_r 11 K.

Buffers. WALL, ROOF, WINDOW and DOOR hold everything that bounds the rooms; FRONT_*, ROOM_WALL and ATTIC_CEILING tell
how much of it lies behind a buffer. Each buffer has six columns (`buffer_column`) and one aperture for each
orientation. The front stands in FRONT_* whether or not there is a sunspace: as long as the sunspace's OUTSIDE is zero,
there is none, and the front sees outdoors. A measure that builds one adds `buffer_row(...)` and nothing else; one that
insulates a ceiling or the wall behind a sunspace changes the element. Balance: `energy.zone.network`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.house.constructions import ground_floor
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.building import Buffer, Building, Draught, Element, ElementKind, Overhang, Zone

WINDOW, WINDOW_NIGHT, DOOR, WALL, ROOF, FLOOR, PERIODIC, AIR = range(8)
GAINS, CAPACITY, MASS, AREA, SKY_WINDOW, SKY_WALL, SKY_ROOF = range(8, 15)
AIR_STEADY, FRONT_WALL, FRONT_WINDOW, FRONT_DOOR, FRONT_SKY_WALL, FRONT_SKY_WINDOW = range(15, 21)
ROOM_WALL, ATTIC_CEILING, SUNSPACE_SHADE = range(21, 24)
BUFFERS: Final = ("room", "attic", "sunspace")
OUTSIDE, GROUND, GROUND_PERIODIC, SKY, INSIDE, OPEN = range(6)
"""Columns of a buffer: W/K to outdoors with its air change, to the ground, of the ground's swing; W to the sky; W/K of
air exchanged with the rooms always, and while its door stands open."""
_BUFFER_FIRST: Final = 24
FIXED: Final = _BUFFER_FIRST + 6 * len(BUFFERS)
"""Columns before the apertures: conductances in W/K, gains in W, J/K, m2, m2, flows to the sky in W, a share."""

_SURFACE_OUTSIDE_M2K_W: Final = 0.04
_SKY_W_M2: Final = 4.5 * 11.0  # h_r = 5 eps with eps 0.9, and 11 K between air and sky (ISO 13790, 11.4.6)
_AIR_J_M3K: Final = 1200.0
_SOIL_W_MK: Final = 1.5


def buffer_column(kind: str, column: int) -> int:
    """Column of a buffer's OUTSIDE, GROUND, GROUND_PERIODIC, SKY, INSIDE or OPEN."""
    return _BUFFER_FIRST + 6 * BUFFERS.index(kind) + column


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are apertures, and what of the building shapes the weather it sees.

    The apertures stand in blocks with one column for each orientation: windows, opaque parts, the front's windows, the
    front's opaque parts (these two count among the first two as well), and one block for each buffer.

    Attributes:
        orientations: (azimuth, tilt) in degrees; `overhangs` what shades them, one for each.
        fronts: blocks whose front the sunspace stands before, or would.
        front: azimuth of these fronts.
        draught: how leakage follows the weather.
        lag_h: time constant of a sunspace.
    """

    orientations: tuple[tuple[float, float], ...]
    overhangs: tuple[Overhang | None, ...] = ()
    fronts: tuple[str, ...] = ()
    front: float | None = None
    draught: Draught | None = None
    lag_h: float = 6.5

    @property
    def width(self) -> int:
        """Number of columns."""
        return FIXED + (4 + len(BUFFERS)) * len(self.orientations)

    def aperture(self, block: int, element: Element) -> int:
        """Column of the aperture of an element: 0 windows, 1 opaque, 2 and 3 those of the front, 4 on the buffers'."""
        at = self.orientations.index((element.azimuth_deg, element.tilt_deg))
        return FIXED + block * len(self.orientations) + at

    def in_front(self, element: Element) -> bool:
        """Whether the sunspace stands before this element, or would."""
        if element.buffer:
            return element.buffer == "sunspace"
        return element.side == "front" and element.block in self.fronts and element.adjacency == 1.0


def layout(building: Building) -> Layout:
    """The layout that holds all orientations of a building's outside faces."""
    own = [item for item in building.elements if item.kind is not ElementKind.FLOOR]
    outer = [item for zone in building.zones for buffer in zone.buffers for item in buffer.elements]
    faces = {(item.azimuth_deg, item.tilt_deg) for item in (*own, *outer) if item.kind is not ElementKind.FLOOR}
    orientations = tuple(sorted(faces))
    shaded = sorted((item for item in own if item.overhang is not None), key=lambda item: item.area_m2)
    overhangs = {(item.azimuth_deg, item.tilt_deg): item.overhang for item in shaded}
    glazed = [zone.name for zone in building.zones if any(item.kind == "sunspace" for item in zone.buffers)]
    fronts = tuple(glazed) or tuple(zone.name for zone in building.zones[:1])
    azimuths = [item.azimuth_deg for item in own if item.side == "front" and item.block in fronts]
    return Layout(
        orientations,
        tuple(overhangs.get(face) for face in orientations),
        fronts,
        azimuths[0] if azimuths else None,
        building.draught,
        building.sunspace_lag_h,
    )


def row(building: Building, columns: Layout) -> Floats:
    """The base row of a building: the sum of its zones.

    Raises:
        InputFault: CP-1301 a U-value or an area that no building has; CP-1362 a buffer without a face to outdoors.
    """
    total = np.zeros(columns.width)
    for zone in building.zones:
        _check(zone)
        for element in zone.elements:
            total += element_row(element, columns)
        for buffer in zone.buffers:
            total += buffer_row(buffer, columns, zone.wall_m)
        total[PERIODIC] += periodic(zone, zone.floor_resistance_m2k_w)
        total[AIR] += air_conductance(zone.volume_m3, zone.air_change_1_h)
        total[AIR_STEADY] += air_conductance(zone.volume_m3, min(zone.steady_air_1_h, zone.air_change_1_h))
        total[GAINS] += zone.gains_w_m2 * zone.floor_area_m2
        total[CAPACITY] += zone.capacity_j_k
        total[MASS] += zone.mass_area_m2
        total[AREA] += zone.floor_area_m2
    glazed = [item.shade for zone in building.zones for item in zone.buffers if item.kind == "sunspace"]
    if glazed:
        total[SUNSPACE_SHADE] = sum(glazed) / len(glazed)
    return total


def buffer_row(buffer: Buffer, columns: Layout, wall_m: float = 0.37) -> Floats:
    """What a buffer adds to a row; a measure that builds a sunspace adds just this.

    Args:
        wall_m: thickness of the wall on the edge of its floor.
    """
    faces = sum((element_row(item, columns) for item in buffer.elements), np.zeros(columns.width))
    found = np.zeros(columns.width)
    first = buffer_column(buffer.kind, 0)
    through = faces[[WINDOW, DOOR, WALL, ROOF]].sum() + air_conductance(buffer.volume_m3, buffer.air_change_1_h)
    found[first + OUTSIDE] = through
    found[first + GROUND] = faces[FLOOR]
    slab = sum(item.area_m2 for item in buffer.elements if item.kind is ElementKind.FLOOR)
    found[first + GROUND_PERIODIC] = _swing(slab, buffer.perimeter_m, buffer.floor_resistance_m2k_w, wall_m)
    found[first + SKY] = faces[[SKY_WINDOW, SKY_WALL, SKY_ROOF]].sum()
    found[first + INSIDE], found[first + OPEN] = buffer.inside_w_k, buffer.open_w_k
    count = len(columns.orientations)
    at = FIXED + (4 + BUFFERS.index(buffer.kind)) * count
    found[at : at + count] = faces[FIXED : FIXED + count] + faces[FIXED + count : FIXED + 2 * count]
    if buffer.kind == "sunspace":
        found[SUNSPACE_SHADE] = buffer.shade
    return found


def to_outdoors(rows: Floats) -> Floats:
    """(N,) heat transfer coefficient to outdoors in W/K, ground floor left out, air included.

    What lies behind a buffer counts with b = H_ue / (H_ue + H_iu) of ISO 13789:2017, 8.4; doors of a sunspace shut.
    """
    found: Floats = rows[:, [WINDOW, DOOR, WALL, ROOF, AIR]].sum(axis=1)
    for kind, inside in inner_faces(rows).items():
        first = buffer_column(kind, 0)
        beyond = rows[:, first + OUTSIDE] + rows[:, first + GROUND]
        there = rows[:, first + OUTSIDE] > 0
        joined = inside + rows[:, first + INSIDE]
        factor = np.divide(beyond, beyond + joined, out=np.ones_like(beyond), where=there)
        found = found + np.where(there, factor * joined - inside, 0.0)
    return found


def inner_faces(rows: Floats) -> dict[str, Floats]:
    """Conductance between the rooms and each buffer without air, (N,) in W/K."""
    front = rows[:, FRONT_WALL] + rows[:, FRONT_WINDOW] + rows[:, FRONT_DOOR]
    return {"room": rows[:, ROOM_WALL], "attic": rows[:, ATTIC_CEILING], "sunspace": front}


def air_conductance(volume_m3: float, air_change_1_h: float) -> float:
    """H_ve in W/K: 1200 J/(m3 K) x volume x air change / 3600 (ISO 13790, 9.3.1)."""
    return _AIR_J_M3K * volume_m3 * air_change_1_h / 3600.0


def periodic(zone: Zone, resistance_m2k_w: float) -> float:
    """H_pe of the ground floor in W/K (ISO 13370)."""
    area = sum(item.area_m2 for item in zone.elements if item.kind is ElementKind.FLOOR)
    return _swing(area, zone.perimeter_m, resistance_m2k_w, zone.wall_m)


def _swing(area_m2: float, perimeter_m: float, resistance_m2k_w: float, wall_m: float) -> float:
    if area_m2 <= 0 or perimeter_m <= 0:
        return 0.0
    return ground_floor(area_m2, perimeter_m, resistance_m2k_w, wall_m, _SOIL_W_MK).periodic_w_k


def element_row(element: Element, columns: Layout) -> Floats:
    """What one element adds to a row.

    Raises:
        ValueError: a window, door or floor towards cold rooms or an attic, which no house of the form has.
    """
    opaque = element.kind in (ElementKind.WALL, ElementKind.ROOF)
    if element.buffer in ("room", "attic") and not opaque:
        raise ValueError(f"{element.id}: only walls and ceilings bound a buffer of kind {element.buffer}")
    found = np.zeros(columns.width)
    conductance = element.area_m2 * element.u_value_w_m2k * element.adjacency
    front = columns.in_front(element)
    outdoors = element.adjacency == 1.0 and (front or not element.buffer)
    to_sky = _SURFACE_OUTSIDE_M2K_W * conductance * _SKY_W_M2 if outdoors else 0.0
    to_sky *= 1.0 if element.kind is ElementKind.ROOF and element.tilt_deg <= 45 else 0.5
    if element.kind is ElementKind.WINDOW:
        found[WINDOW] = found[WINDOW_NIGHT] = conductance
        found[SKY_WINDOW] = to_sky
        found[columns.aperture(0, element)] = element.area_m2 * element.g_value
        if front:
            found[FRONT_WINDOW], found[FRONT_SKY_WINDOW] = conductance, to_sky
            found[columns.aperture(2, element)] = element.area_m2 * element.g_value
    elif element.kind is ElementKind.DOOR:
        found[DOOR] = conductance
        found[FRONT_DOOR] = conductance if front else 0.0
    elif element.kind is ElementKind.FLOOR:
        found[FLOOR] = conductance
    else:
        found[WALL if element.kind is ElementKind.WALL else ROOF] = conductance
        found[SKY_WALL if element.kind is ElementKind.WALL else SKY_ROOF] = to_sky
        aperture = element.absorptance * _SURFACE_OUTSIDE_M2K_W * conductance if outdoors else 0.0
        found[columns.aperture(1, element)] = aperture
        if front:
            found[FRONT_WALL], found[FRONT_SKY_WALL] = conductance, to_sky
            found[columns.aperture(3, element)] = aperture
        elif element.buffer:
            found[ROOM_WALL if element.buffer == "room" else ATTIC_CEILING] = conductance
    return found


def _check(zone: Zone) -> None:
    """Refuse what cannot be: such a value comes from a building file or a damaged table, never from a house."""
    outer = [item for buffer in zone.buffers for item in buffer.elements]
    for buffer in zone.buffers:
        if not any(item.area_m2 * item.adjacency > 0 for item in buffer.elements if item.kind is not ElementKind.FLOOR):
            raise InputFault("CP-1362", place=zone.name, buffer=buffer.kind)
        if not 0.0 <= buffer.air_change_1_h <= 50.0:
            raise _refuse(f"{zone.name}.{buffer.kind}", "air_change", buffer.air_change_1_h, "1/h", 0, 50)
    for element in (*zone.elements, *outer):
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
