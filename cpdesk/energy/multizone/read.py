"""From the text of a building file to the building the detailed model takes, or to all that is wrong with it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from cpdesk.base.errors import InputFault
from cpdesk.energy.multizone.checks import STANDARD_FILMS_M2K_W, check_building, size_m2, whole_layer
from cpdesk.energy.multizone.read_fields import MASS_CLASSES_J_M2K
from cpdesk.energy.multizone.read_values import Walker
from cpdesk.energy.multizone.spec import (
    Adiabatic,
    AirExchange,
    Building,
    Construction,
    Cover,
    Door,
    Fan,
    Film,
    Fin,
    Gain,
    Gap,
    Ground,
    Infiltration,
    KnownTemperature,
    Layer,
    Options,
    OtherSide,
    OtherZone,
    Outdoors,
    Overhang,
    Pane,
    PaneGlazing,
    Schedule,
    SimpleGlazing,
    Site,
    Surface,
    Thermostat,
    Window,
    Zone,
)

Entry = Mapping[str, Any]
_SITE_KEYS: Final = ("latitude_deg", "longitude_deg", "time_zone_h", "altitude_m")
_EMITTANCE_MIN: Final = 1e-4  # a face that exchanges nothing has no temperature of its own; tests ask for 0


class BuildingFaults(InputFault):
    """All faults of a building file (CP-1330); `faults` has each with its own code, place, value and remedy."""

    def __init__(self, name: str, faults: list[InputFault]) -> None:
        super().__init__("CP-1330", name=name, count=len(faults))
        self.faults = tuple(faults)

    def message(self, language: str = "zh") -> str:
        """The head line, then one line for each fault with its remedy."""
        lines = [super().message(language)]
        for number, fault in enumerate(self.faults, 1):
            lines.append(f"{number}. {fault.message(language)} {fault.remedy(language)}（{fault.code}）".rstrip())
        return "\n".join(lines)


def read_json(text: str, name: str) -> Any:
    """The document of a file.

    Raises:
        BuildingFaults: CP-1348 with line and column where the text is no JSON, or a key stands twice in an object.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if twice is not None:
            raise BuildingFaults(name, [InputFault("CP-1337", path="$", name=twice)])
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        fault = InputFault("CP-1348", path=f"{error.lineno}:{error.colno}", line=error.lineno, column=error.colno,
                           reason=error.msg)  # fmt: skip
        raise BuildingFaults(name, [fault]) from None


def read_building(document: object, *, name: str = "", place: Site | None = None) -> Building:
    """The building of a parsed JSON document (docs/building-file.md).

    Args:
        document: what `read_json` gave.
        name: of the file, for messages.
        place: of the weather; stands in for what the file's `site` leaves out.

    Raises:
        BuildingFaults: CP-1330 with every fault of the file (CP-1331 … CP-1355).
    """
    walker = Walker()
    found = walker.building(document)
    if found is not None:
        check_building(walker, found)
    if found is not None and place is None and not _told(walker, "site"):
        for key in _SITE_KEYS:
            if (found.get("site") or {}).get(key) is None:
                walker.fault("CP-1334", f"site.{key}")
    if walker.faults or found is None:
        raise BuildingFaults(name, walker.faults)
    return _building(walker, found, place)


def weather_place(document: object) -> str:
    """What the file says in `site.weather`, empty when it says nothing; needed before the file can be read whole."""
    site = document.get("site") if isinstance(document, dict) else None
    place = site.get("weather") if isinstance(site, dict) else None
    return place if isinstance(place, str) else ""


def _told(walker: Walker, path: str) -> bool:
    return any(str(fault.fields["path"]).startswith(path) for fault in walker.faults)


def _building(walker: Walker, found: Entry, place: Site | None) -> Building:
    site: Entry = found.get("site") or {}
    base: dict[str, Any] = {
        key: site.get(key) if site.get(key) is not None else getattr(place, key) for key in _SITE_KEYS
    }
    exchanges = [AirExchange(entry["zone_a"], entry["zone_b"], entry["flow_m3_h"]) for entry in found["air_exchanges"]]
    return Building(
        name=found["name"],
        site=Site(
            **base,
            ground_reflectance=site.get("ground_reflectance") or (0.2,) * 12,
            wind_factor=1.0 if site.get("wind_factor") is None else site["wind_factor"],
            given_density_kg_m3=site.get("air_density_kg_m3"),
        ),
        zones=tuple(_zone(walker, zone) for zone in found["zones"]),
        options=Options(**found["options"]) if found.get("options") else Options(),
        exchanges=tuple(exchanges),
    )


def _zone(walker: Walker, zone: Entry) -> Zone:
    area = zone["floor_area_m2"]
    return Zone(
        name=zone["name"],
        volume_m3=zone["volume_m3"] if zone["volume_m3"] is not None else area * zone["height_m"],
        floor_area_m2=area,
        surfaces=tuple(_surface(walker, surface) for surface in zone["surfaces"]),
        thermostat=_thermostat(zone["thermostat"]),
        infiltration=Infiltration(**zone["infiltration"]) if zone["infiltration"] else Infiltration(Schedule((0.0,))),
        fans=tuple(Fan(**fan) for fan in zone["fans"]),
        gains=tuple(Gain(**gain) for gain in zone["gains"]),
        thermal_bridge_w_k=zone["thermal_bridge_w_k"],
        furniture_j_k=zone["furniture_j_k"],
        sun_inside=zone["sun_inside"],
    )


def _thermostat(entry: Entry | None) -> Thermostat:
    if not entry:
        return Thermostat()
    limits = {key: math.inf if entry[key] is None else entry[key] for key in ("heating_max_w", "cooling_max_w")}
    return Thermostat(**{**entry, **limits})


def _surface(walker: Walker, surface: Entry) -> Surface:
    windows = [one for window in surface["windows"] for one in _windows(window)]
    doors = [
        Door(door["name"], size_m2(door) or 0.0, _construction(walker, door["construction"], door["name"]))
        for door in surface["doors"]
    ]
    kept = ("absorptance_outside", "absorptance_inside", "inside_solar_share", "sees_sky", "sun", "wind")
    return Surface(
        name=surface["name"],
        area_m2=size_m2(surface) or 0.0,
        tilt_deg=surface["tilt_deg"],
        azimuth_deg=surface["azimuth_deg"] if surface["azimuth_deg"] is not None else 0.0,
        construction=_construction(walker, surface["construction"], surface["name"]),
        other_side=_other_side(surface["other_side"]),
        inside_film=_film(surface, "inside"),
        outside_film=_film(surface, "outside"),
        windows=tuple(windows),
        doors=tuple(doors),
        emittance_outside=max(surface["emittance_outside"], _EMITTANCE_MIN),
        emittance_inside=max(surface["emittance_inside"], _EMITTANCE_MIN),
        **{key: surface[key] for key in kept},
    )


def _other_side(side: str | Entry) -> OtherSide:
    if isinstance(side, str):
        if side.startswith("zone:"):
            return OtherZone(side[5:])
        return Outdoors() if side == "outdoors" else Adiabatic()
    if side["kind"] == "temperature":
        return KnownTemperature(side["temperature_c"])
    keys = ("exposed_perimeter_m", "soil_conductivity_w_mk", "soil_capacity_j_m3k", "wall_thickness_m", "edge_psi_w_mk")
    return Ground(**{key: side[key] for key in keys})


def _film(entry: Entry, side: str) -> Film:
    return Film(entry[f"{side}_convective_w_m2k"], entry[f"{side}_combined_w_m2k"])


def _windows(window: Entry) -> list[Window]:
    """A window entry as one window each for its `count`."""
    count = window["count"]
    parts = {key: Fin(**window[key]) if window[key] else None for key in ("fin_left", "fin_right")}
    return [
        Window(
            name=window["name"] if count == 1 else f"{window['name']} {number}",
            area_m2=size_m2(window) or 0.0,
            glazing=_glazing(window["glazing"]),
            width_m=window["width_m"],
            height_m=window["height_m"],
            frame_share=window["frame_share"],
            frame_u_w_m2k=window["frame_u_w_m2k"],
            shading_factor=window["shading_factor"],
            overhang=Overhang(**window["overhang"]) if window["overhang"] else None,
            cover=Cover(**window["cover"]) if window["cover"] else None,
            inside_film=_film(window, "inside"),
            outside_film=_film(window, "outside"),
            **parts,
        )
        for number in range(1, count + 1)
    ]


def _glazing(entry: Entry) -> SimpleGlazing | PaneGlazing:
    if entry["panes"]:
        return PaneGlazing(tuple(Pane(**pane) for pane in entry["panes"]), tuple(Gap(**gap) for gap in entry["gaps"]))
    return SimpleGlazing(
        u_value_w_m2k=entry["u_value_w_m2k"],
        g_normal=entry["g_normal"],
        g_by_angle=entry["g_by_angle"] or (),
        transmittance_by_angle=entry["transmittance_by_angle"] or (),
        g_diffuse=entry["g_diffuse"],
        panes=entry["angle_panes"],
        emittance=entry["emittance"],
    )


def _construction(walker: Walker, entry: Entry, surface: str) -> Construction:
    name = next((key for key, known in walker.tables["constructions"].items() if known is entry), surface)
    if entry["layers"]:
        return Construction(
            name, tuple(_layer(walker, layer) for layer in entry["layers"]), roughness=entry["roughness"]
        )
    u_value = entry["u_value_w_m2k"]
    return Construction(
        name,
        (Layer(name, 1.0 / u_value - STANDARD_FILMS_M2K_W),),
        u_value_w_m2k=u_value,
        areal_capacity_j_m2k=MASS_CLASSES_J_M2K[entry["mass_class"]],
        mass_position=entry["mass_position"],
        roughness=entry["roughness"],
    )


def _layer(walker: Walker, layer: Entry) -> Layer:
    full = whole_layer(walker, layer)
    name = full["name"] or full["material"] or ""
    thickness, conductivity = full.get("thickness_m") or 0.0, full.get("conductivity_w_mk") or 0.0
    if full.get("resistance_m2k_w") is not None:
        return Layer(name, full["resistance_m2k_w"])
    return Layer(
        name,
        thickness / conductivity,
        thickness_m=thickness,
        conductivity_w_mk=conductivity,
        density_kg_m3=full.get("density_kg_m3") or 0.0,
        specific_heat_j_kgk=full.get("specific_heat_j_kgk") or 0.0,
    )
