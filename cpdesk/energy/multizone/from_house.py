"""A surveyed house as a building file of the detailed model, for an engineer to refine: `document_of`, `building_of`.

Both models then compute the same house: U-values (thermal bridges in them), areas, ground, air change, gains, set
points and season. Layers stand where the tables know them; what the U-value asks beyond them is a resistance on the
side of the insulation. Cold rooms, attic and sunspace become zones of their own.

Told differently than in the fast model, because the detailed one knows better: sun through glass goes by its angle and
through the sunspace's glass and the windows behind it one after the other; roofs over an attic are slopes; ends of a
sunspace face their own ways. What a building file cannot say is left out: hills before the front.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from cpdesk.energy.multizone.checks import STANDARD_FILMS_M2K_W
from cpdesk.energy.multizone.read import read_building
from cpdesk.energy.multizone.spec import Building as Spec
from cpdesk.energy.multizone.spec import Site
from cpdesk.energy.rows import Material
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.calendar import HOUR, HOURS, MONTH, Floats
from cpdesk.energy.weather.climate import season_hours
from cpdesk.energy.weather.sky import tilted
from cpdesk.energy.weather.year import Weather
from cpdesk.model.building import Buffer, Building, Element, ElementKind, Schedule, Zone

_INNER_FILMS_M2K_W: Final = {"attic": 0.20, "room": 0.26, "sunspace": 0.26}
_GLASS_U_MAX: Final = 5.8  # more than that the films alone do not allow; the rest is the frame's
_PARTITION_M: Final = 0.24
_PARTITIONS_CLOSED: Final = 0.5  # of the lines between bays, a rule of this program
_DOOR_M: Final = 0.04
_OPEN_FROM_H, _OPEN_TO_H = 8, 17
_AIR_W_M3H: Final = 1.2 / 3.6
_EAVES_BEYOND_M: Final = 20.0
Entry = dict[str, Any]


def building_of(building: Building, tables: EnergyTables, weather: Weather) -> Spec:
    """The house for `multizone.solve.assess`: what `read.read_building` makes of `document_of`."""
    place = Site(weather.latitude_deg, weather.longitude_deg, weather.time_zone_h, weather.altitude_m)
    return read_building(document_of(building, tables, weather), name=building.archetype, place=place)


def document_of(building: Building, tables: EnergyTables, weather: Weather) -> Entry:
    """The house as the JSON of a building file (docs/building-file.md); it names nobody.

    Args:
        weather: its hours say when sunspace doors stand open, and how leakage follows wind and cold.
    """
    maker = _Maker(building, tables, weather)
    zones = [entry for zone in building.zones for entry in maker.zones(zone)]
    return {
        "format": "cpdesk-building/1",
        "name": f"{building.archetype}, {building.floor_area_m2:.0f} m2",
        "note": "made from a survey; U-values hold the thermal bridges",
        "site": {"weather": building.terrain, "altitude_m": building.height_m},
        "constructions": maker.constructions,
        "schedules": maker.schedules,
        "zones": zones,
        "air_exchanges": maker.exchanges,
    }


class _Maker:
    """Makes the parts of one building; constructions and schedules are shared by name."""

    def __init__(self, building: Building, tables: EnergyTables, weather: Weather) -> None:
        self._building, self._tables, self._weather = building, tables, weather
        self._inputs = {item.key: item.value for item in building.inputs}
        self.constructions: Entry = {}
        self.schedules: Entry = {"heating": {"values": _set_points(building.schedule)}}
        self.exchanges: list[Entry] = []

    def zones(self, zone: Zone) -> list[Entry]:
        """The heated rooms of one building of the yard, then the buffers around them."""
        own = [item for item in zone.elements if not item.buffer]
        surfaces = [*self._faces(own, zone.wall_m), *self._slabs(own, zone)]
        for kind in dict.fromkeys(item.buffer for item in zone.elements if item.buffer):
            behind = [item for item in zone.elements if item.buffer == kind]
            surfaces += self._faces(behind, zone.wall_m, f"{zone.name} {kind}", _INNER_FILMS_M2K_W[kind])
        surfaces += self._inner_walls(zone)
        rooms: Entry = {
            "name": zone.name,
            "floor_area_m2": zone.floor_area_m2,
            "volume_m3": zone.volume_m3,
            "surfaces": surfaces,
            "thermostat": {"heating_c": "heating"},
            "infiltration": self._leaks(zone),
            "gains": [{"name": "people and devices", "power_w": zone.gains_w_m2 * zone.floor_area_m2}],
        }
        return [rooms, *(self._buffer(zone, buffer) for buffer in zone.buffers)]

    def _buffer(self, zone: Zone, buffer: Buffer) -> Entry:
        name = f"{zone.name} {buffer.kind}"
        faces = [item for item in buffer.elements if item.kind is not ElementKind.FLOOR]
        if buffer.kind == "attic":
            faces = list(self._slopes(zone, faces))
        if buffer.kind == "sunspace":
            faces = list(_both_ends(faces))
        slabs = self._slabs(buffer.elements, buffer)
        area = sum(entry["area_m2"] for entry in slabs)
        volume = max(buffer.volume_m3, 1.0)
        for kind, flow in (("inside", buffer.inside_w_k), ("open", buffer.open_w_k)):
            if flow > 0:
                schedule = flow / _AIR_W_M3H * (self._doors_open(zone) if kind == "open" else np.ones(1))
                self.schedules[f"{name} {kind}"] = {"values": schedule.round(3).tolist()}
                self.exchanges.append({"zone_a": zone.name, "zone_b": name, "flow_m3_h": f"{name} {kind}"})
        return {
            "name": name,
            "floor_area_m2": area or max(volume ** (2.0 / 3.0), 0.5),
            "volume_m3": volume,
            "surfaces": [*self._faces(faces, zone.wall_m), *slabs],
            "infiltration": {"air_change_1_h": buffer.air_change_1_h},
        }

    def _faces(
        self,
        elements: Sequence[Element],
        wall_m: float,
        other_zone: str = "",
        films_m2k_w: float = STANDARD_FILMS_M2K_W,
    ) -> list[Entry]:
        """Walls and roofs with the windows and doors that stand in them; a window without a wall gets its own plane."""
        found = []
        openings = [item for item in elements if item.kind in (ElementKind.WINDOW, ElementKind.DOOR)]
        for item in elements:
            if item.kind not in (ElementKind.WALL, ElementKind.ROOF):
                continue
            inside = [one for one in openings if one.side == item.side and item.kind is ElementKind.WALL]
            openings = [one for one in openings if one not in inside]
            if item.area_m2 + sum(one.area_m2 for one in inside) >= 0.05:
                found.append(self._face(item, inside, wall_m, other_zone, films_m2k_w))
        for item in openings:
            frame = replace(item, kind=ElementKind.WALL, area_m2=0.0, u_value_w_m2k=min(item.u_value_w_m2k, 5.0))
            found.append(self._face(frame, [item], wall_m, other_zone, films_m2k_w))
        return found

    def _face(self, item: Element, openings: list[Element], wall_m: float, other_zone: str, films: float) -> Entry:
        roof = item.kind is ElementKind.ROOF
        entry: Entry = {
            "name": item.id,
            "area_m2": item.area_m2 + sum(one.area_m2 for one in openings),
            "tilt_deg": item.tilt_deg,
            "azimuth_deg": item.azimuth_deg % 360.0,
            "construction": self._construction(item, wall_m, films),
            "absorptance_outside": item.absorptance or self._tables.rule("absorptance"),
        }
        if other_zone:
            entry["other_side"] = f"zone:{other_zone}"
            entry["tilt_deg"] = 0.0 if roof else 90.0
        elif item.adjacency == 0.0:
            entry["other_side"] = "adiabatic"
        elif item.adjacency < 1.0:
            entry["other_side"] = {"kind": "temperature", "temperature_c": self._beyond_c(item.adjacency)}
        plain = not other_zone and item.adjacency < 1.0  # glass towards earth or neighbours is told as a door
        windows = [one for one in openings if one.kind is ElementKind.WINDOW and not plain]
        doors = [one for one in openings if one not in windows]
        if windows:
            entry["windows"] = [self._window(one) for one in windows]
        if doors:
            entry["doors"] = [
                {"name": one.id, "area_m2": one.area_m2, "construction": self._door(one, films)} for one in doors
            ]
        return entry

    def _window(self, item: Element) -> Entry:
        """Glass and frame of the tables; what the element's g-value takes off besides them shades from outside."""
        tables = self._tables
        frame, _, glazing = item.construction.partition(" ")
        row = tables.windows.get((frame, glazing))
        sunspace = tables.sunspaces.get(item.construction)
        g_glass, share = item.g_value, 0.0
        if row is not None:
            g_glass, share = row.g_glass, row.frame_fraction
        elif sunspace is not None:
            g_glass, share = sunspace.g_glass, sunspace.frame_fraction
        clear = g_glass * (1.0 - share) * tables.rule("incidence")
        kept = tables.rule("sunspace_kept") if sunspace is not None else 1.0
        glass_u = min(item.u_value_w_m2k, _GLASS_U_MAX)
        entry: Entry = {
            "name": item.id,
            "area_m2": item.area_m2,
            "glazing": {
                "u_value_w_m2k": glass_u, "g_normal": g_glass,
                "angle_panes": 1 if "single" in item.construction or item.u_value_w_m2k > 4.5 else 2,
            },
            "frame_share": share,
            "frame_u_w_m2k": min(glass_u + (item.u_value_w_m2k - glass_u) / share, 12.0) if share else glass_u,
            "shading_factor": min(item.g_value / (clear * kept), 1.0) if clear > 0 and item.g_value > 0 else 1.0,
        }  # fmt: skip
        if item.overhang is not None and item.overhang.depth_m > 0:
            height = item.overhang.height_m
            entry |= {"width_m": item.area_m2 / height, "height_m": height}
            entry["overhang"] = {
                "depth_m": item.overhang.depth_m, "above_m": item.overhang.gap_m,
                "beyond_left_m": _EAVES_BEYOND_M, "beyond_right_m": _EAVES_BEYOND_M,
            }  # fmt: skip
        return entry

    def _construction(self, item: Element, wall_m: float, films_m2k_w: float) -> str:
        """A construction with the element's U-value: layers the tables know, the rest a resistance."""
        tables = self._tables
        at_inside = self._inputs.get(f"{item.block}.wall.insul_side") == "inside"
        layers: list[tuple[str, float]] = []
        if item.kind is ElementKind.ROOF:
            shape, _, ceiling = item.construction.partition(" ")
            under = [] if ceiling not in tables.ceilings else list(tables.ceilings[ceiling].layers)
            over = [] if shape not in tables.roofs else list(tables.roofs[shape].layers)
            known = under if item.buffer == "attic" else over if item.id.endswith("slope") else [*under, *over]
            layers = [(name, float(mm) / 1000.0) for name, _, mm in (one.partition(":") for one in reversed(known))]
        elif item.side == "inner":
            layers = [("brick_solid", _PARTITION_M)]
        elif item.construction in tables.walls:
            layers = [(tables.walls[item.construction].material, wall_m)]
        resistance = max(1.0 / item.u_value_w_m2k - films_m2k_w, 0.01)
        entries = _stack([(tables.materials[name], thickness) for name, thickness in layers], resistance,
                         at_inside=at_inside and item.kind is ElementKind.WALL)  # fmt: skip
        return self._named(f"{item.kind} {item.construction}".strip(), {"layers": entries})

    def _door(self, item: Element, films_m2k_w: float) -> str:
        resistance = max(1.0 / item.u_value_w_m2k - films_m2k_w, 0.005)
        wood = self._tables.materials["timber_deck"]
        return self._named("door", {"layers": _stack([(wood, _DOOR_M)], resistance)})

    def _named(self, name: str, entry: Entry) -> str:
        """The name under which a construction stands; another one of that name gets a number."""
        number = 1
        while True:
            key = name if number == 1 else f"{name} {number}"
            if self.constructions.setdefault(key, entry) == entry:
                return key
            number += 1

    def _slabs(self, elements: Iterable[Element], owner: Zone | Buffer) -> list[Entry]:
        tables = self._tables
        concrete = tables.materials["concrete"]
        layers = _stack([(concrete, 0.1)], owner.floor_resistance_m2k_w, at_inside=True)
        wall_m = owner.wall_m if isinstance(owner, Zone) else _PARTITION_M
        return [
            {
                "name": item.id, "area_m2": item.area_m2, "tilt_deg": 180.0,
                "construction": self._named("slab", {"layers": layers}),
                "other_side": {
                    "kind": "ground", "exposed_perimeter_m": owner.perimeter_m, "wall_thickness_m": wall_m,
                    "soil_conductivity_w_mk": tables.materials["soil"].lambda_w_mk,
                },
            }
            for item in elements if item.kind is ElementKind.FLOOR and item.area_m2 > 0
        ]  # fmt: skip

    def _slopes(self, zone: Zone, faces: Sequence[Element]) -> Iterable[Element]:
        """Two slopes that look to the front and to the back in place of one level roof, and the gables."""
        front = next((item.azimuth_deg for item in zone.elements if item.side == "front"), 180.0)
        for item in faces:
            if item.kind is not ElementKind.ROOF:
                yield item
                continue
            tilt = self._tables.roofs[item.construction.partition(" ")[0]].tilt_deg
            for turn in (0.0, 180.0):
                yield replace(
                    item, id=f"{item.id} {turn:.0f} slope", area_m2=item.area_m2 / 2.0, tilt_deg=tilt,
                    azimuth_deg=(front + turn) % 360.0, absorptance=self._tables.rule("absorptance"),
                )  # fmt: skip

    def _inner_walls(self, zone: Zone) -> list[Entry]:
        """Partitions inside the rooms, which store heat and exchange it with the air: brick between the bays, half of
        them open. Their middle is the adiabatic side; both faces count."""
        keys = ("heated_rooms", "depth_m", "storey_height_m")
        rooms, depth, height = (float(self._inputs.get(f"{zone.name}.{key}", 0.0)) for key in keys)
        area = depth * height * (rooms - 1.0) * 2.0 * _PARTITIONS_CLOSED
        if area < 0.05:
            return []
        brick = [_layer(self._tables.materials["brick_solid"], _PARTITION_M / 2.0)]
        return [
            {
                "name": f"{zone.name} partitions",
                "area_m2": area,
                "tilt_deg": 90.0,
                "construction": self._named("half partition", {"layers": brick}),
                "other_side": "adiabatic",
            }
        ]

    def _beyond_c(self, factor: float) -> list[float]:
        """What lies behind a wall with a temperature factor b: θ_i − b (θ_i − θ_e) by month."""
        warm = self._building.schedule.day_c
        means = [float(self._weather.temperature_c[month == MONTH].mean()) for month in range(12)]
        return [warm - factor * (warm - mean) for mean in means]

    def _leaks(self, zone: Zone) -> Entry:
        """Air change that follows wind and cold: the square root of Sherman and Grimsrud as a plane over ΔT and wind,
        fitted to the hours of the season."""
        draught, total = self._building.draught, zone.air_change_1_h
        leaking = max(total - zone.steady_air_1_h, 0.0)
        if draught is None or leaking <= 0 or total <= 0:
            return {"air_change_1_h": total}
        plan = self._building.schedule
        season = season_hours(plan.season_start, plan.season_end)
        apart = np.abs(plan.day_c - self._weather.temperature_c[season])
        wind = self._weather.wind_m_s[season]
        base = math.sqrt(draught.stack * draught.reference_k + draught.wind * draught.reference_m_s**2)
        ratio = np.sqrt(draught.stack * apart + draught.wind * wind**2) / base
        plane = np.linalg.lstsq(np.column_stack([np.ones_like(apart), apart, wind]), ratio, rcond=None)[0]
        if (plane < 0).any():
            return {"air_change_1_h": total - leaking + leaking * float(ratio.mean())}
        share = leaking / total
        return {
            "air_change_1_h": total,
            "constant": 1.0 - share + share * float(plane[0]),
            "per_k": share * float(plane[1]),
            "per_m_s": share * float(plane[2]),
        }

    def _doors_open(self, zone: Zone) -> Floats:
        """1 in the hours of the day in which the sun makes the sunspace warmer than the rooms, else 0, (8760,)."""
        plan, weather = self._building.schedule, self._weather
        front = next((item.azimuth_deg for item in zone.elements if item.side == "front"), 180.0)
        warm = weather.temperature_c + plan.sunspace_rise_m2k_w * tilted(weather, front, 90.0).total_w_m2 >= plan.day_c
        found: Floats = (warm & (HOUR >= _OPEN_FROM_H) & (HOUR < _OPEN_TO_H)).astype(np.float64)
        return found


def _set_points(plan: Schedule) -> list[float | None]:
    """Set points of the 8,760 hours; off outside the season and where the household heats by day only."""
    season = season_hours(plan.season_start, plan.season_end)
    day = np.isin(HOUR, range(plan.day_start_h, plan.day_end_h))
    return [(plan.day_c if day[hour] else plan.night_c) if season[hour] else None for hour in range(HOURS)]


def _both_ends(faces: Iterable[Element]) -> Iterable[Element]:
    """The ends of a sunspace, which the fast model tells as glass of the front with half its sun, look sideways."""
    for item in faces:
        if not item.id.endswith(".ends"):
            yield item
            continue
        for turn in (-90.0, 90.0):
            yield replace(
                item,
                id=f"{item.id} {'left' if turn > 0 else 'right'}",
                side=f"end{turn:.0f}",
                area_m2=item.area_m2 / 2.0,
                azimuth_deg=(item.azimuth_deg + turn) % 360.0,
                g_value=2.0 * item.g_value,
            )


def _layer(material: Material, thickness_m: float, factor: float = 1.0) -> Entry:
    return {
        "name": material.id,
        "thickness_m": thickness_m,
        "conductivity_w_mk": material.lambda_w_mk * material.in_use_factor * factor,
        "density_kg_m3": material.density_kg_m3,
        "specific_heat_j_kgk": material.specific_heat_j_kgk,
    }


def _stack(
    layers: Sequence[tuple[Material, float]], resistance_m2k_w: float, *, at_inside: bool = False
) -> list[Entry]:
    """Layers from outside to inside with exactly this resistance: a rest is insulation, too much makes them conduct."""
    known = sum(material.resistance(1000.0 * thickness) for material, thickness in layers)
    rest = resistance_m2k_w - known
    if rest >= 0.001:
        whole = [_layer(material, thickness) for material, thickness in layers]
        more = {"name": "insulation and the like", "resistance_m2k_w": rest}
        return [*whole, more] if at_inside else [more, *whole]
    return [_layer(material, thickness, known / resistance_m2k_w) for material, thickness in layers]
