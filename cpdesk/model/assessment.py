"""What the energy engine finds: figures that carry their own proof, states, packages and the audit of one household.

Everything here is a frozen dataclass of plain values; `as_json` turns any of it into what `json.dumps` takes. Texts are
keys of `resources/i18n/texts`, so that a result is the same in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

from cpdesk.model.building import Input
from cpdesk.model.certainty import Calibration, Certainty
from cpdesk.model.climate import WeatherUse
from cpdesk.model.energy_uses import CapacityCheck
from cpdesk.model.records import Quality
from cpdesk.model.retrofit import Best, Level, Share
from cpdesk.model.year import YearUse


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure that is printed, with all that proves it.

    Attributes:
        value: the figure, not rounded.
        unit: as printed, e.g. `CNY/a`, `t/a`, `degC`.
        low, high: P10 and P90, `None` where no range was computed.
        formula: text key of the formula with its clause.
        inputs: (text key of the name, value, unit) of what went into the formula.
        source: standard and clause, or table the figure rests on.
        status: confirmed, computed, to_confirm (shown as 待核) or own_rule (†). A figure is as unsure as its weakest
            input.
    """

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    formula: str = ""
    inputs: tuple[tuple[str, float | str, str], ...] = ()
    source: str = ""
    status: str = "computed"


@dataclass(frozen=True, slots=True)
class CarrierUse:
    """Final energy of one carrier in a year of heating: energy, and amount in the unit it is bought in."""

    carrier: str
    energy_kwh: Quantity
    amount: Quantity
    cost_yuan: Quantity


@dataclass(frozen=True, slots=True)
class MonthBalance:
    """Heat of one month in kWh: losses by part of the house, gains that were used, heating.

    Losses and gains balance: sum of `losses` = `sun` + `internal` + `heating` + `stored` (heat taken from the mass).
    """

    month: int
    losses_kwh: Mapping[str, float]
    sun_kwh: float
    internal_kwh: float
    heating_kwh: float
    stored_kwh: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """One state of the house (as it is, or after a package) over one heating season.

    Attributes:
        cost_yuan: what the household pays for heating in a season.
        heat_need_kwh: heat the rooms need; `heat_index_w_m2` mean heating power per m2 over the season.
        peak_kw: highest hourly heating power.
        coldest_days_c: mean room temperature over the five coldest days.
        season_mean_c: mean room temperature of the season; `operative_mean_c` felt, with the surfaces' share.
        months: the months of the heating season in order.
        electric_peak_kw: the most the household draws at the design hour, for breaker and transformer.
        heat_pump: whether the heat pump is large enough; `None` without one.
        loss_shares_pct: whole percent by part (wall, roof, window, door, floor, air), summing to 100.
    """

    cost_yuan: Quantity
    heat_need_kwh: Quantity
    heat_index_w_m2: Quantity
    peak_kw: Quantity
    design_load_kw: Quantity
    coldest_days_c: Quantity
    season_mean_c: Quantity
    operative_mean_c: Quantity
    co2_t: Quantity
    kgce: Quantity
    final_energy_kwh: Quantity
    carriers: tuple[CarrierUse, ...]
    months: tuple[MonthBalance, ...]
    losses_kwh: Mapping[str, float]
    loss_shares_pct: Mapping[str, int]
    electric_peak_kw: Quantity | None = None
    heat_pump: CapacityCheck | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A measure of the catalogue for this house: what it would be, or why not.

    Attributes:
        code: measure id; `name` its text key; `group` the exclusive group it belongs to.
        applicable: whether it was put into the combinations.
        reasons: text keys that say why not; empty when applicable.
        wanted: the household asked for such works.
        amount: how much of it (m2, pieces); the `alone` figures are those of the measure done by itself.
    """

    code: str
    name: str
    group: str
    applicable: bool
    reasons: tuple[str, ...]
    amount: Quantity | None = None
    investment_yuan: Quantity | None = None
    subsidy_yuan: Quantity | None = None
    own_cost_yuan: Quantity | None = None
    saving_alone_yuan: Quantity | None = None
    payback_alone_a: Quantity | None = None
    life_a: float | None = None
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class PackageItem:
    """One measure of a package, in the order of the work; the savings of all items sum to the package's.

    Attributes:
        saving_same_yuan: yearly saving with rooms as warm as before, on top of the items above it.
        saving_yuan: the same after part of it was kept as warmth.
        coldest_gain_k: how much warmer the coldest days get with this item.
        share: order-free (Shapley) share in the package's saving, beside the one in the order of the work.
    """

    code: str
    name: str
    amount: Quantity
    investment_yuan: Quantity
    subsidy_yuan: Quantity
    own_cost_yuan: Quantity
    saving_same_yuan: Quantity
    saving_yuan: Quantity
    co2_saving_t: Quantity
    coldest_gain_k: Quantity
    payback_a: Quantity | None
    life_a: float
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A choice put before the household: A best value within the budget, B least own money that pays, C warmest.

    Attributes:
        items: empty never; in the order of the work.
        saving_same_yuan: yearly saving at unchanged temperatures; minus `take_back_yuan` = `saving_yuan`.
        payback_a: own cost over yearly saving; `None` when nothing is saved.
        system: code of the heating system afterwards.
        notices: text keys of what the household must know (electric capacity, seals and stove air, ...).
        views: what it means for household, government and society, by indicator (`energy.money.views.explained`);
            `None` where it does not exist. `npv_yuan` is that of the household.
    """

    code: str
    items: tuple[PackageItem, ...]
    investment_yuan: Quantity
    subsidy_yuan: Quantity
    own_cost_yuan: Quantity
    saving_same_yuan: Quantity
    take_back_yuan: Quantity
    saving_yuan: Quantity
    payback_a: Quantity | None
    npv_yuan: Quantity
    co2_saving_t: Quantity
    kgce_saving: Quantity
    coldest_days_c: Quantity
    after: Assessment
    system: str
    within_budget: bool
    notices: tuple[str, ...] = ()
    views: Mapping[str, Quantity | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One combination as a point: own money and carbon saved a year."""

    own_cost_yuan: float
    co2_saving_t: float
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A single measure that does not pay: payback beside its life."""

    code: str
    name: str
    own_cost_yuan: Quantity
    saving_yuan: Quantity
    payback_a: Quantity | None
    life_a: float


@dataclass(frozen=True, slots=True)
class FreeAct:
    """Something that costs nothing (or next to nothing) and what it saves a year."""

    code: str
    name: str
    saving_yuan: Quantity


@dataclass(frozen=True, slots=True)
class Influence:
    """How far the yearly saving of package A moves when one input is at its P10 or its P90."""

    key: str
    name: str
    saving_low_yuan: float
    saving_high_yuan: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Package A under one changed circumstance (price, set point, weather, no subsidy)."""

    code: str
    name: str
    saving_yuan: float
    payback_a: float | None


@dataclass(frozen=True, slots=True)
class FactorUse:
    """One factor or tariff that went into the figures."""

    code: str
    name: str
    value: float
    unit: str
    year: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class HandCheck:
    """The seasonal method beside the hourly one; shown only where they agree within 10 %."""

    loss_kwh: Quantity
    sun_kwh: Quantity
    internal_kwh: Quantity
    need_kwh: Quantity
    hourly_need_kwh: Quantity
    difference_pct: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class BillCheck:
    """Modelled against billed use of one carrier."""

    carrier: str
    modelled: float
    billed: float
    unit: str
    ratio: float


@dataclass(frozen=True, slots=True)
class LossNote:
    """What a part of the house is made of, in a few words; `energy.audit.notes.note_text` makes the sentence.

    Attributes:
        part: wall, roof, window, door, floor or air, as in `Assessment.losses_kwh`.
        text_key: the sentence.
        fields: fills its placeholders: a number, or text keys separated by spaces.
        quality: of the least sure answer behind it.
    """

    part: str
    text_key: str
    fields: Mapping[str, str | float]
    quality: Quality


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the household wants of an audit.

    Attributes:
        budget_yuan: own money at most; `None` when it wants to see first.
        refused: `works` codes of the form that it will not have.
        wanted: `works` codes it asked for; they are marked, not forced.
        cost_limit_yuan: set when a rebuild or relocation is near: only measures below it are offered.
        seed: makes the sampled cloud of dominated combinations the same in every reprint.
    """

    budget_yuan: float | None = None
    refused: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()
    cost_limit_yuan: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything the audit of one household says.

    Attributes:
        packages: A, B, C as far as they exist; empty when nothing pays and nothing warms.
        recommended: code of the package that is recommended, empty when none pays.
        only_comfort: no package saves money, but one makes the house warmer.
        combinations: how many were evaluated.
        frontier: exact: no combination saves more carbon for less own money.
        cloud: up to 400 dominated combinations, sampled with the seed.
        quality_counts: inputs by M, B, E, D.
        loss_notes: what each part is made of, in the order wall, roof, window, door, floor, air.
        weather: the year it was computed with.
        certainty: ranges by sampling, and the answers worth measuring.
        calibration: what the bills say; `used` tells whether all figures are calibrated to them. `None` without bills.
        by_criterion: the best of all combinations by payback, npv, sir, bill, carbon, and within the budget.
        levels: how near the house comes to an ultra-low-energy and to a zero-carbon farmhouse.
        solved: states of the envelope that were solved hour by hour.
        year: all uses of the whole year and the sun on the roof, now and with each choice.
    """

    archetype: str
    climate: str
    floor_area_m2: Quantity
    gross_area_m2: Quantity
    baseline: Assessment
    offers: tuple[Offer, ...]
    packages: tuple[Package, ...]
    recommended: str
    nothing_pays: bool
    only_comfort: bool
    near_misses: tuple[NearMiss, ...]
    free_acts: tuple[FreeAct, ...]
    combinations: int
    frontier: tuple[FrontierPoint, ...]
    cloud: tuple[FrontierPoint, ...]
    inputs: tuple[Input, ...]
    quality_counts: Mapping[str, int]
    influences: tuple[Influence, ...]
    what_ifs: tuple[WhatIf, ...]
    factors: tuple[FactorUse, ...]
    hand_check: HandCheck
    bill_checks: tuple[BillCheck, ...]
    budget_yuan: float | None
    loss_notes: tuple[LossNote, ...] = ()
    weather: WeatherUse | None = None
    certainty: Certainty | None = None
    calibration: Calibration | None = None
    by_criterion: tuple[Best, ...] = ()
    levels: tuple[Level, ...] = ()
    solved: int = 0
    year: YearUse | None = None


def as_json(value: Any) -> Any:
    """A result as plain dictionaries, lists, texts and numbers, in a stable order."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_json(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(as_json(item) for item in value)
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    return value
