"""ANSI/ASHRAE Standard 140: the cases are those of the standard, and the model meets its criteria.

Every day the base cases of low and high mass; with --slow all 52. The weather lies outside the project.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cpdesk.energy.multizone.read import read_building
from cpdesk.energy.multizone.spec import OtherZone, Thermostat
from cpdesk.operations.verification.bestest import WEATHER, verify_bestest
from cpdesk.operations.verification.bestest_cases import case_names, differences, document, ranges, write_documents

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
weather_is_there = pytest.mark.skipif(not (DATA / WEATHER).exists(), reason=f"{DATA / WEATHER} is not there")
FILMS_M2K_W = {"wall": (1 / 1.8, 1 / 21.6), "roof": (1 / 1.7, 1 / 21.8), "floor": (1 / 3.7, 1 / 5.2)}


def test_all_cases_are_sound_files() -> None:
    assert len(case_names()) == 52
    for case in case_names():
        building = read_building(document(case), name=case)
        zone = building.zones[0]
        assert sum(surface.area_m2 for surface in zone.surfaces) == pytest.approx(2 * 48 + 2 * 8 * 2.7 + 2 * 6 * 2.7)
        assert zone.volume_m3 == 129.6


@pytest.mark.parametrize(
    ("case", "part", "u_value_w_m2k"),
    [
        ("600", "wall", 0.418),
        ("600", "floor", 0.039),
        ("600", "roof", 0.276),
        ("900", "wall", 0.417),
        ("900", "floor", 0.039),
        ("680", "wall", 0.143),
        ("680", "roof", 0.092),
        ("980", "wall", 0.143),
    ],
)
def test_constructions_have_the_published_u_values(case: str, part: str, u_value_w_m2k: float) -> None:
    """The standard states air-to-air U-values with its own films (tables of 5.2.1)."""
    building = read_building(document(case))
    surface = next(s for s in building.zones[0].surfaces if s.construction.name == part)
    total = surface.construction.resistance_m2k_w + sum(FILMS_M2K_W[part])
    assert 1 / total == pytest.approx(u_value_w_m2k, abs=0.0006)


def test_cases_differ_from_their_base_in_what_they_are_about() -> None:
    assert read_building(document("600FF")).zones[0].thermostat == Thermostat()
    sunspace = read_building(document("960"))
    assert [zone.name for zone in sunspace.zones] == ["back", "sun"]
    assert sunspace.zones[0].surfaces[2].other_side == OtherZone("sun")
    assert not sunspace.zones[0].surfaces[2].windows
    fins = [w for s in read_building(document("930")).zones[0].surfaces for w in s.windows]
    assert len(fins) == 2
    assert all(window.overhang and window.fin_left and window.fin_right for window in fins)
    night = read_building(document("950")).zones[0]
    assert night.fans[0].flow_m3_h == 1700.0
    assert night.fans[0].schedule.hourly().sum() == 365 * 13
    assert night.thermostat.heating_c is not None
    assert read_building(document("195")).zones[0].surfaces[2].opaque_area_m2 == pytest.approx(21.6)
    assert read_building(document("200")).zones[0].surfaces[0].emittance_inside == 0.1
    assert read_building(document("200")).zones[0].surfaces[0].emittance_outside == 0.1
    assert read_building(document("800")).zones[0].surfaces[2].doors


def test_a_criterion_goes_before_the_examples() -> None:
    limits = ranges()["600", "heating_mwh"]
    assert (limits.low, limits.high, limits.basis) == (3.75, 4.98, "acceptance")
    assert ranges()["610-600", "heating_mwh"].basis == "examples"
    assert ("610", "600") in differences()


def test_each_case_can_be_written_whole(tmp_path: Path) -> None:
    paths = write_documents(tmp_path)
    assert len(paths) == 52
    written = json.loads((tmp_path / "bestest_620.json").read_text(encoding="utf-8"))
    assert read_building(written) == read_building(document("620"))


def test_without_weather_nothing_is_claimed(tmp_path: Path) -> None:
    found = verify_bestest(tmp_path)
    assert not found.holds
    assert found.left_out


@weather_is_there
def test_low_and_high_mass_meet_the_criteria() -> None:
    found = verify_bestest(DATA, only=("600", "900"))
    criteria = [case for case in found.cases if getattr(case, "basis", "") == "acceptance"]
    assert len(criteria) == 4
    assert all(case.passed for case in criteria), [case for case in criteria if not case.passed]
    shown = {case.name: case for case in found.shown}
    assert all(shown[f"{case} residual"].passed for case in ("600", "900"))
    assert all(shown[f"600 incident_{side}_kwh_m2"].passed for side in ("north", "east", "south", "west"))


@pytest.mark.slow
@weather_is_there
def test_all_cases_hold() -> None:
    found = verify_bestest(DATA)
    wrong = [f"{c.name}: {c.found}, expected {c.expected}" for c in found.cases if not c.passed]
    assert not wrong, "\n".join(wrong)
    criteria = [case for case in found.cases if getattr(case, "basis", "") == "acceptance"]
    assert len(criteria) == 30
    assert all(case.passed for case in criteria)
