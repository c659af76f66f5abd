"""Houses nobody has surveyed: their facts from the register, and what their neighbours' audits say of them.

The register gives year, area, structure and heating where it knows them; everything else is the archetype's. Such
houses are computed in steps of area and altitude, so that equal ones are computed once.

Audits of a village correct its other houses. With d_i = ln(audited need per m2 / archetype's need per m2) of audited
house i of archetype a in village v, two levels of shrinkage (normal with known variances, Gelman et al., Bayesian Data
Analysis, 3rd ed., 5.4):

    archetype:  m_a  = A * s_arch2 / (s_arch2 + V_a)             A, V_a: mean over its villages and its variance
    village:    m_va = (n d_va / s_w2 + m_a / s_v2) / (n / s_w2 + 1 / s_v2)

s_w between houses of a village, s_v between villages, s_arch between the archetype's table and the district: rules of
`district.csv`. Need, fuel, money and carbon of heating of an estimated house and what it can save of them are
multiplied by exp(m_va); which of its options are unbeaten is judged before that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cpdesk.energy.district.figures import DistrictFigures
from cpdesk.energy.house.construct import choose_archetype
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.building import Answer, BlockFacts, BuildingFacts, HeaterFacts
from cpdesk.model.district import HouseFigures, Options
from cpdesk.model.records import Quality

_UNKNOWN_YEAR = 1995.0


@dataclass(frozen=True, slots=True)
class Registered:
    """What a register knows of a house; `None` and empty where it does not."""

    build_year: float | None = None
    gross_area_m2: float | None = None
    structure: str = ""
    heater: str = ""
    terrain: str = ""
    altitude_m: float | None = None
    heritage: str = ""
    township: str = ""


def registered_facts(known: Registered, tables: EnergyTables, figures: DistrictFigures) -> BuildingFacts:
    """Facts of a house that nobody has surveyed."""
    year = known.build_year if known.build_year is not None else _UNKNOWN_YEAR
    block = BlockFacts(
        kind=Answer("main", Quality.DEFAULT),
        heated=Answer("full", Quality.DEFAULT),
        build_year=Answer(float(year), Quality.ESTIMATED),
        structure=Answer(known.structure, Quality.ESTIMATED) if known.structure else None,
    )
    if known.gross_area_m2 is not None:
        length, bays = _size(known.gross_area_m2, choose_archetype(block, tables).depth_m, tables, figures)
        block = replace(block, length_m=Answer(length, Quality.ESTIMATED), bays=Answer(bays, Quality.ESTIMATED))
    # Only the archetype's era matters to physics: houses of one era then share their computation.
    block = replace(block, build_year=Answer(_era_year(float(year), tables), Quality.ESTIMATED))
    altitude = _stepped(known.altitude_m, figures["altitude_step_m"])
    return BuildingFacts(
        blocks=(block,),
        heaters=(HeaterFacts(type=Answer(known.heater, Quality.ESTIMATED)),) if known.heater in tables.systems else (),
        township_code=known.township,
        terrain=Answer(known.terrain, Quality.ESTIMATED) if known.terrain else None,
        altitude_m=Answer(altitude, Quality.ESTIMATED) if altitude is not None else None,
        heritage=Answer(known.heritage, Quality.ESTIMATED) if known.heritage else None,
    )


def _size(gross_m2: float, depth_m: float, tables: EnergyTables, figures: DistrictFigures) -> tuple[float, float]:
    """Length and bays of a main building of the archetype's depth that has the register's area."""
    step = figures["area_step_m2"]
    area = max(30.0, min(400.0, step * round(gross_m2 * figures["depth_to_area"] / step)))
    length = area / depth_m
    return length, float(max(1, round(length / tables.rule("bay_m"))))


def _era_year(year: float, tables: EnergyTables) -> float:
    """A year that stands for all years between the same bounds of archetypes."""
    bounds = sorted({row.year_from for row in tables.archetypes.values()})
    return float(max([bound for bound in bounds if bound <= year], default=bounds[0]))


def _stepped(value: float | None, step: float) -> float | None:
    return None if value is None else step * round(value / step)


def prior_facts(facts: BuildingFacts) -> BuildingFacts:
    """A surveyed house as its archetype alone would have it: year, structure, size and place kept, the rest dropped.

    Bills and habits are dropped too, so that what an audit finds beyond the archetype shows.
    """
    blocks = tuple(
        BlockFacts(
            kind=block.kind, heated=block.heated, build_year=block.build_year, era=block.era,
            rebuild_year=block.rebuild_year, structure=block.structure, storeys=block.storeys, bays=block.bays,
            length_m=block.length_m, depth_m=block.depth_m, storey_height_m=block.storey_height_m,
            heated_rooms=block.heated_rooms, heated_area_m2=block.heated_area_m2,
        )
        for block in facts.blocks
    )  # fmt: skip
    return BuildingFacts(
        blocks=blocks, heaters=tuple(HeaterFacts(type=item.type, role=item.role) for item in facts.heaters),
        township_code=facts.township_code, terrain=facts.terrain, altitude_m=facts.altitude_m,
    )  # fmt: skip


def shrunk(houses: Sequence[HouseFigures], figures: DistrictFigures) -> tuple[HouseFigures, ...]:
    """The houses with every estimated one moved by the audits of its village and archetype, and all with a spread."""
    within, between, table = (figures[key] ** 2 for key in ("within_sd", "village_sd", "archetype_sd"))
    cells: dict[tuple[str, str, str], list[float]] = {}
    for house in houses:
        if house.surveyed and house.prior_need_kwh_m2 > 0 and house.need_kwh > 0:
            logs = cells.setdefault((house.archetype, house.township, house.village), [])
            logs.append(math.log(house.need_kwh / house.area_m2 / house.prior_need_kwh_m2))
    by_archetype: dict[str, list[tuple[float, float]]] = {}
    for (archetype, _, _), logs in cells.items():
        variance = between + within / len(logs)
        by_archetype.setdefault(archetype, []).append((math.fsum(logs) / len(logs), variance))
    upper = {name: _posterior(found, 0.0, table) for name, found in by_archetype.items()}
    placed = []
    for house in houses:
        if house.surveyed:
            placed.append(replace(house, spread=figures["audited_sd"]))
            continue
        mean, variance = upper.get(house.archetype, (0.0, table))
        logs = cells.get((house.archetype, house.township, house.village), [])
        seen = [(math.fsum(logs) / len(logs), within / len(logs))] if logs else []
        mean, variance = _posterior(seen, mean, between + variance)
        placed.append(_moved(house, math.exp(mean), math.sqrt(within + variance)))
    return tuple(placed)


def _posterior(seen: Sequence[tuple[float, float]], mean: float, variance: float) -> tuple[float, float]:
    """Mean and variance of a normal mean after (value, variance) were seen."""
    weight = 1.0 / variance + math.fsum(1.0 / one for _, one in seen)
    return (mean / variance + math.fsum(value / one for value, one in seen)) / weight, 1.0 / weight


def _moved(house: HouseFigures, factor: float, spread: float) -> HouseFigures:
    """All figures of heating times a factor; works cost what they cost."""
    if factor == 1.0:
        return replace(house, spread=spread)
    options = house.options
    changed = Options(
        own_yuan=options.own_yuan,
        subsidy_yuan=options.subsidy_yuan,
        saving_yuan=_scaled(options.saving_yuan, options.extra_yuan, factor),
        carbon_kg=_scaled(options.carbon_kg, options.extra_kg, factor),
        extra_yuan=options.extra_yuan,
        extra_kg=options.extra_kg,
        power_kw=options.power_kw,
        measures=options.measures,
        levels=options.levels,
    )
    return replace(
        house, factor=factor, spread=spread, options=changed, need_kwh=factor * house.need_kwh,
        final_kwh=factor * house.final_kwh, cost_yuan=factor * house.cost_yuan, kgce=factor * house.kgce,
        heating_kg=factor * house.heating_kg, carbon_kg=house.carbon_kg + (factor - 1.0) * house.heating_kg,
    )  # fmt: skip


def _scaled(values: tuple[float, ...], others: tuple[float, ...], factor: float) -> tuple[float, ...]:
    """The heating part times a factor; what has nothing to do with heating stays."""
    return tuple(factor * (value - other) + other for value, other in zip(values, others, strict=True))
