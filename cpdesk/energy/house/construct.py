"""From what a survey says to a building that can be computed: `build(facts, tables)`.

The heated buildings of the yard become zones of one household; unheated ones are left out. Every value goes through the
ledger, so that `Building.inputs` lists all answers and all defaults with their sources.
"""

from __future__ import annotations

from collections.abc import Mapping

from cpdesk.base.errors import InputFault
from cpdesk.energy.house.blocks import BlockResult, make_block
from cpdesk.energy.house.geometry import Maker
from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.rows import Archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import (
    Answer,
    Bill,
    BillFacts,
    BlockFacts,
    Building,
    BuildingFacts,
    HeaterFacts,
    HeatingSystem,
    Schedule,
)
from cpdesk.model.records import Quality

_ERA_YEAR = {
    "pre1960": 1950, "y1960_79": 1970, "y1980_89": 1985, "y1990_99": 1995, "y2000_09": 2005, "y2010_17": 2013,
    "y2018_on": 2019,
}  # fmt: skip
_EMITTERS = ("radiator_iron", "radiator_steel", "radiator_alu", "fan_coil", "floor", "kang_water", "none")
_TERRAINS = ("plain", "foothill", "hill")
_KINDS = ("main", "east_wing", "west_wing", "south_row", "ear", "rear", "two_storey", "new_block", "store")
_ONE_A_ROOM = ("storage_heater", "ashp_air", "direct_electric")
_HILL_TOWNSHIPS = ("110114118", "110114119", "110114120")


def build(facts: BuildingFacts, tables: EnergyTables, overrides: Mapping[str, float] | None = None) -> Building:
    """The building of a survey, every missing answer replaced by a named default.

    Args:
        overrides: values by input key that replace what answers and defaults give; for sensitivities.

    Raises:
        InputFault: CP-1301 implausible number, CP-1302 windows larger than their wall, CP-1303 nothing is heated,
            CP-1304 unknown choice code, CP-1305 heated area larger than the building.
    """
    ledger = Ledger(overrides)
    heated = [block for block in facts.blocks if _is_heated(block)]
    if not heated:
        raise InputFault("CP-1303")
    made: list[tuple[Archetype, BlockResult]] = []
    names: dict[str, int] = {}
    for block in heated:
        kind = ledger.code(f"block{len(made) + 1}.kind", block.kind, "main", _KINDS)
        names[kind] = names.get(kind, 0) + 1
        name = kind if names[kind] == 1 else f"{kind}{names[kind]}"
        archetype = choose_archetype(block, tables)
        made.append((archetype, make_block(Maker(block, tables, ledger, archetype, name))))
    archetype = made[0][0]
    zones = tuple(result.zone for _, result in made)
    area = sum(zone.floor_area_m2 for zone in zones)
    default_terrain = "hill" if facts.township_code in _HILL_TOWNSHIPS else "plain"
    terrain = ledger.code("terrain", facts.terrain, default_terrain, _TERRAINS, reason="energy.default.township")
    normal = tables.normals.get((terrain, "mean_temperature"))
    if normal is None:
        raise InputFault("CP-1307", terrain=terrain)
    altitude = ledger.number(
        "altitude_m", facts.altitude_m, normal.altitude_m, "m", limits=(20, 1500), reason="energy.default.township"
    )
    rooms = sum(int(ledger.inputs[f"{zone.name}.heated_rooms"].value) for zone in zones)
    systems = _systems(facts, tables, ledger, archetype, area, rooms)
    return Building(
        facts=facts,
        archetype=archetype.id,
        terrain=terrain,
        height_m=altitude,
        zones=zones,
        schedule=_schedule(facts, tables, ledger),
        systems=systems,
        bills=_bills(facts.bills, tables, ledger),
        inputs=tuple(ledger.inputs.values()),
        gross_area_m2=sum(result.gross_m2 for _, result in made),
        joint_length_m=sum(result.joint_m for _, result in made),
        door_count=sum(result.doors for _, result in made),
        leak_points=max(result.leak_points for _, result in made),
    )


def _is_heated(block: BlockFacts) -> bool:
    if block.heated is None:
        return block.kind is None or block.kind.value == "main"
    return block.heated.value in ("full", "part") and not (block.heated_rooms and block.heated_rooms.value == 0)


def choose_archetype(block: BlockFacts, tables: EnergyTables) -> Archetype:
    """The archetype whose defaults fit a building: by structure where that decides, then by works, then by year."""
    by_id = tables.archetypes
    structure = block.structure.value if block.structure else ""
    year = (
        int(block.build_year.value) if block.build_year else _ERA_YEAR.get(block.era.value if block.era else "", 1995)
    )
    for decisive in ("F9", "F2"):
        if structure in by_id[decisive].structures:
            return by_id[decisive]
    rebuilt = int(block.rebuild_year.value) if block.rebuild_year else year
    if rebuilt >= by_id["F8"].year_from:
        return by_id["F8"]
    if rebuilt > year and rebuilt >= by_id["F7"].year_from:
        return by_id["F7"]
    if structure in by_id["F1"].structures or year <= by_id["F1"].year_to:
        return by_id["F1"]
    for code in ("F3", "F4", "F5", "F6"):
        if by_id[code].year_from <= year <= by_id[code].year_to:
            return by_id[code]
    return by_id["F5"]


def _schedule(facts: BuildingFacts, tables: EnergyTables, ledger: Ledger) -> Schedule:
    rules = tables.rules

    def temperature(
        key: str, answer: Answer[float] | None, rule: str, default: float, limits: tuple[float, float]
    ) -> float:
        row = rules[rule]
        spread = (1.0, 1.0) if rule == "wish_c" else ((default - 2.0) / default, (default + 2.0) / default)
        return ledger.number(
            key, answer, default, "degC", limits=limits, spread=spread, source=row.source, status=row.status
        )

    day = temperature("day_c", facts.temp_usual_day_c, "day_c", rules["day_c"].value, (5, 30))
    wish = temperature("wish_c", facts.temp_wish_c, "wish_c", max(day, rules["wish_c"].value), (10, 28))
    main = facts.heaters[0] if facts.heaters else None
    setback = ledger.code("night_setback", main.night_setback if main else None, "lower", ("same", "lower", "off"))
    hours = ledger.number("hours_day", main.hours_day if main else None, rules["hours_day"].value, "h", limits=(0, 24))
    night: float | None = day
    if setback == "lower":
        usual = max(2.0, day - rules["night_drop_k"].value)
        night = ledger.number("night_c", facts.temp_usual_night_c, usual, "degC", limits=(0, 30))
        night = min(night, day)
    elif setback == "off":
        night = None
    length = min(24, max(4, round(hours))) if setback == "off" else 15
    start = facts.season_start.value if facts.season_start else (11, 15)
    end = facts.season_end.value if facts.season_end else (3, 15)
    first = 6 if length <= 18 else 24 - length
    return Schedule(
        day_c=day, night_c=night, wish_c=max(wish, day), day_start_h=first, day_end_h=min(24, first + length),
        season_start=start, season_end=end,
    )  # fmt: skip


def _systems(
    facts: BuildingFacts, tables: EnergyTables, ledger: Ledger, archetype: Archetype, area_m2: float, rooms: int
) -> tuple[HeatingSystem, ...]:
    heaters = [heater for heater in facts.heaters if not heater.role or heater.role.value in ("main", "extra")]
    if not heaters:
        heaters = [
            HeaterFacts(
                type=Answer(archetype.heater_type, Quality.DEFAULT), emitter=Answer(archetype.emitter, Quality.DEFAULT)
            )
        ]
    shares = [_share(index, heater, heaters, ledger) for index, heater in enumerate(heaters)]
    total = sum(shares) or 1.0
    loose = facts.bills.coal_loose_t is not None and facts.bills.coal_briquette_t is None
    found: list[HeatingSystem] = []
    for index, heater in enumerate(heaters):
        found.append(_system(index, heater, shares[index] / total, tables, ledger, area_m2, rooms, loose))
    return tuple(found)


def _share(index: int, heater: HeaterFacts, heaters: list[HeaterFacts], ledger: Ledger) -> float:
    default = 100.0 / len(heaters)
    return ledger.number(f"heater{index + 1}.share_pct", heater.share_pct, default, "%", limits=(0, 100)) / 100.0


def _system(
    index: int,
    heater: HeaterFacts,
    share: float,
    tables: EnergyTables,
    ledger: Ledger,
    area_m2: float,
    rooms: int,
    loose_coal: bool,
) -> HeatingSystem:
    prefix = f"heater{index + 1}"
    kind = ledger.code(f"{prefix}.type", heater.type, "coal_boiler", tables.systems)
    row = tables.systems[kind]
    place = (f"energy.heater.{kind}",)
    emitter = ledger.code(
        f"{prefix}.emitter", heater.emitter, "radiator_steel" if row.water == "yes" else "none", _EMITTERS, place=place
    )
    efficiency = ledger.computed(
        f"{prefix}.efficiency", row.efficiency, "", Quality.DEFAULT,
        spread=(row.efficiency_low / row.efficiency, row.efficiency_high / row.efficiency), place=place,
        reason="energy.default.heater", source=row.source, status=row.status,
    )  # fmt: skip
    count = ledger.number(
        f"{prefix}.count", heater.count, rooms if kind in _ONE_A_ROOM else 1, "", limits=(1, 30), place=place
    )
    usual_kw = tables.rule("film_kw_m2") * area_m2 if kind == "electric_film" else row.capacity_kw
    rated = ledger.number(f"{prefix}.rated_kw", heater.rated_kw, usual_kw, "kW", limits=(0.3, 60), place=place)
    wrapped = False
    distribution = 1.0
    if row.water == "yes" and emitter != "none":
        code = ledger.code(f"{prefix}.pipe_insulated", heater.pipe_insulated, "no", ("yes", "no"), place=place)
        wrapped = code == "yes"
        pipes = tables.distribution["pipes_insulated" if wrapped else "pipes_bare"]
        distribution = ledger.computed(
            f"{prefix}.distribution", pipes.value, "", ledger.quality(f"{prefix}.pipe_insulated"),
            spread=(pipes.low / pipes.value, pipes.high / pipes.value), place=place, reason="energy.default.heater",
            source=pipes.source, status=pipes.status,
        )  # fmt: skip
    flow = None
    if row.flow_c is not None:
        usual = tables.rule("floor_flow_c") if emitter == "floor" and row.heat_pump else row.flow_c
        flow = ledger.number(f"{prefix}.flow_c", heater.flow_c, usual, "degC", limits=(20, 95), place=place)
    carrier = "coal_loose" if row.carrier == "coal" and loose_coal else row.carrier
    return HeatingSystem(
        type=kind, carrier=carrier, share=share, efficiency=efficiency, distribution=distribution,
        capacity_kw=rated * count, flow_c=flow, emitter=emitter, pipe_insulated=wrapped,
    )  # fmt: skip


def _bills(bills: BillFacts, tables: EnergyTables, ledger: Ledger) -> tuple[Bill, ...]:
    """Heating use of a season by carrier, with what is burnt for other purposes taken off."""
    found: list[Bill] = []

    def add(carrier: str, amount: float, unit: str, answer: Answer[float]) -> None:
        if amount > 0:
            found.append(Bill(carrier, amount, unit, answer.quality))

    for name, carrier, factor in (
        ("coal_briquette_t", "coal", 1000.0),
        ("coal_loose_t", "coal_loose", 1000.0),
        ("pellet_kg", "pellets", 1.0),
        ("wood_kg", "wood", tables.rule("wood_heat_share")),
    ):
        answer: Answer[float] | None = getattr(bills, name)
        if answer is not None:
            limits = (0.0, 15.0) if name.endswith("_t") else (0.0, 20000.0)
            value = ledger.number(f"bill.{name}", answer, 0.0, "t" if name.endswith("_t") else "kg", limits=limits)
            add(carrier, value * factor, "kg", answer)
    if bills.elec_season_kwh is not None:
        season = ledger.number("bill.elec_season_kwh", bills.elec_season_kwh, 0.0, "kWh", limits=(0, 60000))
        base = tables.rule("base_month_kwh")
        other = ledger.number("bill.elec_other_month_kwh", bills.elec_other_month_kwh, base, "kWh", limits=(0, 3000))
        add("electricity", season - 4.0 * other, "kWh", bills.elec_season_kwh)
    gas = bills.gas_season_m3 or bills.gas_year_m3
    if gas is not None:
        add("gas", ledger.number("bill.gas_m3", gas, 0.0, "m3", limits=(0, 10000)), "m3", gas)
    return tuple(found)
