"""Who pays and who gains: household, government and both together, over the horizon.

    household    NPV_h = PVS - PVI                          own money against what the bills fall
    government   NPV_g = - subsidy - running subsidy more a year x annuity
    society      NPV_s = NPV_h + NPV_g                      what passes between the two cancels

A yuan per tonne is the yearly worth of the net cost over the tonnes a year: - NPV / annuity / (t/a); below zero the
carbon is saved at a profit. It does not exist where no carbon is saved. All three use the same real rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cpdesk.energy.money.indicators import (
    Flow,
    Known,
    adjusted_return,
    discounted_payback,
    present_value,
    savings_ratio,
    simple_payback,
)
from cpdesk.energy.money.prices import annuity
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Quantity

_REFERENCE = "NIST Handbook 135"


@dataclass(frozen=True, slots=True)
class Terms:
    """Real discount rate and horizon in years."""

    rate: float
    years: int

    @classmethod
    def of(cls, tables: EnergyTables) -> Terms:
        """Those of the program's rules (`rules.csv`)."""
        return cls(tables.rule("discount_rate"), round(tables.rule("horizon_a")))


@dataclass(frozen=True, slots=True)
class Works:
    """What N combinations cost and bring.

    Attributes:
        own, subsidy: money of household and government now, in CNY.
        present_invested: PVI of the household: own money, replacements, residual values (`present_investment`).
        flows: what is saved a year, by carrier, more maintenance as a negative one.
        running_subsidy_more: what the government pays more a year than before; negative where it pays less.
        co2_saving_kg, kgce_saving: a year.
    """

    own: Floats
    subsidy: Floats
    present_invested: Floats
    flows: Sequence[Flow]
    running_subsidy_more: Floats
    co2_saving_kg: Floats
    kgce_saving: Floats


@dataclass(frozen=True, slots=True)
class Views:
    """Every indicator of N combinations; yuan per tonne of CO2 and per kgce by whose money it is."""

    saving_yuan: Floats
    payback_a: Known
    discounted_payback_a: Known
    present_savings: Floats
    npv_household: Floats
    npv_government: Floats
    npv_society: Floats
    sir: Known
    airr: Known
    household_yuan_t: Known
    government_yuan_t: Known
    society_yuan_t: Known
    government_yuan_kgce: Known


def views(works: Works, terms: Terms) -> Views:
    """All indicators of all combinations."""
    saved = works.flows[0].yearly
    for flow in works.flows[1:]:
        saved = saved + flow.yearly
    factor = annuity(terms.rate, terms.years)
    brought = present_value(works.flows, terms.rate, terms.years)
    household = brought - works.present_invested
    government = -works.subsidy - works.running_subsidy_more * factor
    society = household + government
    ratio = savings_ratio(brought, works.present_invested)
    tonnes = works.co2_saving_kg / 1000.0
    return Views(
        saving_yuan=saved,
        payback_a=simple_payback(works.own, saved),
        discounted_payback_a=discounted_payback(works.own, works.flows, terms.rate, terms.years),
        present_savings=brought,
        npv_household=household,
        npv_government=government,
        npv_society=society,
        sir=ratio,
        airr=adjusted_return(ratio, terms.rate, terms.years),
        household_yuan_t=cost_of_saving(household, tonnes, factor),
        government_yuan_t=cost_of_saving(government, tonnes, factor),
        society_yuan_t=cost_of_saving(society, tonnes, factor),
        government_yuan_kgce=cost_of_saving(government, works.kgce_saving, factor),
    )


def cost_of_saving(present: ArrayLike, saved: ArrayLike, factor: float) -> Known:
    """Yearly worth of the net cost over what is saved a year; does not exist where nothing is saved."""
    above, below = np.broadcast_arrays(-np.asarray(present, dtype=float) / factor, np.asarray(saved, dtype=float))
    exists = below > 1e-9
    return Known(np.divide(above, below, out=np.full(above.shape, np.inf), where=exists), exists)


def explained(found: Views, works: Works, terms: Terms, at: int | tuple[int, ...]) -> dict[str, Quantity | None]:
    """Indicators of one combination with their proof; `None` is "does not exist" (nothing saved, nothing invested)."""
    own, invested = float(works.own[at]), float(works.present_invested[at])
    saving, brought = float(found.saving_yuan[at]), float(found.present_savings[at])
    horizon = (("energy.term.rate", terms.rate, ""), ("energy.term.horizon", float(terms.years), "a"))
    tonnes = ("energy.term.co2_saving", float(works.co2_saving_kg[at]) / 1000.0, "t/a")
    present = (("energy.term.present_savings", brought, "CNY"), ("energy.term.present_invested", invested, "CNY"))
    government = (
        ("energy.term.subsidy", float(works.subsidy[at]), "CNY"),
        (
            "energy.term.running_subsidy",
            float(np.broadcast_to(works.running_subsidy_more, works.own.shape)[at]),
            "CNY/a",
        ),
    )

    def made(
        name: str, value: float | None, unit: str, *inputs: tuple[str, float | str, str], formula: str = ""
    ) -> Quantity | None:
        if value is None:
            return None
        key = f"energy.formula.{formula or name}"
        return Quantity(value, unit, formula=key, inputs=inputs, source=_REFERENCE, status="to_confirm")

    npv = ("energy.term.npv", float(found.npv_household[at]), "CNY")
    npv_government = ("energy.term.npv", float(found.npv_government[at]), "CNY")
    npv_society = ("energy.term.npv", float(found.npv_society[at]), "CNY")
    kgce = ("energy.term.kgce_saving", float(works.kgce_saving[at]), "kgce/a")
    paid = ("energy.term.own_cost", own, "CNY")
    cost = "yuan_per_saved"
    return {
        "payback": made("payback", found.payback_a.at(at), "a", paid, ("energy.term.saving", saving, "CNY/a")),
        "discounted_payback": made("discounted_payback", found.discounted_payback_a.at(at), "a", paid, *horizon),
        "present_savings": made("present_savings", brought, "CNY", *horizon),
        "npv_household": made("npv_household", npv[1], "CNY", *present, *horizon),
        "npv_government": made("npv_government", npv_government[1], "CNY", *government, *horizon),
        "npv_society": made("npv_society", npv_society[1], "CNY", npv, ("energy.term.npv", npv_government[1], "CNY")),
        "sir": made("sir", found.sir.at(at), "", *present),
        "airr": made("airr", found.airr.at(at), "", *horizon),
        "household_yuan_t": made("", found.household_yuan_t.at(at), "CNY/t", npv, tonnes, *horizon, formula=cost),
        "government_yuan_t": made("", found.government_yuan_t.at(at), "CNY/t", npv_government, tonnes, *horizon,
                                  formula=cost),
        "society_yuan_t": made("", found.society_yuan_t.at(at), "CNY/t", npv_society, tonnes, *horizon, formula=cost),
        "government_yuan_kgce": made("", found.government_yuan_kgce.at(at), "CNY/kgce", npv_government, kgce, *horizon,
                                     formula=cost),
    }  # fmt: skip
