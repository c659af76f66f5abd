"""Scenario files: read, checked with place and remedy, and laid over the tables of figures."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any, Final

from cpdesk.base.errors import InputFault
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.district import LEVELS, OBJECTIVES, PAYERS, Scenario

_TOWNSHIP: Final = re.compile(r"1\d{8}")


def read_scenario(document: object, tables: EnergyTables) -> Scenario:
    """A scenario from a parsed JSON document.

    Raises:
        InputFault: CP-1385 a key nobody knows, CP-1386 a value that a key cannot take, CP-1387 demands that do not
            fit together.
    """
    if not isinstance(document, dict):
        raise InputFault("CP-1386", place="$", value=_shown(document), expected="{...}")
    known = {item.name for item in fields(Scenario)}
    for key in document:
        if key not in known:
            raise InputFault("CP-1385", place=str(key), known=", ".join(sorted(known)))
    checks = _checks(tables)
    values = {key: checks[key](key, value) for key, value in document.items()}
    if not values.get("name"):
        raise InputFault("CP-1386", place="name", value=_shown(document.get("name")), expected="text")
    scenario = Scenario(**values)
    targets = scenario.carbon_target_t, scenario.households_target, scenario.level_targets or None
    if scenario.objective == "cost" and all(target is None for target in targets):
        raise InputFault("CP-1387", place="objective")
    apply_scenario(tables, scenario)  # a day without prices or an unknown factor year is told now
    return scenario


def scenario_document(scenario: Scenario) -> dict[str, Any]:
    """The scenario as the file has it, every key written."""
    found = asdict(scenario)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}


def apply_scenario(tables: EnergyTables, scenario: Scenario) -> EnergyTables:
    """The tables with the scenario's day, factor year, prices, subsidies and factors.

    Raises:
        InputFault: CP-1370, CP-1371, CP-1374 as `EnergyTables.on`.
    """
    if scenario.day or scenario.factor_year is not None:
        day = date.fromisoformat(scenario.day) if scenario.day else tables.day
        tables = tables.on(day, factor_year=scenario.factor_year)
    prices, share = scenario.price_factors, scenario.subsidy_factor
    if prices:
        tariffs = tuple(
            replace(row, price_yuan=row.price_yuan * prices.get(row.carrier, 1.0)) if row.price_yuan > 0 else row
            for row in tables.tariffs
        )
        tables = replace(tables, tariffs=tariffs)
    if share != 1.0:
        subsidies = tuple(
            replace(
                row, rate=row.rate * share, cap_yuan=None if row.cap_yuan is None else row.cap_yuan * share,
                household_cap_yuan=None if row.household_cap_yuan is None else row.household_cap_yuan * share,
            )
            for row in tables.subsidies
        ) if share > 0 else ()  # fmt: skip
        tables = replace(tables, subsidies=subsidies)
    if scenario.carbon_factors:
        factors = {
            code: replace(row, co2_kg_per_unit=row.co2_kg_per_unit * scenario.carbon_factors.get(code, 1.0))
            for code, row in tables.factors.items()
        }
        tables = replace(tables, factors=factors)
    return tables


Check = Callable[[str, object], Any]


def _checks(tables: EnergyTables) -> Mapping[str, Check]:
    measures = {row.id for row in tables.measures}
    carriers = set(tables.factors)
    return {
        "name": _text(r".{1,60}"),
        "objective": _choice(OBJECTIVES),
        "payer": _choice(PAYERS),
        "budget_yuan": _numbers(set(PAYERS), 0.0, 1e12),
        "township_budget_yuan": _numbers(_TOWNSHIP, 0.0, 1e12),
        "carbon_target_t": _number(0.0, 1e9),
        "households_target": _whole(0, 10_000_000),
        "level_targets": _counts(set(LEVELS)),
        "village_power_kw": _numbers(None, 0.0, 1e7),
        "poor_share_min": _number(0.0, 1.0),
        "uptake": _number(0.0, 1.0),
        "least_carbon_share": _number(0.0, 1.0),
        "measures": _codes(measures),
        "without": _codes(measures),
        "price_factors": _numbers(carriers, 0.05, 20.0),
        "subsidy_factor": _number(0.0, 10.0),
        "factor_year": _whole(1990, 2100),
        "carbon_factors": _numbers(carriers, 0.0, 10.0),
        "warmer_k": _number(-6.0, 8.0),
        "day": _day,
        "time_limit_s": _number(0.1, 86_400.0),
    }


def _wrong(place: str, value: object, expected: str) -> InputFault:
    return InputFault("CP-1386", place=place, value=_shown(value), expected=expected)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _text(pattern: str) -> Check:
    def check(place: str, value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise _wrong(place, value, pattern)
        return value

    return check


def _choice(known: tuple[str, ...]) -> Check:
    def check(place: str, value: object) -> str:
        if not isinstance(value, str) or value not in known:
            raise _wrong(place, value, " | ".join(known))
        return value

    return check


def _number(low: float, high: float) -> Check:
    def check(place: str, value: object) -> float:
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if not numeric or not math.isfinite(value) or not low <= value <= high:  # type: ignore[arg-type,operator]
            raise _wrong(place, value, f"{low:g} - {high:g}")
        return float(value)  # type: ignore[arg-type]

    return check


def _whole(low: int, high: int) -> Check:
    def check(place: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _wrong(place, value, f"{low} - {high}")
        return value

    return check


def _numbers(keys: set[str] | re.Pattern[str] | None, low: float, high: float) -> Check:
    one = _number(low, high)

    def check(place: str, value: object) -> dict[str, float]:
        if not isinstance(value, dict):
            raise _wrong(place, value, "{...}")
        for key in value:
            if isinstance(keys, set) and key not in keys:
                raise InputFault("CP-1385", place=f"{place}.{key}", known=", ".join(sorted(keys)))
            if isinstance(keys, re.Pattern) and not keys.fullmatch(key):
                raise InputFault("CP-1385", place=f"{place}.{key}", known="110114001 ...")
        return {str(key): one(f"{place}.{key}", item) for key, item in value.items()}

    return check


def _counts(keys: set[str]) -> Check:
    one, several = _whole(0, 10_000_000), _numbers(keys, 0.0, 1e7)

    def check(place: str, value: object) -> dict[str, int]:
        return {key: one(f"{place}.{key}", value[key]) for key in several(place, value)}  # type: ignore[index]

    return check


def _codes(known: set[str]) -> Check:
    def check(place: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise _wrong(place, value, "[...]")
        for at, code in enumerate(value):
            if code not in known:
                raise InputFault("CP-1385", place=f"{place}[{at}]: {code}", known=", ".join(sorted(known)))
        return tuple(value)

    return check


def _day(place: str, value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise _wrong(place, value, "2026-11-15") from None
