"""The whole year of a household: heating and every other use, the sun on the roof, one bill.

The bill is the one that packages are chosen by. Other uses are bought first, heating on top of them; the sun is a line
of its own, so that lines and totals agree to the last digit:

    heating = C(H; B)    other uses = R(O) + fuels    sun = [R(B) - R(O)] + [C(H - S_h; B) - C(H; B)] - sale
    total   = R(B) + C(H - S_h; B) + fuels - sale        C(H; B) = bill(H + B) - R(B)

with R what other uses cost by today's meter, C what heating adds to the bill, O and H electricity of other uses and of
heating, S_h what heating takes of the sun, and B what other uses buy: O less their part of the sun. Works that bring a
valley meter price the season of other uses by its windows too: that is in C.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cpdesk.energy.money.factors import editions_used
from cpdesk.energy.money.prices import cost_by_carrier, other_cost
from cpdesk.energy.money.windows import OtherUse
from cpdesk.energy.retrofit.criteria import Place, Search
from cpdesk.energy.retrofit.other_year import Held, feed_in_yuan
from cpdesk.energy.retrofit.packages import Choice
from cpdesk.energy.retrofit.statement import mixed_energy, quantity
from cpdesk.energy.retrofit.sun_heating import Taken
from cpdesk.energy.rows import Factor
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import CarrierUse, FactorUse, Quantity
from cpdesk.model.year import YEAR_USES, HouseYear, SunLine, UseLine, YearUse

_ELECTRICITY = "electricity"
_UNCONFIRMED = "to_confirm"


def make_year(search: Search, choices: Sequence[Choice], budget: float | None) -> YearUse:
    """The years of the house as it is, with each package and with the best choice by each criterion."""
    return YearUse(
        now=house_year(search, "now", (0, 0, 0), 0.0),
        packages=tuple(
            house_year(search, choice.code, (choice.state, choice.plant, 0), choice.warmth) for choice in choices
        ),
        criteria=tuple(
            house_year(search, code, place, float(search.grid.warmth[place[:2]]))
            for code, place in search.best(budget).items()
        ),
        factors=_factors(search),
    )


def _factors(search: Search) -> tuple[FactorUse, ...]:
    """Factors of the carriers of other uses that no heating of this house could burn."""
    setting = search.grid.setting
    heating = {system.carrier for plant in setting.plants for system in plant.systems}
    other = {carrier for held in search.extras.years for carrier in held.kwh}
    found = editions_used(other - heating, setting.tables)
    return tuple(item for item in found if not item.name.endswith(".subsidy"))


def house_year(search: Search, code: str, place: Place, warmth: float) -> HouseYear:
    """The year of one combination.

    Args:
        code: what it is called.
        warmth: 0 at usual set points, 1 at wished ones.
    """
    grid, (state, plant, extra) = search.grid, place
    setting, held = grid.setting, search.extras.years[extra]
    tables, other = setting.tables, search.extras.others[extra]
    energy = mixed_energy(grid.usual[plant], grid.wish[plant], state, warmth)
    costs = cost_by_carrier(energy, tables, valley_meter=setting.plants[plant].valley_meter, other=other)
    heating = {carrier: float(energy.kwh[carrier][0]) if carrier in energy.kwh else 0.0 for carrier in costs}
    lines = [_line("heating", heating, {carrier: float(cost[0]) for carrier, cost in costs.items()}, tables)]
    unserved = held.unserved(metered=other.metered)
    prices = _mean_prices(held.kwh, unserved, tables)
    for use in YEAR_USES[1:]:
        kwh = {carrier: value for carrier, value in held.by_use.get(use, {}).items() if value > 0}
        if kwh:
            lines.append(_line(use, kwh, {carrier: prices[carrier] * value for carrier, value in kwh.items()}, tables))
    electricity = held.kwh.get(_ELECTRICITY, 0.0) + heating.get(_ELECTRICITY, 0.0)
    sun = None
    if held.generation_w.any():
        spared = _yuan(_ELECTRICITY, unserved, tables) - _yuan(_ELECTRICITY, other, tables)
        sun = _sun(held, search.sun.exact(state, plant, extra, warmth), spared, electricity, tables)
    return _summed(code, lines, sun)


def _mean_prices(kwh: Mapping[str, float], other: OtherUse, tables: EnergyTables) -> dict[str, float]:
    """CNY per kWh of each carrier of the other uses, bought without heating and panels."""
    return {carrier: _yuan(carrier, other, tables) / value for carrier, value in kwh.items() if value > 0}


def _yuan(carrier: str, other: OtherUse, tables: EnergyTables) -> float:
    return float(other_cost(carrier, other, tables)[0])


def _line(code: str, kwh: Mapping[str, float], costs: Mapping[str, float], tables: EnergyTables) -> UseLine:
    """One use: its carriers, and their sums."""
    status = _UNCONFIRMED if code == "heating" else "own_rule"
    source = "systems.csv" if code == "heating" else "devices.csv"
    carriers = tuple(_carrier(code, carrier, value, costs[carrier], tables) for carrier, value in kwh.items())
    shown = [(f"energy.carrier.{item.carrier}", item) for item in carriers]
    amounts = tuple((name, item.amount.value, item.amount.unit) for name, item in shown)
    return UseLine(
        code=code,
        carriers=carriers,
        energy_kwh=Quantity(
            sum(item.energy_kwh.value for item in carriers), "kWh/a", formula=f"energy.formula.year_{code}",
            inputs=tuple((name, item.energy_kwh.value, "kWh/a") for name, item in shown), source=source, status=status,
        ),
        cost_yuan=Quantity(
            sum(item.cost_yuan.value for item in carriers), "CNY/a", formula="energy.formula.year_sum",
            inputs=tuple((name, item.cost_yuan.value, "CNY/a") for name, item in shown), source="tariffs.csv",
            status=_UNCONFIRMED,
        ),
        co2_kg=Quantity(
            sum(value * _co2_kg(tables.factors[carrier]) for carrier, value in kwh.items()), "kg/a",
            formula="energy.formula.co2", inputs=amounts, source="factors.csv", status=_UNCONFIRMED,
        ),
        kgce=Quantity(
            sum(value * _kgce(tables.factors[carrier]) for carrier, value in kwh.items()), "kgce/a",
            formula="energy.formula.kgce", inputs=amounts, source="GB/T 2589-2020", status=_UNCONFIRMED,
        ),
    )  # fmt: skip


def _carrier(code: str, carrier: str, kwh: float, cost: float, tables: EnergyTables) -> CarrierUse:
    """Energy, amount and cost of one carrier of a use."""
    factor = tables.factors[carrier]
    bought = kwh / factor.kwh_per_unit
    price = cost / bought if bought > 0 else 0.0
    return CarrierUse(
        carrier=carrier,
        energy_kwh=quantity(kwh, "kWh/a", f"year_{code}", source="devices.csv", status="own_rule"),
        amount=quantity(
            bought, f"{factor.unit}/a", "amount", ("energy", kwh, "kWh"),
            ("calorific_value", factor.kwh_per_unit, f"kWh/{factor.unit}"), source=factor.source, status=factor.status,
        ),
        cost_yuan=quantity(
            cost, "CNY/a", "cost", ("amount", bought, factor.unit), ("mean_price", price, f"CNY/{factor.unit}"),
            source="tariffs.csv", status=_UNCONFIRMED,
        ),
    )  # fmt: skip


def _co2_kg(factor: Factor) -> float:
    return factor.co2_kg_per_unit / factor.kwh_per_unit


def _kgce(factor: Factor) -> float:
    return factor.kgce_per_unit / factor.kwh_per_unit


def _sun(held: Held, taken: Taken, spared: float, electricity_kwh: float, tables: EnergyTables) -> SunLine:
    """Photovoltaics of a year with what heating takes of them.

    Args:
        spared: CNY a year that the other uses need not buy; electricity_kwh: of all uses with heating.
    """
    shared = held.shared
    total = float(held.generation_w.sum()) / 1000.0
    used = float(shared.self_kwh[0]) + taken.kwh
    sold, unused = max(float(shared.export_kwh[0]) - taken.kwh, 0.0), float(shared.unused_kwh[0])
    price, factor = feed_in_yuan(tables), tables.factors[_ELECTRICITY]
    sale = price * sold
    given = ("sun_used", used, "kWh/a"), ("sun_sold", sold, "kWh/a")

    def figure(value: float, unit: str, name: str, *inputs: tuple[str, float | str, str], source: str) -> Quantity:
        return quantity(value, unit, f"sun_{name}", *inputs, source=source, status=_UNCONFIRMED)

    generated = ("sun_generated", total, "kWh/a")
    return SunLine(
        generated_kwh=figure(total, "kWh/a", "generated", source="Perez 1990; Faiman 2008; NREL/TP-6A20-62641"),
        used_kwh=figure(
            used, "kWh/a", "used", ("sun_others", used - taken.kwh, "kWh/a"), ("sun_heating", taken.kwh, "kWh/a"),
            source="profiles.csv",
        ),
        heating_kwh=figure(taken.kwh, "kWh/a", "heating", source="profiles.csv"),
        sold_kwh=figure(sold, "kWh/a", "sold", generated, ("sun_used", used, "kWh/a"),
                        source="profiles.csv"),
        unused_kwh=figure(unused, "kWh/a", "unused", generated, ("sun_used", used, "kWh/a"),
                          source="profiles.csv"),
        sale_yuan=figure(sale, "CNY/a", "sale", ("sun_sold", sold, "kWh/a"), ("feed_in", price, "CNY/kWh"),
                         source="tariffs.csv"),
        cost_yuan=figure(-(spared + taken.spared_yuan + sale), "CNY/a", "cost",
                         ("sun_spared", spared + taken.spared_yuan, "CNY/a"), ("sun_sale", sale, "CNY/a"),
                         source="tariffs.csv"),
        co2_kg=figure(-(used + sold) * _co2_kg(factor), "kg/a", "co2", *given, source="factors.csv"),
        kgce=figure(-(used + sold) * _kgce(factor), "kgce/a", "kgce", *given, source="GB/T 2589-2020"),
        self_consumption_pct=figure(
            100.0 * used / total, "%", "self_consumption", ("sun_used", used, "kWh/a"), generated,
            source="profiles.csv",
        ),
        self_sufficiency_pct=figure(
            100.0 * used / electricity_kwh if electricity_kwh > 0 else 0.0, "%", "self_sufficiency",
            ("sun_used", used, "kWh/a"), ("year_electricity", electricity_kwh, "kWh/a"),
            source="profiles.csv",
        ),
    )  # fmt: skip


def _summed(code: str, lines: Sequence[UseLine], sun: SunLine | None) -> HouseYear:
    """Totals of all lines; the sun's line lowers them."""

    def total(name: str, unit: str, source: str, formula: str = "year_sum", below: Quantity | None = None) -> Quantity:
        parts = [(f"energy.use.{line.code}", getattr(line, name)) for line in lines]
        if below is not None:
            parts.append(("energy.use.sun", below))
        return Quantity(
            sum(figure.value for _, figure in parts), unit, formula=f"energy.formula.{formula}",
            inputs=tuple((key, figure.value, unit) for key, figure in parts), source=source, status=_UNCONFIRMED,
        )  # fmt: skip

    energy = total("energy_kwh", "kWh/a", "systems.csv")
    used = 0.0 if sun is None else sun.used_kwh.value
    return HouseYear(
        code=code,
        uses=tuple(lines),
        sun=sun,
        energy_kwh=energy,
        bought_kwh=quantity(
            energy.value - used, "kWh/a", "year_bought", ("energy", energy.value, "kWh/a"), ("sun_used", used, "kWh/a"),
            source="profiles.csv", status=_UNCONFIRMED,
        ),
        cost_yuan=total("cost_yuan", "CNY/a", "tariffs.csv", below=None if sun is None else sun.cost_yuan),
        co2_kg=total("co2_kg", "kg/a", "factors.csv", below=None if sun is None else sun.co2_kg),
        kgce=total("kgce", "kgce/a", "GB/T 2589-2020", below=None if sun is None else sun.kgce),
    )  # fmt: skip
