"""Many houses together: the stock of a village, what a scenario asks, and what it comes to.

Money in yuan of the first year, carbon in kg CO2 a year, power in kW at the design hour. Everything is plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpdesk.model.building import BuildingFacts

OBJECTIVES = ("carbon", "cost", "households")
PAYERS = ("total", "own", "government")
LEVELS = ("ultra_low_energy", "zero_carbon")


@dataclass(frozen=True, slots=True)
class House:
    """One household of the stock: surveyed facts, or what the register knows and the archetype of its year.

    Attributes:
        id: unique and stable; results are ordered by it.
        label: what an office calls it (its number, never a name).
        surveyed: `facts` come from an audit's survey; else they were made from the register.
        poor: low-income by its survey or the register; `None` where nobody said.
        refused: `works` codes of the form that the household will not have.
    """

    id: str
    facts: BuildingFacts
    township: str = ""
    village: str = ""
    label: str = ""
    surveyed: bool = True
    poor: bool | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What can be done to a house: columns of equal length, the first row is to do nothing.

    Attributes:
        own_yuan, subsidy_yuan: who pays the works; their sum is the investment.
        saving_yuan, carbon_kg: saved a year, after part was kept as warmth.
        extra_yuan, extra_kg: the part of these that has nothing to do with heating (sun, hot water, cooking, lamps).
        power_kw: electric heating power at the design hour above today's.
        measures: ids, in the order of the work.
        levels: codes of `LEVELS` that the house reaches with it, with a space between; empty where nobody judged.
    """

    own_yuan: tuple[float, ...]
    subsidy_yuan: tuple[float, ...]
    saving_yuan: tuple[float, ...]
    carbon_kg: tuple[float, ...]
    extra_yuan: tuple[float, ...]
    extra_kg: tuple[float, ...]
    power_kw: tuple[float, ...]
    measures: tuple[tuple[str, ...], ...]
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseFigures:
    """One house today, and its options.

    Attributes:
        prior_need_kwh_m2: what the archetype of its year alone gives; audited houses are compared with it.
        need_kwh, final_kwh, cost_yuan, kgce: of a heating season; `carbon_kg` of a year with all other uses, of which
            `heating_kg` heats.
        spread: half-width of the independent error in logarithms (standard deviation).
        factor: by which neighbours' audits moved an estimated house; 1 for surveyed ones.
        combinations: how many were evaluated.
        heating_kw, others_kw, vehicle_kw: electric power at the design hour today, as `systems.power` has it.
    """

    id: str
    township: str
    village: str
    label: str
    surveyed: bool
    poor: bool | None
    archetype: str
    era: str
    heating: str
    area_m2: float
    need_kwh: float
    final_kwh: float
    cost_yuan: float
    carbon_kg: float
    heating_kg: float
    kgce: float
    pv: bool
    solar_water: bool
    bottled_gas: bool
    prior_need_kwh_m2: float
    options: Options
    combinations: int
    spread: float = 0.0
    factor: float = 1.0
    heating_kw: float = 0.0
    others_kw: float = 0.0
    vehicle_kw: float = 0.0


@dataclass(frozen=True, slots=True)
class SetAside:
    """A house that could not be computed, and why; the run goes on without it."""

    id: str
    label: str
    village: str
    code: str
    message_zh: str
    message_en: str
    remedy_zh: str = ""
    remedy_en: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a district asks; empty fields ask nothing. `docs/district.md` describes the file.

    Attributes:
        objective: `carbon` most saved, `cost` least money, `households` most houses.
        payer: whose money the objective `cost` counts, and ranking goes by.
        budget_yuan: most for works, by payer (`total`, `own`, `government`).
        township_budget_yuan: most for works (own and government together) by township code.
        carbon_target_t: least carbon saved a year; `households_target` least houses that get works.
        level_targets: least houses that reach a level by the works, by its code.
        village_power_kw: most added electric heating power by village; `*` stands for those not named.
        poor_share_min: of the houses that get works, at least this share is poor.
        uptake: of all houses at most this share takes part.
        least_carbon_share: options that save less of a house's carbon are not offered.
        measures: only these (empty: all of the catalogue); `without` none of these.
        price_factors: by carrier, on all its prices; `subsidy_factor` on all rates and caps of works.
        factor_year: year of the grid factor; `carbon_factors` by carrier, on its factor.
        warmer_k: heated so much warmer than surveyed.
        day: prices, subsidies and factors of this day (ISO); empty for the latest.
        time_limit_s: of the split; then the gap that is proven by then is told.
    """

    name: str
    objective: str = "carbon"
    payer: str = "total"
    budget_yuan: Mapping[str, float] = field(default_factory=dict)
    township_budget_yuan: Mapping[str, float] = field(default_factory=dict)
    carbon_target_t: float | None = None
    households_target: int | None = None
    level_targets: Mapping[str, int] = field(default_factory=dict)
    village_power_kw: Mapping[str, float] = field(default_factory=dict)
    poor_share_min: float = 0.0
    uptake: float = 1.0
    least_carbon_share: float = 0.0
    measures: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    price_factors: Mapping[str, float] = field(default_factory=dict)
    subsidy_factor: float = 1.0
    factor_year: int | None = None
    carbon_factors: Mapping[str, float] = field(default_factory=dict)
    warmer_k: float = 0.0
    day: str = ""
    time_limit_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A total with P10, P50 and P90 of its sample; `value` is the sum of the houses' figures."""

    value: float
    p10: float
    p50: float
    p90: float
    unit: str


@dataclass(frozen=True, slots=True)
class Group:
    """Houses that have something in common, and their sums; `key` is a code or a name."""

    by: str
    key: str
    houses: int
    surveyed: int
    area_m2: float
    need_kwh: float
    cost_yuan: float
    carbon_kg: float
    chosen: int = 0
    own_yuan: float = 0.0
    subsidy_yuan: float = 0.0
    saving_yuan: float = 0.0
    carbon_saving_kg: float = 0.0
    power_kw: float = 0.0


@dataclass(frozen=True, slots=True)
class Pick:
    """What the split gives one house; `option` is its place in `HouseFigures.options`."""

    house: str
    option: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A demand of an infeasible scenario: asked, and the nearest that the other demands allow.

    Attributes:
        demand: text key; `place` the township or village it is for.
        reachable: `None` where this demand alone is not the reason.
    """

    demand: str
    place: str
    asked: float
    reachable: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Split:
    """The best use of a budget.

    Attributes:
        status: `optimal`, `time_limit` (best found, the gap is not closed) or `infeasible`.
        objective, bound: of what was found, and what nothing can beat, in the objective's unit.
        gap: |bound - objective| / max(1, |objective|); `None`, as the bound, where no split was found.
        columns: options the solver was given after those were left out that cannot be part of a better split.
    """

    status: str
    picks: tuple[Pick, ...]
    objective: float
    bound: float | None
    gap: float | None
    options: int
    columns: int
    own_yuan: float = 0.0
    subsidy_yuan: float = 0.0
    saving_yuan: float = 0.0
    carbon_kg: float = 0.0
    power_kw: float = 0.0
    obstacles: tuple[Obstacle, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A house's best step by money for carbon: its cheapest tonne, in yuan per t of CO2 over the measures' horizon."""

    house: str
    option: int
    cost_yuan_t: float
    money_yuan: float
    carbon_kg: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The split under one changed circumstance."""

    key: str
    change: str
    status: str
    carbon_saving_kg: float
    money_yuan: float
    saving_yuan: float
    houses: int


@dataclass(frozen=True, slots=True)
class PlanTarget:
    """A target of the district's plan that farmhouse records count; empty is what the plan does not name.

    Attributes:
        today, reached: counted in the stock today, and after the split.
    """

    key: str
    article: int | None
    unit: str
    by_year: int | None
    target: float | None
    today: float
    reached: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class DistrictResult:
    """Everything a run says; houses in the order of their ids."""

    scenario: Scenario
    houses: tuple[HouseFigures, ...]
    aside: tuple[SetAside, ...]
    totals: Mapping[str, Spread]
    groups: tuple[Group, ...]
    split: Split
    after: Mapping[str, Spread]
    ranking: tuple[Ranked, ...]
    targets: tuple[PlanTarget, ...]
    factors: tuple[tuple[str, str, float, str, str], ...]
    combinations: int
