"""The fast zone with its buffers against the detailed model, which follows every surface of every zone.

Both get the same surveyed house; the detailed one as `cpdesk building export` writes it. With film coefficients of ISO
52016-1 the flat-roofed house agrees within 1 %; under a ceiling the fast model needs 7 to 8 % more, because those
coefficients take 0.7 W/m2K on an attic floor although heat rises there; sun that goes through a sunspace on into the
rooms makes 2 to 4 %. With coefficients that follow the temperatures buffers agree within 0.5 to 1.5 K, and all houses,
with buffers and without, need about a fifth less than U-values with standard films say.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpdesk.energy.multizone.from_house import building_of
from cpdesk.energy.multizone.results import Result
from cpdesk.energy.multizone.solve import assess
from cpdesk.energy.multizone.spec import Convection
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import make_weather, season_hours
from cpdesk.energy.zone.drivers import make_drivers
from cpdesk.energy.zone.envelope import layout, row
from cpdesk.energy.zone.hourly import Trace, trace
from tests.unit.energy.zone.houses import farmhouse

SEASON = season_hours((11, 15), (3, 15))


def _both(tables: EnergyTables, name: str, convection: Convection) -> tuple[Trace, Result]:
    weather, house = make_weather(tables, "plain"), farmhouse(tables, name)
    columns, plan = layout(house), house.schedule
    assert plan.night_c is not None
    fast = trace(row(house, columns), make_drivers(weather, plan, columns), plan.day_c, plan.night_c, 1e9)
    spec = building_of(house, tables, weather)
    return fast, assess(replace(spec, options=replace(spec.options, convection=convection)), weather)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("flat roof", 0.0, 0.02),
        pytest.param("attic", 0.06, 0.10, marks=pytest.mark.slow),
        pytest.param("cold rooms", 0.05, 0.09, marks=pytest.mark.slow),
        pytest.param("single sunspace", 0.0, 0.04, marks=pytest.mark.slow),
        pytest.param("double sunspace", 0.02, 0.05, marks=pytest.mark.slow),
        pytest.param("closed porch", 0.02, 0.05, marks=pytest.mark.slow),
        pytest.param("everything", -0.02, 0.02, marks=pytest.mark.slow),
    ],
)
def test_heat_of_a_season_with_standard_films(tables: EnergyTables, name: str, least: float, most: float) -> None:
    fast, detailed = _both(tables, name, "iso")
    rooms = detailed.zone("main")
    assert least < fast.heating_w.sum() / rooms.heating_w[SEASON].sum() - 1.0 < most
    assert rooms.heating_w[~SEASON].sum() == 0
    assert fast.operative_c.mean() == pytest.approx(rooms.operative_c[SEASON].mean(), abs=0.6)


def test_sun_through_windows(tables: EnergyTables) -> None:
    """The fast model's factor for slanting sun, 0.9, against the glass angle by angle: low winter sun gets through."""
    fast, detailed = _both(tables, "flat roof", "iso")
    assert 0.90 < fast.sun_w.mean() / detailed.zone("main").sun_w[SEASON].mean() < 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cold rooms", "single sunspace"])
def test_temperatures_of_buffers(tables: EnergyTables, name: str) -> None:
    fast, detailed = _both(tables, name, "detailed")
    assert 0.10 < fast.heating_w.sum() / detailed.zone("main").heating_w[SEASON].sum() - 1.0 < 0.28
    for kind, allowed in (("attic", 0.5), ("room", 1.0), ("sunspace", 1.5)):
        if kind in fast.buffers:
            mean = detailed.zone(f"main {kind}").air_c[SEASON].mean()
            assert fast.buffers[kind].air_c.mean() == pytest.approx(mean, abs=allowed)
