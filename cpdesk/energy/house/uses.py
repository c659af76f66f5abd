"""What a household uses beside heating, and what sun its roof can take, from answers and defaults."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from cpdesk.energy.house.ledger import Ledger, fault, worst
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts
from cpdesk.model.energy_uses import Appliance, Solar, UseFacts, Uses, Way
from cpdesk.model.records import Quality

_KITCHEN = ("energy.place.kitchen",)
_ROOF = ("energy.place.roof",)
_DEFAULT_APPLIANCES = "fridge tv washer cooker"
_LED_SHARE = {"none": 0.0, "half": 0.5, "most": 0.85, "all": 1.0}
_VEHICLES = ("none", "bike", "tricycle", "car")
_COOKED = ("cooker", "induction")
_OLD_TIMBER = ("earth_wood", "stone_wood", "timber_frame")
_SOLID = ("coal", "coal_loose", "wood", "pellets")


def household_uses(facts: BuildingFacts, tables: EnergyTables, ledger: Ledger, area_m2: float, heating: str) -> Uses:
    """Other uses of a household.

    Args:
        area_m2: heated net area, for light.
        heating: carrier of the main heater: a stove that heats water burns it.

    Raises:
        InputFault: CP-1301 a number, CP-1366 a code that does not exist.
    """
    said = facts.uses
    people = ledger.number(
        "uses.residents", said.residents or facts.residents_winter, tables.device("uses.residents"), "",
        limits=(0, 30), spread=_spread(tables, "uses.residents"),
    )  # fmt: skip
    gas = "gas" if facts.gas_available is not None and facts.gas_available.value == "yes" else "lpg"
    cooking_kwh, cooking = _cooking(facts, tables, ledger, people, gas)
    showers = ledger.number(
        "uses.showers_week", said.showers_week, people * tables.device("dhw.showers_person_week"), "",
        limits=(0, 70), spread=_spread(tables, "dhw.showers_person_week"), place=_KITCHEN,
    )  # fmt: skip
    shower = _figure(ledger, tables, "uses.shower_l", "dhw.shower_l", "l")
    wash = _figure(ledger, tables, "uses.wash_l", "dhw.wash_l_person_day", "l")
    ways = _hot_water(said, tables, ledger, gas, heating)
    if ways and all(way.code == "none" for way in ways):
        showers = 0.0
    litres = showers * shower / 7.0 + people * wash
    use_c, cold_c = tables.device("dhw.use_c"), tables.device("dhw.cold_c")
    billed = facts.bills.elec_other_month_kwh
    linked = "heating.kang_use" in ledger.inputs and ledger.inputs["heating.kang_use"].value == "cooking"
    season = facts.season_start or Answer((11, 15)), facts.season_end or Answer((3, 15))
    electric_cooking = any(way.carrier == "electricity" for way in cooking)
    return Uses(
        residents=people, cooking_kwh=cooking_kwh, cooking=cooking,
        hot_water_kwh=365.0 * litres * 1.163e-3 * (use_c - cold_c), hot_water=ways, draw_l_day=litres, draw_c=use_c,
        cold_c=cold_c, lighting_kwh=_light(said, tables, ledger, area_m2),
        appliances=_appliances(said, tables, ledger, electric_cooking=electric_cooking),
        billed_month_kwh=billed.value if billed is not None else None,
        kang_season=(season[0].value, season[1].value) if linked else None,
    )  # fmt: skip


def _spread(tables: EnergyTables, key: str) -> tuple[float, float]:
    row = tables.devices[key]
    return row.low / row.value, row.high / row.value


def _figure(ledger: Ledger, tables: EnergyTables, key: str, device: str, unit: str) -> float:
    row = tables.devices[device]
    return ledger.number(
        key, None, row.value, unit, limits=(row.low, row.high), spread=_spread(tables, device), source=row.source,
        status=row.status, place=_KITCHEN,
    )  # fmt: skip


def _codes(
    ledger: Ledger, key: str, answer: Answer[str] | None, default: str, allowed: Collection[str]
) -> tuple[str, ...]:
    """The codes of an answer with several choices, each entered by itself so that each has its word."""
    given = tuple((answer.value if answer is not None else default).split())
    for at, code in enumerate(given, 1):
        if code not in allowed:
            raise fault("CP-1366", place=_KITCHEN, name=f"energy.input.{key.rpartition('.')[2]}", value=code,
                        expected="、".join(sorted(allowed)))  # fmt: skip
        one = Answer(code, answer.quality) if answer is not None else None
        ledger.code(f"uses.{at}.{key.rpartition('.')[2]}", one, code, allowed, place=_KITCHEN)
    return given


def _cooking(
    facts: BuildingFacts, tables: EnergyTables, ledger: Ledger, people: float, gas: str
) -> tuple[float, tuple[Way, ...]]:
    """Heat into pots, and how it is made: what was counted in bottles, and by people what is cooked otherwise."""
    said, bottles = facts.uses, facts.bills.lpg_bottles
    fuels = _codes(ledger, "uses.cook_fuels", said.cook_fuels, f"{gas} electric", tables.cookers)
    row = tables.devices["cooking.useful_kwh_person"]
    heat = row.value * people
    quality, source, spread = Quality.DEFAULT, row.source, _spread(tables, "cooking.useful_kwh_person")
    shares = dict.fromkeys(fuels, 1.0 / max(len(fuels), 1))
    if bottles is not None and "lpg" in fuels:
        kg = bottles.value * tables.device("cooking.lpg_kg_bottle")
        counted = kg * tables.factors["lpg"].kwh_per_unit * tables.cookers["lpg"].efficiency
        if len(fuels) == 1:
            heat, quality, source, spread = counted, bottles.quality, "survey", (1.0, 1.0)
        else:
            heat = max(heat, counted)
            rest = (1.0 - counted / heat) / (len(fuels) - 1) if heat > 0 else 0.0
            shares = {code: 1.0 - rest * (len(fuels) - 1) if code == "lpg" else rest for code in fuels}
    heat = ledger.computed(
        "uses.cooking_kwh", heat, "kWh/a", quality, spread=spread, place=_KITCHEN, reason="energy.default.rule",
        source=source, status=row.status,
    )  # fmt: skip
    ways = []
    for code in fuels:
        cooker = tables.cookers[code]
        efficiency = ledger.computed(
            f"uses.{code}.cook_efficiency", cooker.efficiency, "", Quality.DEFAULT,
            spread=(cooker.low / cooker.efficiency, cooker.high / cooker.efficiency), place=_KITCHEN,
            reason="energy.default.rule", source=cooker.source, status=cooker.status,
        )  # fmt: skip
        ways.append(Way(code, cooker.carrier, shares[code], efficiency))
    return heat, tuple(ways)


def _hot_water(said: UseFacts, tables: EnergyTables, ledger: Ledger, gas: str, heating: str) -> tuple[Way, ...]:
    """How water is heated; beside a solar heater these make up for what the sun leaves."""
    kinds = _codes(ledger, "uses.hot_water_types", said.hot_water, "electric_tank", tables.water_heaters)
    others = [code for code in kinds if code != "solar"]
    backup_only = not others
    ways = []
    for code in others or ["electric_tank"]:
        row = tables.water_heaters[code]
        efficiency = ledger.computed(
            f"uses.{code}.water_efficiency", row.efficiency, "", Quality.DEFAULT,
            spread=(row.low / row.efficiency, row.high / row.efficiency), place=_KITCHEN,
            reason="energy.default.rule", source=row.source, status=row.status,
        )  # fmt: skip
        carrier = row.carrier
        if code == "gas_heater":
            carrier = gas
        elif code == "stove" and heating in _SOLID:
            carrier = heating
        share = 1.0 / max(len(others), 1)
        ways.append(Way(code, carrier, share, efficiency, 0.0 if backup_only else row.standby_kwh, "shower"))
    return tuple(ways)


def _light(said: UseFacts, tables: EnergyTables, ledger: Ledger, area_m2: float) -> float:
    share = _LED_SHARE[ledger.code("uses.led", said.led, "most", _LED_SHARE, place=_KITCHEN)]
    led, other = (tables.devices[f"lighting.{name}_kwh_m2"] for name in ("led", "other"))
    mean = share * led.value + (1.0 - share) * other.value
    low, high = (share * getattr(led, side) + (1.0 - share) * getattr(other, side) for side in ("low", "high"))
    return ledger.computed(
        "uses.lighting_kwh", mean * area_m2, "kWh/a", Quality.DEFAULT, spread=(low / mean, high / mean),
        place=_KITCHEN, reason="energy.default.rule", source=led.source, status=led.status,
    )  # fmt: skip


def _appliances(
    said: UseFacts, tables: EnergyTables, ledger: Ledger, *, electric_cooking: bool
) -> tuple[Appliance, ...]:
    """Appliances with what always runs; rice cooker and induction plate count as cooking where that is electric."""
    allowed = [code for code in tables.appliances if code not in _VEHICLES]
    codes = _codes(ledger, "uses.appliances", said.appliances, _DEFAULT_APPLIANCES, allowed)
    vehicle = ledger.code("uses.vehicle", said.vehicle, "none", _VEHICLES, place=_KITCHEN)
    found = []
    for code in (*codes, *([vehicle] if vehicle != "none" else [])):
        if electric_cooking and code in _COOKED:
            continue
        row = tables.appliances[code]
        kwh = ledger.computed(
            f"uses.{code}.appliance_kwh", row.kwh, "kWh/a", Quality.DEFAULT,
            spread=(row.low_kwh / row.kwh, row.high_kwh / row.kwh), place=(f"energy.appliance.{code}",),
            reason="energy.default.rule", source=row.source, status=row.status,
        )  # fmt: skip
        found.append(Appliance(code, kwh, row.power_w, row.profile))
    base = tables.devices["uses.base_kwh"]
    kwh = ledger.computed(
        "uses.base.appliance_kwh", base.value, "kWh/a", Quality.DEFAULT, spread=_spread(tables, "uses.base_kwh"),
        place=("energy.appliance.base",), reason="energy.default.rule", source=base.source, status=base.status,
    )  # fmt: skip
    return (*found, Appliance("base", kwh, kwh / 8.76, "flat"))


def roof_sun(facts: BuildingFacts, tables: EnergyTables, ledger: Ledger, blocks: Sequence[str]) -> Solar:
    """Photovoltaics and solar water heater of the yard's roofs.

    Args:
        blocks: names of the heated buildings, whose length, depth and roof stand in the ledger.

    Raises:
        InputFault: CP-1301 a number, CP-1304 a code that does not exist.
    """
    said, block = facts.uses, _sunniest(facts.blocks)
    shape = str(ledger.inputs[f"{blocks[0]}.roof_shape"].value)
    usable = ledger.number(
        "solar.roof_south_m2", _sum(facts.blocks), sum(_usable_m2(ledger, name) for name in blocks), "m2",
        limits=(0, 300), spread=(0.7, 1.2), place=_ROOF,
    )  # fmt: skip
    old = any(one.structure is not None and one.structure.value in _OLD_TIMBER for one in facts.blocks)
    strength = ledger.code(
        "solar.pv_strength", block.pv_strength, "check" if old else "ok", ("ok", "check", "no"), place=_ROOF
    )
    has = ledger.code("solar.pv_has", said.pv_has, "no", ("yes", "no"), place=_ROOF) == "yes"
    kwp, mode, age = (0.0, "self_rest", 0.0) if not has else _installed(facts, tables, ledger)
    fits = 0.0 if strength == "no" else usable * tables.device("pv.cover_share") * tables.device("pv.kwp_per_m2")
    tilt = tables.device("pv.tilt_flat_deg" if shape.startswith("flat") else "pv.tilt_pitched_deg")
    yearly = said.pv_kwh
    return Solar(
        pv_kwp=kwp, pv_mode=mode, pv_age_a=age,
        pv_billed_kwh=None if yearly is None or not has else yearly.value,
        azimuth_deg=_azimuth(block), tilt_deg=tilt, roof_m2=usable, strength=strength,
        possible_kwp=max(fits - kwp, 0.0), collector_m2=_collector(said, tables, ledger),
    )  # fmt: skip


def _sunniest(blocks: Sequence[BlockFacts]) -> BlockFacts:
    """The building with the most usable roof; the first where nobody said."""
    return max(blocks, key=lambda one: one.roof_south_m2.value if one.roof_south_m2 else -1.0)


def _usable_m2(ledger: Ledger, block: str) -> float:
    """Half of a pitched roof less a fifth, six tenths of a flat one: without chimneys, edges and shade."""
    length, depth, shape = (ledger.inputs[f"{block}.{name}"].value for name in ("length_m", "depth_m", "roof_shape"))
    return float(length) * float(depth) * (0.6 if str(shape).startswith("flat") else 0.4)


def _sum(blocks: Sequence[BlockFacts]) -> Answer[float] | None:
    answers = [one.roof_south_m2 for one in blocks if one.roof_south_m2 is not None]
    return Answer(sum(item.value for item in answers), worst(*(item.quality for item in answers))) if answers else None


def _azimuth(block: BlockFacts) -> float:
    """The slope of the roof that faces most to the south."""
    front = float(block.facing.value.removeprefix("a")) if block.facing else 180.0
    return max((front, (front + 180.0) % 360.0), key=lambda side: -abs(side - 180.0))


def _installed(facts: BuildingFacts, tables: EnergyTables, ledger: Ledger) -> tuple[float, str, float]:
    said = facts.uses
    panels = said.pv_panels
    each = tables.device("pv.kwp_per_panel")
    counted = Answer(panels.value * each, Quality.ESTIMATED) if panels is not None else None
    kwp = ledger.number(
        "solar.pv_kwp", said.pv_kwp or counted, 10 * each, "kWp", limits=(0.3, 60), spread=(0.4, 2.0), place=_ROOF
    )
    mode = ledger.code("solar.pv_mode", said.pv_mode, "self_rest", ("self_rest", "all_grid", "off_grid"), place=_ROOF)
    if said.pv_kwh is not None:
        ledger.number("solar.pv_kwh", said.pv_kwh, 0.0, "kWh/a", limits=(0, 80000), place=_ROOF)
    now = facts.survey_year or date.max.year
    year = ledger.number(
        "solar.pv_year", said.pv_year, min(now, 2022), "", limits=(2009, 2100), spread=(1.0, 1.0), place=_ROOF
    )
    return kwp, mode, max(0.0, (now if facts.survey_year else year) - year)


def _collector(said: UseFacts, tables: EnergyTables, ledger: Ledger) -> float:
    if said.hot_water is None or "solar" not in said.hot_water.value.split():
        return 0.0
    works = ledger.code("solar.solar_works", said.solar_works, "yes", ("yes", "no"), place=_ROOF) == "yes"
    tubes = ledger.number(
        "solar.solar_tubes", said.solar_tubes, tables.device("solar_water.default_tubes"), "", limits=(0, 120),
        spread=_spread(tables, "solar_water.default_tubes"), place=_ROOF,
    )  # fmt: skip
    return tubes * tables.device("solar_water.area_m2_tube") if works else 0.0
