"""Cases 600 and 900 of ANSI/ASHRAE Standard 140 lie within its acceptance criteria, free-floating ones within the
published results. `cpdesk verify bestest` runs all cases."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cpdesk.energy.multizone.read import read_building
from cpdesk.energy.multizone.results import Result
from cpdesk.energy.multizone.solve import assess
from cpdesk.energy.weather.epw import read_epw
from cpdesk.operations.verification.bestest_cases import document

_WEATHER = Path(__file__).parents[5] / "shared/data/weather/725650TYCST.epw"
pytestmark = pytest.mark.skipif(not _WEATHER.exists(), reason="the weather of the standard is not beside the project")


@cache
def _result(case: str) -> Result:
    return assess(read_building(document(case)), read_epw(_WEATHER.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("case", "heating", "cooling"), [("600", (3.75, 4.98), (5.00, 6.83)), ("900", (1.04, 2.28), (2.35, 2.60))]
)
def test_annual_loads(case, heating, cooling):
    result = _result(case)
    assert heating[0] <= result.heating_kwh / 1000 <= heating[1]
    assert cooling[0] <= result.cooling_kwh / 1000 <= cooling[1]
    assert result.residual_max < 1e-9


@pytest.mark.parametrize(("case", "coldest", "warmest"), [("600FF", (-13.8, -9.9), (62.4, 68.4)),
                                                         ("900FF", (0.6, 2.2), (43.3, 46.0))])  # fmt: skip
def test_free_floating_extremes(case, coldest, warmest):
    zone = _result(case).zones[0]
    assert coldest[0] <= zone.coldest.value <= coldest[1]
    assert warmest[0] <= zone.warmest.value <= warmest[1]


def test_transmitted_sun_and_its_month():
    result = _result("600")
    window = result.windows[0]
    assert 804 <= window.transmitted_w.sum() / 1000 / 6.0 <= 826
    assert result.zones[0].heating_peak_w.month in (1, 12)
