"""From the building's spec to its network: one chain for each wall, door, frame and pane."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cpdesk.energy.multizone.glass import pane_optics, simple_optics
from cpdesk.energy.multizone.ground import ground_layers
from cpdesk.energy.multizone.network import (
    GasLink,
    InnerFace,
    KnownLink,
    Network,
    OuterFace,
    Panes,
)
from cpdesk.energy.multizone.spec import (
    Adiabatic,
    Building,
    Construction,
    Film,
    Ground,
    KnownTemperature,
    Layer,
    OtherZone,
    Outdoors,
    PaneGlazing,
    SimpleGlazing,
    Surface,
    Window,
)
from cpdesk.energy.weather.climate import HOURS, Floats

_STANDARD_FILMS_M2K_W = 0.17
_SMALL_M2 = 1e-6
_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_MIDDLES_H = (np.cumsum(_DAYS) - _DAYS / 2.0) * 24.0


def lay_out(building: Building, outdoor_c: Floats) -> tuple[Network, list[Floats]]:
    """The network, and the known temperatures that follow outdoor air and sky, each (8760,)."""
    net = Network(building)
    known: list[Floats] = []
    for zone in building.zones:
        net.air.append(net.node(net.air_capacity_j_k(zone)))
        net.radiant.append(net.node())
    numbers = {zone.name: number for number, zone in enumerate(building.zones)}
    for number, zone in enumerate(building.zones):
        for surface in zone.surfaces:
            _surface(net, known, outdoor_c, number, surface, numbers)
    return net, known


def _surface(
    net: Network, known: list[Floats], outdoor_c: Floats, zone: int, surface: Surface, numbers: dict[str, int]
) -> None:
    if surface.opaque_area_m2 > _SMALL_M2:
        _opaque(net, known, outdoor_c, zone, surface, surface.opaque_area_m2, surface.construction,
                ("surface", surface.name), numbers)  # fmt: skip
    for door in surface.doors:
        _opaque(net, known, outdoor_c, zone, surface, door.area_m2, door.construction, ("door", door.name), numbers)
    for window in surface.windows:
        _window(net, zone, surface, window, numbers)


def _opaque(
    net: Network,
    known: list[Floats],
    outdoor_c: Floats,
    zone: int,
    surface: Surface,
    area_m2: float,
    construction: Construction,
    owner: tuple[str, str],
    numbers: dict[str, int],
) -> None:
    """One opaque part and what lies behind it."""
    share = None
    if surface.inside_solar_share is not None:
        whole = surface.opaque_area_m2 + sum(door.area_m2 for door in surface.doors)
        share = surface.inside_solar_share * area_m2 / whole
    side = surface.other_side
    if isinstance(side, Ground):
        under = ground_layers(side, area_m2, construction)
        if construction.u_value_w_m2k is None:
            outer, inner = net.opaque(replace(construction, layers=(under.soil, *construction.layers)), area_m2)
        else:
            outer, face = net.opaque(Construction("soil", (under.soil,)), area_m2)
            _, inner = net.opaque(construction, area_m2, first=face)
        known.append(under.virtual_c(outdoor_c))
        net.known_links.append(KnownLink(outer, len(known) + 1, area_m2 / under.virtual_m2k_w, owner, zone))
    elif isinstance(side, KnownTemperature):
        inner = _to_known(net, known, surface, side, area_m2, construction, owner, zone)
    else:
        outer, inner = net.opaque(construction, area_m2)
        if isinstance(side, Outdoors):
            net.outer.append(
                OuterFace(outer, area_m2, surface, zone, surface.emittance_outside, surface.absorptance_outside,
                          surface.outside_film, construction.roughness, owner, "opaque")
            )  # fmt: skip
        elif isinstance(side, OtherZone):
            net.inner.append(_far_face(surface, outer, numbers[side.zone], area_m2, owner))
        else:
            assert isinstance(side, Adiabatic)
    net.inner.append(
        InnerFace(inner, zone, area_m2, surface.tilt_deg, surface.azimuth_deg, surface.emittance_inside,
                  surface.absorptance_inside, surface.inside_film, owner, share=share)
    )  # fmt: skip


def _far_face(surface: Surface, node: int, zone: int, area_m2: float, owner: tuple[str, str]) -> InnerFace:
    """The face that a surface between zones turns to the other zone."""
    return InnerFace(
        node, zone, area_m2, 180.0 - surface.tilt_deg, (surface.azimuth_deg + 180.0) % 360.0,
        surface.emittance_outside, surface.absorptance_outside, surface.outside_film, owner,
    )  # fmt: skip


def _to_known(
    net: Network,
    known: list[Floats],
    surface: Surface,
    side: KnownTemperature,
    area_m2: float,
    construction: Construction,
    owner: tuple[str, str],
    zone: int,
) -> int:
    """A known temperature at the outer face, or behind a film where the file gives one. The inner face."""
    known.append(monthly(side.monthly_c))
    film = surface.outside_film
    given = film.combined_w_m2k if film.combined_w_m2k is not None else film.convective_w_m2k
    if given is not None:
        outer, inner = net.opaque(construction, area_m2)
        net.known_links.append(KnownLink(outer, len(known) + 1, given * area_m2, owner, zone))
        return inner
    first, conductance, inner = net.half_known(construction, area_m2)
    net.known_links.append(KnownLink(first, len(known) + 1, conductance, owner, zone))
    return inner


def monthly(values: tuple[float, ...]) -> Floats:
    """Monthly means as hours: straight lines between the middles of the months."""
    at = np.concatenate([[_MIDDLES_H[-1] - HOURS], _MIDDLES_H, [_MIDDLES_H[0] + HOURS]])
    result: Floats = np.interp(np.arange(HOURS) + 0.5, at, np.array([values[-1], *values, values[0]]))
    return result


def _window(net: Network, zone: int, surface: Surface, window: Window, numbers: dict[str, int]) -> None:
    side = surface.other_side
    into = numbers[side.zone] if isinstance(side, OtherZone) else None
    owner = ("window", window.name)
    if window.glass_area_m2 > _SMALL_M2:
        glazing = window.glazing
        if isinstance(glazing, SimpleGlazing):
            optics = simple_optics(glazing)
            outer, centres, inner = _simple(net, window, glazing)
            emittances = (glazing.emittance, glazing.emittance)
        else:
            optics = pane_optics(glazing)
            outer, centres, inner = _pane_nodes(net, surface, window, glazing)
            emittances = (glazing.panes[0].emittance_front, glazing.panes[-1].emittance_back)
        net.panes.append(Panes(window, surface, zone, into, optics, centres))
        _faces(net, zone, into, surface, window, outer, inner, window.glass_area_m2, emittances, owner,
               len(net.panes) - 1)  # fmt: skip
    frame_m2 = window.area_m2 * window.frame_share
    if frame_m2 > _SMALL_M2:
        resistance = max(1.0 / window.frame_u_w_m2k - _STANDARD_FILMS_M2K_W, 1e-3)
        frame = Construction("frame", (Layer("frame", resistance),))
        outer, inner = net.opaque(frame, frame_m2)
        emittances = (surface.emittance_outside, surface.emittance_inside)
        _faces(net, zone, into, surface, window, outer, inner, frame_m2, emittances, ("frame", window.name), None)


def _simple(net: Network, window: Window, glazing: SimpleGlazing) -> tuple[int, tuple[int, ...], int]:
    area = window.glass_area_m2
    outer, inner = net.node(), net.node()
    conductance = area / max(1.0 / glazing.u_value_w_m2k - _STANDARD_FILMS_M2K_W, 1e-3)
    if window.cover is not None:
        net.cover(outer, inner, conductance, area, window)
    else:
        net.fixed.append((outer, inner, conductance))
    return outer, (inner,), inner


def _pane_nodes(
    net: Network, surface: Surface, window: Window, glazing: PaneGlazing
) -> tuple[int, tuple[int, ...], int]:
    area = window.glass_area_m2
    made = [net.pane(pane, area, window, number == 0) for number, pane in enumerate(glazing.panes)]
    for number, gap in enumerate(glazing.gaps):
        outer, inner = made[number][2], made[number + 1][0]
        if gap.resistance_m2k_w is not None:
            net.fixed.append((outer, inner, area / gap.resistance_m2k_w))
            continue
        back, front = glazing.panes[number].emittance_back, glazing.panes[number + 1].emittance_front
        effective = 1.0 / (1.0 / back + 1.0 / front - 1.0)
        height = window.height_m if window.height_m is not None else 1.0
        net.gas.append(GasLink(outer, inner, area, gap, effective, height, surface.tilt_deg))
    return made[0][0], tuple(middle for _, middle, _ in made), made[-1][2]


def _faces(
    net: Network,
    zone: int,
    into: int | None,
    surface: Surface,
    window: Window,
    outer: int,
    inner: int,
    area_m2: float,
    emittances: tuple[float, float],
    owner: tuple[str, str],
    glazing: int | None,
) -> None:
    """Both faces of a window's glass or frame."""
    inside, outside = window.inside_film, window.outside_film
    if inside == Film():
        inside = surface.inside_film if glazing is None else inside
    net.inner.append(
        InnerFace(inner, zone, area_m2, surface.tilt_deg, surface.azimuth_deg, emittances[1],
                  surface.absorptance_inside, inside, owner, glazing=glazing,
                  share=None if surface.inside_solar_share is None else 0.0)
    )  # fmt: skip
    if into is None:
        absorptance = surface.absorptance_outside if glazing is None else 0.0
        net.outer.append(
            OuterFace(outer, area_m2, surface, zone, emittances[0], absorptance, outside, "very_smooth", owner,
                      "frame" if glazing is None else "glass", glazing)
        )  # fmt: skip
    else:
        net.inner.append(
            InnerFace(outer, into, area_m2, 180.0 - surface.tilt_deg, (surface.azimuth_deg + 180.0) % 360.0,
                      emittances[0], surface.absorptance_outside, outside, owner, glazing=glazing, from_front=True)
        )  # fmt: skip
