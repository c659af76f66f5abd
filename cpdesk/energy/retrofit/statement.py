"""One state of the house as figures that carry their proof: `Assessment`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cpdesk.energy.money.lines import bill_lines
from cpdesk.energy.money.prices import amount, cost_by_carrier
from cpdesk.energy.retrofit.figures import energy_between
from cpdesk.energy.retrofit.grid import Figures, Setting, design_load_w, set_points
from cpdesk.energy.systems.capacity import check_plant
from cpdesk.energy.systems.plants import Energy, Plant
from cpdesk.energy.systems.power import household_peak, household_power
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.hourly import Trace, trace
from cpdesk.model.assessment import Assessment, CarrierUse, MonthBalance, Quantity

PARTS = ("wall", "roof", "window", "door", "floor", "air")
_METHOD = "ISO 13790:2008 annex C"


_SOURCES = {
    "amount_of_work": "measures.csv",
    "marginal": "docs/method.md 6",
    "npv_household": "NIST Handbook 135",
    "own_cost": "measures.csv, subsidies.csv",
    "payback": "NIST Handbook 135",
    "saving": "tariffs.csv",
    "saving_same": "tariffs.csv",
    "sir": "NIST Handbook 135",
    "subsidy": "subsidies.csv",
    "take_back": "rules.csv take_back_share",
}
"""What a formula rests on where the caller names nothing more exact."""


def quantity(
    value: float,
    unit: str,
    formula: str = "",
    *inputs: tuple[str, float | str, str],
    source: str = "",
    status: str = "",
) -> Quantity:
    """A figure without a range; `formula` and the names of the inputs are the tails of their text keys.

    The name of an input with a dot (`energy.carrier.coal`) is a whole key.
    """
    named = tuple((name if "." in name else f"energy.term.{name}", item, of) for name, item, of in inputs)
    return Quantity(
        value=float(value), unit=unit, formula=f"energy.formula.{formula}" if formula else "", inputs=named,
        source=source or _SOURCES.get(formula, ""), status=status or "computed",
    )  # fmt: skip


def mixed(usual: Figures, wish: Figures, at: int, warmth: float) -> dict[str, float]:
    """Figures of one state on the way from usual to wished set points; what it costs is `season_costs`."""
    found = {}
    for name in ("co2_kg", "kgce", "need_kwh", "peak_w", "coldest_c", "mean_c"):
        one, two = float(getattr(usual, name)[at]), float(getattr(wish, name)[at])
        found[name] = one + warmth * (two - one)
    return found


def season_costs(setting: Setting, plant: Plant, energy: Energy) -> dict[str, float]:
    """What a season of heating costs by carrier, CNY a year; `energy` arrays of one."""
    costs = cost_by_carrier(energy, setting.tables, valley_meter=plant.valley_meter, other=setting.other)
    return {carrier: float(cost[0]) for carrier, cost in costs.items()}


def mixed_energy(usual: Figures, wish: Figures, at: int, warmth: float) -> Energy:
    """Final energy of one state on the way from usual to wished set points, as arrays of one."""
    low, high = (
        Energy({code: kwh[at : at + 1] for code, kwh in energy.kwh.items()}, energy.valley_kwh[at : at + 1])
        for energy in (usual.energy, wish.energy)
    )
    return energy_between(low, high, warmth)


def assess_state(
    setting: Setting,
    plant: Plant,
    row: Floats,
    usual: Figures,
    wish: Figures,
    at: int,
    warmth: float,
    limit: float,
    detail: Trace | None = None,
) -> Assessment:
    """The assessment of one state with one plant.

    Args:
        row: envelope row of the state; `at` its place in the figures.
        warmth: 0 at usual set points, 1 at wished ones.
        limit: heat the plant brings, in W.
        detail: the state by the hour where the caller has it already.
    """
    schedule, area = setting.building.schedule, setting.building.floor_area_m2
    low, high = set_points(schedule, wish=False), set_points(schedule, wish=True)
    day, night = (one + warmth * (two - one) for one, two in zip(low, high, strict=True))
    detail = detail or trace(row, setting.drivers, day, night, limit)
    season = mixed(usual, wish, at, warmth)
    energy = mixed_energy(usual, wish, at, warmth)
    hours = float(setting.drivers.counted.sum())
    losses = {part: float(detail.losses_w[part].sum()) / 1000.0 for part in PARTS}
    carriers = _carriers(setting, plant, energy)
    cost = sum(item.cost_yuan.value for item in carriers)
    heat = ("heat_need", season["need_kwh"], "kWh")
    factor_status = _weakest(setting, energy)
    return Assessment(
        cost_yuan=quantity(
            cost, "CNY/a", "cost", heat, *_bill(setting, plant, energy), source="tariffs.csv", status="to_confirm"
        ),
        heat_need_kwh=quantity(season["need_kwh"], "kWh/a", "heat_need", ("area", area, "m2"), source=_METHOD),
        heat_index_w_m2=quantity(
            1000.0 * season["need_kwh"] / hours / area, "W/m2", "heat_index", heat, ("hours", hours, "h"),
            ("area", area, "m2"), source=_METHOD,
        ),
        peak_kw=quantity(season["peak_w"] / 1000.0, "kW", "peak", source=_METHOD),
        design_load_kw=quantity(
            float(design_load_w(row[None, :], day, setting.tables, setting.drivers)[0]) / 1000.0, "kW", "design_load",
            ("inside", day, "degC"), ("outside", setting.tables.limits["design_outdoor_c"].value, "degC"),
            source="GB 50736-2012",
        ),
        coldest_days_c=quantity(season["coldest_c"], "degC", "coldest", source=_METHOD),
        season_mean_c=quantity(season["mean_c"], "degC", "season_mean", source=_METHOD),
        operative_mean_c=quantity(float(detail.operative_c.mean()), "degC", "operative_mean", source=_METHOD),
        co2_t=quantity(
            season["co2_kg"] / 1000.0, "t/a", "co2", *_emitted(setting, energy), source="factors.csv",
            status=factor_status,
        ),
        kgce=quantity(season["kgce"], "kgce/a", "kgce", source="GB/T 2589-2020", status=factor_status),
        final_energy_kwh=quantity(
            sum(float(item[0]) for item in energy.kwh.values()), "kWh/a", "final_energy", heat, source="systems.csv",
            status="to_confirm",
        ),
        carriers=carriers,
        months=_months(setting, detail),
        losses_kwh=losses,
        loss_shares_pct=whole_shares(losses),
        electric_peak_kw=_electric_peak(setting, plant, row, limit),
        heat_pump=check_plant(
            plant, detail.heating_w, setting.drivers, setting.tables, _wished_load_w(setting, row), limit,
            setting.weights.design_w,
        ),
    )  # fmt: skip


def _wished_load_w(setting: Setting, row: Floats) -> float:
    """Heat loss at the wished temperature and the design outdoor temperature, W: what heaters are sized for."""
    wish = setting.building.schedule.wish_c
    return float(design_load_w(row[None, :], wish, setting.tables, setting.drivers)[0])


def _electric_peak(setting: Setting, plant: Plant, row: Floats, limit: float) -> Quantity | None:
    """Electric power at the design hour; `None` for a building whose other uses nobody knows."""
    if setting.building.uses is None:
        return None
    power = household_power(
        plant.systems, _wished_load_w(setting, row), setting.building.uses, setting.tables,
        capacity_w=None if plant.code.startswith("keep") else limit, emitter_w=setting.weights.design_w,
    )  # fmt: skip
    return household_peak(power)


def _carriers(setting: Setting, plant: Plant, energy: Energy) -> tuple[CarrierUse, ...]:
    tables = setting.tables
    found = []
    for carrier, cost in season_costs(setting, plant, energy).items():
        factor = tables.factors[carrier]
        kwh = energy.kwh.get(carrier, np.zeros(1))
        bought = float(amount(carrier, kwh, tables)[0])
        price = cost / bought if bought > 0 else 0.0
        found.append(
            CarrierUse(
                carrier=carrier,
                energy_kwh=quantity(float(kwh[0]), "kWh/a", "final_energy", source="systems.csv", status="to_confirm"),
                amount=quantity(
                    bought, f"{factor.unit}/a", "amount", ("energy", float(kwh[0]), "kWh"),
                    ("calorific_value", factor.kwh_per_unit, f"kWh/{factor.unit}"), source=factor.source,
                    status=factor.status,
                ),
                cost_yuan=quantity(
                    cost, "CNY/a", "cost", ("amount", bought, factor.unit),
                    ("mean_price", price, f"CNY/{factor.unit}"), source="tariffs.csv", status="to_confirm",
                ),
            )
        )  # fmt: skip
    return tuple(found)


def _bill(setting: Setting, plant: Plant, energy: Energy) -> list[tuple[str, float, str]]:
    """A season's bill to be added up by hand: of every fuel its energy and heat content, then amounts and prices."""
    tables = setting.tables
    found = []
    bill = bill_lines(energy, 0, tables, valley_meter=plant.valley_meter, other=setting.other)
    for carrier, lines in bill.items():
        unit = tables.factors[carrier].unit
        kwh = float(energy.kwh[carrier][0]) if carrier in energy.kwh else 0.0
        found.append((f"energy.carrier.{carrier}", kwh, "kWh"))
        found.append(("calorific_value", tables.factors[carrier].kwh_per_unit, f"kWh/{unit}"))
        for line in lines:
            price = next(value for key, value, _ in line.yuan.inputs if key == "energy.term.price")
            found.append(("amount", line.amount, unit))
            found.append(("price", float(price), f"CNY/{unit}"))
            found.append(("line_yuan", line.yuan.value, "CNY/a"))
    return found


def _emitted(setting: Setting, energy: Energy) -> list[tuple[str, float | str, str]]:
    """Of every fuel its energy and heat content, the amount, what a unit emits, and the factor's edition."""
    found: list[tuple[str, float | str, str]] = []
    for carrier, kwh in energy.kwh.items():
        factor = setting.tables.factors[carrier]
        found += [
            (f"energy.carrier.{carrier}", float(kwh[0]), "kWh"),
            ("calorific_value", factor.kwh_per_unit, f"kWh/{factor.unit}"),
            ("amount", float(kwh[0]) / factor.kwh_per_unit, factor.unit),
            ("co2_factor", factor.co2_kg_per_unit, f"kg/{factor.unit}"),
            ("factor_year", factor.year, ""),
        ]
    return found


def _weakest(setting: Setting, energy: Energy) -> str:
    used = {setting.tables.factors[carrier].status for carrier in energy.kwh}
    return "to_confirm" if "to_confirm" in used else "computed"


def _months(setting: Setting, detail: Trace) -> tuple[MonthBalance, ...]:
    month = setting.drivers.month[setting.drivers.counted]
    _, first = np.unique(month, return_index=True)
    found = []
    for number in month[np.sort(first)]:
        here = month == number
        found.append(
            MonthBalance(
                month=int(number) + 1,
                losses_kwh={part: float(detail.losses_w[part][here].sum()) / 1000.0 for part in PARTS},
                sun_kwh=float(detail.sun_w[here].sum()) / 1000.0,
                internal_kwh=float(detail.internal_w[here].sum()) / 1000.0,
                heating_kwh=float(detail.heating_w[here].sum()) / 1000.0,
                stored_kwh=float(detail.stored_w[here].sum()) / 1000.0,
            )
        )
    return tuple(found)


def whole_shares(values: Mapping[str, float]) -> dict[str, int]:
    """Whole percents that sum to 100 (largest remainder); negative parts count as nothing."""
    positive = {key: max(0.0, value) for key, value in values.items()}
    total = sum(positive.values())
    if total <= 0:
        return dict.fromkeys(values, 0)
    exact = {key: 100.0 * value / total for key, value in positive.items()}
    found = {key: int(value) for key, value in exact.items()}
    rest = 100 - sum(found.values())
    for key in sorted(exact, key=lambda item: exact[item] - found[item], reverse=True)[:rest]:
        found[key] += 1
    return found
