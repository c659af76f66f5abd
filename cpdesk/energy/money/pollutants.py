"""PM2.5, SO2, NOx and CO of burning fuels, and at the power stations, where factors exist.

A factor belongs to a carrier, and where one is known to a device. Where none is known the carrier is named in `missing`
and the sum of the others is a lower bound, never a zero that nobody measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.energy.money.carbon import KWH_MJ
from cpdesk.energy.rows import Pollutant
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.assessment import Quantity

POLLUTANTS: Final = ("pm25", "so2", "nox", "co")
NO_COMBUSTION: Final = ("solar",)


@dataclass(frozen=True, slots=True)
class Emission:
    """One pollutant of one household in kg a year, arrays of N.

    Attributes:
        chimney_kg: at the house.
        upstream_kg: at the power stations that feed it.
        missing: carriers that are used and have no factor; the sums are without them.
        rows: the factors that were used.
    """

    pollutant: str
    chimney_kg: Floats
    upstream_kg: Floats
    missing: tuple[str, ...]
    rows: tuple[Pollutant, ...]

    @property
    def known(self) -> bool:
        """Whether any factor stands behind the sums."""
        return bool(self.rows)


def factor_of(carrier: str, device: str, pollutant: str, tables: EnergyTables) -> Pollutant | None:
    """The factor of a device, else that of its carrier, else none."""
    rows = [row for row in tables.pollutants if (row.carrier, row.pollutant) == (carrier, pollutant)]
    own = [row for row in rows if row.device == device]
    return next(iter(own or [row for row in rows if not row.device]), None)


def grams_per_kwh(row: Pollutant, tables: EnergyTables) -> float:
    """Grams of a pollutant per kWh of final energy; at power stations for the thermal share of the grid only."""
    if row.per == "mj":
        return row.value * KWH_MJ
    share = tables.rule("thermal_power_share") if row.place == "upstream" else 1.0
    return share * row.value / tables.factors[row.carrier].kwh_per_unit


def emissions(kwh: Mapping[tuple[str, str], Floats], tables: EnergyTables) -> tuple[Emission, ...]:
    """Every pollutant of a household's final energy.

    Args:
        kwh: final energy by (carrier, device), device the code of a heating system or empty, arrays of N.
    """
    used = {key: value for key, value in kwh.items() if key[0] not in NO_COMBUSTION and np.any(value)}
    shape = np.zeros_like(next(iter(kwh.values()))) if kwh else np.zeros(1)
    found = []
    for pollutant in POLLUTANTS:
        chimney, upstream = shape, shape
        missing: list[str] = []
        rows: list[Pollutant] = []
        for (carrier, device), value in used.items():
            row = factor_of(carrier, device, pollutant, tables)
            if row is None:
                missing.append(carrier)
                continue
            rows.append(row)
            emitted_kg = value * (grams_per_kwh(row, tables) / 1000.0)
            if row.place == "upstream":
                upstream = upstream + emitted_kg
            else:
                chimney = chimney + emitted_kg
        found.append(Emission(pollutant, chimney, upstream, tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(rows))))
    return tuple(found)


def printed(emission: Emission, at: int | tuple[int, ...], *, upstream: bool = False) -> Quantity | None:
    """The pollutant of one household with its proof; `None` where no factor stands behind it: "no factor", not zero."""
    place = "upstream" if upstream else "chimney"
    rows = [row for row in emission.rows if row.place == place]
    if not rows:
        return None
    kg = emission.upstream_kg if upstream else emission.chimney_kg
    unsure = any(row.status == "to_confirm" for row in rows) or bool(emission.missing)
    inputs = tuple((f"energy.term.pollutant_factor.{row.per}", row.value, "g") for row in rows)
    value, only = float(kg[at]), rows[0]
    ranged = len(rows) == 1 and only.low is not None and only.high is not None
    low = value * (only.low or 0.0) / only.value if ranged else None
    high = value * (only.high or 0.0) / only.value if ranged else None
    return Quantity(
        value, "kg/a", low, high, f"energy.formula.pollutant_{place}", inputs,
        "; ".join(dict.fromkeys(row.source for row in rows)), "to_confirm" if unsure else "computed",
    )  # fmt: skip
