"""pyBuildingEnergy, an independent hourly model (ISO 52016-1), run beside ours for measuring and for tests.

It is asked for one plain house in outdoor air, as both models can say it: four walls, a roof, a raised floor, windows,
constant air change and gains, heating to an air temperature by day and night. Both get the same hours of weather.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.calendar import HOUR, MONTH, MONTH_DAYS
from cpdesk.energy.weather.year import Weather
from cpdesk.model.building import Element, ElementKind, Schedule, Zone
from cpdesk.operations.bench.stopwatch import time_once_ms

_OFF_C: Final = -999.0  # its sign for "no heating"; above 995 it means "no cooling"
_NO_COOLING_C: Final = 1000.0
_POWER_W: Final = 60_000.0
_G_CORRECTION: Final = 0.9  # of the g-value for oblique sun (ISO 52016-1, table B.22)
_FRAME_SHARE: Final = 0.25
_TOP_VIEW, _WALL_VIEW, _FLOOR_VIEW = 1.0, 0.5, 1e-3  # of the sky; 0 would mean "on the ground" to it
FLOOR_ADJACENCY: Final = 0.9999
"""b of a raised floor: outdoor air, but neither sun nor sky, which our elements have where b is exactly 1."""


@dataclass(frozen=True, slots=True)
class PlainHouse:
    """A house as both models can say it; lengths in m, azimuth of the front in degrees, areal capacities in J/(m2 K).

    Attributes:
        windows_m2: front, right, back, left, as seen from outside the front.
        night_c: set point from 21 to 6 o'clock, `None` when the heating is off then.
    """

    name: str
    length_m: float = 15.0
    depth_m: float = 6.0
    height_m: float = 3.0
    front_deg: float = 180.0
    u_wall: float = 1.5
    u_roof: float = 1.2
    u_floor: float = 0.4
    u_window: float = 3.5
    g_glass: float = 0.75
    windows_m2: tuple[float, float, float, float] = (14.0, 0.0, 4.0, 0.0)
    wall_j_m2k: float = 175_000.0
    roof_j_m2k: float = 110_000.0
    floor_j_m2k: float = 110_000.0
    air_change_1_h: float = 0.7
    gains_w_m2: float = 3.8
    day_c: float = 18.0
    night_c: float | None = 18.0
    absorptance: float = 0.6

    @property
    def floor_area_m2(self) -> float:
        """Of the one storey."""
        return self.length_m * self.depth_m

    @property
    def sides(self) -> tuple[tuple[str, float, float, float], ...]:
        """(name, azimuth, wall without its windows in m2, windows in m2), front, right, back, left."""
        found = []
        for at, name in enumerate(("front", "right", "back", "left")):
            gross = (self.depth_m if at % 2 else self.length_m) * self.height_m
            glass = self.windows_m2[at]
            found.append((name, (self.front_deg + 270.0 * at) % 360.0, gross - glass, glass))
        return tuple(found)


def is_there() -> bool:
    """Whether the package is installed; it is a tool of tests, not a part of the program."""
    return importlib.util.find_spec("pybuildingenergy") is not None


def house_year_ms(weather: Weather) -> float:
    """How long it takes for one house and one year of weather, reading the weather included."""
    with tempfile.TemporaryDirectory(prefix="cpdesk-peer-") as folder:
        file = Path(folder) / "year.epw"
        write_weather(weather, file)
        return time_once_ms(lambda: peer_year(PlainHouse("brick"), file))


def zone_of(house: PlainHouse) -> tuple[Zone, Schedule]:
    """The house for our model; capacity and effective mass area after ISO 13790:2008, 12.3.1."""
    elements = []
    for name, azimuth, wall, glass in house.sides:
        elements.append(
            Element(f"{name}.wall", ElementKind.WALL, name, azimuth, 90.0, wall, house.u_wall,
                    absorptance=house.absorptance)
        )  # fmt: skip
        if glass > 0:
            g_value = house.g_glass * _G_CORRECTION * (1.0 - _FRAME_SHARE)
            elements.append(
                Element(f"{name}.window", ElementKind.WINDOW, name, azimuth, 90.0, glass, house.u_window,
                        g_value=g_value)
            )  # fmt: skip
    area = house.floor_area_m2
    elements.append(
        Element("roof", ElementKind.ROOF, "top", 180.0, 0.0, area, house.u_roof, absorptance=house.absorptance)
    )
    elements.append(
        Element("floor", ElementKind.ROOF, "ground", 180.0, 180.0, area, house.u_floor, adjacency=FLOOR_ADJACENCY)
    )
    walls = sum(wall for _, _, wall, _ in house.sides)
    parts = ((walls, house.wall_j_m2k), (area, house.roof_j_m2k), (area, house.floor_j_m2k))
    capacity = sum(size * kappa for size, kappa in parts)
    zone = Zone(
        name="main",
        floor_area_m2=area,
        volume_m3=area * house.height_m,
        elements=tuple(elements),
        capacity_j_k=capacity,
        mass_area_m2=capacity**2 / sum(size * kappa**2 for size, kappa in parts),
        air_change_1_h=house.air_change_1_h,
        gains_w_m2=house.gains_w_m2,
    )
    return zone, Schedule(day_c=house.day_c, night_c=house.night_c, wish_c=house.day_c)


def write_weather(weather: Weather, file: Path) -> None:
    """A year as EPW for pyBuildingEnergy, moved to the meridian of its time zone: it reads hours as of UTC."""
    longitude = weather.longitude_deg - 15.0 * weather.time_zone_h
    lines = [
        f"LOCATION,made,-,-,made,0,{weather.latitude_deg},{longitude},0.0,{weather.altitude_m}",
        *("DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"),
        *("HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1", "COMMENTS 2", "DATA PERIODS,1,1,Data,Sunday,1/1,12/31"),
    ]
    days = np.concatenate([np.repeat(np.arange(1, many + 1), 24) for many in MONTH_DAYS])
    values = zip(
        MONTH, days, HOUR, weather.temperature_c, weather.global_w_m2, weather.direct_w_m2, weather.diffuse_w_m2,
        weather.wind_m_s, strict=True,
    )  # fmt: skip
    lines += [
        f"2009,{month + 1},{day},{hour + 1},0,made,{warm:.3f},{warm - 5:.3f},60,101000,0,0,300,{whole:.3f},{beam:.3f},"
        f"{diffuse:.3f},0,0,0,0,0,{wind:.2f},5,5,10,77777,9,999999999,0,0.0,0,88,0.2,0.0,0.0"
        for month, day, hour, warm, whole, beam, diffuse, wind in values
    ]
    file.write_text("\n".join(lines) + "\n", encoding="ascii")


def peer_year(house: PlainHouse, weather_file: Path) -> NDArray[np.float64]:
    """Hourly heating of the year by pyBuildingEnergy, (8760,) W."""
    with _quiet():
        # By name, so that a program packed with the tools of tests beside it does not take the package in.
        engine = importlib.import_module("pybuildingenergy.source.utils").ISO52016
        found = engine.Temperature_and_Energy_needs_calculation(
            building_object(house), weather_source="epw", path_weather_file=str(weather_file),
            hvac_control_variable="air",
        )  # fmt: skip
    hourly = found[0]
    heating: NDArray[np.float64] = hourly["Q_H"].to_numpy(dtype=np.float64)
    return heating[-8760:]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """It draws progress bars and warns of its own frames; neither belongs to our output."""
    nowhere = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stderr(nowhere), contextlib.redirect_stdout(nowhere):
        warnings.simplefilter("ignore")
        yield


def building_object(house: PlainHouse) -> dict[str, Any]:
    """The house in pyBuildingEnergy's words."""
    steady = {"weekday": np.ones(24), "weekend": np.ones(24)}
    day = np.array([1.0 if 6 <= hour < 21 else 0.0 for hour in range(24)])
    heating = steady if house.night_c == house.day_c else {"weekday": day, "weekend": day}
    night_c = _OFF_C if house.night_c is None else house.night_c
    area = house.floor_area_m2
    names = ("occupants", "appliances", "lighting")
    gains = [{"name": name, "full_load": house.gains_w_m2 if name == "appliances" else 0.0, **steady} for name in names]
    air = {"name": "air", "ventilation_type": "constant_ach", "air_changes_per_hour": house.air_change_1_h}
    return {
        "building": {
            "name": house.name, "latitude": 40.2, "longitude": 116.2, "n_floors": 1, "height": house.height_m,
            "net_floor_area": area, "treated_floor_area": area, "volume": area * house.height_m,
            "exposed_perimeter": 2 * (house.length_m + house.depth_m), "wall_thickness": 0.37,
            "building_type_class": "Residential_apartment", "adj_zones_present": False, "number_adj_zone": 0,
            "construction_class": "class_i", "country": "CN",
        },
        "building_parameters": {
            "temperature_setpoints": {
                "heating_setpoint": house.day_c, "heating_setback": night_c,
                "cooling_setpoint": _NO_COOLING_C, "cooling_setback": _NO_COOLING_C,
            },
            "system_capacities": {"heating_capacity": _POWER_W, "cooling_capacity": 0.0},
            "internal_gains": gains, "construction": {"thermal_bridge_heat_W_K": 0.0, "wall_thickness": 0.37},
            "ventilation": {"components": [air]}, "ventilation_profile": steady, "heating_profile": heating,
            "cooling_profile": steady,
        },
        "adjacent_zones": [],
        "building_surface": _surfaces(house),
    }  # fmt: skip


def _surfaces(house: PlainHouse) -> list[dict[str, Any]]:
    found = []
    for name, azimuth, wall, glass in house.sides:
        found.append(
            _opaque(f"{name} wall", wall, house.u_wall, house.wall_j_m2k, (azimuth, 90), _WALL_VIEW, house.absorptance)
        )
        if glass > 0:
            found.append({
                "name": f"{name} window", "type": "transparent", "area": glass, "u_value": house.u_window,
                "g_value": house.g_glass, "frame_area_fraction": _FRAME_SHARE, "sky_view_factor": _WALL_VIEW,
                "solar_transmittance_correction_factor": _G_CORRECTION, "orientation": {"azimuth": azimuth, "tilt": 90},
                "height": 1.5, "width": glass / 1.5, "parapet": 0.9, "shading": False, "boundary": "OUTDOORS",
                "thermal_capacity": 0.0,
            })  # fmt: skip
    area = house.floor_area_m2
    found.append(_opaque("roof", area, house.u_roof, house.roof_j_m2k, (0, 0), _TOP_VIEW, house.absorptance))
    found.append(_opaque("floor", area, house.u_floor, house.floor_j_m2k, (0, 0), _FLOOR_VIEW, 0.0))
    # Its tilt must be 0 for the sun to be known at all; heat flows down through it all the same. A class of its own
    # keeps it from being merged with the roof.
    found[-1] |= {"heat_flow_direction": "downwards", "construction_class": "class_i"}
    return found


def _opaque(
    name: str, area_m2: float, u_value: float, kappa: float, direction: tuple[float, float], view: float, alpha: float
) -> dict[str, Any]:
    return {
        "name": name, "type": "opaque", "area": area_m2, "u_value": u_value, "thermal_capacity": kappa,
        "sky_view_factor": view, "solar_absorptance": alpha, "boundary": "OUTDOORS",
        "orientation": {"azimuth": direction[0], "tilt": direction[1]},
    }  # fmt: skip
