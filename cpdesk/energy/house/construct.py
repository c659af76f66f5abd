"""From what a survey says to a building that can be computed: `build(facts, tables)`.

The heated buildings of the yard become zones of one household; unheated ones are left out. Every value goes through the
ledger, so that `Building.inputs` lists all answers and all defaults with their sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cpdesk.base.errors import InputFault
from cpdesk.energy.house.base_months import Household, base_electricity, base_gas
from cpdesk.energy.house.bills import season_bills
from cpdesk.energy.house.blocks import BlockResult, make_block
from cpdesk.energy.house.geometry import Maker
from cpdesk.energy.house.heaters import heaters
from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.house.schedule import schedule
from cpdesk.energy.house.sense import check_facts
from cpdesk.energy.house.uses import household_uses, roof_sun
from cpdesk.energy.rows import Archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import (
    BlockFacts,
    Building,
    BuildingFacts,
    Draught,
    Input,
)

_ERA_YEAR = {
    "pre1960": 1950, "y1960_79": 1970, "y1980_89": 1985, "y1990_99": 1995, "y2000_09": 2005, "y2010_17": 2013,
    "y2018_on": 2019,
}  # fmt: skip
_TERRAINS = ("plain", "foothill", "hill")
_KINDS = ("main", "east_wing", "west_wing", "south_row", "ear", "rear", "two_storey", "new_block", "store")
_HILL_TOWNSHIPS = ("110114118", "110114119", "110114120")


def build(
    facts: BuildingFacts,
    tables: EnergyTables,
    overrides: Mapping[str, float | str] | None = None,
    factors: Mapping[str, float] | None = None,
) -> Building:
    """The building of a survey, every missing answer replaced by a named default.

    Args:
        overrides: values by input key that replace what answers and defaults give (of codes only defaults); for
            sensitivities and samples.
        factors: by input key, on the value that answers, defaults and overrides give.

    Raises:
        InputFault: CP-1301 implausible number, CP-1302 windows larger than their wall, CP-1303 nothing is heated,
            CP-1304 unknown choice code, CP-1305 heated area larger than the building, CP-1309 a window in a wall
            shared with a neighbour.
    """
    check_facts(facts, tables)
    return _assembled(facts, tables, Ledger(overrides, factors), {})[0]


class Rebuilder:
    """Makes one surveyed building again and again with other values: parts that no change touches are kept.

    Rooms, heaters and set points are what `build` with the same overrides and factors gives; other uses, sun on the
    roof and bills stay those of the survey.
    """

    def __init__(self, facts: BuildingFacts, tables: EnergyTables) -> None:
        """Make the parts of the building as surveyed.

        Raises:
            InputFault: as `build`.
        """
        self._facts, self._tables = facts, tables
        check_facts(facts, tables)
        self._surveyed, self._kept = _assembled(facts, tables, Ledger(), {})
        self._known = {item.key: item for item in self._surveyed.inputs}

    def __call__(
        self, overrides: Mapping[str, float | str] | None = None, factors: Mapping[str, float] | None = None
    ) -> Building:
        """The building with these values.

        Raises:
            InputFault: as `build`.
        """
        ledger = Ledger(overrides, factors, self._known)
        return _assembled(self._facts, self._tables, ledger, self._kept, self._surveyed)[0]


@dataclass(frozen=True, slots=True)
class _Block:
    """One building of the yard as made, with the inputs it took."""

    archetype: Archetype
    result: BlockResult
    inputs: tuple[Input, ...]


def _assembled(
    facts: BuildingFacts,
    tables: EnergyTables,
    ledger: Ledger,
    kept: Mapping[str, _Block],
    surveyed: Building | None = None,
) -> tuple[Building, dict[str, _Block]]:
    """The building, and its blocks by name; those in `kept` are used where the ledger changes nothing of them.

    Other uses, sun and bills are made, or are those of the building `surveyed`.
    """
    heated = [block for block in facts.blocks if _is_heated(block)]
    if not heated:
        raise InputFault("CP-1303")
    default_terrain = "hill" if facts.township_code in _HILL_TOWNSHIPS else "plain"
    terrain = ledger.code("terrain", facts.terrain, default_terrain, _TERRAINS, reason="energy.default.township")
    made = _blocks(facts, heated, tables, ledger, terrain, kept)
    parts = list(made.values())
    archetype = parts[0].archetype
    zones = tuple(part.result.zone for part in parts)
    area = sum(zone.floor_area_m2 for zone in zones)
    normal = tables.normals.get((terrain, "mean_temperature"))
    if normal is None:
        raise InputFault("CP-1307", terrain=terrain)
    altitude = ledger.number(
        "altitude_m", facts.altitude_m, normal.altitude_m, "m", limits=(20, 1500), reason="energy.default.township"
    )
    rooms = sum(int(ledger.inputs[f"{zone.name}.heated_rooms"].value) for zone in zones)
    systems = heaters(facts, tables, ledger, archetype, area, rooms)
    if surveyed is None:
        other = household_uses(facts, tables, ledger, area, max(systems, key=lambda item: item.share).carrier)
        sun = roof_sun(facts, tables, ledger, [zone.name for zone in zones])
        household = Household(facts.uses, other, sun, ledger.inputs)
        month = base_electricity(facts.bills, household, tables, ledger)
    plan = schedule(facts, tables, ledger)
    building = Building(
        facts=facts,
        archetype=archetype.id,
        terrain=terrain,
        height_m=altitude,
        zones=zones,
        schedule=plan,
        systems=systems,
        bills=(),
        inputs=(),
        gross_area_m2=sum(part.result.gross_m2 for part in parts),
        joint_length_m=sum(part.result.joint_m for part in parts),
        door_count=sum(part.result.doors for part in parts),
        leak_points=max(part.result.leak_points for part in parts),
        sunspace_lag_h=tables.rule("sunspace_lag_h"),
        draught=_draught(tables, ledger.inputs[f"{zones[0].name}.storeys"].value),
    )
    if surveyed is not None:
        entries = tuple(ledger.inputs.get(item.key, item) for item in surveyed.inputs)
        return replace(
            building, uses=surveyed.uses, solar=surveyed.solar, bills=surveyed.bills,
            base_month_kwh=surveyed.base_month_kwh, inputs=entries,
        ), made  # fmt: skip
    bills = season_bills(facts.bills, tables, ledger, month, base_gas(household, tables))
    return replace(
        building, uses=other, solar=sun, bills=bills, base_month_kwh=month.value, inputs=tuple(ledger.inputs.values())
    ), made


def _blocks(
    facts: BuildingFacts,
    heated: Sequence[BlockFacts],
    tables: EnergyTables,
    ledger: Ledger,
    terrain: str,
    kept: Mapping[str, _Block],
) -> dict[str, _Block]:
    """The heated buildings of the yard by name."""
    local = _local_heaters(facts, tables) if len(heated) == 1 else 0
    alike = not (ledger.touches("terrain") or ledger.touches("block"))
    made: dict[str, _Block] = {}
    names: dict[str, int] = {}
    for block in heated:
        kind = ledger.code(f"block{len(made) + 1}.kind", block.kind, "main", _KINDS)
        names[kind] = names.get(kind, 0) + 1
        name = kind if names[kind] == 1 else f"{kind}{names[kind]}"
        same = kept.get(name) if alike else None
        if same is not None and not ledger.touches(f"{name}."):
            ledger.take(same.inputs)
            made[name] = same
            continue
        archetype = choose_archetype(block, tables)
        result = make_block(Maker(block, tables, ledger, archetype, name, terrain, local))
        inputs = tuple(item for key, item in ledger.inputs.items() if key.startswith(f"{name}."))
        made[name] = _Block(archetype, result, inputs)
    return made


def _local_heaters(facts: BuildingFacts, tables: EnergyTables) -> int:
    """Number of heaters where each heats the room it stands in; 0 where water or ducts carry heat, or nobody said."""
    types = [heater.type.value for heater in facts.heaters]
    if not types or any(code not in tables.systems or tables.systems[code].water == "yes" for code in types):
        return 0
    return sum(max(1, round(heater.count.value)) if heater.count else 1 for heater in facts.heaters)


def _draught(tables: EnergyTables, storeys: float | str) -> Draught:
    """How the leakage of a house of so many storeys follows wind and cold."""
    size = "high" if float(storeys) >= 2 else "low"
    return Draught(
        stack=tables.rule(f"leak_stack_{size}"), wind=tables.rule(f"leak_wind_{size}"),
        reference_k=tables.rule("leak_reference_k"), reference_m_s=tables.rule("leak_reference_m_s"),
    )  # fmt: skip


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
