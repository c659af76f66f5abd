"""A house with its buffers hour by hour from its elements, every hour's equations solved anew: slow, and on its own.

It shares with the fast solver only the hours' drivers. Air leakage may follow the weather exactly, and buffers may
store heat; the fast solver does neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cpdesk.energy.house.constructions import ground_floor
from cpdesk.energy.zone.drivers import GROUND_WAVE, NIGHT, OPENED, SUN, Drivers
from cpdesk.energy.zone.envelope import Layout
from cpdesk.model.building import Building, Element, ElementKind

AIR, SURFACE, FACE, MASS = range(4)
SKY_W_M2 = 4.5 * 11.0


@dataclass
class Exact:
    """Heating, air temperature and buffers' temperatures of the counted hours."""

    heating_w: np.ndarray
    air_c: np.ndarray
    buffers_c: dict[str, np.ndarray]


def exact_march(
    building: Building,
    columns: Layout,
    drivers: Drivers,
    day_c: float,
    night_c: float,
    *,
    limit_w: float = 1e9,
    wind_m_s: np.ndarray | None = None,
    capacity_j_k: Mapping[str, float] | None = None,
) -> Exact:
    """March a house of one zone.

    Args:
        wind_m_s: by hour of the drivers: leakage then follows wind and the true temperature difference.
        capacity_j_k: of buffers by kind.
    """
    (zone,) = building.zones
    kinds = [item.kind for item in zone.buffers]
    capacity_j_k = capacity_j_k or {}
    total, mean = 4.5 * zone.floor_area_m2, drivers.mean_c
    h_is, h_ms = 3.45 * total, 9.1 * zone.mass_area_m2
    shade = next((item.shade for item in zone.buffers if item.kind == "sunspace"), 0.0)

    def sun_on(element: Element) -> np.ndarray:
        return drivers.rows[SUN + columns.orientations.index((element.azimuth_deg, element.tilt_deg))]

    def sky(element: Element) -> float:
        share = 0.5 if element.tilt_deg > 45 or element.kind is ElementKind.WINDOW else 1.0
        skip = element.kind in (ElementKind.DOOR, ElementKind.FLOOR)
        return 0.0 if skip else share * 0.04 * element.u_value_w_m2k * element.area_m2 * SKY_W_M2

    def aperture(element: Element) -> float:
        if element.kind is ElementKind.WINDOW:
            return element.area_m2 * element.g_value
        if element.kind in (ElementKind.DOOR, ElementKind.FLOOR):
            return 0.0
        return element.absorptance * 0.04 * element.u_value_w_m2k * element.area_m2

    hours = len(drivers.hour)
    gains = np.full(hours, 0.5 * zone.gains_w_m2 * zone.floor_area_m2)
    into_rooms = np.zeros(hours)  # through the sunspace
    h_opaque = {"": 0.0, **dict.fromkeys(kinds, 0.0)}
    h_glass = {"": 0.0, **dict.fromkeys(kinds, 0.0)}
    floor = 0.0
    for item in zone.elements:
        conductance = item.area_m2 * item.u_value_w_m2k * item.adjacency
        if item.kind is ElementKind.FLOOR:
            floor += conductance
            continue
        (h_glass if item.kind in (ElementKind.WINDOW, ElementKind.DOOR) else h_opaque)[item.buffer] += conductance
        if item.buffer in ("room", "attic") or item.adjacency < 1.0:
            continue
        passed = 1.0 - shade if item.buffer == "sunspace" else 1.0
        lit = passed * aperture(item) * (sun_on(item) if aperture(item) else np.zeros(hours))
        gains += lit - (0.0 if item.buffer else sky(item))
        into_rooms += lit if item.buffer else 0.0
    slab = sum(item.area_m2 for item in zone.elements if item.kind is ElementKind.FLOOR)
    swing = ground_floor(slab, zone.perimeter_m, zone.floor_resistance_m2k_w, zone.wall_m, 1.5).periodic_w_k
    outer, ground, own_sun, inner_air, opened = {}, {}, {}, {}, {}
    for buffer in zone.buffers:
        bottom = [item for item in buffer.elements if item.kind is ElementKind.FLOOR]
        rest = [item for item in buffer.elements if item.kind is not ElementKind.FLOOR]
        outer[buffer.kind] = (
            sum(item.area_m2 * item.u_value_w_m2k * item.adjacency for item in rest)
            + buffer.volume_m3 * buffer.air_change_1_h / 3.0
        )
        area = sum(item.area_m2 for item in bottom)
        pulse = 0.0
        if area and buffer.perimeter_m:
            pulse = ground_floor(area, buffer.perimeter_m, buffer.floor_resistance_m2k_w, zone.wall_m, 1.5).periodic_w_k
        ground[buffer.kind] = (sum(item.area_m2 * item.u_value_w_m2k for item in bottom), pulse)
        lit = sum((aperture(item) * sun_on(item) for item in rest if item.adjacency == 1.0), np.zeros(hours))
        lit = np.maximum(lit - into_rooms, 0.0) if buffer.kind == "sunspace" else lit
        own_sun[buffer.kind] = lit - sum(sky(item) for item in rest if item.adjacency == 1.0)
        inner_air[buffer.kind], opened[buffer.kind] = buffer.inside_w_k, buffer.open_w_k
    one_change = zone.volume_m3 / 3.0
    want = drivers.set_points(day_c, night_c)
    state = np.array([max(day_c, 8.0) - 1.0, *([0.0] * len(kinds))])
    heats, airs, temperatures = [], [], []
    draught, air_was = building.draught, day_c
    for hour in range(hours):
        outdoor, wave = drivers.rows[0, hour], drivers.rows[GROUND_WAVE, hour]
        change = zone.air_change_1_h
        if draught is not None and wind_m_s is not None:
            reference = draught.stack * draught.reference_k + draught.wind * draught.reference_m_s**2
            now = draught.stack * abs(air_was - outdoor) + draught.wind * wind_m_s[hour] ** 2
            change = zone.steady_air_1_h + (change - zone.steady_air_1_h) * np.sqrt(now / reference)
        h_air = change * one_change
        size = 4 + len(kinds)
        matrix, right = np.zeros((size, size)), np.zeros(size)

        def join(one: int, two: int, conductance: float, into: np.ndarray = matrix) -> None:
            into[one, one] += conductance
            into[two, two] += conductance
            into[one, two] -= conductance
            into[two, one] -= conductance

        def outside(node: int, conductance: float, temperature: float, into=(matrix, right)) -> None:
            into[0][node, node] += conductance
            into[1][node] += conductance * temperature

        assert drivers.kind[hour] in (0, NIGHT, OPENED)
        join(AIR, SURFACE, h_is)
        join(SURFACE, MASS, h_ms)
        join(FACE, MASS, -h_ms)  # 1 / H_em = 1 / H_op - 1 / H_ms: the mass lies outside the surface's film
        outside(AIR, h_air, outdoor)
        outside(SURFACE, h_glass[""], outdoor)
        outside(FACE, h_opaque[""], outdoor)
        outside(FACE, floor, mean)
        right[FACE] -= swing * (mean - wave)
        per_glass = gains[hour] / (9.1 * total)
        all_glass = sum(h_glass.values())
        share = zone.mass_area_m2 / total
        right[AIR] += 0.5 * zone.gains_w_m2 * zone.floor_area_m2
        right[MASS] += share * gains[hour]
        right[SURFACE] += (1.0 - share) * gains[hour] - all_glass * per_glass
        for number, kind in enumerate(kinds):
            node = 4 + number
            join(FACE, node, h_opaque[kind])
            join(SURFACE, node, h_glass[kind])
            join(AIR, node, inner_air[kind] + (opened[kind] if drivers.kind[hour] == OPENED else 0.0))
            outside(node, outer[kind], outdoor)
            outside(node, ground[kind][0], mean)
            right[node] += own_sun[kind][hour] + h_glass[kind] * per_glass - ground[kind][1] * (mean - wave)
        # Means over the hour are unknown; what stores heat ends the hour at 2 mean - start.
        for node, stored, before in (
            (MASS, zone.capacity_j_k, state[0]),
            *((4 + number, capacity_j_k.get(kind, 0.0), state[1 + number]) for number, kind in enumerate(kinds)),
        ):
            matrix[node, node] += 2.0 * stored / 3600.0
            right[node] += 2.0 * stored / 3600.0 * before
        free = np.linalg.solve(matrix, right)
        unit = np.linalg.solve(matrix, np.eye(size)[AIR])
        heat = float(np.clip((want[hour] - free[AIR]) / unit[AIR], 0.0, limit_w))
        now_c = free + heat * unit
        ends = 2.0 * now_c[[MASS, *range(4, size)]] - state
        stored = np.array([1.0, *(capacity_j_k.get(kind, 0.0) for kind in kinds)]) > 0
        state = np.where(stored, ends, now_c[[MASS, *range(4, size)]])
        air_was = now_c[AIR]
        heats.append(heat)
        airs.append(now_c[AIR])
        temperatures.append(now_c[4:])
    counted = drivers.counted
    found = np.array(temperatures)
    return Exact(
        np.array(heats)[counted], np.array(airs)[counted],
        {kind: found[counted, number] for number, kind in enumerate(kinds)},
    )  # fmt: skip
