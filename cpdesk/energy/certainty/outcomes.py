"""Season figures of every draw: the house as it is and each package, with the present or a new plant, in one batch.

Each draw's row of the envelope comes from its own building; what measures change is worked out on that building too
and added. All states of all draws are then marched together (`energy.zone.states`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.certainty.draws import Houses
from cpdesk.energy.certainty.unsure import (
    CARBON,
    CONTENT,
    COST,
    MODEL,
    NEW_SYSTEM,
    PRICE,
    TAKE_BACK,
    WORK,
    column,
    factor,
    is_fuel,
    two_piece,
)  # fmt: skip
from cpdesk.energy.money.indicators import Terms, life_cycle, present_investment
from cpdesk.energy.money.prices import co2_kg, cost_by_carrier, subsidies
from cpdesk.energy.retrofit.figures import Capital, energy_between, totals
from cpdesk.energy.retrofit.grid import Grid, Setting, design_load_w, set_points
from cpdesk.energy.retrofit.measures import CURTAINED, POINTS, Option, base_row, finish, make_option
from cpdesk.energy.retrofit.packages import Choice
from cpdesk.energy.rows import Measure
from cpdesk.energy.systems.plants import Energy, Plant, final_energy, limit_w
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.envelope import Layout
from cpdesk.energy.zone.states import Solution, solve
from cpdesk.model.building import Building


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Arrays over draws: (N,) of the house as it is, (N, packages) of the packages after take-back.

    Attributes:
        amounts: by carrier, what the house as it is uses in the unit bought.
        own_cost: own money; `present_savings` and `present_invested` are PVS less upkeep and PVI of the household
            (`energy.money.indicators`), prices along the path that packages are chosen by.
        sun_yuan: what standing panels give a package's heating more than today's, CNY a year (`with_sun`).
    """

    need_kwh: Floats
    energy_kwh: Floats
    cost: Floats
    co2_kg: Floats
    coldest_c: Floats
    amounts: dict[str, Floats]
    package_need_kwh: Floats
    package_energy_kwh: Floats
    package_cost: Floats
    package_co2_kg: Floats
    package_coldest_c: Floats
    own_cost: Floats
    present_savings: Floats
    present_invested: Floats
    sun_yuan: Floats

    def with_sun(self, sun_yuan: Floats, worth: float) -> Outcomes:
        """With what standing panels give each package's heating more than today's, (packages,) CNY a year; `worth`
        the present value of one yuan of electricity a year."""
        return replace(self, sun_yuan=self.sun_yuan + sun_yuan, present_savings=self.present_savings + worth * sun_yuan)

    def first(self, draws: int) -> Outcomes:
        """Those of the first draws only."""
        cut = {item.name: getattr(self, item.name)[:draws] for item in fields(self)
               if item.name not in ("amounts", "annuity")}  # fmt: skip
        return replace(self, **cut, amounts={code: values[:draws] for code, values in self.amounts.items()})

    @property
    def saving(self) -> Floats:
        """Yearly saving in CNY, (N, packages)."""
        return self.cost[:, None] - self.package_cost + self.sun_yuan

    @property
    def npv(self) -> Floats:
        """Net present value in CNY over the horizon, (N, packages)."""
        return self.present_savings - self.present_invested

    @property
    def sir(self) -> Floats:
        """Present savings over present investment, (N, packages)."""
        return self.present_savings / np.maximum(self.present_invested, 1e-9)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which states are solved: the house, then every different pair of envelope and kind of plant.

    Attributes:
        held: (states, measures) zero or one: which measures a state holds.
        new: (states,) whether the plant is a new one, sized to the load.
        place: state of each package.
    """

    measures: tuple[str, ...]
    held: Floats
    new: NDArray[np.bool_]
    place: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Heat:
    """Seasons of all draws: sums of heating times weights, (weights, draws, states) in Wh; (draws, states) in degC."""

    sums: Floats
    coldest_c: Floats


@dataclass(frozen=True, slots=True)
class Chosen:
    """A package as the draws need it: envelope state, plant, and its measures."""

    code: str
    state: int
    plant: int
    envelope: tuple[Option, ...]
    options: tuple[Option, ...]


def chosen(grid: Grid, choices: Sequence[Choice]) -> tuple[Chosen, ...]:
    """The packages of an audit with their measures."""
    setting = grid.setting
    found = []
    for item in choices:
        digits = grid.digits[item.state]
        envelope = tuple(group[digit - 1] for group, digit in zip(setting.groups, digits, strict=True) if digit)
        found.append(
            Chosen(item.code, item.state, item.plant, envelope, (*envelope, *setting.plant_options[item.plant]))
        )
    return tuple(found)


def outcomes(setting: Setting, choices: Sequence[Chosen], houses: Houses) -> Outcomes:
    """Figures of all draws; without choices those of the house as it is.

    Raises:
        InputFault: CP-1308 where the envelope of a draw loses more than its mass can take.
    """
    plan = _plan(setting, choices)
    return _reckoned(setting, choices, houses, plan, _solve(setting, plan, houses))


def as_audited(grid: Grid, choices: Sequence[Chosen], houses: Houses) -> Outcomes:
    """Figures of draws that leave rooms and heaters as the audit has them (prices, costs): nothing is solved again."""
    plan, draws = _plan(grid.setting, choices), len(houses.z)
    envelope = [0] * len(plan.new)
    for item, place in zip(choices, plan.place, strict=True):
        envelope[place] = item.state
    solved = [(grid.solved[int(new)], state) for new, state in zip(plan.new, envelope, strict=True)]

    def heat(name: str) -> _Heat:
        found = [(getattr(one, name), state) for one, state in solved]
        sums = np.column_stack([one.sums[:, state] for one, state in found])
        coldest = np.array([one.coldest_c[state] for one, state in found])
        return _Heat(np.repeat(sums[:, None], draws, axis=1), np.tile(coldest, (draws, 1)))

    limits = np.tile([one.limit_w[state] for one, state in solved], (draws, 1))
    return _reckoned(grid.setting, choices, houses, plan, (heat("usual"), heat("wish"), limits))


def _reckoned(
    setting: Setting, choices: Sequence[Chosen], houses: Houses, plan: _Plan, solved: tuple[_Heat, _Heat, Floats]
) -> Outcomes:
    """Fuel, money and carbon of solved seasons."""
    tables = setting.tables
    dimensions, z = houses.dimensions, houses.z
    usual, wish, limits = solved
    model = factor(dimensions, z, MODEL)
    content = {system.carrier: factor(dimensions, z, f"{CONTENT}.{system.carrier}")
               for system in setting.building.systems}  # fmt: skip
    prices = factor(dimensions, z, PRICE)
    carbon = factor(dimensions, z, CARBON)

    def priced(plant: int, places: list[int], heat: _Heat) -> _Priced:
        sums = heat.sums[:, :, places] * model[:, None]
        return _priced(setting, plant, sums, limits[:, places], houses, content, prices, carbon)

    before = priced(0, [0], usual)
    shape = (len(z), len(choices))
    figures = {name: np.zeros(shape) for name in ("need", "energy", "cost", "present", "co2", "coldest")}
    share = np.clip(tables.rule("take_back_share") * factor(dimensions, z, TAKE_BACK), 0.0, 1.0)[:, None]
    for plant in sorted({item.plant for item in choices}):
        numbers = [at for at, item in enumerate(choices) if item.plant == plant]
        places = [plan.place[at] for at in numbers]
        one, two = priced(plant, places, usual), priced(plant, places, wish)
        dearer = np.maximum(two.cost - one.cost, 0.0)
        kept = np.minimum(share * np.maximum(before.cost - one.cost, 0.0), dearer)
        warmth = np.divide(kept, dearer, out=np.zeros_like(dearer), where=dearer > 1e-9)
        full = np.array([choices[at].code == "C" for at in numbers])
        warmth = np.where(full[None, :], 1.0, warmth)
        figures["cost"][:, numbers], figures["present"][:, numbers] = _cost(
            setting, plant, energy_between(one.bought, two.bought, warmth), prices
        )
        for name, first, second in (
            ("need", one.need_kwh, two.need_kwh), ("energy", one.energy_kwh, two.energy_kwh),
            ("co2", one.co2_kg, two.co2_kg),
            ("coldest", usual.coldest_c[:, places], wish.coldest_c[:, places]),
        ):  # fmt: skip
            figures[name][:, numbers] = first + warmth * (second - first)
    money = _own_money(setting, choices, houses)
    return Outcomes(
        need_kwh=before.need_kwh[:, 0], energy_kwh=before.energy_kwh[:, 0], cost=before.cost[:, 0],
        co2_kg=before.co2_kg[:, 0], coldest_c=usual.coldest_c[:, 0],
        amounts={code: kwh[:, 0] / tables.factors[code].kwh_per_unit for code, kwh in before.bought.kwh.items()},
        package_need_kwh=figures["need"], package_energy_kwh=figures["energy"], package_cost=figures["cost"],
        package_co2_kg=figures["co2"], package_coldest_c=figures["coldest"], own_cost=money.own_cost,
        present_savings=before.present_cost - figures["present"] - money.present_upkeep,
        present_invested=money.present_invested, sun_yuan=np.zeros(shape),
    )  # fmt: skip


def _plan(setting: Setting, choices: Sequence[Chosen]) -> _Plan:
    kinds: dict[tuple[int, bool], int] = {(0, False): 0}
    groups: dict[int, set[str]] = {0: set()}
    place = []
    for item in choices:
        new = not setting.plants[item.plant].code.startswith("keep")
        place.append(kinds.setdefault((item.state, new), len(kinds)))
        groups[item.state] = {option.measure.id for option in item.envelope}
    measures = tuple(sorted(set().union(*groups.values())))
    held = np.array([[float(code in groups[state]) for code in measures] for state, _ in kinds])
    return _Plan(measures, held.reshape(len(kinds), len(measures)), np.array([new for _, new in kinds]), tuple(place))


def _solve(setting: Setting, plan: _Plan, houses: Houses) -> tuple[_Heat, _Heat, Floats]:
    """All states of all draws at usual and at wished set points, and their (draws, states) limits, W.

    The house as it is gets no wished season unless a package keeps it: take-back begins with a saving.
    """
    tables = setting.tables
    finished = finish(_rows(setting, plan, houses), setting.building, setting.columns, tables)
    family = houses.family
    of_draw = family.numbers(family.values(lambda building: _household(building, setting)), houses.z)
    heating = np.repeat(of_draw, len(plan.new), axis=0)
    day, night, wish_day, wish_night, present = heating.T
    new = np.tile(plan.new, len(houses.z))
    limits = present
    if new.any():
        sized = tables.rule("sizing_factor") * design_load_w(
            finished, setting.building.schedule.wish_c, tables, setting.drivers
        )
        limits = np.where(new, np.maximum(present, sized), present)
    by_draw, weights = limits.reshape(-1, len(plan.new)), setting.weights.rows
    usual = _by_draw(solve(finished, setting.drivers, day, night, limits, weights), by_draw)
    if not plan.place or np.array_equal(day, wish_day):
        return usual, usual, by_draw
    places = sorted(set(plan.place))
    held = np.isin(np.tile(np.arange(len(plan.new)), len(houses.z)), places)
    warm = solve(finished[held], setting.drivers, wish_day[held], wish_night[held], limits[held], weights)
    found = _by_draw(warm, by_draw[:, places])
    wish = _Heat(usual.sums.copy(), usual.coldest_c.copy())
    wish.sums[:, :, places], wish.coldest_c[:, places] = found.sums, found.coldest_c
    return usual, wish, by_draw


def _by_draw(solution: Solution, like: Floats) -> _Heat:
    """A solution whose states stand draw after draw, as many as in `like` (draws, states)."""
    return _Heat(solution.sums.reshape(-1, *like.shape), solution.coldest_c.reshape(like.shape))


def _rows(setting: Setting, plan: _Plan, houses: Houses) -> Floats:
    """(draws x states, columns): envelope rows with what the measures of each state change, not yet finished."""
    tables, columns = setting.tables, setting.columns
    known = {row.id: row for row in tables.measures}
    measures = [known[code] for code in plan.measures]

    family = houses.family
    parts = [family.of_rooms(("base", columns), lambda building: base_row(building, columns, tables))]
    parts += [family.of_rooms((item.id, columns), _difference(item, columns, tables)) for item in measures]
    flat = family.numbers(np.concatenate(parts, axis=1), houses.z)
    found = flat.reshape(len(houses.z), 1 + len(measures), -1)
    width = columns.width
    work = factor(houses.dimensions, houses.z, WORK)
    found[:, 1:, [*range(width), width + CURTAINED, width + POINTS]] *= work[:, None, None]
    rows: Floats = found[:, :1] + plan.held @ found[:, 1:]
    return rows.reshape(-1, rows.shape[2])


def _difference(measure: Measure, columns: Layout, tables: EnergyTables) -> Callable[[Building], Floats]:
    """What a measure adds to the row of a building."""
    return lambda building: make_option(building, measure, columns, tables).difference


def _household(building: Building, setting: Setting) -> Floats:
    """Usual and wished set points by day and night, and the heat that the present heaters bring in, W."""
    usual, wish = (set_points(building.schedule, wish=wish) for wish in (False, True))
    return np.array([*usual, *wish, limit_w(building.systems, setting.tables)])


@dataclass(frozen=True, slots=True)
class _Priced:
    """(draws, states) of one plant; `bought` by carrier, with the heat content that the draw's fuel has."""

    need_kwh: Floats
    energy_kwh: Floats
    cost: Floats
    present_cost: Floats
    co2_kg: Floats
    bought: Energy


def _priced(
    setting: Setting,
    plant: int,
    sums: Floats,
    limits: Floats,
    houses: Houses,
    content: dict[str, Floats],
    prices: Floats,
    carbon: Floats,
) -> _Priced:
    tables = setting.tables
    kwh, valley = _final(setting, plant, sums, limits, houses)
    one = np.ones(len(sums[0]))
    bought = Energy({code: value / content.get(code, one)[:, None] for code, value in kwh.items()}, valley)
    cost, present = _cost(setting, plant, bought, prices)
    return _Priced(
        need_kwh=sums[0] / 1000.0,
        energy_kwh=np.sum(list(kwh.values()), axis=0),
        cost=cost,
        present_cost=present,
        co2_kg=co2_kg(Energy(kwh, valley), tables) * carbon[:, None],
        bought=bought,
    )


def _cost(setting: Setting, plant: int, bought: Energy, prices: Floats) -> tuple[Floats, Floats]:
    """(draws, states) yearly cost and its present value with the fuel prices of each draw."""
    meter = setting.plants[plant].valley_meter
    costs = cost_by_carrier(bought, setting.tables, valley_meter=meter, other=setting.other)
    drawn = {carrier: cost * prices[:, None] if is_fuel(carrier) else cost for carrier, cost in costs.items()}
    return totals(drawn, setting.tables)


def _final(
    setting: Setting, plant: int, sums: Floats, limits: Floats, houses: Houses
) -> tuple[dict[str, Floats], Floats]:
    """Final energy by carrier and electricity in valley hours, kWh, (draws, states).

    All draws at once with the plant as it is in the setting; what each heater takes is then scaled to the share,
    efficiency and distribution it has in the draw. That is exact for burners; of a heat pump the few hours of back-up
    heat are scaled along.
    """
    base, tables = setting.plants[plant], setting.tables
    shape = sums.shape[1:]
    flat, capacity = sums.reshape(len(sums), -1), limits.reshape(-1)
    kwh: dict[str, Floats] = {}
    valley = np.zeros(shape)
    for at, system in enumerate(base.systems):
        scale = _scale(setting, base, at, houses)[:, None]
        alone = final_energy(
            replace(base, systems=(system,)), flat, setting.weights, tables,
            capacity_w=None if base.code.startswith("keep") else capacity,
        )  # fmt: skip
        for carrier, use in alone.kwh.items():
            driven = scale if carrier == system.carrier or len(alone.kwh) == 1 else 1.0  # pumps of a boiler run anyway
            kwh[carrier] = kwh.get(carrier, np.zeros(shape)) + use.reshape(shape) * driven
        valley += alone.valley_kwh.reshape(shape) * (scale if system.carrier == "electricity" else 1.0)
    return kwh, valley


def _scale(setting: Setting, plant: Plant, at: int, houses: Houses) -> Floats:
    """(draws,) energy of one heater over that with the plant of the setting."""
    system = plant.systems[at]
    if not plant.code.startswith("keep"):
        row = setting.tables.systems[system.type]
        z = column(houses.dimensions, houses.z, NEW_SYSTEM)
        result: Floats = 1.0 / two_piece(
            row.efficiency_low / row.efficiency, 1.0, row.efficiency_high / row.efficiency, z
        )
        return result
    if system.share <= 0.0:
        return np.zeros(len(houses.z))
    present = setting.building.systems[at]
    names = ("share", "efficiency", "distribution")
    values = houses.family.values(lambda building: np.array([getattr(building.systems[at], name) for name in names]))
    drawn = houses.family.numbers(values, houses.z)
    carried = drawn[:, 2]
    if system.distribution > present.distribution:  # its pipes were wrapped
        carried = np.maximum(carried, system.distribution)
    return drawn[:, 0] / system.share * present.efficiency / drawn[:, 1] * system.distribution / carried


def _own_money(setting: Setting, choices: Sequence[Chosen], houses: Houses) -> Capital:
    """What the works cost, (draws, packages): low, mid and high costs are P10, P50 and P90.

    A part of the spread is shared by all works (`cost_shared`): the prices of a year rise and fall together; the rest
    is averaged out between the measures of a package.
    """
    tables = setting.tables
    z = column(houses.dimensions, houses.z, COST)
    terms = Terms.of(tables)
    price, own, invested, upkeep = (np.zeros((len(z), len(choices))) for _ in range(4))
    for at, choice in enumerate(choices):
        options = choice.options
        total = sum(option.cost_yuan[1] for option in options) or 1.0
        shared = tables.rule("cost_shared")
        spread = sum((option.cost_yuan[1] / total) ** 2 for option in options)
        scaled = z * (shared + (1.0 - shared) * spread) ** 0.5
        costs = {option.measure.id: two_piece(*option.cost_yuan, scaled) for option in options}
        given = subsidies(costs, setting.building.floor_area_m2, tables)
        for option in options:
            code = option.measure.id
            mine = costs[code] - sum((item[code] for item in given.values() if code in item), np.zeros_like(z))
            cycle = life_cycle(terms.rate, terms.years, option.measure.life_a)
            price[:, at] += costs[code]
            own[:, at] += mine
            invested[:, at] += present_investment(mine, costs[code], cycle)
            upkeep[:, at] += option.measure.maintenance_yuan * terms.worth()
    return Capital(price, own, invested, upkeep)
