"""Which houses give most for the money."""

from __future__ import annotations

from collections.abc import Sequence

from cpdesk.energy.money.indicators import Terms
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.district import HouseFigures, Ranked, Scenario


def money_of(house: HouseFigures, option: int, payer: str) -> float:
    """Yuan that a payer gives for an option: `total`, `own` or `government`."""
    own, paid = house.options.own_yuan[option], house.options.subsidy_yuan[option]
    return {"total": own + paid, "own": own, "government": paid}[payer]


def ranking(houses: Sequence[HouseFigures], scenario: Scenario, tables: EnergyTables) -> tuple[Ranked, ...]:
    """Each house's cheapest tonne, the cheapest house first; equal ones by id.

    yuan per t = money / annuity factor / carbon a year in t, over the horizon at the discount rate of `rules.csv`, as
    the audit's yuan per tonne but without what the household saves. Houses without options are left out.
    """
    years = Terms.of(tables).worth()
    found = []
    for house in houses:
        best: tuple[float, float, int] | None = None
        for at in range(1, len(house.options.own_yuan)):
            money, carbon = money_of(house, at, scenario.payer), house.options.carbon_kg[at]
            if carbon > 0:
                place = (1000.0 * money / years / carbon, -carbon, at)
                best = place if best is None else min(best, place)
        if best is not None:
            money = money_of(house, best[2], scenario.payer)
            found.append(Ranked(house.id, best[2], best[0], money, -best[1]))
    return tuple(sorted(found, key=lambda item: (item.cost_yuan_t, item.house)))
