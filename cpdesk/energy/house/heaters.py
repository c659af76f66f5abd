"""The heaters of a household, from answers and defaults; where none was named, those usual for the house.

Shares hold among the heaters that work at an outdoor temperature: a heater with a bound (a heat pump down to -10 degC,
a stove below) is entered once for every part of the season it works in, with its share of that part.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cpdesk.base.errors import InputFault
from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.rows import Archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BuildingFacts, HeaterFacts, HeatingSystem
from cpdesk.model.records import Quality

_EMITTERS = ("radiator_iron", "radiator_steel", "radiator_alu", "fan_coil", "floor", "kang_water", "none")
_ONE_A_ROOM = ("storage_heater", "ashp_air", "direct_electric")
_KANG_USES = ("cooking", "own_fire", "electric", "unused")


@dataclass(frozen=True, slots=True)
class _House:
    """What all heaters of a house share: tables, ledger, size and whether its coal is loose."""

    tables: EnergyTables
    ledger: Ledger
    area_m2: float
    rooms: int
    loose_coal: bool


def heaters(
    facts: BuildingFacts, tables: EnergyTables, ledger: Ledger, archetype: Archetype, area_m2: float, rooms: int
) -> tuple[HeatingSystem, ...]:
    """All heaters with their shares of the season's heat.

    Raises:
        InputFault: CP-1301 a number, CP-1304 a code, CP-1367 outdoor temperatures at which no heater works.
    """
    named = [heater for heater in facts.heaters if not heater.role or heater.role.value in ("main", "extra")]
    if not named:
        named = [
            HeaterFacts(
                type=Answer(archetype.heater_type, Quality.DEFAULT), emitter=Answer(archetype.emitter, Quality.DEFAULT)
            )
        ]
    loose = facts.bills.coal_loose_t is not None and facts.bills.coal_briquette_t is None
    house = _House(tables, ledger, area_m2, rooms, loose)
    shares = [
        ledger.number(f"heater{at + 1}.share_pct", one.share_pct, usual, "%", limits=(0, 100)) / 100.0
        for at, (one, usual) in enumerate(zip(named, _usual_shares(named, tables), strict=True))
    ]
    total = sum(shares)
    shares = [share / total for share in shares] if total > 0 else [1.0 / len(shares)] * len(shares)
    kang, by_kangs = _kangs(facts, house, [one.type.value for one in named])
    if kang is not None:
        named, shares = [*named, kang], [*(share * (1.0 - by_kangs) for share in shares), by_kangs]
    found = [_system(at, one, share, house) for at, (one, share) in enumerate(zip(named, shares, strict=True))]
    return _parts(found)


def _usual_shares(named: Sequence[HeaterFacts], tables: EnergyTables) -> list[float]:
    """Percent where nobody said: extra heaters a fifth each, the main ones the rest in equal parts."""
    extra = [one.role is not None and one.role.value == "extra" for one in named]
    if all(extra) or not any(extra):
        return [100.0 / len(named)] * len(named)
    each = 100.0 * min(tables.device("heater.extra_share"), 0.6 / sum(extra))
    rest = (100.0 - each * sum(extra)) / (len(extra) - sum(extra))
    return [each if one else rest for one in extra]


def _kangs(facts: BuildingFacts, house: _House, types: Sequence[str]) -> tuple[HeaterFacts | None, float]:
    """The kangs as a heater of its own with its share, where none was named as one."""
    said, tables = facts.uses, house.tables
    if said.kang_count is None:
        return None, 0.0
    count = house.ledger.number("heating.kang_count", said.kang_count, 0.0, "", limits=(0, 8))
    if count < 1:
        return None, 0.0
    use = house.ledger.code("heating.kang_use", said.kang_use, "cooking", _KANG_USES)
    kind = "electric_kang" if use == "electric" else "kang"
    if use == "unused" or kind in types or "kang" in types:
        return None, 0.0
    one = tables.devices["kang.share"]
    share = min(one.value * count, tables.device("kang.share_most"))
    share = house.ledger.computed(
        "heating.kang_share", share, "", Quality.DEFAULT, spread=(one.low / one.value, one.high / one.value),
        reason="energy.default.rule", source=one.source, status=one.status,
    )  # fmt: skip
    return HeaterFacts(type=Answer(kind, said.kang_count.quality), count=Answer(count, said.kang_count.quality)), share


def _parts(systems: list[HeatingSystem]) -> tuple[HeatingSystem, ...]:
    """Heaters by parts of the season between the outdoor temperatures at which one of them begins or ends."""
    bounds = sorted({bound for one in systems for bound in (one.above_c, one.below_c) if bound is not None})
    if not bounds:
        return tuple(systems)
    found = []
    edges: list[float | None] = [None, *bounds, None]
    for low, high in itertools.pairwise(edges):
        inside = [
            one
            for one in systems
            if (one.above_c is None or (low is not None and one.above_c <= low))
            and (one.below_c is None or (high is not None and one.below_c >= high))
        ]
        total = sum(one.share for one in inside)
        if total <= 0:
            raise InputFault("CP-1367", outdoor_c=f"{bounds[0] - 1 if low is None else low:g}")
        found += [replace(one, share=one.share / total, above_c=low, below_c=high) for one in inside if one.share > 0]
    return tuple(found)


def _system(index: int, heater: HeaterFacts, share: float, house: _House) -> HeatingSystem:
    tables, ledger = house.tables, house.ledger
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
        f"{prefix}.count", heater.count, house.rooms if kind in _ONE_A_ROOM else 1, "", limits=(1, 30), place=place
    )
    usual_kw = tables.rule("film_kw_m2") * house.area_m2 if kind == "electric_film" else row.capacity_kw
    rated = ledger.number(f"{prefix}.rated_kw", heater.rated_kw, usual_kw, "kW", limits=(0.3, 60), place=place)
    wrapped, distribution = _pipes(prefix, heater, emitter, row.water == "yes", house, place)
    flow = None
    if row.flow_c is not None:
        usual = tables.emitters[emitter].flow_c if row.heat_pump and emitter in tables.emitters else row.flow_c
        flow = ledger.number(f"{prefix}.flow_c", heater.flow_c, usual, "degC", limits=(20, 95), place=place)
    radiator = tables.emitters[emitter].section_w if emitter in tables.emitters else None
    emitter_w = None
    if radiator is not None and heater.radiator_sections is not None:
        key = f"{prefix}.radiator_sections"
        emitter_w = radiator * ledger.number(key, heater.radiator_sections, 0.0, "", limits=(1, 300), place=place)
    bounds = [
        None
        if answer is None
        else ledger.number(f"{prefix}.{name}", answer, 0.0, "degC", limits=(-30, 20), place=place)
        for name, answer in (("above_c", heater.above_c), ("below_c", heater.below_c))
    ]
    carrier = "coal_loose" if row.carrier == "coal" and house.loose_coal else row.carrier
    return HeatingSystem(
        type=kind, carrier=carrier, share=share, efficiency=efficiency, distribution=distribution,
        capacity_kw=rated * count, flow_c=flow, emitter=emitter, pipe_insulated=wrapped,
        emitter_w=emitter_w, above_c=bounds[0], below_c=bounds[1],
    )  # fmt: skip


def _pipes(
    prefix: str, heater: HeaterFacts, emitter: str, water: bool, house: _House, place: tuple[str, ...]
) -> tuple[bool, float]:
    """Whether the pipes are wrapped, and the share of the heat that reaches the rooms."""
    if not water or emitter == "none":
        return False, 1.0
    ledger = house.ledger
    code = ledger.code(f"{prefix}.pipe_insulated", heater.pipe_insulated, "no", ("yes", "no"), place=place)
    pipes = house.tables.distribution["pipes_insulated" if code == "yes" else "pipes_bare"]
    distribution = ledger.computed(
        f"{prefix}.distribution", pipes.value, "", ledger.quality(f"{prefix}.pipe_insulated"),
        spread=(pipes.low / pipes.value, pipes.high / pipes.value), place=place, reason="energy.default.heater",
        source=pipes.source, status=pipes.status,
    )  # fmt: skip
    return code == "yes", distribution
