"""How sure the figures of an audit are: ranges by sampling, what would narrow them, and what the bills say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cpdesk.model.records import Quality


@dataclass(frozen=True, slots=True)
class Range:
    """Percentiles of a figure over the draws."""

    p5: float
    p10: float
    p50: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True)
class PackageCertainty:
    """Ranges of one package.

    Attributes:
        sir: saving to investment ratio: present value of the saving over that of the own money.
        payback_low_a, payback_a, payback_high_a: P10, P50 and P90; `None` where nothing is saved.
        pays_share: share of the draws in which the package pays (net present value above zero).
    """

    code: str
    need_kwh: Range
    final_energy_kwh: Range
    cost_yuan: Range
    co2_t: Range
    coldest_days_c: Range
    own_cost_yuan: Range
    saving_yuan: Range
    co2_saving_t: Range
    npv_yuan: Range
    sir: Range
    payback_low_a: float | None
    payback_a: float | None
    payback_high_a: float | None
    pays_share: float


@dataclass(frozen=True, slots=True)
class Advice:
    """One answer that a surveyor can give better on site, and what that does to the range of package A's saving.

    Attributes:
        question: quantity of the form, e.g. `building.wall.mm`.
        place, name: text keys of building or heater, and of the input.
        quality: how it is known now.
        share_pct: share of the saving's variance that it brings.
        half_yuan, half_after_yuan: half the width of P10 to P90 today, and with the answer measured.
        text: text key of the sentence; `fields` fills it, text keys among them.
    """

    question: str
    place: str
    name: str
    quality: Quality
    share_pct: float
    half_yuan: float
    half_after_yuan: float
    text: str
    fields: Mapping[str, str | float]


@dataclass(frozen=True, slots=True)
class Certainty:
    """Ranges of the house as it is and of its packages, from draws of every unsure input.

    Attributes:
        draws: how many; `effective` how many they are worth after weighting with the bills (equal without bills).
        calibrated: whether the bills were used.
        advice: the five answers that matter most, the strongest first.
    """

    draws: int
    effective: float
    calibrated: bool
    need_kwh: Range
    final_energy_kwh: Range
    cost_yuan: Range
    co2_t: Range
    coldest_days_c: Range
    packages: tuple[PackageCertainty, ...] = ()
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class CarrierFit:
    """A bill beside what the model expects of it, before and after calibration, in the bill's unit.

    Attributes:
        billed_low, billed_high: P10 and P90 of the bill itself.
        after: `None` where the bills were not used.
    """

    carrier: str
    unit: str
    billed: float
    billed_low: float
    billed_high: float
    before: Range
    after: Range | None


@dataclass(frozen=True, slots=True)
class Move:
    """An assumption that the bills moved.

    Attributes:
        prior, posterior: P10, P50, P90 in the input's unit.
        shift: how far the middle went, in half-widths of the prior's P10 to P90.
    """

    key: str
    place: str
    name: str
    unit: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    shift: float


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask when bills and survey contradict each other: a likely reason, and the form's quantity to look at."""

    text: str
    quantity: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the fuel bills say of the survey.

    Attributes:
        used: the figures of the audit are calibrated to the bills.
        agrees: survey and bills agree: `p_value` is at least the limit of the rules.
        p_value: share of houses like the surveyed one whose bills lie as far out as these (prior-predictive).
        effective: effective number of draws of the calibrated sample, 0 where it was not made.
        saving_change_pct: how far the saving of package A moved by the calibration; `None` without a package.
        need_before, need_after: yearly heat need in kWh.
        statement: text key of the sentence that says how bills and survey stand; `fields` fills it.
        questions: likely reasons, each with what to ask; empty when they agree.
        unmatched: carriers with a bill that no heater of the survey burns.
        village: the bill is the village's average, not this household's.
    """

    used: bool
    agrees: bool
    p_value: float
    effective: float
    need_before: Range
    need_after: Range | None
    carriers: tuple[CarrierFit, ...]
    moves: tuple[Move, ...]
    statement: str
    fields: Mapping[str, str | float]
    questions: tuple[Question, ...] = ()
    unmatched: tuple[str, ...] = ()
    saving_change_pct: float | None = None
    village: bool = False
    neighbours: int = 0
    neighbours_until: str = ""


@dataclass(frozen=True, slots=True)
class VillageUse:
    """What neighbours of the village use for heating, for a household without bills.

    Attributes:
        p10_m2, p50_m2, p90_m2: of a carrier in its unit, per season and m2 of heated floor, over the households.
        households: how many it was taken from, the newest of them surveyed on `latest` (ISO day).
    """

    carrier: str
    unit: str
    p10_m2: float
    p50_m2: float
    p90_m2: float
    households: int
    latest: str = ""
