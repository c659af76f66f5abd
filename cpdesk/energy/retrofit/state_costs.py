"""What all states of a setting cost, in columns (N,) by the setting's mixed radix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.money.indicators import Terms, life_cycle
from cpdesk.energy.money.programmes import granted
from cpdesk.energy.retrofit.measures import Option
from cpdesk.energy.retrofit.setting import Setting
from cpdesk.energy.weather.climate import Floats


def cost_columns(setting: Setting) -> list[Floats]:
    """Own money and present investment (PVI) of all states, (N,) each, and the present value of their upkeep where any
    has some.

    Measures that the same programmes pay for count as one measure, which changes no cap and no share. Where a programme
    pays for envelope and plant together, cost and present worth by such class are given instead: own money never falls
    when one of them rises.
    """
    terms = Terms.of(setting.tables)
    worths: dict[str, Floats] = {}
    fixed, upkeep = np.zeros(1), np.zeros(1)
    for group in setting.groups:
        cycles = [life_cycle(terms.rate, terms.years, option.measure.life_a) for option in group]
        again = [option.cost_yuan[1] * cycle.price_weight for option, cycle in zip(group, cycles, strict=True)]
        fixed = _product_sum(fixed, [0.0, *again])
        kept = [option.measure.maintenance_yuan * terms.worth() for option in group]
        upkeep = _product_sum(upkeep, [0.0, *kept])
    for key, name in _classes(setting).items():
        worth = np.zeros(1)
        for group in setting.groups:
            cycles = [life_cycle(terms.rate, terms.years, option.measure.life_a) for option in group]
            each = zip(_costs_of(setting, group, key), cycles, strict=True)
            worth = _product_sum(worth, [0.0, *(one * cycle.own_weight for one, cycle in each)])
        worths[name] = worth
    costs = _class_costs(setting)
    apart = [upkeep] if upkeep.any() else []
    if _entangled(setting):
        return [*costs.values(), *worths.values(), fixed, *apart]
    own, invested = sum(costs.values(), np.zeros(1)), sum(worths.values(), np.zeros(1)) + fixed
    for grant in granted(costs, setting.building.floor_area_m2, setting.tables) if costs else ():
        for name, paid in grant.paid.items():
            own = own - paid
            share = np.divide(paid, costs[name], out=np.zeros_like(paid), where=costs[name] > 0)
            invested = invested - worths[name] * share
    return [own, invested, *apart]


def _classes(setting: Setting) -> dict[tuple[str, ...], str]:
    """By the programmes that pay for measures, the first of these measures, whose name stands for all."""
    found: dict[tuple[str, ...], str] = {}
    for option in (option for group in setting.groups for option in group):
        found.setdefault(_programmes(setting, option.id), option.id)
    return found


def _costs_of(setting: Setting, group: Sequence[Option], key: tuple[str, ...]) -> list[float]:
    """Cost of each option that the programmes `key` pay for; nothing for the others."""
    return [option.cost_yuan[1] * (_programmes(setting, option.id) == key) for option in group]


def _class_costs(setting: Setting) -> dict[str, Floats]:
    """(N,) cost of all states by class of measures."""
    found: dict[str, Floats] = {}
    for key, name in _classes(setting).items():
        cost = np.zeros(1)
        for group in setting.groups:
            cost = _product_sum(cost, [0.0, *_costs_of(setting, group, key)])
        found[name] = cost
    return found


def payer_columns(setting: Setting, payers: Sequence[str]) -> list[Floats]:
    """Money of some payers for all states: `total`, `own`, `government`.

    Where what a programme pays for the envelope depends on the plant, columns that none of them falls with.
    """
    unpaid = _class_costs(replace(setting, tables=replace(setting.tables, subsidies=())))
    total = sum(unpaid.values(), np.zeros(1))
    if set(payers) <= {"total"}:
        return [total]
    if _entangled(setting):
        return [*cost_columns(setting), total]
    costs = _class_costs(setting)
    own = sum(costs.values(), np.zeros(1))
    for grant in granted(costs, setting.building.floor_area_m2, setting.tables) if costs else ():
        own = sum((-paid for paid in grant.paid.values()), own)
    money = {"total": total, "own": own, "government": total - own}
    return [money[payer] for payer in payers]


def _product_sum(so_far: NDArray[Any], choices: Sequence[float] | Floats) -> NDArray[Any]:
    """Sums over a further group, in mixed radix."""
    found: NDArray[Any] = so_far[:, None] + np.array(choices, so_far.dtype)[None, :]
    return found.ravel()


def _programmes(setting: Setting, code: str) -> tuple[str, ...]:
    return tuple(row.id for row in setting.tables.subsidies if code in row.measures)


def _entangled(setting: Setting) -> bool:
    """Whether what a programme pays for the envelope depends on the plant, or on another programme's cap."""
    envelope = {option.id for group in setting.groups for option in group}
    plants = {option.id for options in setting.plant_options for option in options}
    for row in setting.tables.subsidies:
        if row.household_cap_yuan is not None or row.exclusive_group or row.applies_to == "rest":
            return True
        if envelope & set(row.measures) and plants & set(row.measures):
            return True
    return False
