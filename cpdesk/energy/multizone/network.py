"""The building as nodes, heat capacities and conductances.

Every surface, door, window frame and pane is a chain of nodes of its own; every zone has a node of its air and, without
capacity, a node of its mean radiant temperature. What depends on temperatures, wind or the hour is a `Link` whose
conductance is worked out while marching; all else is fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cpdesk.energy.multizone.conduction import chain
from cpdesk.energy.multizone.glass import Optics
from cpdesk.energy.multizone.spec import (
    Building,
    Construction,
    Film,
    Gap,
    Pane,
    Surface,
    Window,
    Zone,
)

OUTDOOR: Final = 0
SKY: Final = 1
"""First places of the known temperatures; those of grounds and neighbours follow."""
_GLASS_CAPACITY_J_M3K: Final = 2500.0 * 750.0
"""Density and specific heat of soda-lime glass (EN 572-1, EN 673)."""
AIR_HEAT_J_KGK: Final = 1006.0


@dataclass(frozen=True, slots=True)
class InnerFace:
    """A face that looks into a zone.

    Attributes:
        node, zone: where it is. outdoors: whether its other side is not in this building.
        tilt_deg, azimuth_deg: of the normal that points out of this zone.
        glazing: index into `Network.panes` when it is glass; of a window between zones both faces carry it, and
            `from_front` says that the light of this zone falls on the glazing's outer side.
        share: of the zone's sun as the file gives it.
        owner: (kind, name) for the tables of losses.
    """

    node: int
    zone: int
    area_m2: float
    tilt_deg: float
    azimuth_deg: float
    emittance: float
    absorptance: float
    film: Film
    owner: tuple[str, str]
    share: float | None = None
    glazing: int | None = None
    from_front: bool = False


@dataclass(frozen=True, slots=True)
class OuterFace:
    """A face to outdoors: films, sky and sun. `kind` is "opaque", "frame" or "glass"."""

    node: int
    area_m2: float
    surface: Surface
    zone: int
    emittance: float
    absorptance: float
    film: Film
    roughness: str
    owner: tuple[str, str]
    kind: str
    glazing: int | None = None


@dataclass(frozen=True, slots=True)
class Panes:
    """Glass of one window: what heats its nodes. `centres` are the nodes of `Optics.absorptance`, in its order."""

    window: Window
    surface: Surface
    zone: int
    into_zone: int | None
    optics: Optics
    centres: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GasLink:
    """A gas-filled gap between two faces of panes."""

    outer: int
    inner: int
    area_m2: float
    gap: Gap
    effective_emittance: float
    height_m: float
    tilt_deg: float


@dataclass(frozen=True, slots=True)
class CoverLink:
    """Where a shutter or curtain adds its resistance: between the outer face and the glass."""

    outer: int
    inner: int
    open_w_k: float
    closed_w_k: float
    window: Window


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A fixed conductance from a node to a known temperature."""

    node: int
    known: int
    conductance_w_k: float
    owner: tuple[str, str]
    zone: int


@dataclass(slots=True)
class Network:
    """Nodes and what joins them; filled by `layout.lay_out`.

    Attributes:
        capacity_j_k: one of each node. fixed: (node, node, W/K) inside constructions.
        air, radiant: node of each zone.
    """

    building: Building
    capacity_j_k: list[float] = field(default_factory=list)
    fixed: list[tuple[int, int, float]] = field(default_factory=list)
    air: list[int] = field(default_factory=list)
    radiant: list[int] = field(default_factory=list)
    inner: list[InnerFace] = field(default_factory=list)
    outer: list[OuterFace] = field(default_factory=list)
    panes: list[Panes] = field(default_factory=list)
    gas: list[GasLink] = field(default_factory=list)
    covers: list[CoverLink] = field(default_factory=list)
    known_links: list[KnownLink] = field(default_factory=list)

    def node(self, capacity_j_k: float = 0.0) -> int:
        """A new node; its number."""
        self.capacity_j_k.append(capacity_j_k)
        return len(self.capacity_j_k) - 1

    def opaque(self, construction: Construction, area_m2: float, first: int | None = None) -> tuple[int, int]:
        """A construction's chain; `first` joins it to a node that exists. Outer and inner face."""
        made = chain(construction)
        nodes = []
        for number, capacity in enumerate(made.capacity_j_m2k):
            if number == 0 and first is not None:
                self.capacity_j_k[first] += capacity * area_m2
                nodes.append(first)
            else:
                nodes.append(self.node(capacity * area_m2))
        for left, right, conductance in zip(nodes[:-1], nodes[1:], made.conductance_w_m2k, strict=True):
            self.fixed.append((left, right, conductance * area_m2))
        return nodes[0], nodes[-1]

    def half_known(self, construction: Construction, area_m2: float) -> tuple[int, float, int]:
        """A chain whose outer face has a known temperature: its first own node, the conductance from the known
        temperature to it, and the inner face. The half cell at the known face needs no state."""
        made = chain(construction)
        nodes = [self.node(capacity * area_m2) for capacity in made.capacity_j_m2k[1:]]
        for left, right, conductance in zip(nodes[:-1], nodes[1:], made.conductance_w_m2k[1:], strict=True):
            self.fixed.append((left, right, conductance * area_m2))
        return nodes[0], made.conductance_w_m2k[0] * area_m2, nodes[-1]

    def pane(self, pane: Pane, area_m2: float, window: Window, outermost: bool) -> tuple[int, int, int]:
        """A pane: its outer face, its middle with its mass, its inner face. A cover acts at the outermost face."""
        outer, inner = self.node(), self.node()
        middle = self.node(pane.thickness_m * _GLASS_CAPACITY_J_M3K * area_m2)
        half_w_k = 2.0 * pane.conductivity_w_mk / pane.thickness_m * area_m2
        if outermost and window.cover is not None:
            self.cover(outer, middle, half_w_k, area_m2, window)
        else:
            self.fixed.append((outer, middle, half_w_k))
        self.fixed.append((middle, inner, half_w_k))
        return outer, middle, inner

    def cover(self, outer: int, inner: int, open_w_k: float, area_m2: float, window: Window) -> None:
        """A place whose conductance falls while the window's cover is closed."""
        assert window.cover is not None
        closed_w_k = 1.0 / (1.0 / open_w_k + window.cover.resistance_m2k_w / area_m2)
        self.covers.append(CoverLink(outer, inner, open_w_k, closed_w_k, window))

    def air_capacity_j_k(self, zone: Zone) -> float:
        """Of the zone's air and what stands in it."""
        density = self.building.site.air_density_kg_m3
        return zone.volume_m3 * density * AIR_HEAT_J_KGK + zone.furniture_j_k

    @property
    def heat_of_flow_j_m3k(self) -> float:
        """Density times specific heat of the site's air."""
        return self.building.site.air_density_kg_m3 * AIR_HEAT_J_KGK

    @property
    def capacities(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array(self.capacity_j_k, dtype=np.float64)
