"""The best use of a budget: at most one option a house (multiple-choice knapsack), with the gap that is proven.

With x_ij = 1 where house i gets option j, money m_ij, carbon c_ij, power p_ij:

    carbon:      max  sum c x           cost:  min  sum m x          households:  max  sum x, then carbon
    sum_j x_ij <= 1;  sum m x <= budgets, of all and by township;  sum c x >= target;  sum x >= households;
    sum p x <= power of each village;  sum over poor x >= share * sum x;  sum x <= uptake * houses

Rooms: `problem` columns and demands, `dual` prices and bound, `repair` a choice that fits, `exact` HiGHS, `solve` all
of them within the time, `obstacles` what cannot be met.

Houses are taken in the order of their ids and the solver runs on one thread with a fixed seed: equal questions get
equal answers, also where several splits are equally good.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Final

from cpdesk.energy.district.obstacles import obstacles
from cpdesk.energy.district.problem import Columns, exact_sum, make_problem
from cpdesk.energy.district.solve import Clock, Found, solve
from cpdesk.model.district import HouseFigures, Pick, Scenario, Split

_COUNT_SLACK: Final = 1e-7


def split(houses: Sequence[HouseFigures], scenario: Scenario, clock: Clock = time.monotonic) -> Split:
    """The best split of a scenario over houses, within its time limit for everything."""
    ordered = sorted(houses, key=lambda house: house.id)
    deadline = clock() + scenario.time_limit_s
    columns = Columns(ordered)
    problem = make_problem(columns, ordered, scenario)
    found = solve(problem, deadline, clock)
    if found.chosen is None:
        named = (
            obstacles(problem, ordered, columns, scenario.poor_share_min, deadline, clock) if found.infeasible else ()
        )
        status = "infeasible" if found.infeasible else "time_limit"
        return Split(status, (), 0.0, None, None, problem.options, found.columns, obstacles=named)
    chosen = found.chosen
    options = chosen - problem.starts[:-1]
    picks = tuple(Pick(house.id, int(at)) for house, at in zip(ordered, options, strict=True) if at)
    objective, bound = _shown(found, len(picks), scenario)
    return Split(
        status="optimal" if found.proven else "time_limit", picks=picks, objective=objective, bound=bound,
        gap=abs(bound - objective) / max(1.0, abs(objective)), options=problem.options, columns=found.columns,
        own_yuan=exact_sum(columns.own[chosen]), subsidy_yuan=exact_sum(columns.paid[chosen]),
        saving_yuan=exact_sum(columns.saving[chosen]), carbon_kg=exact_sum(columns.carbon[chosen]),
        power_kw=exact_sum(columns.power[chosen]),
    )  # fmt: skip


def _shown(found: Found, households: int, scenario: Scenario) -> tuple[float, float]:
    """Objective and bound in the objective's unit."""
    if scenario.objective == "households":
        return float(households), max(float(households), float(math.floor(found.bound + _COUNT_SLACK)))
    sign = -1.0 if scenario.objective == "cost" else 1.0
    return sign * found.worth, sign * found.bound
