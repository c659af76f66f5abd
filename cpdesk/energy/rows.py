"""One dataclass for each table of the energy engine; every row keeps its status and its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Material:
    """Conductivity in W/(m K), density in kg/m3, specific heat in J/(kg K), in-use factor on the conductivity."""

    id: str
    lambda_w_mk: float
    density_kg_m3: float
    specific_heat_j_kgk: float
    in_use_factor: float
    status: str
    source: str

    def resistance(self, thickness_mm: float) -> float:
        """Thermal resistance of a layer in m2K/W, with the in-use factor of GB 50176."""
        return thickness_mm / 1000.0 / (self.lambda_w_mk * self.in_use_factor)


@dataclass(frozen=True, slots=True)
class WallType:
    """What a `wall_type` code is built of; `core_material` is a second leaf of fixed thickness."""

    code: str
    material: str
    default_mm: float
    core_material: str
    core_mm: float | None
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Insulation:
    """What an `insul_type` code is made of, and how thick where nobody knows."""

    code: str
    material: str
    default_mm: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class RoofType:
    """Layers (`material:mm`, from inside) of a `roof_shape`.

    Attributes:
        attic_r_m2k_w: of the flat air layer between a flat roof and its ceiling; above the ceiling of a pitched roof
            the attic has a heat balance of its own, with `attic_air_1_h`.
        eaves_m: how far the eaves stand out over the front.
    """

    code: str
    layers: tuple[str, ...]
    attic_r_m2k_w: float
    tilt_deg: float
    attic_air_1_h: float
    eaves_m: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class CeilingType:
    """Layers of a `ceiling` code."""

    code: str
    layers: tuple[str, ...]
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class FloorType:
    """Resistance of a `floor_type` without its insulation, which has its own material and default thickness."""

    code: str
    r_m2k_w: float
    insulation_material: str
    default_mm: float | None
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class WindowType:
    """U of the whole window with its range, g of the glass, share of the frame in the opening."""

    frame: str
    glazing: str
    u_low_w_m2k: float
    u_w_m2k: float
    u_high_w_m2k: float
    g_glass: float
    frame_fraction: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class SunspaceType:
    """A `sunspace`: what stands before the front.

    Attributes:
        u_w_m2k, g_glass, frame_fraction: of its glazing; `glazed_share` of the front that is glass, the rest is
            `sill_u_w_m2k`.
        roof_u_w_m2k: of a solid roof, `None` where the roof is glazed too.
        air_change_1_h: with outdoor air (ISO 13789:2017, table of unconditioned spaces).
        depth_m: where nobody measured it.
    """

    code: str
    u_w_m2k: float
    g_glass: float
    frame_fraction: float
    glazed_share: float
    sill_u_w_m2k: float
    roof_u_w_m2k: float | None
    air_change_1_h: float
    depth_m: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """Linear thermal transmittance of a junction by where the wall's insulation lies."""

    junction: str
    none_w_mk: float
    outside_w_mk: float
    inside_w_mk: float
    core_w_mk: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class DoorType:
    """U of an outside door with its range."""

    code: str
    u_low_w_m2k: float
    u_w_m2k: float
    u_high_w_m2k: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Archetype:
    """The usual house of an era: what stands in for answers that are missing."""

    id: str
    year_from: int
    year_to: int
    structures: tuple[str, ...]
    bays: float
    depth_m: float
    height_m: float
    wall_type: str
    wall_mm: float
    wall_insul_type: str
    wall_insul_mm: float
    roof_shape: str
    roof_insul_type: str
    roof_insul_mm: float
    ceiling: str
    floor: str
    win_frame: str
    win_glazing: str
    door_type: str
    air_change_1_h: float
    heater_type: str
    emitter: str
    structure: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class SystemType:
    """A heater: carrier, seasonal efficiency with range, rated output in kW, water temperature; `heat_pump` names its
    rows of `heat_pumps.csv`."""

    code: str
    carrier: str
    efficiency_low: float
    efficiency: float
    efficiency_high: float
    capacity_kw: float
    water: str
    flow_c: float | None
    heat_pump: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class HeatPumpPoint:
    """COP at full load and capacity over that at -12 degC, for an outdoor and a water temperature."""

    kind: str
    outdoor_c: float
    water_c: float
    cop: float
    capacity_ratio: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Distribution:
    """Share of the produced heat that reaches the rooms: what gets `to_emitters`, and of the loss the part `recovered`
    that warms the rooms on its way."""

    code: str
    low: float
    value: float
    high: float
    to_emitters: float
    recovered: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Factor:
    """Energy, standard coal and CO2 of one unit of a carrier in one edition.

    Attributes:
        region: the grid an electricity factor stands for (`beijing`, `north_china`, `china`, `china_residual`); empty
            where a carrier is the same everywhere.
        kgce_per_unit: equivalent value (dangliang) of GB/T 2589; `kgce_primary_per_unit` the primary value (dengjia),
            `None` where the two are the same.
        biogenic_co2_kg_per_unit: carbon of this year's plants, never part of `co2_kg_per_unit`; `None` where there is
            none.
        year: edition of the factor.
    """

    id: str
    carrier: str
    region: str
    unit: str
    kwh_per_unit: float
    kgce_per_unit: float
    kgce_primary_per_unit: float | None
    co2_kg_per_unit: float
    biogenic_co2_kg_per_unit: float | None
    year: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price, or a subsidy on it, for the amount between two limits, and when it is in force.

    Attributes:
        item: `tier`, `heating_day`, `heating_valley`, `valley_subsidy`, `season_subsidy`, `area_fee` or `feed_in`.
        scheme: tells tariffs of the same carrier apart; empty for the usual one.
        from_amount, to_amount: bounds of a tier, or the cap of a subsidy, in the unit bought.
        hours: first hour and the hour after the last, e.g. (20, 8); `season` month and day of its first and last day.
        persons_from, persons_extra: from so many persons on the bounds of the tiers lie higher by this amount.
        valid_from, valid_to: first and last day in force; `None` is open.
    """

    id: str
    carrier: str
    item: str
    scheme: str
    from_amount: float
    to_amount: float | None
    price_yuan: float
    unit: str
    hours: tuple[int, int] | None
    season: tuple[int, int, int, int] | None
    persons_from: float | None
    persons_extra: float | None
    payer: str
    valid_from: date | None
    valid_to: date | None
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Subsidy:
    """What a programme pays for works, and how it stands beside other programmes.

    Attributes:
        rate: by `basis`: `yuan_per_m2` of heated area, `share_of_cost`, `yuan_per_household`, `yuan_per_kw`.
        cap_yuan: most for all its measures together; `None` is no cap.
        applies_to: a share counts on the `full` cost or on the `rest` that earlier programmes left.
        exclusive_group: of the programmes of one group only the one that pays most is paid; empty stands beside others.
        order: programmes pay in this order.
        household_cap_yuan: with this programme a household gets no more than this from all programmes together.
        townships, households, fuels: for whom, empty is all: codes, kinds (`people.support`), carriers that heat now.
        payer: who pays.
        valid_from, valid_to: first and last day in force; `None` is open.
    """

    id: str
    measures: tuple[str, ...]
    rate: float
    basis: str
    cap_yuan: float | None
    applies_to: str
    exclusive_group: str
    order: int
    household_cap_yuan: float | None
    townships: tuple[str, ...]
    households: tuple[str, ...]
    payer: str
    valid_from: date | None
    valid_to: date | None
    status: str
    source: str
    fuels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PricePath:
    """Real growth of a carrier's price a year along one path (`low`, `mid`, `high`)."""

    id: str
    path: str
    carrier: str
    growth: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Pollutant:
    """What burning a carrier in a device emits: grams per `unit` of the carrier.

    Attributes:
        device: code of a heating system; empty for any.
        pollutant: `pm25`, `so2`, `nox` or `co`.
        per: `unit` (of purchase: kg, m3, kWh) or `mj` of net calorific value.
        place: `chimney`, or `upstream` (at the power station).
    """

    id: str
    carrier: str
    device: str
    pollutant: str
    low: float | None
    value: float
    high: float | None
    per: str
    place: str
    year: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a standard."""

    id: str
    value: float
    unit: str
    standard: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A number of this program's own rules, with the range it may have."""

    key: str
    low: float
    value: float
    high: float
    unit: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A retrofit measure: what it changes, when it applies, what it costs.

    Attributes:
        group: measures of one group exclude each other.
        effect: what it changes (`catalogue.EFFECTS`).
        sides: of the house it works on.
        material, thickness_mm: the insulation; `material` of a system or a cooker is its code or carrier.
        value: by effect: U of a new window or door, added resistance of a second layer, depth of an edge board in m,
            share of heat saved or recovered, efficiency of a system or cooker, kW of PV, m2 of a collector.
        g_value: of a new window with its frame; of a second layer its transmittance.
        flow_c, emitter: water temperature and emitter that come with a system; empty keeps what is there.
        air_points: leak points it takes away.
        unit: of `cost_*` (`catalogue.UNITS`); `fixed_*` is paid once beside it.
        maintenance_yuan: a year.
        rule: name of the applicability rule; `works` the form's code of the wish list; `order` of the work.
    """

    id: str
    group: str
    effect: str
    sides: tuple[str, ...]
    material: str
    thickness_mm: float | None
    value: float | None
    g_value: float | None
    flow_c: float | None
    emitter: str
    air_points: float
    unit: str
    fixed_low: float
    fixed_mid: float
    fixed_high: float
    cost_low: float
    cost_mid: float
    cost_high: float
    maintenance_yuan: float
    life_a: float
    rule: str
    works: str
    order: int
    price_year: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class AnswerError:
    """How far an input may be from the truth: half-widths of P10 to P90 by how it is known.

    Attributes:
        name: last part of the input's key.
        kind: `factor`, a half-width being a share (0.02 is 2 %), or `shift`, in the input's unit.
        measured, bill, estimated, default: half-widths by quality; `None` where the input brings its own range only.
        least, most: what no house goes beyond.
        question: quantity of the form that a surveyor can answer better on site; empty where none can.
    """

    name: str
    kind: str
    measured: float | None
    bill: float | None
    estimated: float | None
    default: float | None
    least: float | None
    most: float | None
    question: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a default code may turn out to be, and in which share of the houses."""

    name: str
    default: str
    alternative: str
    weight: float
    question: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class BillError:
    """Half-widths of P10 to P90 of a season's amount by how it is known, and of its heat content, as shares."""

    carrier: str
    measured: float
    bill: float
    estimated: float
    content: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Normal:
    """Twelve monthly values of one quantity of one place."""

    place: str
    altitude_m: float
    quantity: str
    unit: str
    months: tuple[float, ...]
    period: str
    status: str
    source: str
