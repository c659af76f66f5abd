"""Whether a measure pays: payback, present value, savings-to-investment ratio, life-cycle cost, yuan per tonne.

Life-cycle costing after NIST Handbook 135 (S. K. Fuller, S. R. Petersen, 1995; 2020 edition), end-of-year flows in real
money, with d the real discount rate and H the horizon in years:

    UPV*(d, e, H) = sum over t = 1..H of ((1 + e) / (1 + d))^t        a yearly amount at today's price that grows by e
    PVI = I + Repl - Res                                              investment, replacements, residual value
    NPV = PVS - PVI             SIR = PVS / PVI                       PVS = savings of energy less more maintenance
    LCC = PVI + PV(energy) + PV(maintenance)                          AIRR = (1 + d) SIR^(1/H) - 1

NPV, IRR and payback are those of the Chinese "Methods and parameters of economic evaluation of construction projects"
(3rd edition, 2006) as well. All functions take arrays (N,) or (states, plants) and make no NaN: a figure that does not
exist is told by `Known.known`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpdesk.energy.money.prices import annuity
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats

Flags = NDArray[np.bool_]
DECIDED: Final = "mid"
"""Path of prices that packages are chosen by and their indicators are printed for."""


@dataclass(frozen=True, slots=True)
class Known:
    """Figures that may not exist: `values` are infinite where `known` is false (no payback, no ratio)."""

    values: Floats
    known: Flags

    def at(self, place: int | tuple[int, ...]) -> float | None:
        """One figure, or `None` where it does not exist."""
        return float(self.values[place]) if bool(self.known[place]) else None


def _ratio(above: Floats, below: Floats, exists: Flags) -> Known:
    values = np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.inf), where=exists)
    return Known(values, exists)


def upv(rate: float, growth: float, years: int) -> float:
    """Present value of a yearly amount of one yuan at today's price (NIST Handbook 135, modified uniform present
    value): equal to the annuity of the rate (1 + d) / (1 + e) - 1."""
    return annuity((1.0 + rate) / (1.0 + growth) - 1.0, years)


def growth_of(carrier: str, path: str, tables: EnergyTables) -> float:
    """Real growth of a carrier's price a year along a path `low`, `mid` or `high` (`price_paths.csv`)."""
    return next((row.growth for row in tables.price_paths if (row.path, row.carrier) == (path, carrier)), 0.0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Real discount rate and horizon in years."""

    rate: float
    years: int

    @classmethod
    def of(cls, tables: EnergyTables) -> Terms:
        """Those of the program's rules (`rules.csv`)."""
        return cls(tables.rule("discount_rate"), round(tables.rule("horizon_a")))

    def worth(self, growth: float = 0.0) -> float:
        """Present value of a yearly amount of one yuan that grows."""
        return upv(self.rate, growth, self.years)

    def energy_worth(self, carrier: str, tables: EnergyTables) -> float:
        """Present value of a yuan a year spent on a carrier, its price along the path that decisions are made with."""
        return self.worth(growth_of(carrier, DECIDED, tables))


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """Present values for one yuan of a measure's price: `replacements` bought when it is worn out, and `residual`, what
    is left at the end of the horizon of the last purchase, written off in a straight line."""

    replacements: float
    residual: float

    @property
    def own_weight(self) -> float:
        """Part of the own money in PVI: where nothing is replaced, less what is left of it."""
        return 1.0 if self.replacements > 0 else 1.0 - self.residual

    @property
    def price_weight(self) -> float:
        """Part of the full price in PVI: what is bought again, less what is left of that."""
        return self.replacements - self.residual if self.replacements > 0 else 0.0


def life_cycle(rate: float, horizon_a: float, life_a: float) -> LifeCycle:
    """Replacements at every end of life inside the horizon, none at its last day.

    Raises:
        ValueError: a life or a horizon that is not positive.
    """
    if not (life_a > 0 and horizon_a > 0):
        raise ValueError("life and horizon must be positive")
    bought = math.ceil(horizon_a / life_a - 1e-9)
    replacements = sum((1.0 + rate) ** (-number * life_a) for number in range(1, bought))
    left = max(bought * life_a - horizon_a, 0.0) / life_a
    return LifeCycle(replacements, left * (1.0 + rate) ** -horizon_a)


def present_investment(own: Floats, price: Floats, cycle: LifeCycle) -> Floats:
    """PVI of one measure: own money now, replacements at the full price, residual of what was last bought.

    Subsidies are paid once: a replacement is not subsidised, and where nothing is replaced the residual is that of the
    own money.
    """
    result: Floats = own * cycle.own_weight
    return result + price * cycle.price_weight if cycle.price_weight else result


@dataclass(frozen=True, slots=True)
class Flow:
    """A yearly amount in CNY at today's price, (N,), positive where it is saved, the real growth of its price, and what
    it is spent on."""

    yearly: Floats
    growth: float = 0.0
    carrier: str = ""


def present_value(flows: Sequence[Flow], rate: float, years: int) -> Floats:
    """PVS of yearly amounts over the horizon."""
    total: Floats = flows[0].yearly * upv(rate, flows[0].growth, years)
    for flow in flows[1:]:
        total = total + flow.yearly * upv(rate, flow.growth, years)
    return total


def savings(
    before: Mapping[str, Floats], after: Mapping[str, Floats], path: str, tables: EnergyTables
) -> tuple[Flow, ...]:
    """What is saved a year by carrier, with its price's growth; carriers of either side count.

    Args:
        before, after: yearly cost in CNY by carrier (`prices.cost_by_carrier`, `AnnualCost.by_carrier`).
        path: `low`, `mid` or `high`.
    """
    found = []
    for carrier in dict.fromkeys([*before, *after]):
        saved = np.asarray(before.get(carrier, 0.0), dtype=float) - np.asarray(after.get(carrier, 0.0), dtype=float)
        found.append(Flow(saved, growth_of(carrier, path, tables), carrier))
    return tuple(found)


def simple_payback(own: ArrayLike, saving: ArrayLike) -> Known:
    """Years until the savings of the first year have brought the own money back; 0 where nothing was paid."""
    own, saving = np.broadcast_arrays(np.asarray(own, dtype=float), np.asarray(saving, dtype=float))
    return _ratio(np.maximum(own, 0.0), saving, saving > 0)


def discounted_payback(own: ArrayLike, flows: Sequence[Flow], rate: float, years: int) -> Known:
    """Years until the discounted savings have brought the own money back, within `years`; linear inside a year.

    Savings that turn negative later (prices that grow apart) count up to the first time the money is back.
    """
    paid, _ = np.broadcast_arrays(np.asarray(own, dtype=float), flows[0].yearly)
    back: Floats = np.zeros(paid.shape)
    known = (paid <= 0) & (present_value(flows, rate, years) >= 0)
    values = np.where(known, 0.0, np.inf)
    for year in range(1, years + 1):
        gain = sum((flow.yearly * ((1.0 + flow.growth) / (1.0 + rate)) ** year for flow in flows), np.zeros(()))
        now = ~known & (paid > 0) & (gain > 0) & (back + gain >= paid)
        share = np.divide(paid - back, gain, out=np.zeros(paid.shape), where=now)
        values = np.where(now, year - 1 + share, values)
        known = known | now
        back = back + gain
    return Known(values, known)


def life_cycle_cost(present_invested: Floats, costs: Sequence[Flow], rate: float, years: int) -> Floats:
    """LCC: present investment plus all yearly costs (energy, maintenance) over the horizon, in CNY of today."""
    return present_invested + present_value(costs, rate, years)


def savings_ratio(present_savings: Floats, present_invested: Floats) -> Known:
    """SIR = PVS / PVI; above 1 it pays. It does not exist where nothing is invested."""
    return _ratio(present_savings, present_invested, present_invested > 0)


def adjusted_return(ratio: Known, rate: float, years: int) -> Known:
    """AIRR = (1 + d) SIR^(1/H) - 1 (NIST Handbook 135); does not exist where the savings are not positive."""
    exists = ratio.known & (ratio.values > 0)
    safe = np.where(exists, ratio.values, 1.0)
    return Known(np.where(exists, (1.0 + rate) * safe ** (1.0 / years) - 1.0, np.inf), exists)


def internal_return(own: ArrayLike, saving: ArrayLike, years: int) -> Known:
    """IRR of own money now against equal yearly savings: the rate at which annuity(IRR, years) = own / saving.

    Exists for positive money and savings where it lies between -50 % and 1000 % a year.
    """
    payback = simple_payback(own, saving)
    grid = np.concatenate([np.linspace(-0.5, 1.0, 1501), np.geomspace(1.001, 10.0, 500)])
    factor = np.array([annuity(0.0 if abs(rate) < 1e-9 else float(rate), years) for rate in grid])
    exists = payback.known & (payback.values >= factor[-1]) & (payback.values <= factor[0])
    wanted = np.where(exists, payback.values, 1.0)
    rate = np.interp(-wanted, -factor, grid)
    for _ in range(3):
        near_zero = np.abs(rate) < 1e-6
        safe = np.where(near_zero, 1.0, rate)
        power = (1.0 + safe) ** -years
        value = np.where(near_zero, years - rate * years * (years + 1) / 2, (1.0 - power) / safe)
        slope = np.where(
            near_zero, -years * (years + 1) / 2, (years * power / (1.0 + safe) - (1.0 - power) / safe) / safe
        )
        rate = np.clip(rate - (value - wanted) / slope, -0.5, 10.0)
    return Known(np.where(exists, rate, np.inf), exists)
