"""The engine against published figures: 836 seasonal results of TABULA, and benchmarks of Beijing farmhouses."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cpdesk.energy.seasonal import Season, seasonal_need

CASES = Path(__file__).parents[2] / ".." / "shared" / "data" / "tabula" / "cases.csv"


@pytest.mark.skipif(not CASES.exists(), reason="the reference data folder is not beside the checkout")
def test_seasonal_method_gives_every_tabula_case() -> None:
    with CASES.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) > 800
    worst = 0.0
    for row in rows:
        numbers = {key: float(value or 0) for key, value in row.items() if not key.startswith("Code_")}
        season = Season(
            transmission_w_m2k=_transmission(numbers),
            ventilation_w_m2k=0.34 * (numbers["n_air_use"] + numbers["n_air_infiltration"]) * numbers["h_room"],
            inside_c=numbers["theta_i"],
            outside_c=numbers["Theta_e"],
            days=numbers["HeatingDays"],
            sun_kwh_m2=_sun(numbers),
            internal_kwh_m2=0.024 * numbers["phi_int"] * numbers["HeatingDays"],
            capacity_wh_m2k=numbers["c_m"],
            reduction=numbers["F_red_temp"],
        )
        worst = max(worst, abs(seasonal_need(season).need_kwh_m2 - numbers["q_h_nd"]))
    assert worst < 0.01


def _transmission(numbers: dict[str, float]) -> float:
    parts = [key.removeprefix("H_Transmission_") for key in numbers if key.startswith("H_Transmission_")]
    total = sum(numbers[f"H_Transmission_{part}"] for part in parts)
    total += numbers["delta_U_ThermalBridging"] * sum(numbers[f"A_Calc_{part}"] for part in parts)
    return total / numbers["A_C_Ref"]


def _sun(numbers: dict[str, float]) -> float:
    def facing(name: str, irradiation: str, shading: str) -> float:
        return numbers[f"A_Calc_Window_{name}"] * numbers[f"I_Sol_{irradiation}"] * numbers[shading]

    total = facing("Horizontal", "Hor", "F_sh_hor")
    total += sum(facing(name, name, "F_sh_vert") for name in ("East", "South", "West", "North"))
    return total * (1 - numbers["F_f"]) * numbers["F_w"] * numbers["g_gl_n"] / numbers["A_C_Ref"]
