"""Sun on every outer face and through every window, hour by hour, and what of it heats which node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cpdesk.energy.multizone.enclosure import SunInside, sun_inside
from cpdesk.energy.multizone.network import Network, OuterFace, Panes
from cpdesk.energy.multizone.spec import Building, Fin, Overhang, Surface, Window
from cpdesk.energy.weather.climate import HOURS, MONTH, Floats, Weather
from cpdesk.energy.weather.shading import DiffuseView, SunlitSteps, diffuse_view, sunlit_steps
from cpdesk.energy.weather.sky import Tilted, tilted


@dataclass(frozen=True, slots=True)
class WindowSun:
    """Sun at one window's glass, (8760,) W.

    Attributes:
        incident_w_m2: on the unshaded plane. reaching_w: on the glass after shading and cover.
        transmitted_w, absorbed_w: beam and diffuse together; absorbed in all panes from outside light alone.
        lost_w: of the transmitted sun, what leaves through glass again or is absorbed nowhere (shares given below one).
    """

    zone: str
    surface: str
    window: str
    incident_w_m2: Floats
    reaching_w: Floats
    transmitted_w: Floats
    absorbed_w: Floats
    lost_w: Floats


@dataclass(frozen=True, slots=True)
class Sun:
    """Heat to nodes from the sun.

    Attributes:
        node_w: {node: (8760,)}. windows: of each window to outdoors.
        on_surfaces_w_m2: {(zone, surface): (8760,)} on the unshaded plane of every surface to outdoors.
        outer_w: (8760,) absorbed at opaque outer faces, all together by zone: {zone: (8760,)}.
    """

    node_w: dict[int, Floats]
    windows: tuple[WindowSun, ...]
    on_surfaces_w_m2: dict[tuple[str, str], Floats]
    outer_w: dict[int, Floats]


def sunshine(net: Network, weather: Weather) -> Sun:
    """All sun of the year."""
    inside = sun_inside(net)
    node_w: dict[int, Floats] = {}
    outer_w: dict[int, Floats] = {number: np.zeros(HOURS) for number in range(len(net.air))}
    on_surfaces: dict[tuple[str, str], Floats] = {}
    planes: dict[tuple[float, float], Tilted] = {}
    for face in net.outer:
        light = _plane(planes, net.building, weather, face.surface)
        on_surfaces[net.building.zones[face.zone].name, face.surface.name] = light.total_w_m2
        if face.absorptance > 0.0 and face.surface.sun:
            heat = face.absorptance * face.area_m2 * _on_opaque(light, face)
            _add(node_w, face.node, heat)
            outer_w[face.zone] += heat
    windows = []
    for column, pane in enumerate(net.panes):
        if pane.into_zone is None and pane.surface.sun:
            light = _plane(planes, net.building, weather, pane.surface)
            windows.append(_through(net, weather, pane, light, inside, column, node_w))
    return Sun(node_w, tuple(windows), on_surfaces, outer_w)


def _add(node_w: dict[int, Floats], node: int, heat: Floats) -> None:
    node_w[node] = node_w[node] + heat if node in node_w else heat


def _plane(planes: dict[tuple[float, float], Tilted], building: Building, weather: Weather, surface: Surface) -> Tilted:
    key = (surface.azimuth_deg, surface.tilt_deg)
    if key not in planes:
        albedo = np.array(building.site.ground_reflectance)[MONTH]
        planes[key] = tilted(weather, *key, albedo=albedo, model=building.options.sky_model)
    return planes[key]


def _sky_factor(surface: Surface) -> float:
    """What the file's view of the sky leaves of the open one."""
    if surface.sees_sky is None:
        return 1.0
    return surface.sees_sky / max((1.0 + float(np.cos(np.radians(surface.tilt_deg)))) / 2.0, 1e-6)


def _on_opaque(light: Tilted, face: OuterFace) -> Floats:
    sky = light.sky_w_m2 - light.circumsolar_w_m2
    result: Floats = light.total_w_m2 - (1.0 - _sky_factor(face.surface)) * sky
    return result


def _cover_factor(window: Window, building: Building) -> Floats:
    """What a closed cover leaves of the sun, (8760,)."""
    if window.cover is None:
        return np.ones(HOURS)
    closed = np.clip(window.cover.closed.hourly(building.options.first_weekday), 0.0, 1.0)
    return 1.0 - closed * (1.0 - window.cover.solar_factor)


def _through(
    net: Network, weather: Weather, pane: Panes, light: Tilted, inside: SunInside, column: int,
    node_w: dict[int, Floats],
) -> WindowSun:  # fmt: skip
    window, surface = pane.window, pane.surface
    area = window.glass_area_m2
    left = _cover_factor(window, net.building) * window.shading_factor
    lit, through, absorbed = _beam_shares(weather, pane)
    beam = (light.beam_w_m2 + light.circumsolar_w_m2) * left * area
    sky_share, ground_share = _views(pane)
    sky = (light.sky_w_m2 - light.circumsolar_w_m2) * sky_share * _sky_factor(surface)
    diffuse = (sky + light.ground_w_m2 * ground_share) * left * area
    beam_in, diffuse_in = beam * through, diffuse * pane.optics.diffuse_transmittance
    for number, face in enumerate(net.inner):
        if face.glazing is None and (inside.beam[number, column] > 0.0 or inside.diffuse[number, column] > 0.0):
            _add(node_w, face.node,
                 inside.beam[number, column] * beam_in + inside.diffuse[number, column] * diffuse_in)  # fmt: skip
    for number, node in enumerate(inside.places):
        again = inside.beam_panes[number, column] * beam_in + inside.diffuse_panes[number, column] * diffuse_in
        _add(node_w, node, again)
    first = np.zeros(HOURS)
    for place, node in enumerate(pane.centres):
        heat = beam * absorbed[place] + diffuse * pane.optics.diffuse_absorptance[place]
        _add(node_w, node, heat)
        first = first + heat
    kept_beam = inside.beam[:, column].sum() + inside.beam_panes[:, column].sum()
    kept_diffuse = inside.diffuse[:, column].sum() + inside.diffuse_panes[:, column].sum()
    return WindowSun(
        zone=net.building.zones[pane.zone].name,
        surface=surface.name,
        window=window.name,
        incident_w_m2=light.total_w_m2,
        reaching_w=beam * lit + diffuse,
        transmitted_w=beam_in + diffuse_in,
        absorbed_w=first,
        lost_w=(1.0 - kept_beam) * beam_in + (1.0 - kept_diffuse) * diffuse_in,
    )


def _beam_shares(weather: Weather, pane: Panes) -> tuple[Floats, Floats, Floats]:
    """Of the beam on the window's plane: the share that reaches the glass (8760,), passes it (8760,), and is absorbed
    at each place (places, 8760); means over the ten-minute steps weighted with the cosine of incidence."""
    path, steps = weather.sun, _steps(weather, pane)
    weight = np.maximum(steps.cosine, 0.0)
    whole = np.maximum(weight.sum(axis=1), 1e-12)
    lit = steps.lit
    through, absorbed = pane.optics.at(np.degrees(np.arccos(np.clip(weight, 0.0, 1.0))).ravel())
    through = through.reshape(weight.shape)

    def mean(values: Floats) -> Floats:
        year = np.zeros(HOURS)
        year[path.lit] = (weight * values).sum(axis=1) / whole
        return year

    places = np.array([mean(lit * row.reshape(weight.shape)) for row in absorbed]).reshape(len(absorbed), HOURS)
    return mean(lit), mean(lit * through), places


def _size(window: Window) -> tuple[float, float]:
    """Width and height; where only the area is known nothing shades it, and any size will do."""
    if window.width_m is None or window.height_m is None:
        return 1.0, 1.0
    return window.width_m, window.height_m


def _plates(window: Window) -> tuple[Overhang | None, Fin | None, Fin | None]:
    if window.width_m is None or window.height_m is None:
        return None, None, None
    return window.overhang, window.fin_left, window.fin_right


def _steps(weather: Weather, pane: Panes) -> SunlitSteps:
    surface, (overhang, left, right) = pane.surface, _plates(pane.window)
    return sunlit_steps(
        weather, surface.azimuth_deg, surface.tilt_deg, *_size(pane.window), overhang=overhang, left=left, right=right
    )


def _views(pane: Panes) -> DiffuseView:
    """Of even light from the sky and from the ground, the share that plates let through."""
    overhang, left, right = _plates(pane.window)
    return diffuse_view(pane.surface.tilt_deg, *_size(pane.window), overhang=overhang, left=left, right=right)
