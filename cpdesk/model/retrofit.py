"""What the search over all combinations finds: the best by a criterion, and how near a house comes to a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpdesk.model.assessment import Quantity


@dataclass(frozen=True, slots=True)
class Combination:
    """One combination of measures with its leading figures; extras (PV, hot water, cooking, lamps) are part of it.

    Attributes:
        measures: ids, in the order of the work.
        saving_yuan: a year, heating and other uses together, after part of it was kept as warmth.
        npv_yuan: present savings less present investment; `sir` the one over the other, above 1 it pays. Savings are
            those of energy less more maintenance over the horizon.
        co2_saving_t: a year, what the sun on the roof gives included.
        coldest_days_c: room temperature of the five coldest days.
        views: what it means for household, government and society, as `Package.views`.
    """

    measures: tuple[str, ...]
    investment_yuan: Quantity
    subsidy_yuan: Quantity
    own_cost_yuan: Quantity
    saving_yuan: Quantity
    payback_a: Quantity | None
    npv_yuan: Quantity
    sir: Quantity | None
    co2_saving_t: Quantity
    coldest_days_c: Quantity
    views: Mapping[str, Quantity | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Best:
    """The best combination by one criterion.

    Attributes:
        code: payback, npv, sir, bill, carbon or budget; `name` its text key.
    """

    code: str
    name: str
    combination: Combination
    within_budget: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement of a level: `value` must not be above `limit`."""

    name: str
    value: Quantity
    limit: Quantity
    met: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A level a house may reach.

    Attributes:
        code: ultra_low_energy or zero_carbon; `name` its text key.
        reached: whether any combination meets all checks.
        combination: the cheapest that does; where none does, the one that comes nearest.
        checks: of that combination.
        missing: what stands against it: the checks that are not met, by name.
    """

    code: str
    name: str
    reached: bool
    combination: Combination
    checks: tuple[Check, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Order-free (Shapley) share of a measure in what its package saves; the shares of all sum to the package's.

    Attributes:
        saving_same_yuan: with rooms as warm as before; `saving_yuan` after part was kept as warmth.
    """

    saving_same_yuan: Quantity
    saving_yuan: Quantity
    co2_saving_t: Quantity
