"""All combinations of measures at once.

Envelope measures of different groups combine to states, heating plants stand beside them: a combination is a state
and a plant. States are solved by the hour together, at the usual and at the wished set points; fuel, money and carbon
of all combinations are then plain array arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.money.prices import annuity, co2_kg, kgce, subsidies, total_cost
from cpdesk.energy.retrofit.measures import ENVELOPE_GROUPS, Option, Verdict, base_row, finish
from cpdesk.energy.systems.plants import (
    Energy,
    Plant,
    Weights,
    current_plant,
    final_energy,
    limit_w,
    new_plant,
    weight_rows,
)
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats, Weather
from cpdesk.energy.zone.envelope import AIR, DOOR, FLOOR, PERIODIC, ROOF, WALL, WINDOW, Layout, layout
from cpdesk.energy.zone.hourly import Drivers, make_drivers
from cpdesk.energy.zone.states import Solution, solve
from cpdesk.model.building import Building, Schedule

OFF_C: Final = -50.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What all combinations of a building share.

    Attributes:
        groups: envelope options by group, in the order of the groups; each may also be left out.
        plants: the present one first, then with wrapped pipes, then new systems.
    """

    building: Building
    tables: EnergyTables
    columns: Layout
    drivers: Drivers
    groups: tuple[tuple[Option, ...], ...]
    plants: tuple[Plant, ...]
    plant_options: tuple[tuple[Option, ...], ...]
    weights: Weights
    base_kwh: float

    @property
    def shape(self) -> tuple[int, ...]:
        """Choices by group, leaving out included."""
        return tuple(len(group) + 1 for group in self.groups)


def make_setting(building: Building, tables: EnergyTables, weather: Weather, verdicts: list[Verdict]) -> Setting:
    """Groups and plants from the verdicts on the catalogue."""
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    options = [verdict.option for verdict in verdicts if verdict.option is not None]
    groups = [tuple(item for item in options if item.measure.group == group) for group in ENVELOPE_GROUPS]
    meter = building.facts.meter_valley is not None and building.facts.meter_valley.value == "yes"
    plants = [current_plant(building.systems, tables, meter=meter, wrapped=False)]
    plant_options: list[tuple[Option, ...]] = [()]
    emitter = next((item.emitter for item in building.systems if item.emitter != "none"), "radiator_steel")
    for option in options:
        if option.measure.effect == "pipe":
            plants.append(current_plant(building.systems, tables, meter=meter, wrapped=True))
            plant_options.append((option,))
        elif option.measure.effect == "system":
            plants.append(new_plant(option.measure.material, option.measure.id, emitter, tables))
            plant_options.append((option,))
    other = building.facts.bills.elec_other_month_kwh
    monthly = other.value if other is not None else tables.rule("base_month_kwh")
    return Setting(
        building=building, tables=tables, columns=columns, drivers=drivers,
        groups=tuple(group for group in groups if group), plants=tuple(plants), plant_options=tuple(plant_options),
        weights=weight_rows(plants, drivers, tables), base_kwh=12.0 * monthly,
    )  # fmt: skip


def state_rows(setting: Setting) -> Floats:
    """(states, columns): the base row plus every choice of every group, states in mixed radix of `shape`."""
    rows = base_row(setting.building, setting.columns, setting.tables)[None, :]
    for group in setting.groups:
        choices = np.vstack([np.zeros(rows.shape[1]), *(option.difference for option in group)])
        rows = (rows[:, None, :] + choices[None, :, :]).reshape(-1, rows.shape[1])
    return finish(rows, setting.building, setting.columns, setting.tables)


def design_load_w(rows: Floats, inside_c: float, tables: EnergyTables, drivers: Drivers) -> Floats:
    """Steady heat loss at the design outdoor temperature, gains left out, in W; the ground at its coldest."""
    conductance = rows[:, [WINDOW, DOOR, WALL, ROOF, AIR]].sum(axis=1)
    outdoors = conductance * (inside_c - tables.limits["design_outdoor_c"].value)
    ground = rows[:, PERIODIC] * (drivers.mean_c - drivers.rows[2].min()) + rows[:, FLOOR] * (inside_c - drivers.mean_c)
    result: Floats = outdoors + np.maximum(0.0, ground)
    return result


def set_points(schedule: Schedule, *, wish: bool) -> tuple[float, float]:
    """Day and night set points; at the wish the night rises as much as the day."""
    rise = schedule.wish_c - schedule.day_c if wish else 0.0
    return schedule.day_c + rise, OFF_C if schedule.night_c is None else schedule.night_c + rise


@dataclass(frozen=True, slots=True)
class Solved:
    """Heat of the states with one heat limit, at usual and at wished set points."""

    usual: Solution
    wish: Solution


def solve_states(setting: Setting, rows: Floats) -> tuple[Solved, Solved]:
    """States with the present plant's power, and with a new plant sized to the load.

    A stronger plant heats differently only where the present one was asked for more than it can give: the other states
    are solved once.
    """
    tables, schedule = setting.tables, setting.building.schedule
    present = np.full(len(rows), limit_w(setting.building.systems, tables))
    kept = solve_at(setting, rows, present, wish=False)
    wished = kept if schedule.wish_c <= schedule.day_c else solve_at(setting, rows, present, wish=True)
    found = Solved(kept, wished)
    if all(plant.code.startswith("keep") for plant in setting.plants):
        return found, found
    sized = tables.rule("sizing_factor") * design_load_w(rows, schedule.wish_c, tables, setting.drivers)
    usual = _stronger(setting, rows, kept, present, sized, wish=False)
    return found, Solved(
        usual, usual if wished is kept else _stronger(setting, rows, wished, present, sized, wish=True)
    )


def solve_at(setting: Setting, rows: Floats, limit: Floats, *, wish: bool) -> Solution:
    """States at the usual or at the wished set points, with (N,) heat limits in W."""
    day, night = set_points(setting.building.schedule, wish=wish)
    ones = np.ones(len(rows))
    return solve(rows, setting.drivers, day * ones, night * ones, limit, setting.weights.rows)


def _stronger(
    setting: Setting, rows: Floats, kept: Solution, present: Floats, sized: Floats, *, wish: bool
) -> Solution:
    """The solution with the sized plant where that is stronger than the present one and is needed."""
    weak = np.flatnonzero((present < sized) & (kept.wanted_w > present))
    if not len(weak):
        return kept
    again = solve_at(setting, rows[weak], sized[weak], wish=wish)
    found = replace(
        kept, sums=kept.sums.copy(), peak_w=kept.peak_w.copy(), coldest_c=kept.coldest_c.copy(),
        mean_c=kept.mean_c.copy(), wanted_w=kept.wanted_w.copy(),
    )  # fmt: skip
    found.sums[:, weak] = again.sums
    for name in ("peak_w", "coldest_c", "mean_c", "wanted_w"):
        getattr(found, name)[weak] = getattr(again, name)
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """Season figures of (states,) with one plant at one pair of set points."""

    energy: Energy
    cost: Floats
    co2_kg: Floats
    kgce: Floats
    need_kwh: Floats
    peak_w: Floats
    coldest_c: Floats
    mean_c: Floats


def figures(setting: Setting, plant: Plant, solution: Solution) -> Figures:
    """Fuel, money and carbon of all states with one plant."""
    tables = setting.tables
    energy = final_energy(plant, solution.sums, setting.weights, tables)
    return Figures(
        energy=energy,
        cost=total_cost(energy, tables, valley_meter=plant.valley_meter, base_kwh=setting.base_kwh),
        co2_kg=co2_kg(energy, tables),
        kgce=kgce(energy, tables),
        need_kwh=solution.sums[0] / 1000.0,
        peak_w=solution.peak_w,
        coldest_c=solution.coldest_c,
        mean_c=solution.mean_c,
    )


@dataclass(frozen=True, slots=True)
class Grid:
    """Every combination: arrays are (states, plants).

    Attributes:
        rows: envelope rows of the states.
        usual, wish: figures by plant at usual and at wished set points.
        warmth: share of the way from usual to wish that the household takes (comfort take-back).
        saving_same, saving: yuan a year at unchanged temperatures, and after part was kept as warmth.
        saving_full: with the wished temperature in full.
        yearly_capital: own money as a yearly payment over the measures' lives.
    """

    setting: Setting
    rows: Floats
    usual: tuple[Figures, ...]
    wish: tuple[Figures, ...]
    warmth: Floats
    saving_same: Floats
    saving: Floats
    saving_full: Floats
    co2_saving_kg: Floats
    coldest_c: Floats
    coldest_full_c: Floats
    investment: Floats
    own_cost: Floats
    yearly_capital: Floats

    def npv(self, saving: Floats) -> Floats:
        """Net present value over the horizon: (saving - yearly capital) x annuity factor."""
        tables = self.setting.tables
        result: Floats = (saving - self.yearly_capital) * annuity(
            tables.rule("discount_rate"), tables.rule("horizon_a")
        )
        return result


def evaluate(setting: Setting) -> Grid:
    """Solve and price all combinations."""
    tables = setting.tables
    rows = state_rows(setting)
    kept, sized = solve_states(setting, rows)
    solved = [kept if plant.code.startswith("keep") else sized for plant in setting.plants]
    usual = tuple(figures(setting, plant, item.usual) for plant, item in zip(setting.plants, solved, strict=True))
    wish = tuple(figures(setting, plant, item.wish) for plant, item in zip(setting.plants, solved, strict=True))
    cost_usual = np.stack([item.cost for item in usual], axis=1)
    cost_wish = np.stack([item.cost for item in wish], axis=1)
    present = float(usual[0].cost[0])
    saving_same = present - cost_usual
    dearer = np.maximum(cost_wish - cost_usual, 0.0)
    kept_yuan = np.minimum(tables.rule("take_back_share") * np.maximum(saving_same, 0.0), dearer)
    warmth = np.divide(kept_yuan, dearer, out=np.zeros_like(dearer), where=dearer > 1e-9)
    warmth[0, 0] = 0.0
    co2 = np.stack([_mixed(a.co2_kg, b.co2_kg, warmth[:, at]) for at, (a, b) in _pairs(usual, wish)], axis=1)
    coldest = np.stack([_mixed(a.coldest_c, b.coldest_c, warmth[:, at]) for at, (a, b) in _pairs(usual, wish)], axis=1)
    investment, own, capital = _capital(setting, len(rows))
    return Grid(
        setting=setting, rows=rows, usual=usual, wish=wish, warmth=warmth, saving_same=saving_same,
        saving=saving_same - warmth * dearer, saving_full=present - cost_wish,
        co2_saving_kg=float(usual[0].co2_kg[0]) - co2, coldest_c=coldest,
        coldest_full_c=np.stack([item.coldest_c for item in wish], axis=1), investment=investment, own_cost=own,
        yearly_capital=capital,
    )  # fmt: skip


def _pairs(usual: tuple[Figures, ...], wish: tuple[Figures, ...]) -> list[tuple[int, tuple[Figures, Figures]]]:
    return list(enumerate(zip(usual, wish, strict=True)))


def _mixed(usual: Floats, wish: Floats, share: Floats) -> Floats:
    return usual + share * (wish - usual)


def _capital(setting: Setting, states: int) -> tuple[Floats, Floats, Floats]:
    """Investment, own money and its yearly payment, (states, plants)."""
    tables = setting.tables
    choice = (
        np.array(np.unravel_index(np.arange(states), setting.shape)) if setting.groups else np.zeros((0, states), int)
    )
    plants = len(setting.plants)
    costs: dict[str, Floats] = {}
    lives: dict[str, float] = {}
    for at, group in enumerate(setting.groups):
        for number, option in enumerate(group, 1):
            held = (choice[at] == number).astype(float)
            costs[option.measure.id] = np.repeat((held * option.cost_yuan[1])[:, None], plants, axis=1)
            lives[option.measure.id] = option.measure.life_a
    for at, options in enumerate(setting.plant_options):
        for option in options:
            column = np.zeros((states, plants))
            column[:, at] = option.cost_yuan[1]
            costs[option.measure.id] = column
            lives[option.measure.id] = option.measure.life_a
    paid = subsidies(costs, setting.building.floor_area_m2, tables)
    rate = tables.rule("discount_rate")
    investment, own, capital = (np.zeros((states, plants)) for _ in range(3))
    for code, cost in costs.items():
        mine = cost - sum((programme[code] for programme in paid.values() if code in programme), np.zeros_like(cost))
        investment += cost
        own += mine
        capital += mine / annuity(rate, lives[code])
    return investment, own, capital


def frontier(own_cost: Floats, co2_saving: Floats) -> NDArray[np.intp]:
    """Flat indices of the combinations that no other beats: none saves as much carbon for less own money.

    Exact: sorted by cost, then a combination stays when it saves more than everything cheaper.
    """
    cost, saving = own_cost.ravel(), co2_saving.ravel()
    order = np.lexsort((-saving, cost))
    best = np.maximum.accumulate(saving[order])
    first = np.concatenate(([True], best[1:] > best[:-1] + 1e-9))
    result: NDArray[np.intp] = order[first]
    return result
