"""What must hold for every house: insulation helps, order does not matter, together is as alone, nonsense is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather
from cpdesk.energy.zone.drivers import Drivers, make_drivers
from cpdesk.energy.zone.envelope import (
    AIR,
    FRONT_WALL,
    OUTSIDE,
    ROOF,
    WALL,
    WINDOW,
    WINDOW_NIGHT,
    Layout,
    buffer_column,
    element_row,
    layout,
    row,
)
from cpdesk.energy.zone.hourly import trace
from cpdesk.energy.zone.states import solve
from cpdesk.model.building import Answer, Building, Element, ElementKind
from tests.unit.energy.zone.houses import farmhouse

Home = tuple[Building, Layout, np.ndarray, Drivers]


@pytest.fixture(scope="module")
def home(tables: EnergyTables) -> Callable[[str], Home]:
    weather, known = make_weather(tables, "plain"), {}

    def make(name: str) -> Home:
        if name not in known:
            building = farmhouse(tables, name)
            columns = layout(building)
            known[name] = (building, columns, row(building, columns), make_drivers(weather, building.schedule, columns))
        return known[name]

    return make


def _heat(rows: np.ndarray, drivers: Drivers, limit: float = 1e6) -> np.ndarray:
    ones = np.ones(len(rows))
    return solve(rows, drivers, 16 * ones, 12 * ones, limit * ones, np.ones((1, len(drivers.day)))).sums[0]


@settings(max_examples=15, deadline=None)
@given(
    name=st.sampled_from(["attic", "cold rooms", "flat roof", "closed porch"]),
    kind=st.sampled_from([ElementKind.WALL, ElementKind.ROOF, ElementKind.WINDOW, ElementKind.DOOR]),
    factor=st.floats(0.1, 0.95),
)
def test_insulating_any_part_never_raises_heating(
    home: Callable[[str], Home], name: str, kind: ElementKind, factor: float
) -> None:
    building, columns, base, drivers = home(name)
    after = base.copy()
    for element in building.elements:
        # In the sun behind glass a wall may bring more than it loses: the front of the porch is left out.
        if element.kind is kind and element.buffer != "sunspace":
            better = _better(element, factor)
            after += element_row(better, columns) - element_row(element, columns)
    before_heat, after_heat = _heat(np.array([base, after]), drivers)
    assert after_heat <= before_heat * (1 + 1e-12)


def _better(element: Element, factor: float) -> Element:
    return replace(element, u_value_w_m2k=max(0.06, factor * element.u_value_w_m2k))


@settings(max_examples=10, deadline=None)
@given(
    name=st.sampled_from(["attic", "cold rooms", "everything"]),
    kind=st.sampled_from(["attic", "room", "sunspace"]),
    factor=st.floats(0.1, 0.95),
)
def test_insulating_the_shell_of_a_buffer_never_raises_heating(
    home: Callable[[str], Home], name: str, kind: str, factor: float
) -> None:
    _, _, base, drivers = home(name)
    better = base.copy()
    better[buffer_column(kind, OUTSIDE)] *= factor
    before_heat, after_heat = _heat(np.array([base, better]), drivers)
    assert after_heat <= before_heat * (1 + 1e-12)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), limit=st.floats(2000.0, 20000.0))
def test_states_together_are_each_alone_and_in_any_order(home: Callable[[str], Home], seed: int, limit: float) -> None:
    _, _, base, drivers = home("everything")
    random = np.random.default_rng(seed)
    rows = np.repeat(base[None], 7, axis=0)
    rows[:, [WALL, ROOF, AIR, FRONT_WALL]] *= random.uniform(0.7, 1.2, (7, 1))
    rows[:, WINDOW_NIGHT] = rows[:, WINDOW] * random.uniform(0.5, 1.0, 7)
    rows[::2, buffer_column("sunspace", OUTSIDE)] = 0.0  # every other one has no sunspace
    together = _heat(rows, drivers, limit)
    order = random.permutation(7)
    assert _heat(rows[order], drivers, limit) == pytest.approx(together[order], rel=1e-10)
    for at in (0, 1):
        assert together[at] == pytest.approx(trace(rows[at], drivers, 16.0, 12.0, limit).heating_w.sum(), rel=1e-9)


def test_many_states_with_sunspaces_in_single_precision(home: Callable[[str], Home]) -> None:
    _, _, base, drivers = home("everything")
    rows = np.repeat(base[None], 1200, axis=0)
    rows[:, WALL] += np.linspace(-40.0, 40.0, 1200)
    rows[::3, buffer_column("sunspace", OUTSIDE)] = 0.0
    rows[1::2, WINDOW_NIGHT] *= 0.6
    many = _heat(rows, drivers, 7000.0)
    some = slice(0, 1200, 7)
    assert many[some] == pytest.approx(_heat(rows[some], drivers, 7000.0), rel=1e-6)


def test_every_default_of_a_buffer_is_visible(tables: EnergyTables) -> None:
    keys = {item.key for item in farmhouse(tables, "everything").inputs}
    assert {
        "main.sunspace_depth_m",
        "main.attic_air_1_h",
        "main.ceiling_u",
        "main.attic_roof_u",
        "absence_days",
    } <= keys
    keys = {item.key for item in farmhouse(tables, "flat roof").inputs}
    assert {"main.eaves_m", "main.horizon_deg", "main.wall.back.bridges_w_k"} <= keys


@pytest.mark.parametrize("name", ["everything", "flat roof"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_input_has_a_name_and_every_default_a_reason(tables: EnergyTables, name: str, language: str) -> None:
    translate = Translator(language)
    for item in farmhouse(tables, name, winter_absence_days=Answer(20.0)).inputs:
        assert translate(item.name)
        assert not item.reason or translate(item.reason, **item.reason_fields)


def test_a_buffer_without_a_way_out_is_refused(home: Callable[[str], Home]) -> None:
    building, columns, _, _ = home("attic")
    zone = building.zones[0]
    closed = replace(building, zones=(replace(zone, buffers=(replace(zone.buffers[0], elements=()),)),))
    with pytest.raises(InputFault) as caught:
        row(closed, columns)
    assert caught.value.code == "CP-1362"
    assert "attic" in caught.value.message("zh")
    assert caught.value.remedy("en")


def test_a_u_value_of_zero_in_a_buffer_is_refused_with_its_element(home: Callable[[str], Home]) -> None:
    building, columns, _, _ = home("attic")
    zone = building.zones[0]
    attic = zone.buffers[0]
    faces = (replace(attic.elements[0], u_value_w_m2k=0.0), *attic.elements[1:])
    bad = replace(building, zones=(replace(zone, buffers=(replace(attic, elements=faces),)),))
    with pytest.raises(InputFault) as caught:
        row(bad, columns)
    assert caught.value.code == "CP-1301"
    assert "main.attic.roof" in caught.value.message("en")


def test_only_walls_and_ceilings_bound_cold_rooms_and_attics(home: Callable[[str], Home]) -> None:
    building, columns, _, _ = home("attic")
    window = next(item for item in building.elements if item.kind is ElementKind.WINDOW)
    with pytest.raises(ValueError, match="window"):
        element_row(replace(window, buffer="room"), columns)
