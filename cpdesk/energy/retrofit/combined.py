"""Who pays and who gains by a combination with its extras: household, government and society (`money.views`).

The yearly cost is that of the search (`retrofit.criteria`), carrier by carrier, so that what the household gains over
the horizon is the net present value by which the combination was chosen:

    cost = heating on top of other uses - gain of the sun on heating + other uses less the sale
"""

from __future__ import annotations

import numpy as np

from cpdesk.energy.money.indicators import DECIDED, Flow, Terms, growth_of, savings
from cpdesk.energy.money.prices import kgce, other_cost
from cpdesk.energy.money.views import Works, explained, views
from cpdesk.energy.retrofit.extras import Extras, other_costs, other_kgce
from cpdesk.energy.retrofit.grid import Grid
from cpdesk.energy.retrofit.packages import options_of
from cpdesk.energy.retrofit.statement import mixed_energy
from cpdesk.energy.retrofit.sun_heating import SunHeating, running
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Quantity

_ELECTRICITY = "electricity"


def combined_views(
    grid: Grid, extras: Extras, sun: SunHeating, place: tuple[int, int, int]
) -> dict[str, Quantity | None]:
    """Indicators of a state, a plant and extras, by the codes of `money.views.explained`."""
    state, plant, extra = place
    at, tables = (state, plant), grid.setting.tables
    terms = Terms.of(tables)
    before, paid_before, coal_before = _year(grid, extras, sun, (0, 0, 0), 0.0)
    after, paid_after, coal_after = _year(grid, extras, sun, place, float(grid.warmth[at]))
    own = float(grid.own_cost[at] + extras.own_cost[extra])
    spent = float(grid.investment[at] + extras.investment[extra])
    options = [*(option for _, _, option in options_of(grid, state, plant)), *extras.options[extra]]
    works = Works(
        own=np.array([own]),
        subsidy=np.array([spent - own]),
        present_invested=np.array([float(grid.present_invested[at] + extras.present_invested[extra])]),
        flows=savings(before, after, DECIDED, tables),
        running_subsidy_more=paid_after - paid_before,
        co2_saving_kg=np.array([float(grid.co2_saving_kg[at] + extras.co2_saving_kg[extra])]),
        kgce_saving=coal_before - coal_after,
        before=tuple(Flow(cost, growth_of(carrier, DECIDED, tables), carrier) for carrier, cost in before.items()),
        upkeep=np.array([sum(option.measure.maintenance_yuan for option in options)]),
    )
    return explained(views(works, terms), works, terms, 0)


def _year(
    grid: Grid, extras: Extras, sun: SunHeating, place: tuple[int, int, int], warmth: float
) -> tuple[dict[str, Floats], Floats, Floats]:
    """Arrays of one: cost by carrier, running subsidy (CNY a year) and standard coal (kg a year) of all uses."""
    state, plant, extra = place
    tables = grid.setting.tables
    costs, paid = running(sun, place, warmth)
    paid = paid + other_cost(_ELECTRICITY, extras.others[extra], tables)[1]
    for carrier, cost in other_costs(extras, extra, tables).items():
        costs[carrier] = costs.get(carrier, np.zeros(1)) + cost
    energy = mixed_energy(grid.usual[plant], grid.wish[plant], state, warmth)
    return costs, paid, kgce(energy, tables) + other_kgce(extras, extra, tables)
