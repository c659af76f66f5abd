"""The worked example of docs/method.md, recomputed: what the page says is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cpdesk.energy.money.household import annual_cost
from cpdesk.energy.money.indicators import Flow, growth_of, life_cycle, present_investment, savings
from cpdesk.energy.money.pollutants import emissions
from cpdesk.energy.money.prices import co2_kg, cost_by_carrier, kgce, running_subsidy, subsidies
from cpdesk.energy.money.views import Terms, Works, views
from cpdesk.energy.money.windows import OtherUse, Windows
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables

METHOD = Path(__file__).resolve().parents[4] / "docs" / "method.md"


@pytest.fixture
def printed() -> dict[str, float]:
    """The rows `| name | figure |` of the example."""
    text = METHOD.read_text(encoding="utf-8")
    section = text[text.index("### Example: coal boiler to heat pump") :]
    section = section[: section.find("\n## ", 1)] if "\n## " in section[1:] else section
    rows = re.findall(r"^\| ([^|]+) \| (−?[\d,.]+)[^|]* \|$", section, re.MULTILINE)
    return {name.strip(): float(value.replace(",", "").replace("−", "-")) for name, value in rows}


def _figures(tables: EnergyTables) -> dict[str, float]:
    before = Energy({"coal": np.array([4000 * 6.389])}, np.zeros(1))
    after = Energy({"electricity": np.array([6500.0])}, np.array([4000.0]))
    cost_before = cost_by_carrier(before, tables, valley_meter=False)
    beside = Windows(*(np.array(value) for value in (400.0, 400.0, 2000.0)))
    other = OtherUse(beside)
    cost_after = cost_by_carrier(after, tables, valley_meter=True, other=other)
    prices = {"wall_eps80": np.array([18000.0]), "ashp_water": np.array([25000.0])}
    lives = {"wall_eps80": 25.0, "ashp_water": 15.0}
    paid = subsidies(prices, 100.0, tables)
    own = {code: price - sum(item.get(code, 0.0) for item in paid.values()) for code, price in prices.items()}
    terms = Terms.of(tables)
    invested = sum(
        present_investment(own[code], prices[code], life_cycle(terms.rate, terms.years, lives[code])) for code in prices
    )
    valley = running_subsidy(after, tables, valley_meter=True, other=other)
    works = Works(
        own=own["wall_eps80"] + own["ashp_water"],
        subsidy=np.array([43000.0]) - own["wall_eps80"] - own["ashp_water"],
        present_invested=np.asarray(invested),
        flows=savings(cost_before, cost_after, "mid", tables),
        running_subsidy_more=valley,
        co2_saving_kg=co2_kg(before, tables) - co2_kg(after, tables),
        kgce_saving=kgce(before, tables) - kgce(after, tables),
        before=(Flow(cost_before["coal"], growth_of("coal", "mid", tables)),),
        upkeep=np.zeros(1),
    )
    found = views(works, terms)
    soot = {item.pollutant: item for item in emissions({("coal", "coal_boiler"): before.kwh["coal"]}, tables)}
    year = annual_cost(after, tables, valley_meter=True, electricity=beside)
    known = {
        "simple payback": found.payback_a, "discounted payback": found.discounted_payback_a, "SIR": found.sir,
        "AIRR": found.airr, "household": found.household_yuan_t, "government": found.government_yuan_t,
        "society": found.society_yuan_t,
    }  # fmt: skip
    figures = {
        "coal now": cost_before["coal"], "heat pump": cost_after["electricity"], "valley subsidy": valley,
        "whole year with other use": year.total, "subsidy of works": works.subsidy, "own money": works.own,
        "yearly saving": found.saving_yuan, "present savings": found.present_savings,
        "present investment": works.present_invested, "NPV household": found.npv_household,
        "NPV government": found.npv_government, "NPV society": found.npv_society,
        "LCC now": found.lcc_before, "LCC afterwards": found.lcc_after,
        "CO₂ saved": works.co2_saving_kg / 1000, "standard coal saved": works.kgce_saving,
        "PM2.5 of the chimney": soot["pm25"].chimney_kg,
    }  # fmt: skip
    return {name: float(value[0]) for name, value in figures.items()} | {
        name: value.at(0) or float("nan") for name, value in known.items()
    }


def test_the_example_of_the_method_page(tables: EnergyTables, printed: dict[str, float]) -> None:
    found = _figures(tables)
    assert set(found) == set(printed)
    for name, value in found.items():
        assert value == pytest.approx(printed[name], rel=6e-4, abs=5e-4), name
