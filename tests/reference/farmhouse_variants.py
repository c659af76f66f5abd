"""Ten farmhouses that every model of ours and pyBuildingEnergy can say alike (docs/method.md, "Independent checks")."""

from __future__ import annotations

import math
from dataclasses import replace

from cpdesk.energy.multizone import spec
from cpdesk.energy.weather.year import Weather
from cpdesk.operations.bench.peer import PlainHouse

_BRICK = PlainHouse("brick")
_INSULATED = replace(
    _BRICK, name="insulated", u_wall=0.35, u_roof=0.25, u_floor=0.3, u_window=1.8, g_glass=0.6, air_change_1_h=0.5
)
VARIANTS: tuple[tuple[PlainHouse, str], ...] = (
    (_BRICK, "plain"),
    (_INSULATED, "plain"),
    (replace(_BRICK, name="heavy", wall_j_m2k=250_000, roof_j_m2k=250_000, floor_j_m2k=250_000), "plain"),
    (replace(_BRICK, name="light", wall_j_m2k=50_000, roof_j_m2k=50_000, floor_j_m2k=50_000), "plain"),
    (replace(_BRICK, name="more_glass", windows_m2=(24.0, 0.0, 4.0, 0.0)), "plain"),
    (replace(_BRICK, name="facing_east", front_deg=90.0), "plain"),
    (replace(_BRICK, name="night_12c", night_c=12.0), "plain"),
    (replace(_BRICK, name="off_at_night", night_c=None), "plain"),
    (replace(_INSULATED, name="insulated_off_at_night", night_c=None), "plain"),
    (replace(_BRICK, name="hill"), "hill"),
)


def in_detail(house: PlainHouse, weather: Weather) -> spec.Building:
    """The house for the detailed model, with the constant films of ISO 52016-1 and light spread by area as in the peer;
    glass by its angles and the sky by its temperature stay the detailed model's own."""

    def made(name: str, u_value: float, capacity: float) -> spec.Construction:
        layer = spec.Layer(name, 1.0 / u_value - 0.17)
        return spec.Construction(
            name, (layer,), u_value_w_m2k=u_value, areal_capacity_j_m2k=capacity, mass_position="inside"
        )

    glazing = spec.SimpleGlazing(house.u_window, house.g_glass)
    surfaces = []
    for name, azimuth, wall, glass in house.sides:
        window = spec.Window(f"{name} window", glass, glazing, frame_share=0.25, frame_u_w_m2k=house.u_window)
        surfaces.append(
            spec.Surface(name, wall + glass, 90.0, azimuth, made(name, house.u_wall, house.wall_j_m2k),
                         absorptance_outside=house.absorptance, windows=(window,) if glass > 0 else ())
        )  # fmt: skip
    area = house.floor_area_m2
    surfaces.append(
        spec.Surface("roof", area, 0.0, 180.0, made("roof", house.u_roof, house.roof_j_m2k),
                     absorptance_outside=house.absorptance)
    )  # fmt: skip
    surfaces.append(
        spec.Surface("floor", area, 180.0, 180.0, made("floor", house.u_floor, house.floor_j_m2k), sun=False,
                     wind=False, sees_sky=0.0)
    )  # fmt: skip
    night_c = math.nan if house.night_c is None else house.night_c
    hours = tuple(house.day_c if 6 <= hour < 21 else night_c for hour in range(24))
    zone = spec.Zone(
        name="rooms", volume_m3=area * house.height_m, floor_area_m2=area, surfaces=tuple(surfaces),
        thermostat=spec.Thermostat(heating_c=spec.Schedule(hours)),
        infiltration=spec.Infiltration(spec.Schedule((house.air_change_1_h,))),
        gains=(spec.Gain("people", house.gains_w_m2 * area, radiative_share=0.6),), furniture_j_k=10_000.0 * area,
        sun_inside="area",
    )  # fmt: skip
    site = spec.Site(weather.latitude_deg, weather.longitude_deg, weather.time_zone_h, weather.altitude_m)
    return spec.Building(house.name, site, (zone,), spec.Options(convection="iso"))
