"""How sure the figures are: every unsure input at its P10 and its P90, one at a time, house and packages solved again.

The effects are taken as independent and added in quadrature, those that lower a figure and those that raise it apart
(first-order error propagation; GUM, JCGM 100:2008, 5.1.2). Half the width of a figure made so is its P10 or P90, since
the inputs' own bounds are P10 and P90.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.house.construct import build
from cpdesk.energy.money.prices import co2_kg, cost_by_carrier
from cpdesk.energy.retrofit.grid import Grid, design_load_w, set_points
from cpdesk.energy.retrofit.measures import base_row, finish, make_option
from cpdesk.energy.retrofit.packages import Choice, options_of
from cpdesk.energy.systems.plants import Plant, current_plant, final_energy, limit_w
from cpdesk.energy.zone.states import solve
from cpdesk.model.assessment import Influence
from cpdesk.model.building import Building
from cpdesk.model.energy_uses import BESIDE_HEATING

_PRICED = ("coal", "coal_loose", "gas", "lpg", "wood", "pellets")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Season figures of the present house and of one package, under one set of inputs."""

    cost_before: float
    saving: float
    co2_saving_kg: float
    coldest_before_c: float
    coldest_c: float


@dataclass(frozen=True, slots=True)
class Case:
    """The house with one input changed; `price` is a factor on fuel prices."""

    key: str
    name: str
    side: int
    building: Building
    price: float = 1.0


def cases(grid: Grid) -> list[Case]:
    """The house as it is, then every unsure input at its low and at its high value."""
    building, tables = grid.setting.building, grid.setting.tables
    found = [Case("", "", 0, building)]
    for item in building.inputs:
        if item.key.startswith(BESIDE_HEATING):
            continue
        for side, value in ((-1, item.low), (1, item.high)):
            if value is None or value == item.value:
                continue
            try:
                changed = build(building.facts, tables, {item.key: value})
            except InputFault:
                continue  # a bound of a default may be impossible in this house: windows wider than their wall
            found.append(Case(item.key, item.name, side, changed))
    spread = tables.rules["price_spread"]
    found += [Case("price", "energy.input.price", side, building, value)
              for side, value in ((-1, spread.low), (1, spread.high))]  # fmt: skip
    return found


def outcomes(grid: Grid, choices: Sequence[Choice], all_cases: Sequence[Case]) -> list[list[Outcome]]:
    """For each case, the outcome of each choice; all states of all cases are solved in one batch."""
    setting, tables = grid.setting, grid.setting.tables
    measures = [[option.measure for _, _, option in options_of(grid, item.state, item.plant)] for item in choices]
    rows, limits, days, nights = [], [], [], []
    for case in all_cases:
        base = base_row(case.building, setting.columns, tables)
        differences = {
            measure.id: make_option(case.building, measure, setting.columns, tables).difference
            for held in measures
            for measure in held
        }
        states = [base, *(base + sum(differences[measure.id] for measure in held) for held in measures)]
        finished = finish(np.array(states), case.building, setting.columns, tables)
        present = limit_w(case.building.systems, tables)
        schedule = case.building.schedule
        sized = tables.rule("sizing_factor") * design_load_w(finished, schedule.wish_c, tables, setting.drivers)
        new = [False, *(not setting.plants[item.plant].code.startswith("keep") for item in choices)]
        for wish in (False, True):
            day, night = set_points(schedule, wish=wish)
            rows.append(finished)
            limits.append(np.where(new, np.maximum(present, sized), present))
            days.append(np.full(len(states), day))
            nights.append(np.full(len(states), night))
    solved = solve(
        np.concatenate(rows), setting.drivers, np.concatenate(days), np.concatenate(nights), np.concatenate(limits),
        setting.weights.rows,
    )  # fmt: skip
    count = len(choices) + 1
    found = []
    for number, case in enumerate(all_cases):
        first = 2 * count * number
        plants = [_plant(grid, case, 0), *(_plant(grid, case, item.plant) for item in choices)]
        money = [
            [
                _priced(grid, plants[at], solved.sums[:, place : place + 1], case.price)
                for place in (first + at, first + count + at)
            ]
            for at in range(count)
        ]
        air = [(solved.coldest_c[first + at], solved.coldest_c[first + count + at]) for at in range(count)]
        found.append(
            [_outcome(grid, choices[at - 1], money[0][0], money[at], air[0], air[at]) for at in range(1, count)]
        )
    return found


def _plant(grid: Grid, case: Case, plant: int) -> Plant:
    base = grid.setting.plants[plant]
    if not base.code.startswith("keep"):
        return base
    wrapped = base.code == "keep_pipe"
    return current_plant(case.building.systems, grid.setting.tables, meter=base.valley_meter, wrapped=wrapped)


def _priced(grid: Grid, plant: Plant, sums: np.ndarray, price: float) -> tuple[float, float]:
    setting, tables = grid.setting, grid.setting.tables
    energy = final_energy(plant, sums, setting.weights, tables)
    costs = cost_by_carrier(energy, tables, valley_meter=plant.valley_meter, base_kwh=setting.base_kwh)
    total = sum(float(cost[0]) * (price if carrier in _PRICED else 1.0) for carrier, cost in costs.items())
    return total, float(co2_kg(energy, tables)[0])


def _outcome(
    grid: Grid,
    choice: Choice,
    before: tuple[float, float],
    after: list[tuple[float, float]],
    air_before: tuple[float, float],
    air: tuple[float, float],
) -> Outcome:
    usual, wish = after
    warmth = 1.0
    if choice.code != "C":
        dearer = max(wish[0] - usual[0], 0.0)
        kept = min(grid.setting.tables.rule("take_back_share") * max(before[0] - usual[0], 0.0), dearer)
        warmth = kept / dearer if dearer > 1e-9 else 0.0
    cost, carbon = (usual[at] + warmth * (wish[at] - usual[at]) for at in (0, 1))
    return Outcome(
        cost_before=before[0],
        saving=before[0] - cost,
        co2_saving_kg=before[1] - carbon,
        coldest_before_c=float(air_before[0]),
        coldest_c=float(air[0] + warmth * (air[1] - air[0])),
    )


def interval(centre: float, values: Sequence[tuple[str, float]]) -> tuple[float, float]:
    """P10 and P90 of a figure from its values in all cases (key of the input, value); see the module's text."""
    down: dict[str, float] = {}
    up: dict[str, float] = {}
    for key, value in values:
        effect = value - centre
        down[key] = min(down.get(key, 0.0), effect)
        up[key] = max(up.get(key, 0.0), effect)
    return centre - math.hypot(*down.values()), centre + math.hypot(*up.values())


def influences(all_cases: Sequence[Case], savings: Sequence[float]) -> tuple[Influence, ...]:
    """How far each input moves a saving, the strongest first."""
    centre = savings[0]
    found: dict[str, Influence] = {}
    for case, saving in zip(all_cases[1:], savings[1:], strict=True):
        item = found.get(case.key, Influence(case.key, case.name, 0.0, 0.0))
        effect = saving - centre
        found[case.key] = replace(
            item, saving_low_yuan=effect if case.side < 0 else item.saving_low_yuan,
            saving_high_yuan=effect if case.side > 0 else item.saving_high_yuan,
        )  # fmt: skip

    def strength(item: Influence) -> float:
        return max(abs(item.saving_low_yuan), abs(item.saving_high_yuan))

    return tuple(sorted(found.values(), key=strength, reverse=True))
