"""What a household pays for energy in a whole year: heating and all other uses, own solar power, what is fed in.

Electricity is kept by the windows that a valley tariff knows: day and valley of the heating season, and the rest of the
year. With a valley meter everything drawn in the season is priced by day and valley, outside the tiers; the rest of the
year runs through the tiers from zero. Without one the whole year runs through the tiers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpdesk.energy.money.prices import NO_SCHEMES, electricity_cost, fuel_cost, rows_of, scheme_of
from cpdesk.energy.money.windows import NOTHING, Windows
from cpdesk.energy.systems.plants import Energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats

_HOURS: Final = 8760
_YEAR: Final = 2023  # any year of 365 days
NO_USES: Final[Mapping[str, ArrayLike]] = {}


def window_hours(tables: EnergyTables) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(8760,) whether an hour lies in the season of the valley tariff, and in its valley window.

    Hour 0 is the first of January. Season and hours are those of the tariff's row; nothing is in the season where no
    valley tariff is in force.
    """
    season, valley = np.zeros(_HOURS, dtype=bool), np.zeros(_HOURS, dtype=bool)
    rows = rows_of(tables, "electricity", "heating_valley")
    if rows:
        if rows[0].season is not None:
            month, day, last_month, last_day = rows[0].season
            first, last = date(_YEAR, month, day), date(_YEAR, last_month, last_day)
            days = np.array([_inside(date(_YEAR, 1, 1) + timedelta(at), first, last) for at in range(365)])
            season = np.repeat(days, 24)
        else:
            season[:] = True
        start, end = rows[0].hours or (0, 24)
        hour = np.arange(_HOURS) % 24
        valley = (hour >= start) & (hour < end) if start < end else (hour >= start) | (hour < end)
    return season, valley


def _inside(day: date, first: date, last: date) -> bool:
    return first <= day <= last if first <= last else day >= first or day <= last


def windows(load_w: Floats, tables: EnergyTables) -> Windows:
    """An hourly load, (..., 8760) in W, by the windows of the valley tariff in force."""
    season, valley = window_hours(tables)
    total = load_w.sum(axis=-1) / 1000.0
    day_kwh = load_w[..., season & ~valley].sum(axis=-1) / 1000.0
    valley_kwh = load_w[..., season & valley].sum(axis=-1) / 1000.0
    return Windows(day_kwh, valley_kwh, total - day_kwh - valley_kwh)


def even_windows(kwh: ArrayLike, tables: EnergyTables) -> Windows:
    """A yearly use of which the hours are not known, spread evenly over the year."""
    season, valley = window_hours(tables)
    quantity = _array(kwh)
    day_kwh = quantity * (float((season & ~valley).sum()) / _HOURS)
    valley_kwh = quantity * (float((season & valley).sum()) / _HOURS)
    return Windows(day_kwh, valley_kwh, quantity - day_kwh - valley_kwh)


@dataclass(frozen=True, slots=True)
class AnnualCost:
    """A household's year in CNY, arrays of N.

    Attributes:
        by_carrier: what it pays, running subsidies taken off.
        feed_in: what it is paid for solar power fed in.
        running_subsidy: what the government pays on it.
        total: sum of `by_carrier` less `feed_in`; negative where solar power brings more than energy costs.
    """

    by_carrier: Mapping[str, Floats]
    feed_in: Floats
    running_subsidy: Floats
    total: Floats


def annual_cost(
    heating: Energy,
    tables: EnergyTables,
    *,
    valley_meter: bool,
    other_kwh: Mapping[str, ArrayLike] = NO_USES,
    electricity: Windows | None = None,
    self_used: Windows = NOTHING,
    export_kwh: ArrayLike = 0.0,
    persons: float | None = None,
    schemes: Mapping[str, str] = NO_SCHEMES,
    area_m2: float = 0.0,
) -> AnnualCost:
    """A year of heating and all other uses.

    Args:
        heating: final energy of the season, N states.
        other_kwh: final energy of other uses by carrier, a year; its electricity counts where `electricity` is not
            given and is then spread evenly over the hours.
        electricity: other uses of electricity by window (`windows`).
        self_used: own solar power used in the house; `export_kwh` what is fed in.
        schemes: by carrier a tariff beside the usual one; gas without heating is priced as `general` by itself, heat
            with a scheme also costs its fee by area.
        area_m2: heated area, for fees by area.

    Quantities below zero count as zero, and own power never takes a window below zero.
    """
    shape = np.zeros_like(heating.valley_kwh)
    if electricity is None:
        electricity = even_windows(other_kwh.get("electricity", 0.0), tables)
    by_carrier: dict[str, Floats] = {}
    subsidy = shape
    power = heating.kwh.get("electricity", shape)
    by_carrier["electricity"], paid = electricity_cost(
        power, heating.valley_kwh, electricity - self_used, tables, valley_meter=valley_meter, persons=persons
    )
    subsidy = subsidy + paid
    for carrier in dict.fromkeys([*heating.kwh, *other_kwh]):
        if carrier == "electricity":
            continue
        kwh = np.maximum(heating.kwh.get(carrier, shape), 0.0) + np.maximum(_array(other_kwh.get(carrier, 0.0)), 0.0)
        scheme = scheme_of(carrier, schemes, heating=carrier in heating.kwh)
        by_carrier[carrier], paid = fuel_cost(carrier, kwh, tables, scheme=scheme, persons=persons, area_m2=area_m2)
        subsidy = subsidy + paid
    fed = sum(row.price_yuan for row in rows_of(tables, "electricity", "feed_in")) * np.maximum(_array(export_kwh), 0.0)
    feed_in = shape + fed
    total = shape - feed_in
    for cost in by_carrier.values():
        total = total + cost
    return AnnualCost(by_carrier, feed_in, subsidy, total)


def _array(value: ArrayLike) -> Floats:
    return np.asarray(value, dtype=float)
