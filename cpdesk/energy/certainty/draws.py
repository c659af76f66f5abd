"""The houses of the draws: the surveyed building made again with other values, each as plausible as the next."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.certainty.latin import latin_hypercube
from cpdesk.energy.certainty.unsure import Unsure, assignments, unsure_inputs
from cpdesk.energy.house.construct import build
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.building import Building

_HALVINGS = 4


@dataclass(frozen=True, slots=True)
class Houses:
    """Draws of one house.

    Attributes:
        z: (draws, dimensions) standard normal numbers, as they were used.
        buildings: one for each draw.
        weights: (draws,) summing to one.
    """

    dimensions: tuple[Unsure, ...]
    z: Floats
    buildings: tuple[Building, ...]
    weights: Floats

    @property
    def effective(self) -> float:
        """Effective number of draws, 1 / sum of squared weights (Kish)."""
        return float(1.0 / np.sum(self.weights**2))


def prior_houses(building: Building, tables: EnergyTables, *, draws: int, seed: int) -> Houses:
    """Draws of a house from what its survey leaves open."""
    dimensions = unsure_inputs(building, tables)
    z = latin_hypercube([item.key for item in dimensions], draws, seed)
    return make_houses(building, tables, dimensions, z)


def make_houses(
    building: Building, tables: EnergyTables, dimensions: tuple[Unsure, ...], z: Floats, weights: Floats | None = None
) -> Houses:
    """The houses at given z, equally weighted unless told.

    A draw that no house can be (windows wider than their wall) is taken half as far from the middle until it can.
    """
    z = z.copy()
    found = []
    for at, (overrides, factors) in enumerate(assignments(dimensions, z)):
        try:
            made = build(building.facts, tables, overrides, factors)
        except InputFault:
            made = _nearer(building, tables, dimensions, z[at])
        found.append(_as_planned(made, building))
    held = np.full(len(z), 1.0 / len(z)) if weights is None else weights / weights.sum()
    return Houses(dimensions, z, tuple(found), held)


def _nearer(building: Building, tables: EnergyTables, dimensions: tuple[Unsure, ...], z: Floats) -> Building:
    """The house of a draw taken halfway to the middle until it can be; `z` is changed with it."""
    for _ in range(_HALVINGS):
        z *= 0.5
        try:
            return build(building.facts, tables, *assignments(dimensions, z[None, :])[0])
        except InputFault:
            continue
    z[:] = 0.0
    return building


def _as_planned(made: Building, building: Building) -> Building:
    """Works are planned for the surveyed house: they are done where the drawn one turns out to be insulated too."""
    planned = {item.id: item.insulated for item in building.elements}
    if all(planned.get(item.id, item.insulated) == item.insulated for item in made.elements):
        return made
    zones = tuple(
        replace(
            zone,
            elements=tuple(replace(item, insulated=planned.get(item.id, item.insulated)) for item in zone.elements),
        )
        for zone in made.zones
    )
    return replace(made, zones=zones)
