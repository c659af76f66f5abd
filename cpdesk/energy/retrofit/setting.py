"""What all combinations of a house share: its groups of measures, its possible plants, the weather's drivers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.catalogue import ENVELOPE_GROUPS
from cpdesk.energy.money.household import even_windows
from cpdesk.energy.money.windows import OtherUse
from cpdesk.energy.retrofit.measures import Option, Verdict, base_row, finish
from cpdesk.energy.retrofit.other_year import Held
from cpdesk.energy.systems.plants import Plant, Weights, current_plant, new_plant, weight_rows
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats, Weather
from cpdesk.energy.zone.drivers import GROUND_WAVE, Drivers, make_drivers
from cpdesk.energy.zone.envelope import FLOOR, PERIODIC, Layout, layout, to_outdoors
from cpdesk.model.building import Building, HeatingSystem

Digits = NDArray[np.int16]
"""(N, groups): which option of each group a state holds, 0 for none."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all combinations of a building share.

    Attributes:
        groups: envelope options by group, in the order of the groups; each may also be left out.
        plants: the present one first, then what can be done to it, then new systems, each also with room control.
        plant_options: measures that make each plant.
        other: what the household buys apart from heating.
        base: row of the house as it is, with the extra columns.
    """

    building: Building
    tables: EnergyTables
    columns: Layout
    drivers: Drivers
    groups: tuple[tuple[Option, ...], ...]
    plants: tuple[Plant, ...]
    plant_options: tuple[tuple[Option, ...], ...]
    weights: Weights
    other: OtherUse
    base: Floats

    @property
    def shape(self) -> tuple[int, ...]:
        """Choices by group, leaving out included."""
        return tuple(len(group) + 1 for group in self.groups)

    @property
    def states(self) -> int:
        """How many states the groups make."""
        return int(np.prod(self.shape, dtype=np.int64)) if self.groups else 1

    @property
    def differences(self) -> tuple[Floats, ...]:
        """By group, (choices, columns): what each choice adds to the row, the first one nothing."""
        return tuple(
            np.vstack([np.zeros_like(self.base), *(option.difference for option in group)]) for group in self.groups
        )


def make_setting(
    building: Building,
    tables: EnergyTables,
    weather: Weather,
    verdicts: list[Verdict],
    year: Held | None = None,
) -> Setting:
    """Groups and plants from the verdicts on the catalogue.

    Args:
        year: the other uses; electricity as billed, or of the rule, spread over the hours, where not given.
    """
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    options = [verdict.option for verdict in verdicts if verdict.option is not None]
    groups = [tuple(item for item in options if item.measure.group == group) for group in ENVELOPE_GROUPS]
    plants, plant_options = make_plants(building, tables, options)
    base, metered = base_row(building, columns, tables), plants[0].valley_meter
    load = design_load_w(finish(base[None, :], building, columns, tables), building.schedule.wish_c, tables, drivers)
    return Setting(
        building=building, tables=tables, columns=columns, drivers=drivers,
        groups=tuple(group for group in groups if group), plants=plants, plant_options=plant_options,
        weights=weight_rows(plants, drivers, tables, design_w=float(load[0])),
        other=_unknown(building, tables, metered) if year is None else year.other(metered=metered), base=base,
    )  # fmt: skip


def _unknown(building: Building, tables: EnergyTables, metered: bool) -> OtherUse:
    """Electricity that the other uses buy, where no year of them is known."""
    monthly = tables.rule("base_month_kwh") if building.base_month_kwh is None else building.base_month_kwh
    return OtherUse(even_windows(12.0 * monthly, tables), metered)


def make_plants(
    building: Building, tables: EnergyTables, options: list[Option]
) -> tuple[tuple[Plant, ...], tuple[tuple[Option, ...], ...]]:
    """Every heating plant the measures allow, with the measures that make it; the present one comes first."""
    meter = building.facts.meter_valley is not None and building.facts.meter_valley.value == "yes"
    by_effect = {effect: [item for item in options if item.measure.effect == effect] for effect in _PLANT_EFFECTS}
    found: list[tuple[Plant, tuple[Option, ...]]] = []
    for pipe in (None, *by_effect["pipe"]):
        kept = current_plant(building.systems, tables, meter=meter, wrapped=pipe is not None)
        for emitter in (None, *by_effect["emitter"]):
            held = tuple(item for item in (pipe, emitter) if item is not None)
            plant = kept
            if emitter is not None:
                systems = tuple(_cooler(item, emitter, tables) for item in kept.systems)
                plant = replace(kept, code=f"{kept.code}_{emitter.id}", systems=systems)
            found.append((replace(plant, measures=tuple(item.id for item in held)), held))
    present = next((item.emitter for item in building.systems if item.emitter != "none"), "radiator_steel")
    counted = [item.emitter_w for item in building.systems if item.emitter == present and item.emitter_w is not None]
    kept_w = sum(counted) if counted else None
    found += [(system_plant(option, present, tables, kept_w), (option,)) for option in by_effect["system"]]
    for control in by_effect["control"]:
        for plant, held in list(found):
            if any(can_control(item, tables) for item in plant.systems):
                found.append((controlled(plant, control, tables), (*held, control)))
    return tuple(plant for plant, _ in found), tuple(held for _, held in found)


_PLANT_EFFECTS = ("pipe", "emitter", "control", "system")


def system_plant(
    option: Option, present_emitter: str, tables: EnergyTables, present_emitter_w: float | None = None
) -> Plant:
    """A new system of the catalogue; emitter, flow and efficiency are the measure's where it names them, else the
    radiators stay, with `present_emitter_w` at 64.5 K over the room where they were counted."""
    measure = option.measure
    stays = not measure.emitter and measure.flow_c is None
    plant = new_plant(
        measure.material, measure.id, measure.emitter or present_emitter, tables,
        emitter_w=present_emitter_w if stays else None,
    )  # fmt: skip
    changes: dict[str, float] = {}
    if measure.flow_c is not None:
        changes["flow_c"] = measure.flow_c
    if measure.value is not None:
        changes["efficiency"] = measure.value
    systems = tuple(replace(item, **changes) for item in plant.systems)  # type: ignore[arg-type]
    return replace(plant, systems=systems)


def can_control(system: HeatingSystem, tables: EnergyTables) -> bool:
    """Whether rooms can be set apart: not those that a stove or a kang heats."""
    return tables.systems[system.type].water == "yes" or system.carrier == "electricity"


def controlled(plant: Plant, control: Option, tables: EnergyTables) -> Plant:
    """A plant with room control: it produces by a share less heat for the same rooms."""
    kept = 1.0 - (control.measure.value or 0.0)
    systems = tuple(
        replace(item, efficiency=item.efficiency / kept) if can_control(item, tables) else item
        for item in plant.systems
    )
    return replace(plant, code=f"{plant.code}_{control.id}", measures=(*plant.measures, control.id), systems=systems)


def _cooler(system: HeatingSystem, emitter: Option, tables: EnergyTables) -> HeatingSystem:
    """A heat pump whose water may be cooler after the measure; other heaters stay as they are."""
    flow = emitter.measure.flow_c
    if flow is None or system.flow_c is None or not system.emitter.startswith("radiator"):
        return system
    return replace(system, flow_c=min(system.flow_c, flow)) if tables.systems[system.type].heat_pump else system


def design_load_w(rows: Floats, inside_c: float, tables: EnergyTables, drivers: Drivers) -> Floats:
    """Steady heat loss at the design outdoor temperature, gains left out, in W; the ground at its coldest."""
    outdoors = to_outdoors(rows) * (inside_c - tables.limits["design_outdoor_c"].value)
    swing = drivers.mean_c - drivers.rows[GROUND_WAVE].min()
    ground = rows[:, PERIODIC] * swing + rows[:, FLOOR] * (inside_c - drivers.mean_c)
    result: Floats = outdoors + np.maximum(0.0, ground)
    return result


def rows_of(setting: Setting, digits: Digits) -> Floats:
    """(N, columns): the envelope rows of states, measures of all groups added and finished."""
    rows = np.repeat(setting.base[None, :], len(digits), axis=0)
    for at, differences in enumerate(setting.differences):
        rows += differences[digits[:, at]]
    return finish(rows, setting.building, setting.columns, setting.tables)


def all_digits(setting: Setting) -> Digits:
    """Every state of the setting, in mixed radix of `shape`; for small settings and tests."""
    if not setting.groups:
        return np.zeros((1, 0), np.int16)
    return np.array(np.unravel_index(np.arange(setting.states), setting.shape), np.int16).T
