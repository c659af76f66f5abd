"""A household's whole year of energy: every use, the sun on the roof, and what all of it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpdesk.model.assessment import CarrierUse, FactorUse, Quantity

YEAR_USES: Final = ("heating", "hot_water", "cooking", "lighting", "appliances", "vehicle")
"""Uses in the order in which they are printed; a household that charges no vehicle has no such line."""


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use in a year, as if no sun shone on the roof.

    Attributes:
        code: one of `YEAR_USES`.
        carriers: what it burns and draws; their energy and cost sum to those of the use.
    """

    code: str
    carriers: tuple[CarrierUse, ...]
    energy_kwh: Quantity
    cost_yuan: Quantity
    co2_kg: Quantity
    kgce: Quantity


@dataclass(frozen=True, slots=True)
class SunLine:
    """Photovoltaics in a year. used + sold + unused = generated.

    Attributes:
        used_kwh: in the house, by the hour; `heating_kwh` of it by heating.
        unused_kwh: of panels without a grid, what nobody took.
        cost_yuan, co2_kg, kgce: what the sun changes in the year; negative.
        self_consumption_pct: used over generated; `self_sufficiency_pct` used over all electricity of the house.
    """

    generated_kwh: Quantity
    used_kwh: Quantity
    heating_kwh: Quantity
    sold_kwh: Quantity
    unused_kwh: Quantity
    sale_yuan: Quantity
    cost_yuan: Quantity
    co2_kg: Quantity
    kgce: Quantity
    self_consumption_pct: Quantity
    self_sufficiency_pct: Quantity


@dataclass(frozen=True, slots=True)
class HouseYear:
    """The year of the house as it is, or with a choice of measures; all lines sum exactly to the totals.

    Attributes:
        code: `now`, the letter of a package, or the code of a criterion.
        uses: in the order of `YEAR_USES`, those there are.
        sun: `None` where no panels stand.
        energy_kwh: what all uses take; `bought_kwh` that less the sun's part.
        cost_yuan: the year's bills less what is sold; `co2_kg` and `kgce` likewise.
    """

    code: str
    uses: tuple[UseLine, ...]
    sun: SunLine | None
    energy_kwh: Quantity
    bought_kwh: Quantity
    cost_yuan: Quantity
    co2_kg: Quantity
    kgce: Quantity


@dataclass(frozen=True, slots=True)
class YearUse:
    """The house as it is, with each package, and with the best choice by each criterion.

    Attributes:
        factors: factors and prices of what other uses burn and draw, beside those of the audit's heating.
    """

    now: HouseYear
    packages: tuple[HouseYear, ...]
    criteria: tuple[HouseYear, ...]
    factors: tuple[FactorUse, ...] = ()
