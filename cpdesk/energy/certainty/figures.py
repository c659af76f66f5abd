"""From draws to what is printed: percentiles of every figure, of the house and of its packages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cpdesk.energy.certainty.draws import Houses
from cpdesk.energy.certainty.latin import quantiles
from cpdesk.energy.certainty.outcomes import Chosen, Outcomes
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.certainty import Advice, Certainty, PackageCertainty, Range

_SHARES = (0.05, 0.1, 0.5, 0.9, 0.95)


def to_range(values: Floats, weights: Floats | None = None) -> Range:
    """P5, P10, P50, P90 and P95 of weighted draws."""
    return Range(*quantiles(values, _SHARES, weights))


def certainty(
    found: Outcomes, choices: Sequence[Chosen], houses: Houses, *, calibrated: bool, advice: tuple[Advice, ...] = ()
) -> Certainty:
    """Ranges of the house as it is and of its packages."""
    weights = houses.weights
    return Certainty(
        draws=len(weights),
        effective=houses.effective,
        calibrated=calibrated,
        need_kwh=to_range(found.need_kwh, weights),
        final_energy_kwh=to_range(found.energy_kwh, weights),
        cost_yuan=to_range(found.cost, weights),
        co2_t=to_range(found.co2_kg / 1000.0, weights),
        coldest_days_c=to_range(found.coldest_c, weights),
        packages=tuple(_package(found, at, item.code, weights) for at, item in enumerate(choices)),
        advice=advice,
    )


def _package(found: Outcomes, at: int, code: str, weights: Floats) -> PackageCertainty:
    saving, own = found.saving[:, at], found.own_cost[:, at]
    paid_back = np.where(saving > 0.0, own / np.maximum(saving, 1e-9), 1e9)  # never stands at the end of the order
    low, middle, high = (None if value > 1e6 else value for value in quantiles(paid_back, (0.1, 0.5, 0.9), weights))
    return PackageCertainty(
        code=code,
        need_kwh=to_range(found.package_need_kwh[:, at], weights),
        final_energy_kwh=to_range(found.package_energy_kwh[:, at], weights),
        cost_yuan=to_range(found.package_cost[:, at], weights),
        co2_t=to_range(found.package_co2_kg[:, at] / 1000.0, weights),
        coldest_days_c=to_range(found.package_coldest_c[:, at], weights),
        own_cost_yuan=to_range(own, weights),
        saving_yuan=to_range(saving, weights),
        co2_saving_t=to_range((found.co2_kg - found.package_co2_kg[:, at]) / 1000.0, weights),
        npv_yuan=to_range(found.npv[:, at], weights),
        sir=to_range(found.sir[:, at], weights),
        payback_low_a=low,
        payback_a=middle,
        payback_high_a=high,
        pays_share=float(weights[found.npv[:, at] > 0.0].sum()),
    )
