"""All heat that passes between faces, air, sky and outdoors: one conductance each, fixed or of the hour.

A link that varies has a base conductance, which is part of the matrix that is factorised once, and each hour a
deviation from it, which `march` solves together with the temperatures. `conductances` says what they are in an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from cpdesk.energy.multizone.enclosure import radiant_areas_m2
from cpdesk.energy.multizone.films import (
    ISO_OUTSIDE_W_M2K,
    forced_w_m2k,
    iso_inside_w_m2k,
    outside_w_m2k,
    radiative_w_m2k,
    roughness_factor,
    thin_air_factor,
)
from cpdesk.energy.multizone.network import OUTDOOR, SKY, GasLink, Network, OuterFace
from cpdesk.energy.multizone.openings import ZoneAir
from cpdesk.energy.weather.climate import Floats, Weather

Role = Literal["convection", "radiation", "outdoors", "sky", "gap", "cover", "exchange", "leakage", "bridge", "ground"]
_TYPICAL_NATURAL_W_M2K: Final = 2.0
_TYPICAL_C: Final = 20.0
_TYPICAL_GAP_W_M2K: Final = 6.0
_FOLLOWING_W_K: Final = 1e-6
"""Ties the radiant node of a zone without long-wave exchange to its air, where no heat passes it."""


@dataclass(frozen=True, slots=True)
class FilmTerms:
    """What a film's conductance in W/K is made of: constant + radiative r + natural n + windy (n + rough (sqrt(n^2 +
    f^2) - n)), with r, n, f the coefficients of long-wave radiation, natural convection and wind.

    Attributes:
        normal_up: cosine between the face's normal into the air it meets and the zenith.
        wind: 0 where no wind reaches the face.
    """

    constant_w_k: float = 0.0
    radiative_m2: float = 0.0
    natural_m2: float = 0.0
    windy_m2: float = 0.0
    normal_up: float = 0.0
    rough: float = 1.0
    wind: float = 1.0


@dataclass(frozen=True, slots=True)
class Link:
    """One way of heat.

    Attributes:
        first: node. second: node, or -1 - place of a known temperature. base_w_k: conductance in the matrix.
        owner: (kind, name); zone: whose link it is; role: what it stands for.
        film, series_w_k, gas, air: what makes it vary; at most one is not None.
    """

    first: int
    second: int
    base_w_k: float
    role: Role
    owner: tuple[str, str]
    zone: int
    film: FilmTerms | None = None
    series_w_k: Floats | None = None
    gas: GasLink | None = None
    air: ZoneAir | None = None

    @property
    def varies(self) -> bool:
        """Whether the conductance changes with the hour."""
        return any(what is not None for what in (self.film, self.series_w_k, self.gas, self.air))


@dataclass(slots=True)
class Links:
    """All links.

    Attributes:
        forced_w_m2k: what wind gives on a smooth face, (8760,). natural_factor: `thin_air_factor` of the site.
    """

    forced_w_m2k: Floats
    natural_factor: float = 1.0
    all: list[Link] = field(default_factory=list)

    @property
    def varying(self) -> list[Link]:
        """Those that change with the hour, in order."""
        return [link for link in self.all if link.varies]


def make_links(net: Network, weather: Weather) -> Links:
    """All links of the building."""
    site = net.building.site
    links = Links(forced_w_m2k(weather.wind_m_s * site.wind_factor), thin_air_factor(site.air_density_kg_m3))
    _inside_convection(net, links)
    _inside_radiation(net, links)
    for face in net.outer:
        _outside(net, links, face, float(weather.temperature_c.mean()))
    for gas in net.gas:
        base = gas.area_m2 * _TYPICAL_GAP_W_M2K
        links.all.append(Link(gas.outer, gas.inner, base, "gap", ("gap", ""), 0, gas=gas))
    _known(net, links)
    _scheduled(net, links)
    for number, zone in enumerate(net.building.zones):
        air = ZoneAir(zone, net.building, weather)
        links.all.append(
            Link(net.air[number], -1 - OUTDOOR, air.middle_w_k, "leakage", ("air", ""), number,
                 air=air if air.varies else None)
        )  # fmt: skip
    return links


def _inside_convection(net: Network, links: Links) -> None:
    """Faces and the air of their zone; a combined film is this link alone."""
    detailed = net.building.options.convection == "detailed"
    for face in net.inner:
        given = face.film.combined_w_m2k if face.film.combined_w_m2k is not None else face.film.convective_w_m2k
        film = None
        if given is None and detailed:
            given = _TYPICAL_NATURAL_W_M2K
            film = FilmTerms(natural_m2=face.area_m2, normal_up=-float(np.cos(np.radians(face.tilt_deg))))
        elif given is None:
            given = iso_inside_w_m2k(face.tilt_deg)
        base = given * face.area_m2
        links.all.append(Link(face.node, net.air[face.zone], base, "convection", face.owner, face.zone, film=film))


def _inside_radiation(net: Network, links: Links) -> None:
    """Faces and the mean radiant node of their zone."""
    typical = _black_w_m2k(_TYPICAL_C)
    for zone, radiant in enumerate(net.radiant):
        faces = [face for face in net.inner if face.zone == zone and face.film.combined_w_m2k is None]
        if not faces:
            net.fixed.append((radiant, net.air[zone], _FOLLOWING_W_K))
            continue
        for face, equivalent in zip(faces, radiant_areas_m2(faces), strict=True):
            area = float(equivalent)
            links.all.append(Link(face.node, radiant, area * typical, "radiation", face.owner, zone,
                                  film=FilmTerms(radiative_m2=area)))  # fmt: skip


def _black_w_m2k(temperature_c: float) -> float:
    return float(radiative_w_m2k(np.array(temperature_c), np.array(temperature_c)))


def _outside(net: Network, links: Links, face: OuterFace, mean_c: float) -> None:
    """A face and outdoor air (with the long-wave part that sees ground and low sky), and the face and the sky."""
    film, surface, area = face.film, face.surface, face.area_m2
    if film.combined_w_m2k is not None:
        base = film.combined_w_m2k * area
        links.all.append(Link(face.node, -1 - OUTDOOR, base, "outdoors", face.owner, face.zone))
        return
    lean = float(np.cos(np.radians(surface.tilt_deg)))
    view = (1.0 + lean) / 2.0 if surface.sees_sky is None else surface.sees_sky
    to_sky = view * float(np.sqrt(view))  # Walton 1983: the low sky is as warm as the air
    constant = film.convective_w_m2k
    if constant is None and net.building.options.convection == "iso":
        constant = ISO_OUTSIDE_W_M2K
    rough, wind = roughness_factor(face.roughness), 1.0 if surface.wind else 0.0
    terms = FilmTerms(
        constant_w_k=0.0 if constant is None else constant * area,
        radiative_m2=area * face.emittance * (1.0 - to_sky),
        windy_m2=area if constant is None else 0.0,
        normal_up=lean,
        rough=rough,
        wind=wind,
    )
    speeds = wind * np.array([links.forced_w_m2k.min(), links.forced_w_m2k.max()])
    windy = float(outside_w_m2k(np.full(2, _TYPICAL_NATURAL_W_M2K), speeds, np.full(2, rough)).mean())
    black = _black_w_m2k(mean_c)
    base = terms.constant_w_k + terms.radiative_m2 * black + terms.windy_m2 * windy
    links.all.append(Link(face.node, -1 - OUTDOOR, base, "outdoors", face.owner, face.zone, film=terms))
    if to_sky > 0.0:
        to_sky *= area * face.emittance
        links.all.append(Link(face.node, -1 - SKY, to_sky * black, "sky", face.owner, face.zone,
                              film=FilmTerms(radiative_m2=to_sky)))  # fmt: skip


def _known(net: Network, links: Links) -> None:
    """Ground, neighbours of known temperature, thermal bridges: fixed."""
    for known in net.known_links:
        links.all.append(Link(known.node, -1 - known.known, known.conductance_w_k, "ground", known.owner, known.zone))
    for number, zone in enumerate(net.building.zones):
        if zone.thermal_bridge_w_k > 0.0:
            links.all.append(
                Link(net.air[number], -1 - OUTDOOR, zone.thermal_bridge_w_k, "bridge", ("bridge", ""), number)
            )


def _scheduled(net: Network, links: Links) -> None:
    """Covers of windows and air between zones: known for every hour."""
    weekday = net.building.options.first_weekday
    for cover in net.covers:
        assert cover.window.cover is not None
        closed = np.clip(cover.window.cover.closed.hourly(weekday), 0.0, 1.0)
        series = cover.open_w_k + (cover.closed_w_k - cover.open_w_k) * closed
        links.all.append(_of_hours(cover.outer, cover.inner, series, "cover", ("cover", cover.window.name), 0))
    names = [zone.name for zone in net.building.zones]
    for exchange in net.building.exchanges:
        series = exchange.flow_m3_h.hourly(weekday) / 3600.0 * net.heat_of_flow_j_m3k
        one, other = names.index(exchange.zone_a), names.index(exchange.zone_b)
        links.all.append(_of_hours(net.air[one], net.air[other], series, "exchange", ("exchange", ""), one))


def _of_hours(first: int, second: int, series: Floats, role: Role, owner: tuple[str, str], zone: int) -> Link:
    moves = float(np.ptp(series)) > 0.0
    middle = float((series.min() + series.max()) / 2.0)
    return Link(first, second, middle, role, owner, zone, series_w_k=series if moves else None)
