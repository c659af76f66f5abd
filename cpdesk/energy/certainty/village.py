"""What the neighbours with bills use for heating, as the prior of a household that has none.

Taken are households that heat almost only with one fuel and whose bill was seen or metered. Their use per heated m2 is
near a lognormal distribution; the next household of the village lies in its predictive distribution, which for n
households is Student's t with n - 1 degrees of freedom, sqrt(1 + 1 / n) times as wide (Gelman et al. 2013, Bayesian
Data Analysis, 3.2). Nothing but use, area and day of the survey is looked at: no person, no address.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cpdesk.energy.certainty.unsure import Z90
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Building
from cpdesk.model.certainty import VillageUse
from cpdesk.model.records import Quality


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A household with a bill: what it bought of a carrier for a season's heating per heated m2, and when surveyed."""

    carrier: str
    use_m2: float
    surveyed_on: str


def billed_use(building: Building, tables: EnergyTables, surveyed_on: str) -> Neighbour | None:
    """What a household tells its neighbours; `None` without a bill that was seen, or with several fuels."""
    main = max(building.systems, key=lambda item: item.share)
    share = sum(item.share for item in building.systems if item.carrier == main.carrier)
    known = [bill for bill in building.bills if bill.carrier == main.carrier]
    seen = [bill for bill in known if bill.quality in (Quality.BILL, Quality.MEASURED)]
    if not seen or len(seen) < len(known) or share < tables.rule("village_main_share"):
        return None
    return Neighbour(main.carrier, sum(bill.amount for bill in seen) / building.floor_area_m2, surveyed_on)


def village_use(neighbours: Iterable[Neighbour], tables: EnergyTables) -> tuple[VillageUse, ...]:
    """Use by carrier, of those that enough households tell (`village_households`)."""
    groups: dict[str, list[Neighbour]] = {}
    for one in neighbours:
        if one.use_m2 > 0.0:
            groups.setdefault(one.carrier, []).append(one)
    least = tables.rule("village_households")
    return tuple(_use(carrier, groups[carrier], tables) for carrier in sorted(groups) if len(groups[carrier]) >= least)


def _use(carrier: str, group: list[Neighbour], tables: EnergyTables) -> VillageUse:
    logs = np.log([one.use_m2 for one in group])
    count = len(group)
    spread = t90(count - 1) * float(logs.std(ddof=1)) * math.sqrt(1.0 + 1.0 / count)
    spread = max(spread, math.log(tables.rules["village_spread"].high))
    middle = float(logs.mean())
    return VillageUse(
        carrier=carrier, unit=tables.factors[carrier].unit, p10_m2=math.exp(middle - spread), p50_m2=math.exp(middle),
        p90_m2=math.exp(middle + spread), households=count, latest=max(one.surveyed_on for one in group),
    )  # fmt: skip


def t90(freedom: int) -> float:
    """90 % quantile of Student's t (Abramowitz and Stegun 26.7.5, to the second order).

    Example: 9 degrees of freedom give 1.383.
    """
    z = Z90
    first, second = (z**3 + z) / 4.0, (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0
    return z + first / freedom + second / freedom**2
