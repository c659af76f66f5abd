"""Distributions, the Latin hypercube, and the draws of a house."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.energy.certainty.draws import Family, Houses, building_at, evenly, make_family, prior_houses
from cpdesk.energy.certainty.figures import certainty
from cpdesk.energy.certainty.latin import latin_hypercube, quantiles
from cpdesk.energy.certainty.outcomes import Chosen, as_audited, chosen, outcomes
from cpdesk.energy.certainty.unsure import FACTOR, PRICE, SHIFT, Z90, Member, Unsure, alone, two_piece, unsure_inputs
from cpdesk.energy.house.construct import Rebuilder, build
from cpdesk.energy.retrofit.grid import Setting, evaluate, make_setting
from cpdesk.energy.retrofit.measures import base_row, judge
from cpdesk.energy.retrofit.packages import Choice
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.envelope import FIXED, layout, to_outdoors
from cpdesk.model.assessment import Wishes
from cpdesk.model.building import Answer, BuildingFacts, WallFacts
from cpdesk.model.energy_uses import BESIDE_HEATING
from cpdesk.model.records import Quality

WORKS = ("seal_strips", "wall_eps80", "roof_xps80", "win_break", "ashp_air")


@pytest.fixture(scope="module")
def few_tables(tables: EnergyTables) -> EnergyTables:
    return replace(tables, measures=tuple(item for item in tables.measures if item.id in WORKS))


def _setting(facts: BuildingFacts, tables: EnergyTables) -> Setting:
    building = build(facts, tables)
    weather = make_weather(tables, building.terrain, building.height_m)
    return make_setting(building, tables, weather, judge(building, layout(building), tables, Wishes()))


def _works(setting: Setting) -> tuple[Chosen, ...]:
    held = [1] * len(setting.groups)
    grid = evaluate(setting, np.array([[0] * len(held), held], np.int16))
    pump = next(at for at, plant in enumerate(setting.plants) if plant.code.startswith("ashp_air"))
    return chosen(grid, [Choice("A", 1, 0, 0.0, True), Choice("B", 1, pump, 0.0, True)])


def _wall(facts: BuildingFacts, quality: Quality) -> BuildingFacts:
    wall = WallFacts(
        type=Answer("brick_solid", Quality.MEASURED), mm=Answer(370.0, quality), insul_type=Answer("eps", quality),
        insul_mm=Answer(50.0, quality),
    )  # fmt: skip
    return replace(facts, blocks=(replace(facts.blocks[0], wall=wall),))


def test_three_points_of_an_input_are_met() -> None:
    item = Unsure("one", FACTOR, (Member("a.b", 0.6, 0.75, 0.68 / 0.6),), "name")
    assert item.values(np.array([-Z90, 0.0, Z90])) == pytest.approx([0.45, 0.60, 0.68])
    shift = Unsure("two", SHIFT, (Member("day_c", 14.0, -2.0, 1.0, -10.0, 14.0),), "name")
    assert shift.values(np.array([-Z90, 0.0, Z90, -50.0])) == pytest.approx([12.0, 14.0, 15.0, 4.0])
    assert two_piece(80.0, 100.0, 150.0, np.array([-Z90, 0.0, Z90])) == pytest.approx([80.0, 100.0, 150.0])
    assert two_piece(0.0, 0.0, 0.0, np.array([1.0])) == pytest.approx([0.0])


@settings(max_examples=25)
@given(st.lists(st.text("abcdef.", min_size=1, max_size=6), min_size=1, max_size=12, unique=True), st.integers(0, 999))
def test_every_column_holds_every_slice_once_whatever_the_order(keys: list[str], seed: int) -> None:
    one = latin_hypercube(keys, 64, seed)
    two = latin_hypercube(keys[::-1], 64, seed)
    assert np.array_equal(one, two[:, ::-1])
    slices = np.sort(one, axis=0)
    assert np.array_equal(slices, np.repeat(slices[:, :1], len(keys), axis=1))
    assert slices[:, 0] == pytest.approx(-slices[::-1, 0])


def test_columns_are_nearly_uncorrelated() -> None:
    z = latin_hypercube([f"key{at}" for at in range(30)], 200, 7)
    assert np.abs(np.corrcoef(z, rowvar=False) - np.eye(30)).max() < 0.04
    assert z.std(axis=0) == pytest.approx(np.ones(30), abs=0.02)


def test_weighted_quantiles_are_plain_ones_where_all_weigh_alike() -> None:
    values = np.random.default_rng(1).normal(size=101)
    weights = np.full(101, 1 / 101)
    assert quantiles(values, (0.1, 0.5, 0.9), weights) == pytest.approx(quantiles(values, (0.1, 0.5, 0.9)))
    assert quantiles(np.array([1.0, 2.0, 9.0]), (0.5,), np.array([0.0, 1.0, 0.0])) == pytest.approx([2.0])


def test_measured_answers_are_narrower_and_sure_ones_are_no_dimension(
    f5_facts: BuildingFacts, few_tables: EnergyTables
) -> None:
    def width(quality: Quality) -> float:
        found = unsure_inputs(build(_wall(f5_facts, quality), few_tables), few_tables)
        return next(item.half_width for item in found if item.question == "building.wall.mm")

    assert width(Quality.MEASURED) < width(Quality.BILL) < width(Quality.ESTIMATED)
    keys = {item.key for item in unsure_inputs(build(f5_facts, few_tables), few_tables)}
    assert not any(".bays." in key for key in keys)
    assert "temperature" in keys


def test_draws_follow_buildings_made_anew(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    """What is added up from the ends of each dimension agrees with the building itself."""
    setting = _setting(_wall(f5_facts, Quality.ESTIMATED), few_tables)
    family = make_family(setting.building, few_tables)
    houses = prior_houses(family, draws=60, seed=5)
    quick = outcomes(setting, (), houses).need_kwh
    away = []
    for at, z in enumerate(houses.z):
        try:
            house = building_at(setting.building, few_tables, family.dimensions, z)
        except InputFault:
            continue
        alone = evenly(Family(family.dimensions, house, ()), z[None, :])
        away.append(quick[at] / float(outcomes(setting, (), alone).need_kwh[0]) - 1.0)
    assert len(away) > 40
    assert abs(float(np.mean(away))) < 0.005
    assert float(np.std(away)) < 0.015


def test_the_middle_of_all_dimensions_is_the_audit_itself(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    setting = _setting(f5_facts, few_tables)
    packages = _works(setting)
    grid = evaluate(setting, np.array([[0] * len(setting.groups), [1] * len(setting.groups)], np.int16))
    family = make_family(setting.building, few_tables)
    found = outcomes(setting, packages, evenly(family, np.zeros((1, len(family.dimensions)))))
    assert found.need_kwh[0] == pytest.approx(grid.usual[0].need_kwh[0], rel=1e-6)
    assert found.cost[0] == pytest.approx(grid.usual[0].cost[0], rel=1e-6)
    for at, item in enumerate(packages):
        assert found.saving[0, at] == pytest.approx(grid.saving[item.state, item.plant], rel=1e-6)
        assert found.own_cost[0, at] == pytest.approx(grid.own_cost[item.state, item.plant], rel=1e-6)
        assert found.npv[0, at] == pytest.approx(grid.npv[item.state, item.plant], rel=1e-5)


def test_ranges_are_ordered_repeat_and_do_not_depend_on_the_order_of_inputs(
    f5_facts: BuildingFacts, few_tables: EnergyTables
) -> None:
    setting = _setting(f5_facts, few_tables)
    packages = _works(setting)

    def ranges(seed: int, building_inputs_reversed: bool = False) -> object:
        building = setting.building
        if building_inputs_reversed:
            building = replace(building, inputs=building.inputs[::-1])
        houses = prior_houses(make_family(building, few_tables), draws=100, seed=seed)
        return certainty(outcomes(setting, packages, houses), packages, houses, calibrated=False)

    one = ranges(4)
    assert one == ranges(4)
    assert one == ranges(4, building_inputs_reversed=True)
    assert one != ranges(5)
    for item in (one.need_kwh, one.cost_yuan, one.packages[0].saving_yuan, one.packages[1].sir):  # type: ignore[attr-defined]
        assert item.p5 <= item.p10 <= item.p50 <= item.p90 <= item.p95
        assert item.p10 < item.p90


def test_sure_inputs_give_no_range(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    setting = _setting(f5_facts, few_tables)
    packages = _works(setting)
    houses = evenly(Family((), setting.building, ()), np.zeros((40, 0)))
    found = certainty(outcomes(setting, packages, houses), packages, houses, calibrated=False)
    for item in (found.need_kwh, found.cost_yuan, found.packages[0].saving_yuan, found.packages[1].npv_yuan):
        assert item.p95 - item.p5 <= 1e-9 * abs(item.p50)


def test_a_measured_answer_never_widens_the_range(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    """What is measured narrows need and saving, or leaves them within the noise of 1,000 draws (2 %)."""

    def width(quality: Quality) -> tuple[float, float]:
        setting = _setting(_wall(f5_facts, quality), few_tables)
        packages = _works(setting)
        houses = prior_houses(make_family(setting.building, few_tables), draws=1000, seed=1)
        found = certainty(outcomes(setting, packages, houses), packages, houses, calibrated=False)
        saving = found.packages[0].saving_yuan
        return found.need_kwh.p90 - found.need_kwh.p10, saving.p90 - saving.p10

    told, measured = width(Quality.ESTIMATED), width(Quality.MEASURED)
    assert measured[0] <= 1.02 * told[0]
    assert measured[1] <= 1.02 * told[1]


def test_effective_draws_count_weights(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    family = Family((), build(f5_facts, few_tables), ())
    assert evenly(family, np.zeros((50, 0))).effective == pytest.approx(50.0)
    assert Houses(family, np.zeros((2, 0)), np.array([1.0, 0.0])).effective == pytest.approx(1.0)


def test_a_house_made_again_in_parts_is_the_house_made_anew(f5_facts: BuildingFacts, tables: EnergyTables) -> None:
    """For every end of every dimension, two heated buildings and heaters among them: equal to the last digit."""
    wing = replace(f5_facts.blocks[0], kind=Answer("east_wing"), bays=Answer(2.0, Quality.ESTIMATED))
    building = build(replace(f5_facts, blocks=(f5_facts.blocks[0], wing)), tables)
    rebuild = Rebuilder(building.facts, tables)
    for item in unsure_inputs(building, tables):
        for z in (-Z90, 0.5 * Z90, 6.0):
            changes = alone(item, z)
            try:
                anew = build(building.facts, tables, *changes)
            except InputFault:
                with pytest.raises(InputFault):
                    rebuild(*changes)
                continue
            made = rebuild(*changes)
            for name in (
                "zones",
                "systems",
                "schedule",
                "gross_area_m2",
                "joint_length_m",
                "door_count",
                "leak_points",
            ):
                assert getattr(made, name) == getattr(anew, name)
            assert (made.uses, made.bills) == (building.uses, building.bills)  # nothing of an end reads them
            known = {entry.key: entry for entry in anew.inputs}
            assert all(entry == known[entry.key] for entry in made.inputs if not entry.key.startswith(BESIDE_HEATING))


def test_prices_alone_need_no_new_season(f5_facts: BuildingFacts, few_tables: EnergyTables) -> None:
    """What the audit solved and what the draws would solve again agree, packages with old and new heaters alike."""
    setting = _setting(f5_facts, few_tables)
    packages = _works(setting)
    grid = evaluate(setting, np.array([[0] * len(setting.groups), [1] * len(setting.groups)], np.int16))
    family = Family(unsure_inputs(setting.building, few_tables), setting.building, ())
    z = np.zeros((3, len(family.dimensions)))
    z[:, [item.key for item in family.dimensions].index(PRICE)] = -Z90, 0.0, Z90
    quick, solved = as_audited(grid, packages, evenly(family, z)), outcomes(setting, packages, evenly(family, z))
    for name in ("cost", "package_cost", "package_co2_kg", "package_coldest_c", "own_cost"):
        assert getattr(quick, name) == pytest.approx(getattr(solved, name), rel=1e-5)
    assert quick.cost[0] < quick.cost[1] < quick.cost[2]


@pytest.mark.parametrize("roof", ["pitched_tile", "flat_precast"])
def test_defaults_of_attic_eaves_and_bridges_have_a_spread_that_is_felt(
    f5_facts: BuildingFacts, tables: EnergyTables, roof: str
) -> None:
    """Each moves the row of the house, the way physics says."""
    block = replace(f5_facts.blocks[0], roof_shape=Answer(roof), ceiling=Answer("gypsum"))
    building = build(replace(f5_facts, blocks=(block,)), tables)
    family = make_family(building, tables)
    columns = layout(building)
    values = family.values(lambda one: base_row(one, columns, tables))
    found = {}
    for at, end in enumerate(family.ends, 1):
        name = family.dimensions[end.at].key.split(".")[1] if "." in family.dimensions[end.at].key else ""
        found[name, end.z > 0] = float(to_outdoors(values[[at]])[0]), float(values[at, FIXED : columns.width].sum())
    loss, sun = float(to_outdoors(values[[0]])[0]), float(values[0, FIXED : columns.width].sum())
    assert found["bridges_w_k", False][0] < loss < found["bridges_w_k", True][0]
    assert found["eaves_m", True][1] < sun < found["eaves_m", False][1]
    if roof == "pitched_tile":
        assert found["attic_air_1_h", False][0] < loss < found["attic_air_1_h", True][0]
        assert found["attic_roof_u", False][0] < loss < found["attic_roof_u", True][0]
    assert family.building == building
