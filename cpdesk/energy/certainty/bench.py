"""Work for measuring the draws; the clock is the caller's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cpdesk.energy.certainty.draws import make_family, prior_houses
from cpdesk.energy.certainty.figures import certainty
from cpdesk.energy.certainty.outcomes import chosen, outcomes
from cpdesk.energy.retrofit.grid import evaluate, make_setting
from cpdesk.energy.retrofit.measures import judge
from cpdesk.energy.retrofit.packages import Choice
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import layout
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Building
from cpdesk.model.certainty import Certainty


def uncertainty(building: Building, tables: EnergyTables, *, packages: int, draws: int) -> Callable[[], Certainty]:
    """A call that draws a house and gives the ranges of many packages, those of the best net present value.

    Everything that depends on the draws is part of it; the combinations are solved beforehand, as they are in an audit.

    Raises:
        InputFault: CP-1307 no climate for the terrain.
    """
    weather = make_weather(tables, building.terrain, building.height_m)
    grid = evaluate(make_setting(building, tables, weather, judge(building, layout(building), tables, Wishes())))
    best = np.argsort(grid.npv, axis=None)[::-1][:packages]
    places = zip(*np.unravel_index(best, grid.saving.shape), strict=True)
    works = chosen(grid, [Choice("A", int(state), int(plant), 0.0, True) for state, plant in places])

    def call() -> Certainty:
        houses = prior_houses(make_family(building, tables), draws=draws, seed=1)
        return certainty(outcomes(grid.setting, works, houses), works, houses, calibrated=False)

    return call
