"""The worked example of docs/method.md, sections 1 to 4, recomputed: what the page says is what the program does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cpdesk.energy.house.constructions import Layered, ground_floor, wall_u_value
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.sun import sun_position
from cpdesk.energy.zone.seasonal import Season, seasonal_need
from tests.unit.energy.zone.annex_c import Shell, annex_c

METHOD = Path(__file__).resolve().parents[4] / "docs" / "method.md"
HEADING = "### Example: a wall, a floor, the sun, one hour, one season"


@pytest.fixture(scope="module")
def page() -> dict[str, str]:
    """Cells of the example's table by their first one."""
    section = METHOD.read_text(encoding="utf-8").split(HEADING, 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line[:1] == "|"]
    return {cells[0].strip(): cells[1].strip() for cells in rows}


def check(page: dict[str, str], label: str, value: float) -> None:
    number = page[label].split()[0]
    decimals = len(number.partition(".")[2])
    assert round(value, decimals) == pytest.approx(float(number), abs=10.0 ** -(decimals + 3)), (label, value)


def test_the_wall_and_the_floor(tables: EnergyTables, page: dict[str, str]) -> None:
    check(page, "wall, U", wall_u_value(Layered("brick_solid", 370.0, "none", 0.0, ""), tables))
    check(page, "the same with 80 mm EPS, U", wall_u_value(Layered("brick_solid", 370.0, "eps", 80.0, "out"), tables))
    slab = ground_floor(78.0, 38.0, 0.1, 0.41, 1.5)
    check(page, "slab, U", slab.u_value_w_m2k)
    check(page, "slab, H_pe", slab.periodic_w_k)


def test_the_sun(page: dict[str, str]) -> None:
    noon_of_21_december = np.array([354 * 24 + 12.0])
    zenith, azimuth = sun_position(noon_of_21_december, 40.2, 116.2, 8.0)
    check(page, "sun from the zenith", float(zenith[0]))
    check(page, "sun, azimuth", float(azimuth[0]))


def test_the_hour(page: dict[str, str]) -> None:
    """By the letter of annex C; `test_network` holds the program's zone to it."""
    room = Shell(h_window=20, h_op=80, h_air=30, mass_m2=150, area_m2=60, capacity_j_k=1e7, internal_w=200)
    cold, still, wanted = np.full(3000, -5.0), np.zeros(3000), np.full(3000, 16.0)
    heat, air = annex_c(room, cold, cold, still, wanted, 1e5, 14.0)
    assert air == pytest.approx(wanted)
    check(page, "heat in the hour", heat[0])
    check(page, "heat at rest", heat[-1])


def test_the_season(page: dict[str, str]) -> None:
    found = seasonal_need(Season(2.155, 0.510, 20, 3.9, 212, 20.0, 4.2, 45, 0.911))
    check(page, "loss of the season", found.loss_kwh_m2)
    check(page, "use of gains", found.utilisation)
    check(page, "need of the season", found.need_kwh_m2)
