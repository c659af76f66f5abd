"""The figures the energy engine computes with, read from `resources/tables/energy` and `resources/climate`.

Every row keeps its source and its status, so that a printed figure can say what it rests on. Reading is passed in:
`EnergyTables.load(read)` calls `read(relative_path, columns)` for each table, `columns` being converters of
`base.tables`; the caller decides where the files lie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, TypeVar

from cpdesk.base.errors import InputFault
from cpdesk.base.tables import Convert, maybe_number, maybe_text, number, one_of, status, text, whole, words
from cpdesk.energy.catalogue import COLUMNS as MEASURE_COLUMNS
from cpdesk.energy.catalogue import check_measures
from cpdesk.energy.rows import (
    Alternative,
    AnswerError,
    Archetype,
    BillError,
    Bridge,
    CeilingType,
    Distribution,
    DoorType,
    Factor,
    FloorType,
    HeatPumpPoint,
    Insulation,
    Limit,
    Material,
    Measure,
    Normal,
    Pollutant,
    PricePath,
    RoofType,
    Rule,
    Subsidy,
    SunspaceType,
    SystemType,
    Tariff,
    WallType,
    WindowType,
)
from cpdesk.energy.system_rows import Appliance, Cooker, Device, Emitter, Profile, WaterHeater, day_shape
from cpdesk.energy.versions import (
    CONVERTERS,
    HOME_REGION,
    LATEST,
    check_dates,
    factors_on,
    subsidies_on,
    tariffs_on,
)

Read = Callable[[str, Mapping[str, Convert]], Sequence[Mapping[str, Any]]]
Row = TypeVar("Row")

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


_TABLES: Final[Mapping[str, tuple[type[Any], Mapping[str, Convert]]]] = {
    "materials": (Material, {}),
    "walls": (WallType, {"core_material": maybe_text}),
    "insulations": (Insulation, {}),
    "roofs": (RoofType, {}),
    "ceilings": (CeilingType, {}),
    "floors": (FloorType, {"insulation_material": maybe_text}),
    "windows": (WindowType, {}),
    "doors": (DoorType, {}),
    "sunspaces": (SunspaceType, {}),
    "bridges": (Bridge, {}),
    "archetypes": (Archetype, {}),
    "systems": (SystemType, {"water": one_of("yes", "no"), "heat_pump": one_of("", "water", "air", "ground")}),
    "heat_pumps": (HeatPumpPoint, {"kind": one_of("water", "air", "ground")}),
    "distribution": (Distribution, {}),
    "emitters": (Emitter, {}),
    "devices": (Device, {}),
    "appliances": (Appliance, {}),
    "profiles": (Profile, {"shape": day_shape}),
    "cookers": (Cooker, {}),
    "water_heaters": (WaterHeater, {}),
    "factors": (Factor, {"region": maybe_text}),
    "tariffs": (
        Tariff,
        {
            "item": one_of(
                "tier", "heating_day", "heating_valley", "valley_subsidy", "season_subsidy", "area_fee", "feed_in"
            ),
            "scheme": maybe_text,
            "payer": maybe_text,
        },
    ),
    "subsidies": (
        Subsidy,
        {
            "basis": one_of("yuan_per_m2", "share_of_cost", "yuan_per_household", "yuan_per_kw"),
            "applies_to": one_of("full", "rest"),
            "exclusive_group": maybe_text,
            "payer": maybe_text,
        },
    ),
    "price_paths": (PricePath, {"path": one_of("low", "mid", "high")}),
    "pollutants": (
        Pollutant,
        {
            "device": maybe_text,
            "pollutant": one_of("pm25", "so2", "nox", "co"),
            "per": one_of("unit", "mj"),
            "place": one_of("chimney", "upstream"),
        },
    ),
    "limits": (Limit, {}),
    "rules": (Rule, {}),
    "answer_errors": (AnswerError, {"kind": one_of("factor", "shift"), "question": maybe_text}),
    "alternatives": (Alternative, {}),
    "bill_errors": (BillError, {}),
    "measures": (Measure, MEASURE_COLUMNS),
}
_BY_TYPE: Final[Mapping[str, Convert]] = {
    "str": text,
    "float": number,
    "int": whole,
    "float | None": maybe_number,
    "tuple[str, ...]": words,
}


@dataclass(frozen=True, slots=True)
class EnergyTables:
    """All tables, by their keys.

    Attributes:
        factors, tariffs, subsidies: those in force on `day` for the grid `region`; `load` takes the latest.
        factor_versions, tariff_versions, subsidy_versions: all editions.
        early: ids of tariffs taken although they begin only after `day`.
    """

    materials: Mapping[str, Material]
    walls: Mapping[str, WallType]
    insulations: Mapping[str, Insulation]
    roofs: Mapping[str, RoofType]
    ceilings: Mapping[str, CeilingType]
    floors: Mapping[str, FloorType]
    windows: Mapping[tuple[str, str], WindowType]
    doors: Mapping[str, DoorType]
    sunspaces: Mapping[str, SunspaceType]
    bridges: Mapping[str, Bridge]
    archetypes: Mapping[str, Archetype]
    systems: Mapping[str, SystemType]
    heat_pumps: tuple[HeatPumpPoint, ...]
    distribution: Mapping[str, Distribution]
    emitters: Mapping[str, Emitter]
    devices: Mapping[str, Device]
    appliances: Mapping[str, Appliance]
    profiles: Mapping[str, Profile]
    cookers: Mapping[str, Cooker]
    water_heaters: Mapping[str, WaterHeater]
    factors: Mapping[str, Factor]
    tariffs: tuple[Tariff, ...]
    subsidies: tuple[Subsidy, ...]
    limits: Mapping[str, Limit]
    rules: Mapping[str, Rule]
    answer_errors: Mapping[str, AnswerError]
    alternatives: tuple[Alternative, ...]
    bill_errors: Mapping[str, BillError]
    measures: tuple[Measure, ...]
    normals: Mapping[tuple[str, str], Normal]
    factor_versions: tuple[Factor, ...]
    tariff_versions: tuple[Tariff, ...]
    subsidy_versions: tuple[Subsidy, ...]
    price_paths: tuple[PricePath, ...]
    pollutants: tuple[Pollutant, ...]
    day: date = LATEST
    region: str = HOME_REGION
    early: tuple[str, ...] = ()

    @classmethod
    def load(cls, read: Read) -> EnergyTables:
        """Read all tables through `read(relative_path, columns)`.

        Raises:
            InputFault: CP-1001..1003 from reading; CP-1306 when a row names something that no table has; CP-1370 to
                CP-1374 editions that cannot be used.
        """
        rows = {name: _rows(read, f"tables/energy/{name}.csv", kind, own) for name, (kind, own) in _TABLES.items()}
        versions = {name: tuple(rows.pop(name)) for name in ("factors", "tariffs", "subsidies")}
        for name in ("tariffs", "subsidies"):
            check_dates(name, versions[name])
        parts: dict[str, Any] = {name: _keyed(name, found) for name, found in rows.items()}
        tables = cls(
            normals=_normals(read), factors={}, tariffs=(), subsidies=(), factor_versions=versions["factors"],
            tariff_versions=versions["tariffs"], subsidy_versions=versions["subsidies"], **parts,
        ).on(LATEST)  # fmt: skip
        _check(tables)
        return tables

    def on(self, day: date, *, region: str = HOME_REGION, factor_year: int | None = None) -> EnergyTables:
        """The same tables with the factors, tariffs and subsidies in force on a day.

        Args:
            day: of the survey or of the decision.
            region: grid whose carbon factor electricity gets.
            factor_year: year of that factor where a person chose one; else the newest not after the day's year.

        Raises:
            InputFault: CP-1370 a carrier's prices have ended; CP-1371 tiers with a gap; CP-1374 no such factor.
        """
        tariffs, early = tariffs_on(self.tariff_versions, day)
        return replace(
            self, factors=factors_on(self.factor_versions, day, region, factor_year), tariffs=tariffs,
            subsidies=subsidies_on(self.subsidy_versions, day), day=day, region=region, early=early,
        )  # fmt: skip

    def rule(self, key: str) -> float:
        """The value of one of the program's own rules."""
        return self.rules[key].value

    def device(self, key: str) -> float:
        """One figure of a device, e.g. `pv.losses`."""
        return self.devices[key].value


_IN_ORDER: Final = ("heat_pumps", "measures", "price_paths", "pollutants", "alternatives")
_KEYS: Final[Mapping[str, str]] = {
    "materials": "id",
    "archetypes": "id",
    "bridges": "junction",
    "limits": "id",
    "rules": "key",
    "devices": "id",
    "answer_errors": "name",
    "bill_errors": "carrier",
}


def _keyed(name: str, rows: list[Any]) -> object:
    if name in _IN_ORDER:
        return tuple(rows)
    if name == "windows":
        return {(row.frame, row.glazing): row for row in rows}
    return {getattr(row, _KEYS.get(name, "code")): row for row in rows}


def _rows(read: Read, path: str, kind: type[Row], own: Mapping[str, Convert]) -> list[Row]:
    columns: dict[str, Convert] = {}
    for item in fields(kind):  # type: ignore[arg-type]
        by_name = status if item.name == "status" else maybe_text if item.name in ("source", "year") else None
        known = own.get(item.name) or CONVERTERS.get(item.name) or by_name
        columns[item.name] = known or _BY_TYPE[str(item.type)]
    return [kind(**row) for row in read(path, columns)]


def _normals(read: Read) -> dict[tuple[str, str], Normal]:
    columns: dict[str, Convert] = dict.fromkeys(("place", "quantity", "unit"), text)
    columns |= {"altitude_m": number, "period": maybe_text, "status": status, "source": maybe_text}
    columns |= dict.fromkeys(MONTHS, number)
    found: dict[tuple[str, str], Normal] = {}
    for row in read("climate/normals.csv", columns):
        months = tuple(row[month] for month in MONTHS)
        rest = {key: value for key, value in row.items() if key not in MONTHS}
        found[(row["place"], row["quantity"])] = Normal(months=months, **rest)
    return found


def _check(tables: EnergyTables) -> None:
    """A table that names a material, carrier or system that does not exist is refused when read, not when used."""
    _known("walls", {row.material for row in tables.walls.values()}, tables.materials)
    _known("walls", {row.core_material for row in tables.walls.values()} - {""}, tables.materials)
    _known("insulations", {row.material for row in tables.insulations.values()}, tables.materials)
    layers = [layer for row in tables.roofs.values() for layer in row.layers]
    layers += [layer for row in tables.ceilings.values() for layer in row.layers]
    _known("roofs, ceilings", {layer.partition(":")[0] for layer in layers}, tables.materials)
    _known("systems", {row.carrier for row in tables.systems.values()}, tables.factors)
    carriers = {row.carrier for row in tables.cookers.values()}
    carriers |= {row.carrier for row in tables.water_heaters.values()}
    _known("cookers, water_heaters", carriers, tables.factors)
    _known("appliances", {row.profile for row in tables.appliances.values()}, tables.profiles)
    _known("archetypes", {row.heater_type for row in tables.archetypes.values()}, tables.systems)
    _known("bill_errors", set(tables.factors), tables.bill_errors)
    _known("tariffs", set(tables.factors), {row.carrier for row in tables.tariffs})
    _known("tariffs", {row.carrier for row in tables.tariff_versions}, tables.factors)
    _known("pollutants", {row.carrier for row in tables.pollutants}, tables.factors)
    _known("pollutants", {row.device for row in tables.pollutants} - {""}, tables.systems)
    for path in ("low", "mid", "high"):
        _known("price_paths", set(tables.factors), {row.carrier for row in tables.price_paths if row.path == path})
    ids = {row.id for row in tables.measures}
    _known("subsidies", {code for row in tables.subsidy_versions for code in row.measures}, ids)
    check_measures(tables.measures, tables.materials, tables.systems, tables.factors, tables.sunspaces)


def _known(table: str, used: set[str], there: Mapping[str, object] | set[str]) -> None:
    missing = sorted(used - set(there))
    if missing:
        raise InputFault("CP-1306", table=table, missing=", ".join(missing))
