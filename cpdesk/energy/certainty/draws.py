"""The houses of the draws, from few buildings: the surveyed one, and one for each end of each dimension.

Every number the engine takes from a building (conductances, apertures, set points, efficiencies) is followed from its
value in the surveyed house to its values at P10 and P90 of each dimension, in logarithms where it keeps its sign: areas
times U-values times temperatures are products, so what several dimensions do together is a sum of what each does alone.
A draw then costs an addition instead of a building. Against buildings made anew the need of a season is off by 1 %
(standard deviation over the draws, the mean by 0.3 %; tested).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.certainty.latin import latin_hypercube
from cpdesk.energy.certainty.unsure import CHOICE, Z90, Unsure, alone, assignments, unsure_inputs
from cpdesk.energy.house.construct import Rebuilder, build
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.shade import overhang_shares
from cpdesk.model.building import Building, Element, Overhang

_STEPS = (Z90, 0.5 * Z90, 0.25 * Z90)
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class _End:
    """A building with one dimension off its middle: the dimension's place, how far in z, and the building.

    Attributes:
        rooms: whether zones and buffers differ from the surveyed ones; else only heaters or set points do.
    """

    at: int
    z: float
    building: Building
    rooms: bool = True


@dataclass(frozen=True, slots=True)
class Family:
    """A surveyed building with its neighbours, one or two for each dimension that changes buildings."""

    dimensions: tuple[Unsure, ...]
    building: Building
    ends: tuple[_End, ...]
    _known: dict[Hashable, Floats] = field(default_factory=dict, init=False, repr=False, compare=False)

    def values(self, of: Callable[[Building], Floats]) -> Floats:
        """(1 + ends, numbers): what `of` gives for the surveyed building and for every end."""
        return np.array([of(self.building), *(of(end.building) for end in self.ends)])

    def of_rooms(self, key: Hashable, of: Callable[[Building], Floats]) -> Floats:
        """`values` of what depends on zones and buffers only; `key` says which numbers, so that they are kept."""
        if key not in self._known:
            middle = of(self.building)
            self._known[key] = np.array([middle, *(of(end.building) if end.rooms else middle for end in self.ends)])
        return self._known[key]

    def numbers(self, values: Floats, z: Floats) -> Floats:
        """(draws, numbers): what the building of each draw gives, from the `values` of the ends."""
        middle, found = values[0], values[1:]
        signs = np.sign(middle) * (np.abs(middle) > _NOTHING)
        product = (signs != 0.0) & np.all(np.sign(found) == signs, axis=0) & np.all(np.abs(found) > _NOTHING, axis=0)
        start = np.where(product, np.log(np.abs(np.where(product, middle, 1.0))), middle)
        away = np.where(product, np.log(np.abs(np.where(product, found, 1.0))), found) - start
        moved = np.column_stack([self._share(end, z) for end in self.ends]) if self.ends else np.zeros((len(z), 0))
        total = start + moved @ away
        result: Floats = np.where(product, signs * np.exp(np.where(product, total, 0.0)), total)
        return result

    def _share(self, end: _End, z: Floats) -> Floats:
        """How far each draw goes towards an end: 1 at the end, 0 on the other side of the middle."""
        item, own = self.dimensions[end.at], z[:, end.at]
        if item.kind == CHOICE:
            return item.at(own)
        lowest, highest = item.reach()
        result: Floats = np.maximum(np.clip(own, lowest, highest) / end.z, 0.0)
        return result


def make_family(building: Building, tables: EnergyTables) -> Family:
    """The neighbours of a surveyed building: every dimension at its P10 and its P90, default codes at the other code.

    An end that no house can be (windows wider than their wall) is taken nearer the middle; where even that cannot be,
    the dimension does nothing on that side.
    """
    dimensions = unsure_inputs(building, tables)
    rebuild = Rebuilder(building.facts, tables)
    rooms = {zone.name for zone in building.zones}
    ends = []
    for at, item in enumerate(dimensions):
        if not item.of_building:
            continue
        for side in (1.0,) if item.kind == CHOICE else (-1.0, 1.0):
            for step in (6.0,) if item.kind == CHOICE else _STEPS:
                made = _made(rebuild, item, side * step)
                if made is not None:
                    inside = any(member.key.partition(".")[0] in rooms for member in item.members)
                    made = _as_planned(made, building, tables) if inside else replace(made, zones=building.zones)
                    ends.append(_End(at, side * step, made, inside))
                    break
    return Family(dimensions, building, tuple(ends))


def _made(rebuild: Rebuilder, dimension: Unsure, z: float) -> Building | None:
    try:
        return rebuild(*alone(dimension, z))
    except InputFault:
        return None


def building_at(building: Building, tables: EnergyTables, dimensions: tuple[Unsure, ...], z: Floats) -> Building:
    """The building made anew at (dimensions,) z, its faces and works those of the surveyed one.

    Raises:
        InputFault: no house can be like that.
    """
    overrides, factors = assignments(dimensions, z[None, :])[0]
    return _as_planned(build(building.facts, tables, overrides, factors), building, tables)


def _as_planned(made: Building, building: Building, tables: EnergyTables) -> Building:
    """Works are planned for the surveyed house: they are done where the drawn one turns out to be insulated too.

    Faces look where those of the surveyed house look (a steeper roof is a little larger) from under the same eaves, so
    that all draws are under the same sun; what other eaves let through is a factor on the glass.
    """
    surveyed = {item.id: item for item in _elements(building)}
    weight = tables.rule("eaves_sun")
    faces = sorted({(item.azimuth_deg, item.tilt_deg) for item in _elements(building)})

    def aligned(item: Element) -> Element:
        own = surveyed.get(item.id, item)
        like = own.insulated
        if item.overhang is not None and own.overhang is not None and item.overhang != own.overhang:
            sun = 1.0 + weight * (_sky_view(item.overhang) - _sky_view(own.overhang))
            item = replace(item, overhang=own.overhang, g_value=item.g_value * sun)
        face = (item.azimuth_deg, item.tilt_deg)
        if face not in faces:
            face = min(faces, key=lambda one: (_turn(one[0], item.azimuth_deg), abs(one[1] - item.tilt_deg)))
        elif like == item.insulated:
            return item
        return replace(item, insulated=like, azimuth_deg=face[0], tilt_deg=face[1])

    zones = tuple(
        replace(
            zone,
            elements=tuple(aligned(item) for item in zone.elements),
            buffers=tuple(
                replace(buffer, elements=tuple(aligned(item) for item in buffer.elements)) for buffer in zone.buffers
            ),
        )
        for zone in made.zones
    )
    return replace(made, zones=zones)


def _sky_view(overhang: Overhang) -> float:
    """Share of the sky's light that reaches a window under eaves."""
    return overhang_shares(overhang, np.zeros(0), np.zeros(0), 0.0)[1]


def _elements(building: Building) -> list[Element]:
    """Elements of rooms and buffers."""
    found = list(building.elements)
    found += [item for zone in building.zones for buffer in zone.buffers for item in buffer.elements]
    return found


def _turn(one_deg: float, two_deg: float) -> float:
    """Angle between two azimuths."""
    return abs((one_deg - two_deg + 180.0) % 360.0 - 180.0)


@dataclass(frozen=True, slots=True)
class Houses:
    """Draws of a house.

    Attributes:
        z: (draws, dimensions) standard normal numbers.
        weights: (draws,) summing to one.
    """

    family: Family
    z: Floats
    weights: Floats

    @property
    def dimensions(self) -> tuple[Unsure, ...]:
        """Of the family."""
        return self.family.dimensions

    @property
    def effective(self) -> float:
        """Effective number of draws, 1 / sum of squared weights (Kish)."""
        return float(1.0 / np.sum(self.weights**2))


def evenly(family: Family, z: Floats) -> Houses:
    """Draws that count alike."""
    return Houses(family, z, np.full(len(z), 1.0 / len(z)))


def prior_houses(family: Family, *, draws: int, seed: int) -> Houses:
    """Draws of a house from what its survey leaves open."""
    return evenly(family, latin_hypercube([item.key for item in family.dimensions], draws, seed))
