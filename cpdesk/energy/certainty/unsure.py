"""What is unsure about a house, and how: one dimension for each thing that one does not know.

A dimension is driven by a standard normal number z. An input with P10, value and P90 follows a two-piece normal
distribution in its quantiles, so that z = -1.28, 0 and 1.28 give exactly these three; factors follow it in their
logarithm and stay positive. A default code turns out to be another one above a threshold of z. Inputs that would be
wrong together (the windows of a house measured by one person, walls of one mason) share a dimension.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from cpdesk.energy.rows import AnswerError
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.building import Building, Input
from cpdesk.model.energy_uses import BESIDE_HEATING
from cpdesk.model.records import Quality

Z90: Final = NormalDist().inv_cdf(0.9)
FACTOR, SHIFT, CHOICE = "factor", "shift", "choice"
PRICE, COST, CARBON, WORK, MODEL, TAKE_BACK, NEW_SYSTEM, CONTENT = (
    "price", "cost", "carbon", "workmanship", "model", "take_back", "new_system", "content",
)  # fmt: skip
_COLUMN: Final = {
    Quality.MEASURED: "measured", Quality.BILL: "bill", Quality.ESTIMATED: "estimated", Quality.DEFAULT: "default",
}  # fmt: skip
_TEMPERATURES: Final = ("day_c", "night_c")
_FUELS: Final = ("coal", "coal_loose", "gas", "lpg", "wood", "pellets")


@dataclass(frozen=True, slots=True)
class Member:
    """One input that a dimension moves: P10 and P90 as factors on its value (or as shifts), and how far it can go."""

    key: str
    value: float
    low: float
    high: float
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Unsure:
    """One dimension.

    Attributes:
        key: unique and stable; its draws depend on it and on the seed only.
        kind: factor, shift or choice.
        weight, alternative: of a choice: probability of the other code.
        measured: half-width of P10 to P90 once a surveyor has measured it; `None` where nobody can on site.
        question: quantity of the form to answer better.
        place, name, unit, quality: of the first input, for people.
    """

    key: str
    kind: str
    members: tuple[Member, ...]
    name: str
    place: str = ""
    unit: str = ""
    quality: Quality = Quality.DEFAULT
    weight: float = 0.0
    alternative: str = ""
    measured: float | None = None
    question: str = ""

    def at(self, z: Floats, member: int = 0) -> Floats:
        """Factor, shift or (0 or 1) choice of a member at z, element by element."""
        if self.kind == CHOICE:
            result: Floats = (z > NormalDist().inv_cdf(1.0 - self.weight)).astype(float)
            return result
        of = self.members[member]
        if self.kind == FACTOR:
            width = np.where(z < 0.0, -math.log(of.low), math.log(of.high)) / Z90
            return np.clip(np.exp(width * z), of.least, of.most)
        return np.clip(np.where(z < 0.0, -of.low, of.high) / Z90 * z, of.least, of.most)

    def values(self, z: Floats) -> Floats:
        """The first input's value at z, in its unit."""
        first = self.members[0]
        return first.value * self.at(z) if self.kind == FACTOR else first.value + self.at(z)

    def reach(self) -> tuple[float, float]:
        """How far z goes until the first input is at what no house goes beyond."""
        if self.kind == CHOICE or not self.members:
            return -math.inf, math.inf
        of = self.members[0]
        if self.kind == FACTOR:
            below, above = -math.log(of.low), math.log(of.high)
            down = -math.log(of.least) if of.least > 0.0 else math.inf
            up = math.log(of.most) if of.most > 0.0 else 0.0
        else:
            below, above, down, up = -of.low, of.high, -of.least, of.most
        lowest = -Z90 * max(down, 0.0) / below if below > 0.0 else -math.inf
        highest = Z90 * max(up, 0.0) / above if above > 0.0 else math.inf
        return lowest, highest

    @property
    def of_building(self) -> bool:
        """Whether it changes the building, and not only what is reckoned with it."""
        return any(_in_building(member.key) for member in self.members)

    @property
    def half_width(self) -> float:
        """Mean half-width of P10 to P90, as a share or in the unit."""
        first = self.members[0]
        return 0.5 * (first.high - first.low)


def unsure_inputs(building: Building, tables: EnergyTables) -> tuple[Unsure, ...]:
    """All dimensions of a house: its inputs, its default codes, and what every house shares; sorted by key."""
    groups: dict[str, list[Input]] = {}
    for item in building.inputs:
        if item.key.startswith(BESIDE_HEATING):
            continue
        tail = item.key.rpartition(".")[2]
        block = item.key.partition(".")[0]
        if tail in _TEMPERATURES:
            if tail == "day_c" or item.quality is not Quality.DEFAULT:  # a default night follows the day by itself
                groups.setdefault("temperature", []).append(item)
        elif item.unit == "" and isinstance(item.value, str):
            groups.setdefault(f"{block}.{tail}.code", []).append(item)
        else:
            groups.setdefault(f"{block}.{tail}.{item.quality.value}", []).append(item)
    found = [dimension for key, items in groups.items() for dimension in _dimensions(key, items, tables)]
    found += _shared(building, tables)
    return tuple(sorted(found, key=lambda item: item.key))


def _dimensions(key: str, items: list[Input], tables: EnergyTables) -> Iterable[Unsure]:
    if key.endswith(".code"):
        yield from _choices(key, items, tables)
        return
    row = tables.answer_errors.get(items[0].key.rpartition(".")[2])
    members = [member for item in items if (member := _member(item, row))]
    if not members:
        return
    first = items[0]
    yield Unsure(
        key=key, kind=row.kind if row else FACTOR, members=tuple(members), name=first.name, place=first.place,
        unit=first.unit, quality=first.quality, measured=row.measured if row else None,
        question=row.question if row else "",
    )  # fmt: skip


def _member(item: Input, row: AnswerError | None) -> Member | None:
    """P10 and P90 of an input: its own, or those of its quality where these are wider."""
    value = float(item.value)
    half = getattr(row, _COLUMN[item.quality]) or 0.0 if row else 0.0
    least = -math.inf if row is None or row.least is None else row.least
    most = math.inf if row is None or row.most is None else row.most
    if row is not None and row.kind == SHIFT:
        low = min(-half, (value if item.low is None else item.low) - value)
        high = max(half, (value if item.high is None else item.high) - value)
        return Member(item.key, value, low, high, least - value, most - value) if high > low else None
    if value <= 0.0:
        return None  # nothing there: no windows, no insulation
    low = min(1.0 - half, 1.0 if item.low is None else item.low / value)
    high = max(1.0 + half, 1.0 if item.high is None else item.high / value)
    if high <= low:
        return None
    return Member(item.key, value, max(low, 0.05), high, least / value, most / value)


def _choices(key: str, items: list[Input], tables: EnergyTables) -> Iterable[Unsure]:
    tail = items[0].key.rpartition(".")[2]
    open_items = [item for item in items if item.quality is Quality.DEFAULT]
    for row in tables.alternatives:
        held = [item for item in open_items if row.name == tail and row.default == item.value]
        if held:
            members = tuple(Member(item.key, 0.0, 0.0, 1.0) for item in held)
            yield Unsure(
                key=f"{key}.{row.alternative}", kind=CHOICE, members=members, name=held[0].name, place=held[0].place,
                weight=row.weight, alternative=row.alternative, measured=0.0, question=row.question,
            )  # fmt: skip


def _shared(building: Building, tables: EnergyTables) -> list[Unsure]:
    """What is unsure about every house alike: prices, costs, carbon, workmanship, the model, the household's ways."""
    found = []
    for key, rule in ((PRICE, "price_spread"), (CARBON, "carbon_spread"), (WORK, "workmanship_spread"),
                      (MODEL, "model_spread"), (TAKE_BACK, "take_back_share")):  # fmt: skip
        row = tables.rules[rule]
        if row.high > row.low:
            most = 1.08 if key == WORK else math.inf  # works never take away more than there is
            member = Member(key, row.value, row.low / row.value, row.high / row.value, 0.0, most)
            found.append(Unsure(key, FACTOR, (member,), f"energy.input.{key}"))
    for carrier in sorted({system.carrier for system in building.systems}):
        content = tables.bill_errors[carrier].content
        if content > 0.0:
            member = Member(f"{CONTENT}.{carrier}", 1.0, 1.0 - content, 1.0 + content)
            found.append(Unsure(f"{CONTENT}.{carrier}", FACTOR, (member,), "energy.input.content"))
    found.append(Unsure(COST, FACTOR, (), f"energy.input.{COST}"))
    found.append(Unsure(NEW_SYSTEM, FACTOR, (), f"energy.input.{NEW_SYSTEM}"))
    return found


def is_fuel(carrier: str) -> bool:
    """Whether the price of a carrier moves with the fuel market rather than with a tariff set by the city."""
    return carrier in _FUELS


def _in_building(key: str) -> bool:
    """Keys of inputs have a place; those shared by all houses, and the heat content of fuels, are no part of one."""
    return key in _TEMPERATURES or ("." in key and not key.startswith(f"{CONTENT}."))


def alone(dimension: Unsure, z: float) -> tuple[dict[str, float | str], dict[str, float]]:
    """Overrides and factors of one dimension at z, all others at their middle."""
    return assignments((dimension,), np.array([[z]]))[0]


def assignments(dimensions: tuple[Unsure, ...], z: Floats) -> list[tuple[dict[str, float | str], dict[str, float]]]:
    """Overrides and factors for `energy.house.construct.build`, one pair for each row of the (draws, dimensions) z."""
    found: list[tuple[dict[str, float | str], dict[str, float]]] = [({}, {}) for _ in z]
    for at, dimension in enumerate(dimensions):
        for number, member in enumerate(dimension.members):
            if not _in_building(member.key):
                continue
            values = dimension.at(z[:, at], number).tolist()
            for (overrides, factors), value in zip(found, values, strict=True):
                if dimension.kind == FACTOR:
                    factors[member.key] = value
                elif dimension.kind == SHIFT:
                    overrides[member.key] = member.value + value
                elif value:
                    overrides[member.key] = dimension.alternative
    return found


def factor(dimensions: tuple[Unsure, ...], z: Floats, key: str) -> Floats:
    """Factor of a shared dimension by draw; one where the house does not have it."""
    for at, dimension in enumerate(dimensions):
        if dimension.key == key:
            return dimension.at(z[:, at]) if dimension.members else np.ones(len(z))
    return np.ones(len(z))


def column(dimensions: tuple[Unsure, ...], z: Floats, key: str) -> Floats:
    """z of a dimension by draw; zero where the house does not have it."""
    for at, dimension in enumerate(dimensions):
        if dimension.key == key:
            result: Floats = z[:, at]
            return result
    return np.zeros(len(z))


def two_piece(low: float, value: float, high: float, z: Floats) -> Floats:
    """A positive figure with these P10, P50 and P90 at z, in its logarithm; zero stays zero."""
    if value <= 0.0:
        return np.zeros_like(z)
    below, above = math.log(value / max(low, 0.05 * value)), math.log(max(high, value) / value)
    result: Floats = value * np.exp(np.where(z < 0.0, max(below, 0.0), above) / Z90 * z)
    return result
