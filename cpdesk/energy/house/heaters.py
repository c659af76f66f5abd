"""The heaters of a household, from answers and defaults; where none was named, those usual for the house."""

from __future__ import annotations

from cpdesk.energy.house.ledger import Ledger
from cpdesk.energy.rows import Archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BuildingFacts, HeaterFacts, HeatingSystem
from cpdesk.model.records import Quality

_EMITTERS = ("radiator_iron", "radiator_steel", "radiator_alu", "fan_coil", "floor", "kang_water", "none")
_ONE_A_ROOM = ("storage_heater", "ashp_air", "direct_electric")


def heaters(
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
