"""Plants: what the cells of a season give against hour by hour, two heaters, losses, and measured seasonal values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.energy.audit.household import assess_baseline
from cpdesk.energy.house.construct import build
from cpdesk.energy.systems.capacity import capacity_text, check_capacity, check_plant
from cpdesk.energy.systems.plants import (
    ALL,
    VALLEY,
    Plant,
    Weights,
    current_plant,
    final_energy,
    hourly_draw,
    limit_w,
    new_plant,
    unit_of,
    weight_rows,
)
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats, Weather
from cpdesk.energy.zone.envelope import AIR, DOOR, FLOOR, ROOF, WALL, WINDOW, layout, row
from cpdesk.energy.zone.hourly import Drivers, make_drivers, trace
from cpdesk.model.building import Answer, BuildingFacts, HeaterFacts
from cpdesk.model.energy_uses import UseFacts

_CELL_ERROR = {"ashp_water": 0.025, "ashp_air": 0.02, "gshp": 0.035}


@dataclass(frozen=True)
class _House:
    """A state of a house by the hour: design load at 18 degC, heat and weather of the counted hours."""

    drivers: Drivers
    design_w: float
    load_w: float
    heat_w: Floats
    outdoor_c: Floats

    def sums(self, weights: Weights) -> Floats:
        """What the solver gives for this state."""
        return (weights.rows[:, self.drivers.counted] @ self.heat_w)[:, None]


def _solved(
    facts: BuildingFacts, tables: EnergyTables, weather: Weather, day_c: float, night_c: float, insulated: float = 1.0
) -> _House:
    """The house with its conductances times `insulated`, heated by a plant of 1.25 x its load."""
    building = build(facts, tables)
    columns = layout(building)
    drivers = make_drivers(weather, building.schedule, columns)
    numbers = row(building, columns)
    whole = float(numbers[[WINDOW, DOOR, WALL, ROOF, FLOOR, AIR]].sum()) * 25.6
    numbers[WINDOW : AIR + 1] *= insulated
    limit = 1.25 * whole * insulated
    detail = trace(numbers, drivers, day_c, night_c, limit)
    return _House(drivers, whole, whole * insulated, detail.heating_w, drivers.outdoor_c[drivers.counted])


@pytest.mark.parametrize("insulated", [1.0, 0.6, 0.35])
@pytest.mark.parametrize(("day_c", "night_c"), [(14.0, 11.0), (18.0, 15.0), (20.0, 20.0)])
@pytest.mark.parametrize(
    ("code", "emitter"),
    [("ashp_water", "radiator_steel"), ("ashp_water", "floor"), ("ashp_air", "none"), ("gshp", "floor")],
)
def test_cells_agree_with_every_hour(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts, code: str, emitter: str, day_c: float,
    night_c: float, insulated: float,
) -> None:  # fmt: skip
    house = _solved(f5_facts, tables, plain, day_c, night_c, insulated)
    plant = new_plant(code, code, emitter, tables)
    weights = weight_rows([plant], house.drivers, tables, design_w=house.design_w)
    capacity = 1.25 * house.load_w
    energy = final_energy(plant, house.sums(weights), weights, tables, capacity_w=np.array([capacity]))
    exact = hourly_draw(
        plant.systems[0], house.heat_w, house.outdoor_c, tables, design_w=house.design_w, capacity_w=capacity
    )
    assert float(energy.kwh["electricity"][0]) == pytest.approx(exact.total_w.sum() / 1000.0, rel=_CELL_ERROR[code])
    hour = house.drivers.hour[house.drivers.counted]
    valley = (hour >= 20) | (hour < 8)
    in_valley = float(exact.total_w[valley].sum()) / 1000.0
    assert float(energy.valley_kwh[0]) == pytest.approx(in_valley, rel=1.5 * _CELL_ERROR[code])


@pytest.mark.parametrize("warmer_k", [-8.0, -4.0, 6.0])
@pytest.mark.parametrize("code", ["ashp_water", "gshp"])
def test_cells_agree_in_other_climates(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts, code: str, warmer_k: float
) -> None:
    """Weather files from 8 K colder to 6 K warmer than the plain."""
    weather = replace(plain, temperature_c=plain.temperature_c + warmer_k)
    house = _solved(f5_facts, tables, weather, 18.0, 15.0, 0.35)
    plant = new_plant(code, code, "floor", tables)
    weights = weight_rows([plant], house.drivers, tables, design_w=house.design_w)
    capacity = 1.25 * house.load_w
    energy = final_energy(plant, house.sums(weights), weights, tables, capacity_w=np.array([capacity]))
    exact = hourly_draw(
        plant.systems[0], house.heat_w, house.outdoor_c, tables, design_w=house.design_w, capacity_w=capacity
    )
    assert float(energy.kwh["electricity"][0]) == pytest.approx(exact.total_w.sum() / 1000.0, rel=0.04)


def test_cells_hold_all_the_heat(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    house = _solved(f5_facts, tables, plain, 18.0, 15.0)
    weights = weight_rows([new_plant("ashp_water", "x", "floor", tables)], house.drivers, tables)
    sums = house.sums(weights)
    cells = weights.cells(sums, (None, None))
    assert float(cells.sum()) == pytest.approx(float(sums[ALL, 0]), rel=1e-12)
    assert float(cells[: len(cells) // 2].sum()) == pytest.approx(float(sums[VALLEY, 0]), rel=1e-12)
    assert float(weights.hours[(None, None)].sum()) == pytest.approx(len(house.heat_w))


def test_no_back_up_to_speak_of_where_the_unit_is_sized_to_the_load(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts
) -> None:
    """1.25 x the load at -7.6 C: in the coldest hours of this year the back-up is below half a percent."""
    for insulated in (1.0, 0.5):
        house = _solved(f5_facts, tables, plain, 18.0, 15.0, insulated)
        found = check_capacity(
            new_plant("ashp_water", "x", "radiator_steel", tables).systems[0], house.heat_w, house.outdoor_c, tables,
            design_load_w=house.load_w, capacity_w=1.25 * house.load_w, emitter_w=house.design_w,
        )  # fmt: skip
        assert found.coldest_c < -12.0
        assert found.backup_pct < 0.5
        assert found.verdict in ("enough", "backup")
        assert (found.verdict == "enough") == (found.short_hours == 0)


def test_a_small_unit_is_called_small(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    house = _solved(f5_facts, tables, plain, 18.0, 18.0)
    system = new_plant("ashp_water", "x", "radiator_steel", tables).systems[0]
    found = check_capacity(
        system, house.heat_w, house.outdoor_c, tables, design_load_w=house.load_w, capacity_w=0.4 * house.load_w,
        emitter_w=house.design_w,
    )  # fmt: skip
    assert found.verdict == "short"
    assert found.short_hours > 100
    assert found.backup_kwh > 100
    for language, word in (("zh", "不够"), ("en", "too small")):
        assert word in capacity_text(found, Translator(language))
    enough = replace(found, capacity_w=2 * house.load_w, short_hours=0)
    assert "够用" in capacity_text(enough, Translator("zh"))


def test_insulation_saves_more_electricity_than_heat(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts
) -> None:
    """The water gets cooler, so that the COP rises: electricity falls faster than heat."""
    before, after = (_solved(f5_facts, tables, plain, 18.0, 16.0, share) for share in (1.0, 0.6))
    system = new_plant("ashp_water", "x", "radiator_steel", tables).systems[0]
    units = [
        hourly_draw(system, one.heat_w, one.outdoor_c, tables, design_w=before.design_w, capacity_w=1.25 * one.load_w)
        for one in (before, after)
    ]
    cops = [float(one.heat_w.sum() / one.compressor_w.sum()) for one in units]
    assert cops[1] > cops[0] + 0.1


def test_measured_seasonal_values(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    """Beijing house with floor heating: 3.28 (heat of the unit over all electricity). Shanxi: unit 3.34, system 2.63.
    Villages with radiators at 45 to 55 C: 1.9 to 2.6 (remembered)."""
    house = _solved(f5_facts, tables, plain, 18.0, 18.0, 0.5)

    def values(emitter: str, *, reset: bool, flow: float) -> tuple[float, float]:
        system = replace(new_plant("ashp_water", "x", emitter, tables).systems[0], reset=reset, flow_c=flow)
        drawn = hourly_draw(
            system, house.heat_w, house.outdoor_c, tables, design_w=house.load_w, capacity_w=1.25 * house.load_w
        )
        made = float(drawn.heat_w.sum())
        return made / float(drawn.compressor_w.sum()), made / float(drawn.total_w.sum())

    unit, system = values("floor", reset=True, flow=35.0)
    assert 2.9 < system < 3.5
    assert 3.1 < unit < 3.6
    _, village = values("radiator_steel", reset=False, flow=50.0)
    assert 1.9 < village < 2.6


def test_boiler_by_hand(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    house = _solved(f5_facts, tables, plain, 14.0, 11.0)
    building = build(f5_facts, tables)
    plant = current_plant(building.systems, tables, meter=False, wrapped=False)
    weights = weight_rows([plant], house.drivers, tables)
    energy = final_energy(plant, house.sums(weights), weights, tables)
    heat = float(house.heat_w.sum()) / 1000.0
    assert float(energy.kwh["coal"][0]) == pytest.approx(heat / (0.60 * 0.85))
    hours = float((house.heat_w > 0).sum())
    pump = float(energy.kwh["electricity"][0])
    assert 0.0 < pump <= 0.045 * max(hours, len(house.heat_w))


def test_two_heaters_by_share_and_by_cold(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    pump, stove = HeaterFacts(type=Answer("ashp_air")), HeaterFacts(type=Answer("coal_stove"), role=Answer("extra"))
    pump = replace(pump, role=Answer("main"))
    by_share = build(replace(f5_facts, heaters=(pump, stove)), tables).systems
    assert [item.share for item in by_share] == [0.8, 0.2]
    by_cold = build(
        replace(
            f5_facts, heaters=(replace(pump, above_c=Answer(-5.0)), replace(stove, below_c=Answer(-5.0)))
        ), tables,
    ).systems  # fmt: skip
    assert {(item.type, item.share) for item in by_cold} == {("ashp_air", 1.0), ("coal_stove", 1.0)}
    house = _solved(f5_facts, tables, plain, 16.0, 14.0)
    plant = Plant("keep", (), by_cold, valley_meter=True)
    weights = weight_rows([plant], house.drivers, tables)
    energy = final_energy(plant, house.sums(weights), weights, tables)
    cold = house.outdoor_c < -5.0
    assert float(energy.kwh["coal"][0]) == pytest.approx(float(house.heat_w[cold].sum()) / 1000.0 / 0.4, rel=1e-9)
    air = next(item for item in by_cold if item.type == "ashp_air")
    exact = hourly_draw(air, house.heat_w[~cold], house.outdoor_c[~cold], tables, design_w=0.0)
    assert float(energy.kwh["electricity"][0]) == pytest.approx(
        exact.total_w.sum() / 1000.0, rel=_CELL_ERROR["ashp_air"]
    )
    assert limit_w(by_cold, tables) == pytest.approx(5000.0)  # at -7.6 C only the stove is lit


def test_temperatures_without_a_heater_are_refused(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    facts = replace(f5_facts, heaters=(HeaterFacts(type=Answer("ashp_air"), above_c=Answer(-5.0)),))
    with pytest.raises(InputFault) as caught:
        build(facts, tables)
    assert caught.value.code == "CP-1367"
    assert "-6" in caught.value.message("zh")


def test_kangs_take_their_part_of_the_heat(tables: EnergyTables, f5_facts: BuildingFacts) -> None:
    def systems(count: float, use: str | None = "cooking") -> dict[str, float]:
        uses = UseFacts(kang_count=Answer(count), kang_use=Answer(use) if use else None)
        return {item.type: item.share for item in build(replace(f5_facts, uses=uses), tables).systems}

    assert systems(0.0) == {"coal_boiler": 1.0}
    assert systems(1.0) == pytest.approx({"coal_boiler": 0.9, "kang": 0.1})
    assert systems(6.0) == pytest.approx({"coal_boiler": 0.6, "kang": 0.4})
    assert systems(2.0, "electric") == pytest.approx({"coal_boiler": 0.8, "electric_kang": 0.2})
    assert systems(2.0, "unused") == {"coal_boiler": 1.0}


def test_every_heater_of_the_form_can_be_computed(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts
) -> None:
    house = _solved(f5_facts, tables, plain, 16.0, 14.0)
    heat = float(house.heat_w.sum()) / 1000.0
    for code, kind in tables.systems.items():
        systems = build(replace(f5_facts, heaters=(HeaterFacts(type=Answer(code)),)), tables).systems
        plant = current_plant(systems, tables, meter=False, wrapped=False)
        weights = weight_rows([plant], house.drivers, tables)
        energy = final_energy(plant, house.sums(weights), weights, tables)
        used = float(energy.kwh[kind.carrier][0])
        assert heat / 5.0 < used < heat / 0.2, code
        assert np.all(energy.valley_kwh <= energy.kwh.get("electricity", np.zeros(1)) + 1e-9)


def test_losses_of_pipes_and_what_the_rooms_get_back(tables: EnergyTables) -> None:
    for item in tables.distribution.values():
        assert item.value == pytest.approx(item.to_emitters + item.recovered * (1.0 - item.to_emitters), abs=0.005)


def test_dry_winter_air_spares_the_defrosting(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    """Weather that says its humidity: at 40 % a heat pump needs less around freezing, at 84 % the same."""
    plant = new_plant("ashp_water", "x", "radiator_steel", tables)

    def electricity(humidity: float | None) -> float:
        weather = plain if humidity is None else replace(plain, humidity_pct=np.full(8760, humidity))
        house = _solved(f5_facts, tables, weather, 18.0, 15.0)
        weights = weight_rows([plant], house.drivers, tables, design_w=house.design_w)
        return float(final_energy(plant, house.sums(weights), weights, tables).kwh["electricity"][0])

    assert electricity(84.0) == pytest.approx(electricity(None), rel=1e-9)
    assert 0.95 < electricity(40.0) / electricity(None) < 0.985


def test_counted_radiators_decide_the_water(tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts) -> None:
    """60 steel sections of 90 W give 5,400 W (29.5 K / 64.5 K)^1.3 = 1,953 W with water of 50 C in a room of 18 C."""
    heater = replace(f5_facts.heaters[0], radiator_sections=Answer(60.0))
    building = build(replace(f5_facts, heaters=(heater,)), tables)
    assert building.systems[0].emitter_w == 5400.0
    few, usual = (
        new_plant("ashp_water", "x", "radiator_steel", tables, emitter_w=counted).systems[0]
        for counted in (5400.0, None)
    )
    unit = unit_of(few, tables, 8000.0)
    assert unit.design_w == pytest.approx(1953.2, abs=1.0)
    assert unit_of(usual, tables, 8000.0).design_w == 8000.0
    house = _solved(f5_facts, tables, plain, 18.0, 18.0, 0.5)
    hot, cool = (
        hourly_draw(one, house.heat_w, house.outdoor_c, tables, design_w=house.design_w, capacity_w=1.25 * house.load_w)
        for one in (few, usual)
    )
    assert hot.total_w.sum() > 1.15 * cool.total_w.sum()
    many = replace(few, emitter_w=20000.0)
    warm = hourly_draw(
        many, house.heat_w, house.outdoor_c, tables, design_w=house.design_w, capacity_w=1.25 * house.load_w
    )
    assert warm.total_w.sum() < hot.total_w.sum()


def test_an_assessment_says_whether_the_heat_pump_is_large_enough(
    tables: EnergyTables, f5_facts: BuildingFacts
) -> None:
    """Panel and packages carry the check and the household's power; the present stove house has no heat pump."""
    before = assess_baseline(f5_facts, tables)
    assert before.heat_pump is None
    assert before.electric_peak_kw is not None and before.electric_peak_kw.value > 0
    pump = HeaterFacts(type=Answer("ashp_water"), emitter=Answer("radiator_steel"), rated_kw=Answer(6.0))
    small = assess_baseline(replace(f5_facts, heaters=(pump,), temp_usual_day_c=Answer(18.0)), tables)
    assert small.heat_pump is not None and small.heat_pump.verdict == "short"
    large = assess_baseline(replace(f5_facts, heaters=(replace(pump, rated_kw=Answer(30.0)),)), tables)
    assert large.heat_pump is not None and large.heat_pump.verdict == "enough"
    assert small.electric_peak_kw is not None
    assert small.electric_peak_kw.value > before.electric_peak_kw.value
    for language in ("zh", "en"):
        assert Translator(language).has(small.electric_peak_kw.formula)
        assert all(Translator(language).has(name) for name, _, _ in small.electric_peak_kw.inputs)


def test_the_check_counts_only_the_hours_a_bound_heat_pump_works(
    tables: EnergyTables, plain: Weather, f5_facts: BuildingFacts
) -> None:
    house = _solved(f5_facts, tables, plain, 18.0, 18.0)
    whole = new_plant("ashp_water", "x", "floor", tables)
    bound = replace(whole, systems=(replace(whole.systems[0], above_c=0.0),))
    checks = [
        check_plant(plant, house.heat_w, house.drivers, tables, house.load_w, 0.5 * house.load_w, house.design_w)
        for plant in (whole, bound)
    ]
    assert checks[0] is not None and checks[1] is not None
    assert checks[0].short_hours > checks[1].short_hours
    assert (
        check_plant(new_plant("gas_boiler", "x", "floor", tables), house.heat_w, house.drivers, tables, 1.0, 1.0, 1.0)
        is None
    )
