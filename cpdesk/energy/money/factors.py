"""Which editions of factors, tariffs and subsidies stand behind the figures of a house, as they are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cpdesk.energy.money.prices import PRICED, edition
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.versions import HOME_REGION
from cpdesk.model.assessment import FactorUse

_RATE_UNITS: Final = {"yuan_per_m2": "CNY/m2", "yuan_per_household": "CNY", "yuan_per_kw": "CNY/kW"}


def editions_used(carriers: Iterable[str], tables: EnergyTables) -> tuple[FactorUse, ...]:
    """Factors and usual tariffs in force of these carriers, then the subsidies in force.

    A tariff that was taken although it begins only later (`EnergyTables.early`) is marked `to_confirm`.
    """
    found: list[FactorUse] = []
    for carrier in sorted(set(carriers)):
        row = tables.factors[carrier]
        region = f".{row.region}" if row.region not in ("", HOME_REGION) else ""
        for name, value, unit in (
            ("calorific_value", row.kwh_per_unit, f"kWh/{row.unit}"),
            ("standard_coal", row.kgce_per_unit, f"kgce/{row.unit}"),
            ("carbon", row.co2_kg_per_unit, f"kgCO2/{row.unit}"),
        ):
            code = f"{carrier}.{name}{region if name == 'carbon' else ''}"
            found.append(FactorUse(code, f"energy.factor.{name}", value, unit, row.year, row.source, row.status))
        for tariff in tables.tariffs:
            if tariff.carrier == carrier and tariff.item in PRICED and not tariff.scheme:
                status = "to_confirm" if tariff.id in tables.early else tariff.status
                found.append(
                    FactorUse(
                        tariff.id, "energy.factor.price", tariff.price_yuan, f"CNY/{tariff.unit.removesuffix('/a')}",
                        edition(tariff.valid_from), tariff.source, status,
                    )
                )  # fmt: skip
    found += [
        FactorUse(
            row.id, "energy.factor.subsidy", row.rate, _RATE_UNITS.get(row.basis, ""), edition(row.valid_from),
            row.source, row.status,
        )
        for row in tables.subsidies
    ]  # fmt: skip
    return tuple(found)
