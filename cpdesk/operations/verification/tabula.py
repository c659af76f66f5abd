"""The seasonal method against the published results of EPISCOPE/TABULA: 836 variants of buildings in 20 countries."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cpdesk.energy.zone.seasonal import Season, seasonal_need
from cpdesk.operations.verification.cases import Case, Verification

TOLERANCE_KWH_M2: Final = 0.01
_SIDES: Final = ("East", "South", "West", "North")


def verify_tabula(data: Path) -> Verification:
    """Recompute each row's heating need (kWh/m²a) from its own inputs."""
    path = data / "tabula" / "cases.csv"
    if not path.exists():
        return Verification("tabula", (), (f"{path}: not there",))
    with path.open(encoding="utf-8", newline="") as handle:
        return Verification("tabula", tuple(_case(row) for row in csv.DictReader(handle)))


def season_of(row: Mapping[str, str]) -> Season:
    """The inputs of the seasonal method from a row of TABULA's variant table."""
    numbers = {key: float(value or 0) for key, value in row.items() if not key.startswith("Code_")}
    parts = [key.removeprefix("H_Transmission_") for key in numbers if key.startswith("H_Transmission_")]
    transmission = sum(numbers[f"H_Transmission_{part}"] for part in parts)
    transmission += numbers["delta_U_ThermalBridging"] * sum(numbers[f"A_Calc_{part}"] for part in parts)
    return Season(
        transmission_w_m2k=transmission / numbers["A_C_Ref"],
        ventilation_w_m2k=0.34 * (numbers["n_air_use"] + numbers["n_air_infiltration"]) * numbers["h_room"],
        inside_c=numbers["theta_i"],
        outside_c=numbers["Theta_e"],
        days=numbers["HeatingDays"],
        sun_kwh_m2=_sun_kwh_m2(numbers),
        internal_kwh_m2=0.024 * numbers["phi_int"] * numbers["HeatingDays"],
        capacity_wh_m2k=numbers["c_m"],
        reduction=numbers["F_red_temp"],
    )


def _sun_kwh_m2(numbers: Mapping[str, float]) -> float:
    total = numbers["A_Calc_Window_Horizontal"] * numbers["I_Sol_Hor"] * numbers["F_sh_hor"]
    total += sum(numbers[f"A_Calc_Window_{s}"] * numbers[f"I_Sol_{s}"] * numbers["F_sh_vert"] for s in _SIDES)
    return total * (1 - numbers["F_f"]) * numbers["F_w"] * numbers["g_gl_n"] / numbers["A_C_Ref"]


def _case(row: Mapping[str, str]) -> Case:
    found = seasonal_need(season_of(row)).need_kwh_m2
    expected = float(row["q_h_nd"])
    name = next((value for key, value in row.items() if key.startswith("Code_")), "")
    return Case(name, abs(found - expected) < TOLERANCE_KWH_M2, f"{found:.4f}", f"{expected:.4f}")
