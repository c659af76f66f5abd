"""What the keys of a building file must be to each other: sizes that fit, set points in order, names that meet.

The checks work on what `read_values.Walker` read. Parts that are faulty themselves are None there and are passed over,
so that a file's faults are all told at once and none twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from cpdesk.base.nearest import nearest_name
from cpdesk.energy.multizone.read_values import Walker
from cpdesk.energy.multizone.spec import HOURS, Schedule

Entry = Mapping[str, Any]
STANDARD_FILMS_M2K_W: Final = 0.17
"""Both surface resistances of ISO 6946 for horizontal heat flow: 0.13 and 0.04."""
_SIZE_TOLERANCE: Final = 0.005
_HEIGHT_LOW_M, _HEIGHT_HIGH_M = 0.3, 10.0
_SHARE_TOLERANCE: Final = 0.005
_ZONE_HOUR_DEG: Final = 15.0
_LONGITUDE_OFF_MAX_DEG: Final = 50.0


def check_building(walker: Walker, building: Entry) -> None:
    """Add to the walker's faults what does not fit together."""
    _check_site(walker, building.get("site"))
    _check_options(walker, building.get("options"))
    for name, entry in walker.tables["materials"].items():
        check_material(walker, entry, f"materials.{name}")
    for name, entry in walker.tables["constructions"].items():
        check_construction(walker, entry, f"constructions.{name}")
    for name, entry in walker.tables["glazings"].items():
        check_glazing(walker, entry, f"glazings.{name}")
    zones = building.get("zones") or []
    names = [zone.get("name") for zone in zones]
    for index, zone in enumerate(zones):
        _check_zone(walker, zone, f"zones[{index}]", names)
    _check_partitions(walker, zones)
    for index, exchange in enumerate(building.get("air_exchanges") or []):
        _check_exchange(walker, exchange, f"air_exchanges[{index}]", names)


def size_m2(entry: Entry) -> float | None:
    """Area of a surface, window or door: given, or width times height; None while unknown."""
    if entry.get("area_m2") is not None:
        return float(entry["area_m2"])
    if entry.get("width_m") is not None and entry.get("height_m") is not None:
        return float(entry["width_m"] * entry["height_m"])
    return None


def _check_site(walker: Walker, site: Entry | None) -> None:
    if not site or site.get("longitude_deg") is None or site.get("time_zone_h") is None:
        return
    off = (site["longitude_deg"] - _ZONE_HOUR_DEG * site["time_zone_h"] + 180) % 360 - 180
    if abs(off) > _LONGITUDE_OFF_MAX_DEG:
        walker.fault("CP-1355", "site.longitude_deg", value=site["longitude_deg"], zone=site["time_zone_h"],
                     expected=f"{_ZONE_HOUR_DEG * site['time_zone_h']:g} ± {_LONGITUDE_OFF_MAX_DEG:g}")  # fmt: skip


def _check_options(walker: Walker, options: Entry | None) -> None:
    if not options or options.get("first_day") is None or options.get("last_day") is None:
        return
    if options["first_day"] > options["last_day"]:
        walker.fault("CP-1331", "options.last_day", value=options["last_day"], low=options["first_day"], high=365)


def check_material(walker: Walker, entry: Entry | None, path: str) -> None:
    """A material has a conductivity or a resistance, not both."""
    if entry:
        _one_of(walker, entry, path, ("conductivity_w_mk",), ("resistance_m2k_w",))


def check_construction(walker: Walker, entry: Entry | None, path: str) -> None:
    """A construction has layers or a U-value; each layer a resistance, or thickness and conductivity."""
    if not entry:
        return
    _one_of(walker, entry, path, ("layers",), ("u_value_w_m2k",))
    for index, layer in enumerate(entry.get("layers") or []):
        check_layer(walker, layer, f"{path}.layers[{index}]")
    u_value = entry.get("u_value_w_m2k")
    if u_value is not None and u_value >= 1 / STANDARD_FILMS_M2K_W:
        walker.fault("CP-1345", f"{path}.u_value_w_m2k", value=u_value, limit=f"{1 / STANDARD_FILMS_M2K_W:.2f}")


def check_layer(walker: Walker, layer: Entry, path: str) -> None:
    """The layer's material exists, and with it the layer is complete."""
    name = layer.get("material")
    materials = walker.tables["materials"]
    if name and name not in materials:
        near = nearest_name(name, materials, 0.5)
        walker.fault("CP-1336", f"{path}.material", table="materials", name=name, nearest=near,
                     known=", ".join(materials) or "—")  # fmt: skip
        return
    if name and materials[name] is None:
        return
    full = whole_layer(walker, layer)
    if full.get("resistance_m2k_w") is None:
        for key in ("thickness_m", "conductivity_w_mk"):
            if full.get(key) is None and not walker.faulty(f"{path}.{key}", f"materials.{name}.{key}"):
                walker.fault("CP-1358", f"{path}.{key}", others="thickness_m, conductivity_w_mk | resistance_m2k_w")


def whole_layer(walker: Walker, layer: Entry) -> dict[str, Any]:
    """A layer with what its material says where it says nothing itself."""
    material: Entry = walker.tables["materials"].get(layer.get("material") or "") or {}
    full = dict(layer)
    own = layer.get("resistance_m2k_w") is not None or layer.get("conductivity_w_mk") is not None
    for key in ("conductivity_w_mk", "density_kg_m3", "specific_heat_j_kgk", "resistance_m2k_w"):
        if full.get(key) is None and not (own and key in ("conductivity_w_mk", "resistance_m2k_w")):
            full[key] = material.get(key)
    return full


def check_glazing(walker: Walker, entry: Entry | None, path: str) -> None:
    """Panes with the right number of gaps, or U-value and g; shares of light that add up to 1 at most."""
    if not entry:
        return
    _one_of(walker, entry, path, ("panes",), ("u_value_w_m2k", "g_normal"))
    panes, gaps = entry.get("panes") or [], entry.get("gaps") or []
    if panes and len(gaps) != len(panes) - 1:
        walker.fault("CP-1350", f"{path}.gaps", found=len(gaps), panes=len(panes), expected=len(panes) - 1)
    for index, pane in enumerate(panes):
        _check_pane(walker, pane, f"{path}.panes[{index}]")
    _check_angles(walker, entry, path)
    u_value = entry.get("u_value_w_m2k")
    if u_value is not None and u_value >= 1 / STANDARD_FILMS_M2K_W:
        walker.fault("CP-1345", f"{path}.u_value_w_m2k", value=u_value, limit=f"{1 / STANDARD_FILMS_M2K_W:.2f}")


def _check_pane(walker: Walker, pane: Entry, path: str) -> None:
    keys = ("transmittance", "reflectance_front", "reflectance_back")
    values = [pane.get(key) for key in keys]
    if any(value is not None for value in values):
        for key, value in zip(keys, values, strict=True):
            if value is None:
                walker.fault("CP-1358", f"{path}.{key}", others=", ".join(keys))
        if values[0] is not None and max(values[1] or 0, values[2] or 0) + values[0] > 1 + 1e-9:
            walker.fault("CP-1351", f"{path}.transmittance", value=values[0],
                         reflectance=max(values[1] or 0, values[2] or 0))  # fmt: skip


def _check_angles(walker: Walker, entry: Entry, path: str) -> None:
    """A table of g begins with g at normal incidence, and no more light passes than heat."""
    table, direct, normal = entry.get("g_by_angle"), entry.get("transmittance_by_angle"), entry.get("g_normal")
    if table and normal is not None and abs(table[0][1] - normal) > 0.01:
        walker.fault("CP-1331", f"{path}.g_by_angle[0][1]", value=table[0][1], low=normal, high=normal)
    if direct and normal is not None and direct[0][1] > normal + 1e-9:
        walker.fault("CP-1331", f"{path}.transmittance_by_angle[0][1]", value=direct[0][1], low=0, high=normal)


def _check_zone(walker: Walker, zone: Entry, path: str, names: list[str | None]) -> None:
    _one_of(walker, zone, path, ("volume_m3",), ("height_m",))
    area, volume = zone.get("floor_area_m2"), zone.get("volume_m3")
    if area and volume and not _HEIGHT_LOW_M <= volume / area <= _HEIGHT_HIGH_M:
        walker.fault("CP-1342", f"{path}.volume_m3", value=volume, area=area, height=f"{volume / area:.2f}",
                     low=_HEIGHT_LOW_M, high=_HEIGHT_HIGH_M)  # fmt: skip
    _check_thermostat(walker, zone.get("thermostat"), f"{path}.thermostat")
    surfaces = zone.get("surfaces") or []
    for index, surface in enumerate(surfaces):
        _check_surface(walker, surface, f"{path}.surfaces[{index}]", zone.get("name"), names)
    shares = [surface.get("inside_solar_share") for surface in surfaces]
    given = [share for share in shares if share is not None]
    if given and (len(given) < len(shares) or sum(given) > 1 + _SHARE_TOLERANCE):
        walker.fault("CP-1344", f"{path}.surfaces[{len(given) - 1}].inside_solar_share", given=len(given),
                     surfaces=len(shares), total=f"{sum(given):.3f}")  # fmt: skip


def _check_thermostat(walker: Walker, thermostat: Entry | None, path: str) -> None:
    """Wherever heating and cooling are both on, heating does not lie above cooling."""
    if not thermostat or thermostat.get("heating_c") is None or thermostat.get("cooling_c") is None:
        return
    heating, cooling = (_hourly(thermostat[key]) for key in ("heating_c", "cooling_c"))
    wrong = np.flatnonzero(heating > cooling)
    if len(wrong):
        hour = int(wrong[0])
        walker.fault("CP-1340", f"{path}.heating_c", hour=hour, heating=f"{heating[hour]:g}",
                     cooling=f"{cooling[hour]:g}", hours=len(wrong))  # fmt: skip
    for key in ("heating_c", "cooling_c"):
        if thermostat[key].months:
            walker.fault("CP-1332", f"{path}.{key}.months", value="months", expected="values, weekend")


def _hourly(schedule: Schedule) -> np.ndarray[Any, np.dtype[np.float64]]:
    return schedule.hourly(0) if schedule.values else np.full(HOURS, math.nan)


def _check_surface(walker: Walker, surface: Entry, path: str, zone: str | None, names: list[str | None]) -> None:
    _check_size(walker, surface, path)
    side = surface.get("other_side")
    tilt = surface.get("tilt_deg")
    if isinstance(side, str) and side.startswith("zone:"):
        _check_neighbour(walker, side[5:], path, zone, names)
    if side == "outdoors" and tilt is not None and 0 < tilt < 180 and surface.get("azimuth_deg") is None:
        walker.fault("CP-1357", f"{path}.azimuth_deg")
    if isinstance(side, Mapping):
        key = {"temperature": "temperature_c", "ground": "exposed_perimeter_m"}.get(side.get("kind") or "")
        if key and side.get(key) is None:
            walker.fault("CP-1358", f"{path}.other_side.{key}", others=f"kind = {side['kind']}")
    sunless = side.get("kind") if isinstance(side, Mapping) else side if side == "adiabatic" else ""
    if sunless and surface.get("windows"):
        walker.fault("CP-1346", f"{path}.windows", first="windows", second=f"other_side = {sunless}")
    _check_films(walker, surface, path)
    if isinstance(surface.get("construction"), dict) and surface["construction"] not in _known(walker, "constructions"):
        check_construction(walker, surface["construction"], f"{path}.construction")
    _check_openings(walker, surface, path)


def _known(walker: Walker, table: str) -> list[Any]:
    return list(walker.tables[table].values())


def _check_neighbour(walker: Walker, other: str, path: str, zone: str | None, names: list[str | None]) -> None:
    known = [name for name in names if name and name != zone]
    if other == zone:
        walker.fault("CP-1343", f"{path}.other_side", zone=zone)
    elif other not in known:
        near = nearest_name(other, known, 0.5)
        walker.fault("CP-1336", f"{path}.other_side", table="zones", name=other, nearest=near,
                     known=", ".join(known) or "—")  # fmt: skip


def _check_partitions(walker: Walker, zones: list[Entry]) -> None:
    """A partition that stands in both zones would count twice: alike area and construction, facing each other."""
    seen: dict[tuple[str, str], list[tuple[Entry, str]]] = {}
    for number, zone in enumerate(zones):
        for index, surface in enumerate(zone.get("surfaces") or []):
            side = surface.get("other_side")
            if not (isinstance(side, str) and side.startswith("zone:") and zone.get("name")):
                continue
            path = f"zones[{number}].surfaces[{index}]"
            for other, place in seen.get((side[5:], str(zone["name"])), []):
                if _same_partition(surface, other):
                    walker.fault("CP-1356", path, other=place)
            seen.setdefault((str(zone["name"]), side[5:]), []).append((surface, path))


def _same_partition(one: Entry, two: Entry) -> bool:
    areas = size_m2(one), size_m2(two)
    tilts = one.get("tilt_deg"), two.get("tilt_deg")
    if None in areas or None in tilts or one.get("construction") != two.get("construction"):
        return False
    alike = abs(float(areas[0] or 0) - float(areas[1] or 0)) <= _SIZE_TOLERANCE * float(areas[0] or 0)
    return alike and abs(float(tilts[0] or 0) + float(tilts[1] or 0) - 180.0) < 1.0


def _check_size(walker: Walker, entry: Entry, path: str) -> None:
    """An area, or width and height; all three agree."""
    area, width, height = (entry.get(key) for key in ("area_m2", "width_m", "height_m"))
    if area is None and (width is None or height is None):
        if not any(str(fault.fields["path"]).startswith(f"{path}.") for fault in walker.faults):
            walker.fault("CP-1359", path, first="area_m2", second="width_m, height_m")
    elif area is not None and width is not None and height is not None:
        product = width * height
        if abs(product - area) > _SIZE_TOLERANCE * area + 0.005:
            walker.fault("CP-1331", f"{path}.area_m2", value=area, low=f"{product:g}", high=f"{product:g}")


def _check_films(walker: Walker, entry: Entry, path: str) -> None:
    for side in ("inside", "outside"):
        if entry.get(f"{side}_convective_w_m2k") is not None and entry.get(f"{side}_combined_w_m2k") is not None:
            walker.fault("CP-1346", f"{path}.{side}_combined_w_m2k", first=f"{side}_convective_w_m2k",
                         second=f"{side}_combined_w_m2k")  # fmt: skip


def _check_openings(walker: Walker, surface: Entry, path: str) -> None:
    """Windows and doors fit into their wall, one by one and together."""
    total = 0.0
    wall_m2 = size_m2(surface)
    for kind in ("windows", "doors"):
        for index, opening in enumerate(surface.get(kind) or []):
            place = f"{path}.{kind}[{index}]"
            _check_size(walker, opening, place)
            _check_place(walker, surface, opening, place)
            total += (size_m2(opening) or 0.0) * (opening.get("count") or 1)
            if kind == "windows":
                _check_films(walker, opening, place)
                glazing = opening.get("glazing")
                if isinstance(glazing, dict) and glazing not in _known(walker, "glazings"):
                    check_glazing(walker, glazing, f"{place}.glazing")
                if (opening.get("overhang") or opening.get("fin_left") or opening.get("fin_right")) and (
                    opening.get("width_m") is None or opening.get("height_m") is None
                ):
                    walker.fault("CP-1358", f"{place}.width_m", others="height_m, overhang, fin_left, fin_right")
            elif opening.get("construction") and opening["construction"] not in _known(walker, "constructions"):
                check_construction(walker, opening["construction"], f"{place}.construction")
    if wall_m2 is not None and total > wall_m2 * (1 + 1e-9):
        walker.fault("CP-1338", path, openings=f"{total:.2f}", wall=f"{wall_m2:.2f}")


def _check_place(walker: Walker, surface: Entry, opening: Entry, path: str) -> None:
    """A window's width, height and sill against those of its wall."""
    wall_height, wall_width = surface.get("height_m"), surface.get("width_m")
    height, width = opening.get("height_m"), opening.get("width_m")
    if wall_height is not None and height is not None:
        top = height + (opening.get("sill_m") or 0.0)
        if top > wall_height + 1e-6:
            walker.fault("CP-1341", f"{path}.height_m", value=f"{top:g}", limit=f"{wall_height:g}")
    if wall_width is not None and width is not None:
        row = width * (opening.get("count") or 1)
        if row > wall_width + 1e-6 and width > wall_width + 1e-6:
            walker.fault("CP-1341", f"{path}.width_m", value=f"{width:g}", limit=f"{wall_width:g}")


def _check_exchange(walker: Walker, exchange: Entry, path: str, names: list[str | None]) -> None:
    known = [name for name in names if name]
    for key in ("zone_a", "zone_b"):
        name = exchange.get(key)
        if name and name not in known:
            near = nearest_name(name, known, 0.5)
            walker.fault("CP-1336", f"{path}.{key}", table="zones", name=name, nearest=near, known=", ".join(known))
    if exchange.get("zone_a") and exchange.get("zone_a") == exchange.get("zone_b"):
        walker.fault("CP-1343", f"{path}.zone_b", zone=exchange["zone_a"])


def _one_of(walker: Walker, entry: Entry, path: str, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """Exactly one of two ways to say it; the keys of a way belong together."""

    def says(keys: tuple[str, ...]) -> bool:
        return any(entry.get(key) not in (None, []) for key in keys)

    if says(first) and says(second):
        walker.fault("CP-1346", f"{path}.{second[0]}", first=", ".join(first), second=", ".join(second))
    elif not says(first) and not says(second):
        if not any(str(fault.fields["path"]).startswith(f"{path}.") for fault in walker.faults):
            walker.fault("CP-1359", path, first=", ".join(first), second=", ".join(second))
    else:
        for key in first if says(first) else second:
            if entry.get(key) is None and not any(fault.fields["path"] == f"{path}.{key}" for fault in walker.faults):
                walker.fault("CP-1358", f"{path}.{key}", others=", ".join(second))
