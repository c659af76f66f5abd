"""The keys of the building file, declared once: what each takes, its range, its default and what it means.

The reader, the JSON Schema (`resources/schemas/building.json`) and the tables of docs/building-file.md all come from
these declarations, so that none of them can say anything else than the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

FORMAT: Final = "cpdesk-building/1"
Takes = Literal[
    "number", "whole", "text", "flag", "choice", "monthly", "pairs", "schedule", "object", "objects", "named", "part"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an object.

    Attributes:
        takes: number, whole, text, flag; choice (one of `options`); monthly (a number, or 12); pairs (a list of two
            numbers each); schedule; object (of kind `of`); objects (a list of them); named (an object whose keys are
            names and whose values are of kind `of`); part (the name of an entry of `table`, or the object itself).
        low, high: plausible range, both inclusive.
        default: what holds when the key is missing; None where it says nothing or the meaning explains it.
        most: the longest list.
        off: whether null stands for "off" (set points).
    """

    key: str
    takes: Takes
    meaning: str
    low: float = 0.0
    high: float = 0.0
    default: Any = None
    required: bool = False
    options: tuple[str, ...] = ()
    of: str = ""
    table: str = ""
    most: int = 500
    off: bool = False


def _number(key: str, low: float, high: float, meaning: str, **more: Any) -> Field:
    return Field(key, "number", meaning, low, high, **more)


def _schedule(key: str, low: float, high: float, meaning: str, **more: Any) -> Field:
    return Field(key, "schedule", meaning, low, high, **more)


def _choice(key: str, options: tuple[str, ...], meaning: str, **more: Any) -> Field:
    return Field(key, "choice", meaning, options=options, **more)


def _text(key: str, meaning: str, **more: Any) -> Field:
    return Field(key, "text", meaning, **more)


_NAME: Final = _text("name", "unique among its neighbours", required=True)
_NOTE: Final = _text("note", "for people; not used", default="")
_ROUGHNESS: Final = ("very_rough", "rough", "medium_rough", "medium_smooth", "smooth", "very_smooth")
_DIRECTIONS: Final = ("outside", "inside", "both", "spread", "middle")
MASS_CLASSES_J_M2K: Final = {
    "none": 0.0, "very_light": 50_000.0, "light": 75_000.0, "medium": 110_000.0, "heavy": 175_000.0,
    "very_heavy": 250_000.0,
}  # fmt: skip
"""Areal heat capacity of the classes of ISO 52016-1:2017, Table B.14."""
_FILMS: Final = (
    _number("inside_convective_w_m2k", 0.05, 100, "fixed convection inside; long-wave radiation is still computed"),
    _number("inside_combined_w_m2k", 0.05, 100, "fixed film inside, convection and radiation together, to the air"),
    _number("outside_convective_w_m2k", 0.05, 200, "fixed convection outside; radiation is still computed"),
    _number("outside_combined_w_m2k", 0.05, 200, "fixed film outside, convection and radiation together, to the air"),
)

KINDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "building": (
        _text("$schema", "for editors; not used", default=""),
        _choice("format", (FORMAT,), "version of this format", required=True),
        _text("name", "of the building", required=True),
        _NOTE,
        Field("site", "object", "where it stands", of="site"),
        Field("options", "object", "how to compute", of="options"),
        Field("materials", "named", "materials by name", of="material"),
        Field("constructions", "named", "constructions by name", of="construction"),
        Field("glazings", "named", "glazings by name", of="glazing"),
        Field("schedules", "named", "schedules by name", of="schedule"),
        Field("zones", "objects", "the zones, at least one", of="zone", required=True, most=30),
        Field("air_exchanges", "objects", "air that goes between zones", of="air_exchange"),
    ),
    "site": (
        _number("latitude_deg", -90, 90, "north positive; only compared with the weather's place, whose sun is taken"),
        _number("longitude_deg", -180, 180, "east positive; likewise"),
        _number("time_zone_h", -12, 14, "hours ahead of UTC; likewise"),
        _number("altitude_m", -450, 6000, "above the sea, makes the air's density; default: that of the weather"),
        _number("air_density_kg_m3", 0.5, 1.5, "default: dry air of 20 °C at this altitude"),
        Field("ground_reflectance", "monthly", "of sunlight", 0, 0.95, 0.2),
        _number("wind_factor", 0, 2, "wind at the building over the weather's (10 m, open land)", default=1.0),
        _text("weather", "plain, foothill, hill, or the name of a township: used where no weather file is given"),
    ),
    "options": (
        _choice("sky_model", ("perez", "isotropic"), "diffuse light on tilted surfaces", default="perez"),
        _choice(
            "convection", ("detailed", "iso"),
            "films where none is given: by temperature difference and wind, or constants of ISO 52016-1",
            default="detailed",
        ),
        Field("first_weekday", "whole", "of 1 January: 0 Monday … 6 Sunday", 0, 6, 0),
        Field("warm_up_days", "whole", "computed before 1 January and not counted", 0, 365, 30),
        Field("first_day", "whole", "first day of the year that counts", 1, 365, 1),
        Field("last_day", "whole", "last day of the year that counts", 1, 365, 365),
    ),
    "material": (
        _NOTE,
        _number("conductivity_w_mk", 0.005, 400, "needed unless the resistance is given"),
        _number("density_kg_m3", 0, 12_000, "0: no mass", default=0.0),
        _number("specific_heat_j_kgk", 0, 5000, "0: no mass", default=0.0),
        _number("resistance_m2k_w", 0.001, 100, "of a layer without mass, in place of the conductivity"),
    ),
    "layer": (
        _text("material", "name of an entry of `materials`; the layer's own keys go before it", default=""),
        _text("name", "for people; default: the material's", default=""),
        _number("thickness_m", 0.0001, 5, "needed unless the resistance is given"),
        _number("conductivity_w_mk", 0.005, 400, "as in a material"),
        _number("density_kg_m3", 0, 12_000, "as in a material"),
        _number("specific_heat_j_kgk", 0, 5000, "as in a material"),
        _number("resistance_m2k_w", 0.001, 100, "as in a material"),
    ),
    "construction": (
        _NOTE,
        Field("layers", "objects", "from outside to inside; or the U-value", of="layer", most=20),
        _number("u_value_w_m2k", 0.02, 5.8, "with the standard films of ISO 6946 (0.13 and 0.04 m2K/W)"),
        _choice("mass_class", tuple(MASS_CLASSES_J_M2K), "of a U-value: ISO 52016-1 Table B.14", default="medium"),
        _choice("mass_position", _DIRECTIONS, "of a U-value: where the mass lies", default="spread"),
        _choice("roughness", _ROUGHNESS, "of the outer face, for wind", default="rough"),
    ),
    "pane": (
        _number("thickness_m", 0.001, 0.05, "of the pane", required=True),
        _number("conductivity_w_mk", 0.1, 3, "of the glass", default=1.0),
        _number("refractive_index", 1.0, 2.5, "of clear glass", default=1.526),
        _number("extinction_1_m", 0, 500, "of clear glass, per metre", default=19.6),
        _number("transmittance", 0, 1, "solar, at normal incidence; with both reflectances, in place of the index"),
        _number("reflectance_front", 0, 1, "solar, of the face towards outside"),
        _number("reflectance_back", 0, 1, "solar, of the face towards inside"),
        _number("emittance_front", 0.01, 1, "long-wave, face towards outside", default=0.84),
        _number("emittance_back", 0.01, 1, "long-wave, face towards inside", default=0.84),
    ),
    "gap": (
        _number("thickness_m", 0.002, 0.3, "between two panes", required=True),
        _choice("gas", ("air", "argon", "krypton"), "whose conduction, convection are computed", default="air"),
        _number("resistance_m2k_w", 0.01, 5, "fixed, radiation counted in; in place of the gas"),
    ),
    "glazing": (
        _NOTE,
        Field("panes", "objects", "from outside to inside; or U-value and g", of="pane", most=5),
        Field("gaps", "objects", "one less than panes", of="gap", most=4),
        _number("u_value_w_m2k", 0.2, 5.8, "of the glass with standard films (0.13 and 0.04 m2K/W)"),
        _number("g_normal", 0, 0.95, "total solar energy transmittance at normal incidence"),
        Field("g_by_angle", "pairs", "[incidence in degrees, g] from 0 to 90", 0, 90),
        Field("transmittance_by_angle", "pairs", "[incidence in degrees, direct transmittance] from 0 to 90", 0, 90),
        _number("g_diffuse", 0, 0.95, "of sky light; default: the hemispherical mean"),
        Field("angle_panes", "whole", "panes of clear glass the angle follows where no table is given", 1, 4, 2),
        _number("emittance", 0.01, 1, "long-wave, of both outer faces of a glazing by U-value", default=0.84),
    ),
    "schedule": (
        Field("values", "schedule", "1, 24 or 8,760 values", -1e6, 1e6, required=True, off=True),
        Field("weekend", "schedule", "24 values of Saturday and Sunday", -1e6, 1e6, off=True),
        Field("months", "monthly", "12 factors; not for set points", 0, 100),
    ),
    "overhang": (
        _number("depth_m", 0, 20, "from the glass", required=True),
        _number("above_m", 0, 20, "its underside above the window's top", default=0.0),
        _number("beyond_left_m", 0, 50, "beyond the window's edge, seen from outside", default=0.0),
        _number("beyond_right_m", 0, 50, "beyond the window's edge, seen from outside", default=0.0),
    ),
    "fin": (
        _number("depth_m", 0, 20, "from the glass", required=True),
        _number("beside_m", 0, 20, "from the window's edge", default=0.0),
        _number("beyond_top_m", 0, 20, "beyond the window's top", default=0.0),
        _number("beyond_bottom_m", 0, 20, "beyond the window's bottom", default=0.0),
    ),
    "cover": (
        _number("resistance_m2k_w", 0, 10, "added to the window while closed", required=True),
        _schedule("closed", 0, 1, "1 closed, 0 open", required=True),
        _number("solar_factor", 0, 1, "share of the sun that passes while closed", default=0.0),
    ),
    "window": (
        _NAME,
        _number("area_m2", 0.01, 100, "of the opening with its frame; or width and height"),
        _number("width_m", 0.05, 30, "of the opening"),
        _number("height_m", 0.05, 10, "of the opening"),
        _number("sill_m", 0, 10, "above the wall's lower edge; checked against the wall's height"),
        Field("count", "whole", "alike windows", 1, 50, 1),
        Field("glazing", "part", "name or object", of="glazing", table="glazings", required=True),
        _number("frame_share", 0, 0.6, "of the area", default=0.0),
        _number("frame_u_w_m2k", 0.3, 12, "of the frame with standard films", default=2.0),
        _number("shading_factor", 0, 1, "share of the sun that fixed surroundings and dirt leave", default=1.0),
        Field("overhang", "object", "a level plate above", of="overhang"),
        Field("fin_left", "object", "an upright plate to the left, seen from outside", of="fin"),
        Field("fin_right", "object", "an upright plate to the right", of="fin"),
        Field("cover", "object", "shutter, quilt or curtain by schedule", of="cover"),
        *_FILMS,
    ),
    "door": (
        _NAME,
        _number("area_m2", 0.1, 50, "or width and height"),
        _number("width_m", 0.2, 10, "of the door"),
        _number("height_m", 0.2, 6, "of the door"),
        Field("construction", "part", "name or object", of="construction", table="constructions", required=True),
    ),
    "other_side": (
        _choice("kind", ("temperature", "ground"), "known temperature, or slab on ground (ISO 13370)", required=True),
        Field("temperature_c", "monthly", "of a known temperature", -60, 60),
        _number("exposed_perimeter_m", 0, 500, "of a slab: its edges to outdoors"),
        _number("soil_conductivity_w_mk", 0.2, 5, "of a slab: ISO 13370 Table 7", default=2.0),
        _number("soil_capacity_j_m3k", 0.5e6, 5e6, "of a slab: ISO 13370 Table 7", default=2.0e6),
        _number("wall_thickness_m", 0.05, 2, "of a slab: of the walls around", default=0.37),
        _number("edge_psi_w_mk", -2, 0, "of a slab: effect of edge insulation", default=0.0),
    ),
    "surface": (
        _NAME,
        _number("area_m2", 0.05, 1000, "gross, windows and doors counted in; or width and height"),
        _number("width_m", 0.05, 100, "of a rectangle"),
        _number("height_m", 0.05, 100, "of a rectangle"),
        _number("tilt_deg", 0, 180, "0 roof or ceiling, 90 wall, 180 floor (of the normal pointing out)",
                required=True),
        _number("azimuth_deg", 0, 360, "of the normal, clockwise from north; needed by walls and sloping roofs to "
                "outdoors"),
        Field("construction", "part", "name or object", of="construction", table="constructions", required=True),
        Field("other_side", "part", "outdoors, adiabatic, zone:NAME, or an object", of="other_side",
              default="outdoors"),
        _number("absorptance_outside", 0, 1, "of sunlight", default=0.6),
        _number("absorptance_inside", 0, 1, "of sunlight", default=0.6),
        _number("emittance_outside", 0, 1, "long-wave; 0 is taken as 0.0001", default=0.9),
        _number("emittance_inside", 0, 1, "long-wave; 0 is taken as 0.0001", default=0.9),
        _number("inside_solar_share", 0, 1, "of the sun that enters the zone; all surfaces of the zone, or none"),
        _number("sees_sky", 0, 1, "view factor; default: (1 + cos tilt) / 2"),
        Field("sun", "flag", "whether sun reaches the outer face", default=True),
        Field("wind", "flag", "whether wind reaches the outer face", default=True),
        *_FILMS,
        Field("windows", "objects", "in this surface", of="window"),
        Field("doors", "objects", "in this surface", of="door"),
    ),
    "thermostat": (
        _schedule("heating_c", -20, 40, "set point; null or missing: off", off=True),
        _schedule("cooling_c", 5, 60, "set point; null or missing: off", off=True),
        _number("heating_max_w", 0, 1e7, "default: no limit"),
        _number("cooling_max_w", 0, 1e7, "default: no limit"),
        _choice("sensor", ("air", "operative"), "the temperature that is held", default="air"),
        _number("heating_radiative_share", 0, 1, "of the heating's power", default=0.0),
    ),
    "infiltration": (
        _schedule("air_change_1_h", 0, 30, "n0", required=True),
        _number("constant", 0, 5, "n = n0 (constant + per_k |ΔT| + per_m_s v)", default=1.0),
        _number("per_k", 0, 1, "stack coefficient, 1/K", default=0.0),
        _number("per_m_s", 0, 2, "wind coefficient, s/m", default=0.0),
    ),
    "fan": (
        _NAME,
        _number("flow_m3_h", 0, 50_000, "outdoor air, at the density of the site's air", required=True),
        _schedule("schedule", 0, 1, "share of the flow", default=1.0),
        _number("heat_recovery", 0, 0.95, "temperature ratio", default=0.0),
        _number("inside_above_c", -30, 60, "runs only while the zone is warmer"),
        _number("warmer_than_outside_k", -30, 60, "runs only while the zone is warmer than outdoors by this"),
        _number("outside_above_c", -30, 60, "runs only while it is warmer outdoors"),
    ),
    "gain": (
        _NAME,
        _number("power_w", 0, 100_000, "sensible heat of people, light, devices", required=True),
        _schedule("schedule", 0, 1, "share of the power", default=1.0),
        _number("radiative_share", 0, 1, "to the surfaces; the rest to the air", default=0.5),
    ),
    "zone": (
        _NAME,
        _NOTE,
        _number("floor_area_m2", 0.5, 300, "inside", required=True),
        _number("volume_m3", 0.5, 2000, "of air; or the height"),
        _number("height_m", 0.3, 10, "inside, in place of the volume"),
        Field("surfaces", "objects", "around the zone; a partition is declared in one of its two zones only",
              of="surface", required=True),
        Field("thermostat", "object", "missing: the zone floats freely", of="thermostat"),
        Field("infiltration", "object", "missing: none", of="infiltration"),
        Field("fans", "objects", "outdoor air brought in by schedule and conditions", of="fan", most=20),
        Field("gains", "objects", "heat of people, light, devices", of="gain", most=50),
        _number("thermal_bridge_w_k", 0, 500, "conductance to outdoors besides the surfaces", default=0.0),
        _number("furniture_j_k", 0, 1e9, "heat capacity of things in the zone", default=0.0),
        _choice("sun_inside", ("floor", "area"), "beam to the floor first, or all light spread at once",
                default="floor"),
    ),
    "air_exchange": (
        _text("zone_a", "name of a zone", required=True),
        _text("zone_b", "name of another zone", required=True),
        _schedule("flow_m3_h", 0, 50_000, "each way", required=True),
    ),
}  # fmt: skip
"""All kinds of objects in a building file; the file itself is a `building`."""
