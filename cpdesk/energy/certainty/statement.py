"""What bills and survey say of each other: agreement, or contradiction with likely reasons and questions.

Texts are keys of `resources/i18n/texts/energy_certainty.csv`; `certainty.words` fills them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.certainty.draws import Family, evenly
from cpdesk.energy.certainty.outcomes import outcomes
from cpdesk.energy.certainty.unsure import Unsure
from cpdesk.energy.house.construct import build
from cpdesk.energy.retrofit.grid import Setting
from cpdesk.energy.weather.climate import Floats
from cpdesk.model.building import Building
from cpdesk.model.certainty import Calibration, Question

_COLD_C, _WARM_C, _NIGHT_DROP_K = 12.0, 20.0, 3.0
_ABOUT: Final = 0.05  # a bill this near to what a cold or warm house would use is not "below" or "above" it
_TOLD: Final = {
    "coal": "bill.coal_briquette_t", "coal_loose": "bill.coal_loose_t", "electricity": "bill.elec_season_kwh",
    "gas": "bill.gas_season_m3", "lpg": "bill.lpg_bottles", "wood": "bill.wood_kg", "pellets": "bill.pellet_kg",
    "heat": "bill.heat_fee_yuan",
}  # fmt: skip


def bill_question(carrier: str) -> str:
    """Quantity of the form that asks for the bill of a carrier."""
    return _TOLD.get(carrier, "bill.fuels")


def agreement(report: Calibration) -> Calibration:
    """The report of bills that were used."""
    assert report.need_after is not None  # made before the sentence is
    change = 100.0 * (report.need_after.p50 / report.need_before.p50 - 1.0)
    before, after = (item.p90 - item.p10 for item in (report.need_before, report.need_after))
    width = 100.0 * (1.0 - after / max(before, 1e-9))
    key = "agrees_up" if change >= 1.0 else "agrees_down" if change <= -1.0 else "agrees"
    if report.village:
        key = "village"
    fields: dict[str, str | float] = {"carriers": _names(report), "change": abs(change), "narrower": max(width, 0.0)}
    if report.village:
        fields |= {"households": float(report.neighbours), "until": report.neighbours_until}
    return replace(report, statement=f"energy.calibration.{key}", fields=fields, questions=_unmatched(report))


def _names(report: Calibration) -> str:
    return " ".join(f"energy.carrier.{item.carrier}" for item in report.carriers)


def _unmatched(report: Calibration) -> tuple[Question, ...]:
    """A fuel that was paid for and that no heater burns."""
    return (Question("energy.calibration.ask_unmatched", "heater.type"),) if report.unmatched else ()


def only_unmatched(report: Calibration) -> Calibration:
    """There are bills, and no heater that burns what was bought."""
    names = " ".join(f"energy.carrier.{carrier}" for carrier in report.unmatched)
    return replace(
        report, statement="energy.calibration.unmatched", fields={"carriers": names}, questions=_unmatched(report)
    )


def contradiction(report: Calibration, setting: Setting, dimensions: tuple[Unsure, ...], sigmas: Floats) -> Calibration:
    """The report of bills that the survey cannot explain.

    Args:
        sigmas: (carriers,) bills above (+) or below (-) what the survey expects, in standard deviations.
    """
    if len(sigmas) > 1 and sigmas.max() > 1.0 and sigmas.min() < -1.0:
        more, less = report.carriers[int(sigmas.argmax())], report.carriers[int(sigmas.argmin())]
        names: dict[str, str | float] = {
            "more": f"energy.carrier.{more.carrier}", "less": f"energy.carrier.{less.carrier}",
        }  # fmt: skip
        asked = (Question("energy.calibration.ask_share", "heater.share_pct"), *_low_questions(report, setting)[1:])
        return replace(report, statement="energy.calibration.shares", fields=names, questions=_first(asked))
    worst = int(np.abs(sigmas).argmax())
    bill = report.carriers[worst]
    low = bool(sigmas[worst] < 0)
    at_c = _COLD_C if low else _WARM_C
    used = _used_at(setting, dimensions, at_c, bill.carrier)
    fields: dict[str, str | float] = {
        "carrier": f"energy.carrier.{bill.carrier}", "unit": f"energy.unit.{bill.unit}", "billed": bill.billed,
        "low": bill.before.p10, "high": bill.before.p90,
    }  # fmt: skip
    beyond = used is not None and (bill.billed < (1.0 - _ABOUT) * used if low else bill.billed > (1.0 + _ABOUT) * used)
    key = "low" if low else "high"
    if beyond and used is not None:
        key += "_even"
        fields |= {"at": at_c, "used": used, "percent": 100.0 * bill.billed / used}
    asked = _low_questions(report, setting) if low else _high_questions(report)
    return replace(report, statement=f"energy.calibration.{key}", fields=fields, questions=_first(asked))


def _first(asked: tuple[Question, ...]) -> tuple[Question, ...]:
    return asked[:5]


def _used_at(setting: Setting, dimensions: tuple[Unsure, ...], day_c: float, carrier: str) -> float | None:
    """What the house would use of a carrier if it were kept at a temperature, the rest as surveyed."""
    building = setting.building
    try:
        other: Building = build(building.facts, setting.tables, {"day_c": day_c, "night_c": day_c - _NIGHT_DROP_K})
    except InputFault:
        return None
    alone = evenly(Family(dimensions, other, ()), np.zeros((1, len(dimensions))))
    return float(outcomes(setting, (), alone).amounts[carrier][0])


def _low_questions(report: Calibration, setting: Setting) -> tuple[Question, ...]:
    """Less was bought than the house would need."""
    facts = setting.building.facts
    asked = [*_unmatched(report)]
    asked.append(Question("energy.calibration.ask_other_heat", "heater.type"))
    asked.append(Question("energy.calibration.ask_stock", bill_question(report.carriers[0].carrier)))
    if any(block.heated is None or block.heated.value == "full" for block in facts.blocks):
        asked.append(Question("energy.calibration.ask_fewer_rooms", "building.heated_rooms"))
    if facts.winter_absence_days is None or facts.winter_absence_days.value <= 0:
        asked.append(Question("energy.calibration.ask_absence", "people.winter_absence_days"))
    asked.append(Question("energy.calibration.ask_cooler", "temperature.usual_day_c"))
    asked.append(Question("energy.calibration.ask_insulated", "building.wall.insul_type"))
    return tuple(asked)


def _high_questions(report: Calibration) -> tuple[Question, ...]:
    """More was bought than the house would need."""
    asked = [
        Question("energy.calibration.ask_cooking", "kitchen.cook_fuels"),
        Question("energy.calibration.ask_two_winters", bill_question(report.carriers[0].carrier)),
        Question("energy.calibration.ask_more_rooms", "building.heated_rooms"),
        Question("energy.calibration.ask_warmer", "temperature.usual_day_c"),
        Question("energy.calibration.ask_leaks", "building.leak.hand"),
    ]
    return (*_unmatched(report), *asked)
