"""Small buildings whose answers are known."""

from __future__ import annotations

from dataclasses import replace

from cpdesk.energy.multizone.spec import (
    Building,
    Construction,
    Film,
    Layer,
    Options,
    Schedule,
    Site,
    Surface,
    Thermostat,
    Zone,
)

SITE = Site(latitude_deg=40.2, longitude_deg=116.2, time_zone_h=8.0)
FIXED = Film(combined_w_m2k=8.0)
FIXED_OUT = Film(combined_w_m2k=25.0)


def layer(name: str, conductivity: float, thickness: float, density: float = 0.0, heat: float = 0.0) -> Layer:
    return Layer(name, thickness / conductivity, thickness, conductivity, density, heat)


BRICK = Construction("brick", (layer("brick", 0.8, 0.24, 1800.0, 900.0),))
INSULATED = Construction("insulated", (Layer("insulation", 2.5), layer("brick", 0.8, 0.24, 1800.0, 900.0)))


def wall(name: str = "wall", area_m2: float = 100.0, **changes: object) -> Surface:
    """A wall with constant combined films, dark to nothing: no sun."""
    plain = Surface(name, area_m2, 90.0, 180.0, BRICK, inside_film=FIXED, outside_film=FIXED_OUT, sun=False)
    return replace(plain, **changes)  # type: ignore[arg-type]


def room(*surfaces: Surface, name: str = "room", **changes: object) -> Zone:
    plain = Zone(name, 100.0, 40.0, surfaces, thermostat=Thermostat(Schedule((20.0,))))
    return replace(plain, **changes)  # type: ignore[arg-type]


def building(*zones: Zone, **options: object) -> Building:
    return Building("house", SITE, zones, Options(**options))  # type: ignore[arg-type]
