"""From the answers of a survey to what the energy engine takes, by the quantities the form binds.

Which question gives which quantity is said in the form (`bind::cpdesk:quantity`), so a district may move or reword
questions without a programmer; here stands only how quantities become facts. Answers to questions that are not asked
in this house do not count.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cpdesk.forms.form import Form
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import (
    SIDES,
    Answer,
    BillFacts,
    BlockFacts,
    BuildingFacts,
    Code,
    HeaterFacts,
    Number,
    WallFacts,
    WindowFacts,
)
from cpdesk.model.energy_uses import UseFacts
from cpdesk.model.records import Answers, Quality

_ITEM: Final = re.compile(r"\[[^\]]*\]")
_LEAKS: Final = ("hand", "paper", "light", "frame", "ceiling", "pipe")
_BUDGET_YUAN: Final = {"b0": 0.0, "b3000": 3000.0, "b10000": 10000.0, "b30000": 30000.0, "b50000": 50000.0}
_COST_LIMIT_BEFORE_REBUILD_YUAN: Final = 1000.0
_BILL_QUALITY: Final = {"bill": Quality.BILL, "meter": Quality.MEASURED, "list": Quality.BILL}


@dataclass(frozen=True)
class Reading:
    """The quantities of one survey: those of the household, and those of each item of the repeats in their order."""

    household: Mapping[str, Answer[str]]
    items: Mapping[str, tuple[Mapping[str, Answer[str]], ...]]

    def text(self, quantity: str) -> str:
        """The household's answer, empty when there is none."""
        answer = self.household.get(quantity)
        return answer.value if answer else ""

    def of_each(self, where: str) -> tuple[Mapping[str, Answer[str]], ...]:
        """The items whose quantities begin with `where` (`building`, `heater`, `room`)."""
        return self.items.get(where, ())


def read_answers(form: Form, answers: Answers) -> Reading:
    """Group the answers that count by quantity and by item. A default that the form filled in and nobody touched is
    left out: the engine takes its own, with its range and reason."""
    household: dict[str, Answer[str]] = {}
    items: dict[str, dict[str, dict[str, Answer[str]]]] = {}
    for path, value in answers.items():
        binding = form.quantities.get(_ITEM.sub("", path))
        if binding is None or not value or is_default(form, answers, path):
            continue
        answer = Answer(value, _quality(form, answers, path))
        if "[" not in path:
            household[binding.quantity] = answer
            continue
        item = path[: path.rindex("]") + 1]
        repeat = _ITEM.sub("", item).rsplit("/", 1)[-1]
        items.setdefault(repeat, {}).setdefault(item, {})[binding.quantity] = answer
    ranked = {
        repeat: tuple(found[item] for item in sorted(found, key=lambda item: answers.get(item, "")))
        for repeat, found in items.items()
    }
    return Reading(household, ranked)


def is_default(form: Form, answers: Answers, path: str) -> bool:
    """Whether an answer is still what the form filled in (`cpdesk:offered` names the hidden question that keeps it) and
    nobody said how it is known: quality D."""
    definition = form.by_path.get(_ITEM.sub("", path))
    offered = definition.attributes.get("offered", "") if definition is not None else ""
    if not offered or answers.get(f"{path}#quality"):
        return False
    value = answers.get(path, "")
    return value != "" and answers.get(f"{path.rpartition('/')[0]}/{offered}") == value


def building_facts(reading: Reading, *, survey_year: int | None = None) -> BuildingFacts:
    """What the survey says of the farmhouse, in the words of the energy engine."""
    home = _Items(reading.household)
    mains = [item for item in reading.of_each("heater") if _value(item, "heater.role") in ("main", "")]
    season = _Items(mains[0] if mains else {})
    fuels = reading.text("bill.fuels").split() + reading.text("kitchen.cook_fuels").split()
    return BuildingFacts(
        blocks=tuple(_block(item) for item in reading.of_each("building")),
        heaters=tuple(
            _heater(item)
            for item in reading.of_each("heater")
            if _value(item, "heater.type") and _value(item, "heater.role") != "stopped"
        ),
        bills=_bills(reading),
        uses=_uses(home),
        township_code=reading.text("site.township_code"),
        terrain=home.code("site.terrain"),
        altitude_m=home.number("site.altitude_m"),
        property_use=home.code("site.property_use"),
        heritage=home.code("site.heritage"),
        supply_phase=home.code("supply.phase"),
        main_breaker_a=_breaker(home),
        meter_valley=home.code("supply.valley_tariff"),
        gas_available=Answer("yes", Quality.MEASURED) if "gas" in fuels else None,
        temp_usual_day_c=home.number("temperature.usual_day_c"),
        temp_usual_night_c=home.number("temperature.usual_night_c"),
        temp_wish_c=home.number("temperature.wish_c"),
        day_presence=home.code("people.day_presence"),
        residents_winter=home.number("people.residents_winter"),
        winter_absence_days=home.number("people.winter_absence_days"),
        season_start=season.month_day("heater.season_start"),
        season_end=season.month_day("heater.season_end"),
        support=home.code("people.support"),
        survey_year=survey_year or _year(reading.text("survey.date")),
    )


def wishes_of(reading: Reading, *, record: str) -> Wishes:
    """What the household wants; the seed comes from the record, so that a reprint shows the same dots."""
    near = reading.text("wish.rebuild") in ("rebuild", "relocate")
    return Wishes(
        budget_yuan=_BUDGET_YUAN.get(reading.text("wish.budget")),
        refused=frozenset(reading.text("wish.refused").split()) - {"none"},
        wanted=frozenset(reading.text("wish.works").split()) - {"none"},
        cost_limit_yuan=_COST_LIMIT_BEFORE_REBUILD_YUAN if near else None,
        seed=zlib.crc32(record.encode()),
    )


class _Items:
    """Typed access to the quantities of one item."""

    def __init__(self, answers: Mapping[str, Answer[str]]) -> None:
        self._answers = answers

    def code(self, quantity: str) -> Code | None:
        return self._answers.get(quantity)

    def number(self, quantity: str) -> Number | None:
        answer = self._answers.get(quantity)
        if answer is None:
            return None
        try:
            return Answer(float(answer.value), answer.quality)
        except ValueError:
            return None  # the form shows the type problem beside the question; the panel names the input as left out

    def month_day(self, quantity: str) -> Answer[tuple[int, int]] | None:
        answer = self._answers.get(quantity)
        match = re.match(r"\d{4}-(\d{2})-(\d{2})", answer.value) if answer else None
        return Answer((int(match[1]), int(match[2])), answer.quality) if answer and match else None


def _block(item: Mapping[str, Answer[str]]) -> BlockFacts:
    of = _Items(item)
    return BlockFacts(
        kind=of.code("building.kind"),
        heated=of.code("building.heated"),
        build_year=of.number("building.build_year"),
        era=of.code("building.era"),
        rebuild_year=of.number("building.rebuild_year"),
        structure=of.code("building.structure"),
        facing=of.code("building.facing"),
        storeys=of.number("building.storeys"),
        bays=of.number("building.bays"),
        length_m=of.number("building.length_m"),
        depth_m=of.number("building.depth_m"),
        storey_height_m=of.number("building.storey_height_m"),
        roof_shape=of.code("building.roof.shape"),
        ridge_rise_m=of.number("building.roof.ridge_rise_m"),
        heated_rooms=of.number("building.heated_rooms"),
        heated_area_m2=of.number("building.heated_area_m2"),
        left_adjacent=of.code("building.left_adjacent"),
        right_adjacent=of.code("building.right_adjacent"),
        back_adjacent=of.code("building.back_adjacent"),
        shade=of.code("building.shade"),
        sunspace=of.code("building.sunspace.type"),
        sunspace_depth_m=of.number("building.sunspace.depth_m"),
        ceiling=of.code("building.roof.ceiling"),
        roof_insul_type=of.code("building.roof.insul_type"),
        roof_insul_mm=of.number("building.roof.insul_mm"),
        roof_insul_pos=of.code("building.roof.insul_position"),
        roof_state=of.code("building.roof.state"),
        pv_strength=of.code("building.roof.pv_strength"),
        roof_south_m2=of.number("building.roof.south_m2"),
        wall=_wall(of, "building.wall"),
        walls={side: _wall(of, f"building.wall.{side}") for side in SIDES},
        wall_finish=of.code("building.wall.finish"),
        wall_state=of.code("building.wall.state"),
        windows={side: _window(of, f"building.window.{side}") for side in SIDES},
        win_state=of.code("building.window.state"),
        door_count=of.number("building.door.count"),
        door_type=of.code("building.door.type"),
        door_curtain=of.code("building.door.curtain"),
        floor=of.code("building.floor.type"),
        floor_insul_mm=of.number("building.floor.insul_mm"),
        leaks={where: code for where in _LEAKS if (code := of.code(f"building.leak.{where}"))},
    )


def _wall(of: _Items, prefix: str) -> WallFacts:
    return WallFacts(
        type=of.code(f"{prefix}.type"),
        mm=of.number(f"{prefix}.mm") or of.number(f"{prefix}.other_mm"),
        insul_type=of.code(f"{prefix}.insul_type"),
        insul_mm=of.number(f"{prefix}.insul_mm"),
        insul_side=of.code(f"{prefix}.insul_side"),
    )


def _window(of: _Items, prefix: str) -> WindowFacts:
    return WindowFacts(
        count=of.number(f"{prefix}.count"),
        width_m=of.number(f"{prefix}.width_m"),
        height_m=of.number(f"{prefix}.height_m"),
        frame=of.code(f"{prefix}.frame"),
        glazing=of.code(f"{prefix}.glazing"),
    )


def _heater(item: Mapping[str, Answer[str]]) -> HeaterFacts:
    of = _Items(item)
    return HeaterFacts(
        type=item["heater.type"],
        role=of.code("heater.role"),
        share_pct=of.number("heater.share_pct"),
        year=of.number("heater.year"),
        count=of.number("heater.count"),
        rated_kw=of.number("heater.rated_kw"),
        emitter=of.code("heater.emitter"),
        radiator_sections=of.number("heater.radiator_sections"),
        flow_c=of.number("heater.flow_c"),
        pipe_insulated=of.code("heater.pipe_insulated"),
        hours_day=of.number("heater.hours_day"),
        night_setback=of.code("heater.night"),
    )


def _bills(reading: Reading) -> BillFacts:
    quality = _BILL_QUALITY.get(reading.text("bill.source"), Quality.ESTIMATED)
    of = _Items({name: Answer(answer.value, quality) for name, answer in reading.household.items()})
    return BillFacts(
        coal_briquette_t=of.number("bill.coal_briquette_t"),
        coal_loose_t=of.number("bill.coal_loose_t"),
        elec_year_kwh=of.number("bill.elec_year_kwh"),
        elec_season_kwh=of.number("bill.elec_season_kwh"),
        elec_valley_kwh=of.number("bill.elec_valley_kwh"),
        elec_other_month_kwh=of.number("bill.elec_other_month_kwh"),
        gas_year_m3=of.number("bill.gas_year_m3"),
        gas_season_m3=of.number("bill.gas_season_m3"),
        lpg_bottles=of.number("bill.lpg_bottles"),
        wood_kg=of.number("bill.wood_kg"),
        pellet_kg=of.number("bill.pellet_kg"),
        heat_fee_yuan=of.number("bill.heat_fee_yuan"),
    )


def _uses(home: _Items) -> UseFacts:
    return UseFacts(
        residents=home.number("people.residents"),
        kang_count=home.number("heating.kang_count"),
        kang_use=home.code("heating.kang_use"),
        cook_fuels=home.code("kitchen.cook_fuels"),
        hot_water=home.code("dhw.type"),
        showers_week=home.number("dhw.showers_week"),
        solar_tubes=home.number("dhw.solar_tubes"),
        solar_works=home.code("dhw.solar_works"),
        led=home.code("kitchen.led"),
        appliances=home.code("kitchen.appliances"),
        vehicle=home.code("kitchen.ev"),
        pv_has=home.code("pv.has"),
        pv_kwp=home.number("pv.kwp"),
        pv_panels=home.number("pv.panels"),
        pv_mode=home.code("pv.mode"),
        pv_year=home.number("pv.year"),
        pv_kwh=home.number("pv.kwh"),
        village_weak=home.code("supply.village_weak"),
    )


def _breaker(home: _Items) -> Number | None:
    code = home.code("supply.main_breaker_a")
    if code is not None and re.fullmatch(r"a\d+", code.value):
        return Answer(float(code.value[1:]), code.quality)
    return home.number("supply.main_breaker_other_a")


def _quality(form: Form, answers: Answers, path: str) -> Quality:
    """As the surveyor marked it; else what was chosen from a list was seen, and a figure is taken as an estimate."""
    marked = answers.get(f"{path}#quality", "")
    if marked:
        return Quality(marked)
    return Quality.MEASURED if form.node(_ITEM.sub("", path)).is_select else Quality.ESTIMATED


def _value(item: Mapping[str, Answer[str]], quantity: str) -> str:
    answer = item.get(quantity)
    return answer.value if answer else ""


def _year(date: str) -> int | None:
    return int(date[:4]) if re.match(r"\d{4}-", date) else None
