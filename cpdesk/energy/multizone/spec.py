"""A building as the detailed model takes it: zones, the surfaces around them, windows, gains, air and set points.

`read.read_building` makes it from JSON (docs/building-file.md) and checks it; the engine may rely on what is said here:
names are unique and resolved, areas and resistances positive, windows fit into their walls, heating set points lie
below cooling set points. Units stand in the names: m, m2, m3, W, K, J, kg, C (degrees Celsius), deg, h.

Directions: azimuth clockwise from north (0 north, 90 east, 180 south, 270 west); tilt is the angle between the outward
normal of a surface (pointing out of its zone) and the zenith: 0 flat roof or ceiling, 90 wall, 180 floor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HOURS: Final = 8760
SkyModel = Literal["perez", "isotropic"]
Convection = Literal["detailed", "iso"]
Sensor = Literal["air", "operative"]
SunInside = Literal["floor", "area"]
MassPosition = Literal["inside", "outside", "both", "spread", "middle"]
Roughness = Literal["very_rough", "rough", "medium_rough", "medium_smooth", "smooth", "very_smooth"]
Gas = Literal["air", "argon", "krypton"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A value that may change by the hour.

    Attributes:
        values: 1 (constant), 24 (each day; entry h holds from h to h + 1 o'clock) or 8,760 values (the year). `nan`
            means "off" and occurs in set points only.
        weekend: 24 values for Saturday and Sunday, or empty when they are like the other days.
        months: 12 factors, one a month, or empty for 1; not used in set points.
    """

    values: tuple[float, ...]
    weekend: tuple[float, ...] = ()
    months: tuple[float, ...] = ()

    def hourly(self, first_weekday: int = 0) -> Floats:
        """Values of the 8,760 hours; `first_weekday` is that of 1 January (0 Monday … 6 Sunday)."""
        values = np.array(self.values, dtype=np.float64)
        if len(values) == 1:
            year = np.full(HOURS, values[0])
        elif len(values) == 24:
            year = np.tile(values, 365)
        else:
            year = values.copy()
        if self.weekend:
            weekday = (np.arange(365) + first_weekday) % 7
            year = np.where(np.repeat(weekday >= 5, 24), np.tile(np.array(self.weekend, dtype=np.float64), 365), year)
        if self.months:
            days = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
            year = year * np.repeat(np.array(self.months, dtype=np.float64), [24 * day for day in days])
        return year


@dataclass(frozen=True, slots=True)
class Site:
    """Where the building stands.

    Attributes:
        latitude_deg, longitude_deg: north and east positive. `time_zone_h`: hours ahead of UTC.
        altitude_m: above the sea; makes the density of the air (`air_density_kg_m3`), unless `given_density_kg_m3`.
        ground_reflectance: 12 monthly values for sunlight.
        wind_factor: wind at the building over the wind of the weather data (10 m, open land).
    """

    latitude_deg: float
    longitude_deg: float
    time_zone_h: float
    altitude_m: float = 0.0
    ground_reflectance: tuple[float, ...] = (0.2,) * 12
    wind_factor: float = 1.0
    given_density_kg_m3: float | None = None

    @property
    def air_density_kg_m3(self) -> float:
        """As given, or dry air of 20 °C at the pressure of the standard atmosphere at this altitude (ISO 2533)."""
        if self.given_density_kg_m3 is not None:
            return self.given_density_kg_m3
        pressure_pa = 101_325.0 * math.pow(1.0 - 2.25577e-5 * self.altitude_m, 5.25588)
        return pressure_pa / (287.055 * 293.15)


@dataclass(frozen=True, slots=True)
class Options:
    """How to compute.

    Attributes:
        sky_model: diffuse light on tilted surfaces.
        convection: "detailed" film coefficients from temperature difference and wind, or "iso" constants of
            ISO 52016-1; coefficients given with a surface or window go before both.
        first_weekday: weekday of 1 January, 0 Monday … 6 Sunday.
        warm_up_days: days computed before 1 January and thrown away.
        first_day, last_day: days of the year (1 … 365, both counted) that sums and peaks are taken over.
    """

    sky_model: SkyModel = "perez"
    convection: Convection = "detailed"
    first_weekday: int = 0
    warm_up_days: int = 30
    first_day: int = 1
    last_day: int = 365


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a material with mass, or a pure resistance (density, specific heat and thickness 0).

    `resistance_m2k_w` is always set (thickness / conductivity where the file gives these).
    """

    name: str
    resistance_m2k_w: float
    thickness_m: float = 0.0
    conductivity_w_mk: float = 0.0
    density_kg_m3: float = 0.0
    specific_heat_j_kgk: float = 0.0

    @property
    def capacity_j_m2k(self) -> float:
        return self.thickness_m * self.density_kg_m3 * self.specific_heat_j_kgk


@dataclass(frozen=True, slots=True)
class Construction:
    """What a surface is made of, from outside to inside; film resistances are not part of it.

    A construction given by U-value has one layer: the U-value less the standard film resistances of ISO 6946
    (`u_value_w_m2k` keeps the figure of the file), whose capacity lies where `mass_position` says.

    Attributes:
        layers: at least one, outermost first.
        mass_position, areal_capacity_j_m2k: ISO 52016-1 Tables B.13 and B.14; only of constructions given by U-value.
        roughness: of the outer face, for wind convection.
    """

    name: str
    layers: tuple[Layer, ...]
    u_value_w_m2k: float | None = None
    areal_capacity_j_m2k: float = 0.0
    mass_position: MassPosition = "spread"
    roughness: Roughness = "rough"

    @property
    def resistance_m2k_w(self) -> float:
        """Between the two faces, without films."""
        return math.fsum(layer.resistance_m2k_w for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Outdoors:
    """Outdoor air, sun, sky and wind."""


@dataclass(frozen=True, slots=True)
class Adiabatic:
    """No heat passes the outer face; the mass counts (a heated neighbour)."""


@dataclass(frozen=True, slots=True)
class KnownTemperature:
    """Earth or a room whose temperature is known: 12 monthly means. The outer face has this temperature unless the
    surface gives an outside film coefficient."""

    monthly_c: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Slab on ground after ISO 13370:2017; the surface's area is the slab's. `edge_psi_w_mk` is the effect of edge
    insulation on the perimeter (≤ 0)."""

    exposed_perimeter_m: float
    soil_conductivity_w_mk: float = 2.0
    soil_capacity_j_m3k: float = 2.0e6
    wall_thickness_m: float = 0.37
    edge_psi_w_mk: float = 0.0


@dataclass(frozen=True, slots=True)
class OtherZone:
    """The air of another zone of this building. The surface is declared once, in one of the two zones; its "inside"
    faces that zone, its "outside" the other."""

    zone: str


OtherSide = Outdoors | Adiabatic | KnownTemperature | Ground | OtherZone


@dataclass(frozen=True, slots=True)
class Film:
    """Film coefficients a file prescribes for one face; None leaves them to the convection model.

    Attributes:
        convective_w_m2k: convection alone; long-wave exchange is computed from emittances.
        combined_w_m2k: convection and long-wave together, towards the air (inside) or the outdoor air (outside).
            A face has one of both at most.
    """

    convective_w_m2k: float | None = None
    combined_w_m2k: float | None = None


@dataclass(frozen=True, slots=True)
class Pane:
    """One pane. Either glass by refractive index and extinction coefficient (Fresnel and Bouguer), or a coated pane by
    its normal solar transmittance and reflectances (then those are not None; `glass` says how angles follow).

    Attributes:
        emittance_front, emittance_back: long-wave, of the face towards outside and towards inside.
    """

    thickness_m: float
    conductivity_w_mk: float = 1.0
    refractive_index: float = 1.526
    extinction_1_m: float = 19.6
    emittance_front: float = 0.84
    emittance_back: float = 0.84
    transmittance: float | None = None
    reflectance_front: float | None = None
    reflectance_back: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two panes: a fixed resistance, or a gas-filled gap whose resistance follows ISO 15099 / EN 673."""

    thickness_m: float
    resistance_m2k_w: float | None = None
    gas: Gas = "air"


@dataclass(frozen=True, slots=True)
class PaneGlazing:
    """Glazing by panes from outside to inside; `len(gaps) == len(panes) - 1`."""

    panes: tuple[Pane, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class SimpleGlazing:
    """Glazing by its figures.

    Attributes:
        u_value_w_m2k: of the glass with standard films (0.13 and 0.04 m2K/W).
        g_normal: total solar energy transmittance at normal incidence.
        g_by_angle: (incidence in degrees, g) rising from 0 to 90, or empty: angles then follow clear glass of `panes`.
        transmittance_by_angle: the directly transmitted part likewise, or empty: the share of g that clear glass of
            `panes` transmits.
        g_diffuse: of light from the whole sky, or None: the hemispherical mean of the angles.
        panes: how many panes the angle follows where there is no table.
        emittance: of both outer faces.
    """

    u_value_w_m2k: float
    g_normal: float
    g_by_angle: tuple[tuple[float, float], ...] = ()
    transmittance_by_angle: tuple[tuple[float, float], ...] = ()
    g_diffuse: float | None = None
    panes: int = 2
    emittance: float = 0.84


@dataclass(frozen=True, slots=True)
class Overhang:
    """A level plate over a window: depth from the glass, height of its underside above the window's top, and how far
    it runs beyond the window's edges (left and right as seen from outside)."""

    depth_m: float
    above_m: float = 0.0
    beyond_left_m: float = 0.0
    beyond_right_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Fin:
    """An upright plate beside a window: depth from the glass, distance from the window's edge, and how far it runs
    beyond the window's top and bottom."""

    depth_m: float
    beside_m: float = 0.0
    beyond_top_m: float = 0.0
    beyond_bottom_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Cover:
    """A shutter, quilt or curtain before a window while the schedule is 1 (parts between 0 and 1 weight it).

    Attributes:
        resistance_m2k_w: added to the window while closed.
        solar_factor: sun that still comes through while closed (1 all, 0 none).
    """

    resistance_m2k_w: float
    closed: Schedule
    solar_factor: float = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """A window in its surface; its area is taken off the surface's opaque part.

    Attributes:
        area_m2: of the opening, with frame. `width_m`, `height_m`: their product, or None where only the area is known
            (then nothing shades it).
        frame_share: of the area, 0 … 0.6. `frame_u_w_m2k`: of the frame with standard films.
        shading_factor: share of all sun that fixed surroundings and dirt leave (1 all).
        fin_left, fin_right: as seen from outside.
    """

    name: str
    area_m2: float
    glazing: SimpleGlazing | PaneGlazing
    width_m: float | None = None
    height_m: float | None = None
    frame_share: float = 0.0
    frame_u_w_m2k: float = 2.0
    shading_factor: float = 1.0
    overhang: Overhang | None = None
    fin_left: Fin | None = None
    fin_right: Fin | None = None
    cover: Cover | None = None
    inside_film: Film = Film()
    outside_film: Film = Film()

    @property
    def glass_area_m2(self) -> float:
        return self.area_m2 * (1.0 - self.frame_share)


@dataclass(frozen=True, slots=True)
class Door:
    """An opaque door; its area is taken off the surface. It has the surface's films, absorptances and other side."""

    name: str
    area_m2: float
    construction: Construction


@dataclass(frozen=True, slots=True)
class Surface:
    """A plane around a zone.

    Attributes:
        area_m2: gross, windows and doors counted in.
        absorptance_outside, absorptance_inside: of sunlight. `emittance_*`: long-wave.
        inside_solar_share: share of the sun that enters the zone which this surface takes up, or None: the zone's
            `sun_inside` decides. Either all surfaces of a zone have it, or none.
        sees_sky: view factor to the sky, or None: (1 + cos tilt) / 2.
        sun, wind: whether sunlight and wind reach the outer face (only where the other side is outdoors).
    """

    name: str
    area_m2: float
    tilt_deg: float
    azimuth_deg: float
    construction: Construction
    other_side: OtherSide = Outdoors()
    absorptance_outside: float = 0.6
    absorptance_inside: float = 0.6
    emittance_outside: float = 0.9
    emittance_inside: float = 0.9
    inside_film: Film = Film()
    outside_film: Film = Film()
    inside_solar_share: float | None = None
    sees_sky: float | None = None
    sun: bool = True
    wind: bool = True
    windows: tuple[Window, ...] = ()
    doors: tuple[Door, ...] = ()

    @property
    def opaque_area_m2(self) -> float:
        """Without windows and doors; may be 0."""
        openings = math.fsum([w.area_m2 for w in self.windows] + [d.area_m2 for d in self.doors])
        return max(0.0, self.area_m2 - openings)


@dataclass(frozen=True, slots=True)
class Gain:
    """People, light, devices: sensible heat `power_w` times the schedule; the radiative share goes to the surfaces by
    area, the rest to the air."""

    name: str
    power_w: float
    schedule: Schedule = Schedule((1.0,))
    radiative_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Infiltration:
    """Outdoor air through leaks: n = n0(t) (constant + per_k |T_zone − T_out| + per_m_s v), in zone volumes per hour at
    the density of the site's air. n0 comes from the schedule; v is the wind of the weather data times `wind_factor`."""

    air_change_1_h: Schedule
    constant: float = 1.0
    per_k: float = 0.0
    per_m_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Fan:
    """Outdoor air brought in on purpose: `flow_m3_h` (at the density of the site's air) times the schedule, in hours
    where all conditions hold at the hour's beginning (None: no condition). Its own heat is not counted.

    Attributes:
        heat_recovery: temperature ratio, 0 … 0.95.
        inside_above_c: runs only while the zone's air is above.
        warmer_than_outside_k: runs only while the zone's air is warmer than outdoors by at least this.
        outside_above_c: runs only while the outdoor air is above.
    """

    name: str
    flow_m3_h: float
    schedule: Schedule = Schedule((1.0,))
    heat_recovery: float = 0.0
    inside_above_c: float | None = None
    warmer_than_outside_k: float | None = None
    outside_above_c: float | None = None


@dataclass(frozen=True, slots=True)
class Thermostat:
    """Ideal heating and cooling of a zone.

    Attributes:
        heating_c, cooling_c: set points; None or hours of `nan`: off. Where both are on, heating ≤ cooling.
        heating_max_w, cooling_max_w: sensible power; `inf` is no limit.
        sensor: the temperature that is held: of the air, or operative (mean of air and mean radiant).
        heating_radiative_share: share of the heating's power that goes to the surfaces by area, the rest to the air.
    """

    heating_c: Schedule | None = None
    cooling_c: Schedule | None = None
    heating_max_w: float = math.inf
    cooling_max_w: float = math.inf
    sensor: Sensor = "air"
    heating_radiative_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Zone:
    """A room or rooms of one air temperature.

    Attributes:
        thermostat: without set points the zone floats freely.
        thermal_bridge_w_k: conductance from the zone's air to outdoor air besides the surfaces.
        furniture_j_k: heat capacity of things in the zone, counted to the air node with the air itself.
        sun_inside: "floor": beam falls on the floor first, what it reflects and all diffuse light spread over all
            surfaces (windows let part out again); "area": all light spreads at once. Surfaces' `inside_solar_share`
            goes before.
    """

    name: str
    volume_m3: float
    floor_area_m2: float
    surfaces: tuple[Surface, ...]
    thermostat: Thermostat = Thermostat()
    infiltration: Infiltration = Infiltration(Schedule((0.0,)))
    fans: tuple[Fan, ...] = ()
    gains: tuple[Gain, ...] = ()
    thermal_bridge_w_k: float = 0.0
    furniture_j_k: float = 0.0
    sun_inside: SunInside = "floor"


@dataclass(frozen=True, slots=True)
class AirExchange:
    """Air that goes to and fro between two zones: `flow_m3_h` each way, at the density of the site's air."""

    zone_a: str
    zone_b: str
    flow_m3_h: Schedule


@dataclass(frozen=True, slots=True)
class Building:
    """The whole: at least one zone, names unique among zones, among surfaces of a zone, among windows of a surface."""

    name: str
    site: Site
    zones: tuple[Zone, ...]
    options: Options = Options()
    exchanges: tuple[AirExchange, ...] = ()
