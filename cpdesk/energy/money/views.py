"""Who pays and who gains: household, government and both together, over the horizon.

    household    NPV_h = PVS - PVI                          own money against what the bills fall, less upkeep
    government   NPV_g = - subsidy - running subsidy more a year x annuity
    society      NPV_s = NPV_h + NPV_g                      what passes between the two cancels

A yuan per tonne is the yearly worth of the net cost over the tonnes a year: - NPV / annuity / (t/a); below zero the
carbon is saved at a profit. It does not exist where no carbon is saved. All three use the same real rate.

The life-cycle cost of the household is LCC = PVI + PV(energy) + PV(maintenance); what it falls by is NPV_h.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cpdesk.energy.money.indicators import (
    Flow,
    Known,
    Terms,
    adjusted_return,
    discounted_payback,
    life_cycle_cost,
    present_value,
    savings_ratio,
    simple_payback,
)
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Quantity

_REFERENCE = "NIST Handbook 135"


@dataclass(frozen=True, slots=True)
class Works:
    """What N combinations cost and bring.

    Attributes:
        own, subsidy: money of household and government now, in CNY.
        present_invested: PVI of the household: own money, replacements, residual values (`present_investment`).
        flows: what is saved on energy a year, by carrier.
        running_subsidy_more: what the government pays more a year than before; negative where it pays less.
        co2_saving_kg, kgce_saving: a year.
        before: what energy costs a year before, by carrier.
        upkeep: more maintenance a year.
    """

    own: Floats
    subsidy: Floats
    present_invested: Floats
    flows: Sequence[Flow]
    running_subsidy_more: Floats
    co2_saving_kg: Floats
    kgce_saving: Floats
    before: Sequence[Flow]
    upkeep: Floats


@dataclass(frozen=True, slots=True)
class Views:
    """Every indicator of N combinations; yuan per tonne of CO2 and per kgce by whose money it is.

    Attributes:
        saving_yuan: on energy a year; the simple payback is over this.
        yearly_household, yearly_government, yearly_society: what each gets (or pays, below zero) a year.
        present_energy: of what energy costs afterwards.
    """

    saving_yuan: Floats
    yearly_household: Floats
    yearly_government: Floats
    yearly_society: Floats
    payback_a: Known
    discounted_payback_a: Known
    present_savings: Floats
    npv_household: Floats
    npv_government: Floats
    npv_society: Floats
    sir: Known
    airr: Known
    lcc_before: Floats
    lcc_after: Floats
    present_energy: Floats
    household_yuan_t: Known
    government_yuan_t: Known
    society_yuan_t: Known
    government_yuan_kgce: Known


def views(works: Works, terms: Terms) -> Views:
    """All indicators of all combinations."""
    saved = works.flows[0].yearly
    for flow in works.flows[1:]:
        saved = saved + flow.yearly
    factor = terms.worth()
    flows = (*works.flows, Flow(-works.upkeep))
    brought = present_value(flows, terms.rate, terms.years)
    household = brought - works.present_invested
    government = -works.subsidy - works.running_subsidy_more * factor
    society = household + government
    ratio = savings_ratio(brought, works.present_invested)
    tonnes = works.co2_saving_kg / 1000.0
    after = (*works.before, *(Flow(-flow.yearly, flow.growth) for flow in works.flows))
    return Views(
        saving_yuan=saved,
        yearly_household=saved - works.upkeep,
        yearly_government=-works.running_subsidy_more,
        yearly_society=saved - works.upkeep - works.running_subsidy_more,
        payback_a=simple_payback(works.own, saved),
        discounted_payback_a=discounted_payback(works.own, flows, terms.rate, terms.years),
        present_savings=brought,
        npv_household=household,
        npv_government=government,
        npv_society=society,
        sir=ratio,
        airr=adjusted_return(ratio, terms.rate, terms.years),
        lcc_before=present_value(works.before, terms.rate, terms.years),
        lcc_after=life_cycle_cost(works.present_invested, (*after, Flow(works.upkeep)), terms.rate, terms.years),
        present_energy=present_value(after, terms.rate, terms.years),
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


_Inputs = tuple[tuple[str, float | str, str], ...]


def explained(found: Views, works: Works, terms: Terms, at: int | tuple[int, ...]) -> dict[str, Quantity | None]:
    """Indicators of one combination with their proof; `None` is "does not exist" (nothing saved, nothing invested)."""

    def here(values: ArrayLike) -> float:
        return float(np.broadcast_to(np.asarray(values, dtype=float), works.own.shape)[at])

    horizon: _Inputs = (("energy.term.rate", terms.rate, ""), ("energy.term.horizon", float(terms.years), "a"))
    tonnes = ("energy.term.co2_saving", here(works.co2_saving_kg) / 1000.0, "t/a")
    present: _Inputs = (
        ("energy.term.present_savings", here(found.present_savings), "CNY"),
        ("energy.term.present_invested", here(works.present_invested), "CNY"),
    )
    subsidy = ("energy.term.subsidy", here(works.subsidy), "CNY")
    running = ("energy.term.running_subsidy", here(works.running_subsidy_more), "CNY/a")
    paid = ("energy.term.own_cost", here(works.own), "CNY")
    saved = ("energy.term.saving", here(found.saving_yuan), "CNY/a")
    upkeep = ("energy.term.upkeep", here(works.upkeep), "CNY/a")
    later = ("energy.term.later", here(works.present_invested) - here(works.own), "CNY")
    by_year: _Inputs = tuple(
        (f"energy.term.yearly_{one}", here(getattr(found, f"yearly_{one}")), "CNY/a")
        for one in ("household", "government")
    )
    npv = {
        one: (f"energy.term.npv_{one}", here(getattr(found, f"npv_{one}")), "CNY")
        for one in ("household", "government", "society")
    }
    result = {
        "payback": _made("payback", found.payback_a.at(at), "a", paid, saved),
        "discounted_payback": _made("discounted_payback", found.discounted_payback_a.at(at), "a", paid, saved, upkeep,
                                    *horizon),
        "yearly_household": _made("yearly_household", here(found.yearly_household), "CNY/a", saved, upkeep),
        "yearly_government": _made("yearly_government", here(found.yearly_government), "CNY/a", running),
        "yearly_society": _made("yearly_society", here(found.yearly_society), "CNY/a", *by_year),
        "present_savings": _made("present_savings", here(found.present_savings), "CNY",
                                 *_by_carrier(works.flows, at), upkeep, *horizon),
        "present_invested": _made("present_invested", here(works.present_invested), "CNY", paid, later, *horizon),
        "npv_household": _made("npv_household", npv["household"][1], "CNY", *present, *horizon),
        "npv_government": _made("npv_government", npv["government"][1], "CNY", subsidy, running, *horizon),
        "npv_society": _made("npv_society", npv["society"][1], "CNY", npv["household"], npv["government"]),
        "sir": _made("sir", found.sir.at(at), "", *present),
        "airr": _made("airr", _percent(found.airr.at(at)), "%", ("energy.term.sir", found.sir.at(at) or 0.0, ""),
                      *horizon),
        "lcc_before": _made("lcc_before", here(found.lcc_before), "CNY", *_by_carrier(works.before, at), *horizon),
        "lcc_after": _made("lcc_after", here(found.lcc_after), "CNY", present[1],
                           ("energy.term.present_energy", here(found.present_energy), "CNY"), upkeep, *horizon),
        "government_yuan_kgce": _made("yuan_per_saved", found.government_yuan_kgce.at(at), "CNY/kgce",
                                      npv["government"], ("energy.term.kgce_saving", here(works.kgce_saving), "kgce/a"),
                                      *horizon),
    }  # fmt: skip
    for one, ground in npv.items():
        cost: Known = getattr(found, f"{one}_yuan_t")
        result[f"{one}_yuan_t"] = _made("yuan_per_saved", cost.at(at), "CNY/t", ground, tonnes, *horizon)
    return result


def _by_carrier(flows: Sequence[Flow], at: int | tuple[int, ...]) -> _Inputs:
    """Yearly amounts of every carrier, each followed by the growth of its price where it has one."""
    found: list[tuple[str, float | str, str]] = []
    for flow in flows:
        yearly = float(flow.yearly[at])
        if yearly == 0.0:
            continue
        found.append((f"energy.carrier.{flow.carrier}", yearly, "CNY/a"))
        if flow.growth:
            found.append(("energy.term.growth", 100.0 * flow.growth, "%/a"))
    return tuple(found)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _made(formula: str, value: float | None, unit: str, *inputs: tuple[str, float | str, str]) -> Quantity | None:
    if value is None:
        return None
    key = f"energy.formula.{formula}"
    return Quantity(value, unit, formula=key, inputs=inputs, source=_REFERENCE, status="to_confirm")
