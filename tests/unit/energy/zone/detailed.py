"""A farmhouse of the fast model as a building of the detailed one, surface by surface, with its buffers as zones."""

from __future__ import annotations

import math
from dataclasses import replace

from cpdesk.energy.multizone.spec import (
    Adiabatic,
    Construction,
    Convection,
    Door,
    Gain,
    Ground,
    Infiltration,
    Layer,
    Options,
    OtherZone,
    Schedule,
    SimpleGlazing,
    Site,
    Surface,
    Thermostat,
    Window,
)
from cpdesk.energy.multizone.spec import Building as Spec
from cpdesk.energy.multizone.spec import Zone as Room
from cpdesk.energy.weather.climate import Weather
from cpdesk.model.building import Buffer, Building, Element, ElementKind, Zone

_FILMS = 0.17  # m2K/W, inside and outside, ISO 6946
_MASONRY = (1800.0, 1050.0)
_LIGHT = (600.0, 1500.0)


def _layer(u_value: float, thickness_m: float, stuff: tuple[float, float], films: float = _FILMS) -> Construction:
    resistance = max(1.0 / u_value - films, 0.01)
    layer = Layer("body", resistance, thickness_m, thickness_m / resistance, *stuff)
    return Construction(f"{u_value:.3f} {thickness_m}", (layer,), u_value)


def _opening(element: Element) -> Window:
    glass = SimpleGlazing(element.u_value_w_m2k, min(0.95, element.g_value / 0.9), panes=1)
    return Window(element.id, element.area_m2, glass)


def _slab(element: Element, zone: Zone | Buffer, wall_m: float) -> Surface:
    body = Layer("slab", zone.floor_resistance_m2k_w, 0.1, 0.1 / zone.floor_resistance_m2k_w, 2000.0, 1000.0)
    return Surface(
        element.id, element.area_m2, 180.0, 0.0, Construction("slab", (body,)),
        Ground(zone.perimeter_m, 1.5, wall_thickness_m=wall_m),
    )  # fmt: skip


def _faces(elements: tuple[Element, ...], wall_m: float) -> list[Surface]:
    """Walls and roofs to outdoors with their windows and doors in them."""
    found = []
    glass = [item for item in elements if item.kind in (ElementKind.WINDOW, ElementKind.DOOR)]
    for item in elements:
        if item.kind not in (ElementKind.WALL, ElementKind.ROOF) or item.area_m2 <= 0:
            continue
        stuff, thickness = (_MASONRY, wall_m) if item.kind is ElementKind.WALL else (_LIGHT, 0.1)
        if item.construction.startswith("flat"):
            stuff, thickness = (2300.0, 920.0), 0.15
        inside = [one for one in glass if one.side == item.side and one.block == item.block]
        found.append(
            Surface(
                item.id, item.area_m2 + sum(one.area_m2 for one in inside), item.tilt_deg, item.azimuth_deg,
                _layer(item.u_value_w_m2k, thickness, stuff), absorptance_outside=item.absorptance or 0.6,
                windows=tuple(_opening(one) for one in inside if one.kind is ElementKind.WINDOW),
                doors=tuple(
                    Door(one.id, one.area_m2, _layer(one.u_value_w_m2k, 0.04, _LIGHT))
                    for one in inside if one.kind is ElementKind.DOOR
                ),
            )
        )  # fmt: skip
    return found


def _attic(buffer: Buffer, wall_m: float) -> list[Surface]:
    """Two slopes instead of one level roof."""
    roof = next(item for item in buffer.elements if item.kind is ElementKind.ROOF)
    slopes = [
        replace(roof, id=f"{roof.id}.{azimuth:.0f}", area_m2=roof.area_m2 / 2, azimuth_deg=azimuth, tilt_deg=25.0,
                absorptance=0.6)
        for azimuth in (0.0, 180.0)
    ]  # fmt: skip
    return _faces((*slopes, *(item for item in buffer.elements if item is not roof)), wall_m)


def _glass_room(buffer: Buffer) -> list[Surface]:
    """Faces of a sunspace all of glass."""
    found = []
    for item in buffer.elements:
        if item.kind is ElementKind.WINDOW:
            frame = replace(item, side=item.id, area_m2=item.area_m2 * 0.999)
            rest = replace(item, kind=ElementKind.WALL, side=item.id, area_m2=item.area_m2 * 0.001, g_value=0.0)
            found += _faces((frame, rest), 0.01)
    return found


def to_detailed(
    building: Building, weather: Weather, day_c: float, night_c: float, convection: Convection = "iso"
) -> Spec:
    """The building with constant air change; sun that would pass through a sunspace into the rooms must be left out."""
    (zone,) = building.zones
    ends = range(building.schedule.day_start_h, building.schedule.day_end_h)
    wanted = Schedule(tuple(day_c if hour in ends else night_c for hour in range(24)))
    own = tuple(item for item in zone.elements if not item.buffer)
    surfaces = _faces(own, zone.wall_m) + [
        _slab(item, zone, zone.wall_m) for item in own if item.kind is ElementKind.FLOOR
    ]
    for kind in {item.buffer for item in zone.elements if item.buffer}:
        for face in _faces(tuple(item for item in zone.elements if item.buffer == kind), zone.wall_m):
            films = 0.2 if kind == "attic" else 0.26
            u_value = face.construction.u_value_w_m2k or 1.0
            body = _layer(u_value, 0.02 if kind == "attic" else 0.24, _LIGHT if kind == "attic" else _MASONRY, films)
            doors = face.doors + tuple(
                Door(one.name, one.area_m2, _layer(one.glazing.u_value_w_m2k, 0.01, _LIGHT))  # type: ignore[union-attr]
                for one in face.windows
            )
            tilt = 0.0 if kind == "attic" else 90.0
            surfaces.append(
                replace(face, construction=body, other_side=OtherZone(kind), tilt_deg=tilt, windows=(), doors=doors)
            )
    partition = Layer("brick", 0.12 / 0.81, 0.12, 0.81, *_MASONRY)
    surfaces.append(Surface("partitions", 0.9 * zone.floor_area_m2, 90.0, 0.0, Construction("240", (partition,)),
                            Adiabatic()))  # fmt: skip
    rooms = [
        Room(
            "rooms", zone.volume_m3, zone.floor_area_m2, tuple(surfaces), Thermostat(wanted),
            Infiltration(Schedule((zone.air_change_1_h,))),
            gains=(Gain("people", zone.gains_w_m2 * zone.floor_area_m2),),
        )
    ]  # fmt: skip
    for buffer in zone.buffers:
        faces = {"attic": _attic, "room": lambda item, wall_m: _faces(item.elements, wall_m)}.get(buffer.kind)
        around = _glass_room(buffer) if faces is None else faces(buffer, zone.wall_m)
        around += [_slab(item, buffer, 0.24) for item in buffer.elements if item.kind is ElementKind.FLOOR]
        floor = sum(item.area_m2 for item in buffer.elements if item.kind is ElementKind.FLOOR)
        rooms.append(
            Room(buffer.kind, max(buffer.volume_m3, 1.0), floor or math.sqrt(buffer.volume_m3), tuple(around),
                 infiltration=Infiltration(Schedule((buffer.air_change_1_h,))))
        )  # fmt: skip
    site = Site(weather.latitude_deg, weather.longitude_deg, weather.time_zone_h, given_density_kg_m3=1200.0 / 1006.0)
    return Spec("farmhouse", site, tuple(rooms), Options(convection=convection))
