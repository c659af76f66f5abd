"""Made-up answers for a farmhouse survey: plausible for the year the house was built, the same for the same seed.

Only names of questions stand here; where a question lies in the form is the form's business (`fill` looks it up). A
question that the form does not have, or does not ask in this house, is passed over.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cpdesk.base import tables
from cpdesk.base.resources import resource_path
from cpdesk.forms.form import Kind
from cpdesk.forms.session import Session
from cpdesk.model.records import Quality

SIDES: Final = ("front", "back", "left", "right")


@dataclass(frozen=True)
class MadeUpVisit:
    """Answers by question name: once for the household, and one mapping an item of each repeat."""

    household: dict[str, str]
    building: list[dict[str, str]]
    heater: list[dict[str, str]]
    room: list[dict[str, str]]
    photos: dict[str, str] = field(default_factory=dict)
    """Question → subject of the stand-in photo (`demo.photos`)."""


_ERA_COLUMNS: Final = {
    "until_year": tables.whole,
    "structure": tables.text,
    "roof_shape": tables.text,
    "ceiling": tables.text,
    "roof_insul_type": tables.text,
    "roof_insul_mm": tables.words,
    "wall_type": tables.text,
    "wall_mm": tables.text,
    "frame": tables.text,
    "glazing": tables.text,
    "door": tables.text,
    "floor": tables.text,
    "depth_min_m": tables.number,
    "depth_max_m": tables.number,
    "leaks": tables.words,
}

_FUEL_OF: Final = {
    "coal_boiler": "coal_briquette",
    "coal_stove": "coal_briquette",
    "ashp_water": "electricity",
    "ashp_air": "electricity",
    "storage_heater": "electricity",
    "gas_boiler": "gas",
}


def make_up_visit(*, seed: int, build_year: int, residents: int, heating: str, on: date) -> MadeUpVisit:
    """Answers for one household; `heating` is a code of the list `heater_type`."""
    rng = random.Random(seed)  # noqa: S311 - sample data, not a secret
    eras = tables.read_table(resource_path("samples/eras.csv"), _ERA_COLUMNS)
    era = next(era for era in eras if build_year <= era["until_year"])
    bays = rng.choice((4, 5, 5, 5, 6))
    depth = round(rng.uniform(era["depth_min_m"], era["depth_max_m"]), 1)
    heated_bays = rng.choice((bays, bays, bays - 1))
    area = round(bays * 3.4 * depth * 0.85 * heated_bays / bays, 1)
    building = _building(
        rng, era, build_year=build_year, bays=bays, depth_m=depth, heated_bays=heated_bays, area_m2=area
    )
    return MadeUpVisit(
        household=_household(rng, residents=residents, heating=heating, area_m2=area, on=on),
        building=[building],
        heater=[_heater(rng, heating, build_year, rooms=heated_bays)],
        room=[{"r_kind": "bedroom", "r_temp_c": str(rng.randint(11, 17)), "r_heating_on": "yes"}],
        photos={
            "photo_gate": "gate",
            "b_photo_front": "front",
            "b_photo_wall": "wall",
            "photo_heater": "heat_pump" if heating in ("ashp_water", "ashp_air") else "stove",
        },
    )


def _building(
    rng: random.Random,
    era: Mapping[str, Any],
    *,
    build_year: int,
    bays: int,
    depth_m: float,
    heated_bays: int,
    area_m2: float,
) -> dict[str, str]:
    improved = rng.random() < 0.25
    answers = {
        "b_kind": "main",
        "b_heated": "full" if heated_bays == bays else "part",
        "b_build_year": str(build_year),
        "b_structure": era["structure"],
        "b_facing": rng.choice(("a180", "a180", "a180", "a135")),
        "b_storeys": "1",
        "b_bays": str(bays),
        "b_length_m": f"{bays * 3.4:.1f}",
        "b_depth_m": f"{depth_m:.1f}",
        "b_storey_height_m": rng.choice(("2.9", "3.0", "3.1", "3.2")),
        "b_roof_shape": era["roof_shape"],
        "b_heated_rooms": str(heated_bays),
        "b_heated_area_m2": f"{area_m2:.1f}",
        "b_left_adjacent": rng.choice(("outdoor", "outdoor", "neighbour_heated")),
        "b_right_adjacent": "outdoor",
        "b_back_adjacent": "outdoor",
        "b_shade": rng.choice(("none", "none", "some")),
        "b_sunspace": "none",
        "b_ceiling": era["ceiling"],
        "b_roof_insul_type": era["roof_insul_type"],
        "b_roof_insul_mm": rng.choice(era["roof_insul_mm"]),
        "b_wall_type": era["wall_type"] if rng.random() > 0.1 else "unknown",
        "b_wall_mm": era["wall_mm"],
        "b_wall_insul_type": "eps" if improved else "none",
        "b_wall_insul_mm": "60",
        "b_wall_insul_side": "outside",
        "b_wall_finish": rng.choice(("bare", "plaster", "tile")),
        "b_wall_same": "yes",
        "b_win_state": rng.choice(("s2", "s3", "s4")),
        "b_door_count": rng.choice(("1", "2")),
        "b_door_type": era["door"],
        "b_door_curtain": rng.choice(("yes", "no")),
        "b_floor": era["floor"],
    }
    answers |= {
        f"b_leak_{where}": rng.choice(era["leaks"]) for where in ("hand", "paper", "light", "frame", "ceiling", "pipe")
    }
    counts = {"front": bays, "back": rng.choice((0, 2, 2)), "left": 0, "right": rng.choice((0, 0, 1))}
    for side in SIDES:
        answers[f"b_win_{side}_count"] = str(counts[side])
        if counts[side]:
            answers[f"b_win_{side}_width_m"] = rng.choice(("1.5", "1.8", "2.1")) if side == "front" else "1.0"
            answers[f"b_win_{side}_height_m"] = "1.5" if side == "front" else "0.9"
            answers[f"b_win_{side}_frame"] = era["frame"]
            answers[f"b_win_{side}_glazing"] = era["glazing"]
    return answers


def _heater(rng: random.Random, heating: str, build_year: int, *, rooms: int) -> dict[str, str]:
    water = heating in ("coal_boiler", "ashp_water", "gas_boiler")
    return {
        "h_type": heating,
        "h_role": "main",
        "h_count": str(rooms + 2) if heating == "storage_heater" else "1",
        "h_rooms": "all",
        "h_share_pct": "100",
        "h_year": str(max(build_year, rng.randint(2008, 2019))),
        "h_emitter": rng.choice(("radiator_steel", "radiator_iron")) if water else "none",
        "h_flow_c": {"coal_boiler": "60", "ashp_water": "48", "gas_boiler": "55"}.get(heating, ""),
        "h_pipe_insulated": "no" if water else "",
        "h_hours_day": rng.choice(("10", "14", "18")),
        "h_night_setback": "lower",
        "h_co_risk": rng.choice(("yes", "no", "no")),
    }


def _household(rng: random.Random, *, residents: int, heating: str, area_m2: float, on: date) -> dict[str, str]:
    fuel = _FUEL_OF.get(heating, "electricity")
    fuels = ["electricity", "lpg"] + ([fuel] if fuel != "electricity" else [])
    everyday_kwh = rng.randint(90, 190)
    season_kwh = 4 * everyday_kwh + (round(area_m2 * rng.uniform(38, 70)) if fuel == "electricity" else 120)
    return {
        "survey_date": on.isoformat(),
        "visit_result": "done",
        "consent_read": "OK",
        "consent_ok": "yes",
        "consent_photo_ok": "yes",
        "consent_absence_ok": "yes",
        "winter_absence_days": "0",
        "property_use": "lived",
        "respondent_relation": rng.choice(("owner", "owner", "spouse")),
        "supply_phase": "single",
        "main_breaker_a": "a63",
        "meter_valley": "yes" if fuel == "electricity" else "no",
        "kang_count": "0",
        "outdoor_temp_c": str(rng.randint(-6, 4)),
        "temp_usual_day_c": str(rng.randint(13, 17)),
        "temp_usual_night_c": str(rng.randint(10, 13)),
        "temp_wish_c": "18",
        "feel_cold": rng.choice(("cool", "cold", "cold", "fine")),
        "cook_fuels": "lpg electric",
        "dhw_type": rng.choice(("solar", "electric_tank")),
        "solar_works": "yes",
        "pv_has": "no",
        "fuels_used": " ".join(fuels),
        "bill_period": "season",
        "elec_year_kwh": str(12 * everyday_kwh + season_kwh - 4 * everyday_kwh),
        "elec_season_kwh": str(season_kwh),
        "elec_other_month_kwh": str(everyday_kwh),
        "elec_valley_kwh": str(season_kwh // 2),
        "lpg_bottles": str(rng.randint(3, 8)),
        "coal_briquette_t": f"{area_m2 * rng.uniform(0.034, 0.052):.2f}",
        "gas_year_m3": str(round(area_m2 * rng.uniform(11, 17)) + 120),
        "gas_season_m3": str(round(area_m2 * 11)),
        "bill_source": rng.choice(("bill", "list", "said")),
        "residents": str(residents),
        "residents_winter": str(max(1, residents - rng.randint(0, 1))),
        "elderly_60": str(min(residents, rng.randint(0, 2))),
        "day_presence": "always",
        "works_done": "none",
        "wish_works": rng.choice(("wall window", "roof", "window heat_pump", "wall")),
        "budget_yuan": rng.choice(("b3000", "b10000", "b10000", "b30000", "see")),
        "rebuild_plan": "no",
    }


Keep = Callable[[Mapping[str, str | None]], None]


def fill(session: Session, visit: MadeUpVisit, *, save: Keep) -> None:
    """Answer the form as a surveyor does, field by field, in the order of the form; `save` gets each change."""
    save(session.opened.values)
    _fill_group(
        session, "", {"building": visit.building, "heater": visit.heater, "room": visit.room}, visit.household, save
    )


def _fill_group(
    session: Session,
    parent: str,
    items: Mapping[str, list[dict[str, str]]],
    answers: Mapping[str, str],
    save: Keep,
) -> None:
    for path in session.children(parent):
        definition = session.definition(path)
        if definition.kind is Kind.REPEAT:
            for index, item in enumerate(items.get(definition.name, [])):
                if index >= len(session.children(path)):
                    save(session.add_item(path)[1].values)
                _fill_group(session, session.children(path)[index], items, item, save)
        elif definition.kind is Kind.GROUP:
            _fill_group(session, path, items, answers, save)
        elif answers.get(definition.name) and _is_asked(session, path):
            save(session.set(path, answers[definition.name]).values)
            if "offered" in definition.attributes:  # the surveyor looked, also where the default was right
                seen = Quality.MEASURED if definition.is_select else Quality.ESTIMATED
                save(session.set(f"{path}#quality", seen.value).values)


def _is_asked(session: Session, path: str) -> bool:
    state = session.state(path)
    return state.relevant and not state.readonly
