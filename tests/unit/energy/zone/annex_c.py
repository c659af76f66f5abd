"""A zone by the letter of its standards, hour by hour: what the fast solver is compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Shell:
    """One zone without buffers: conductances in W/K, areas in m2, J/K, W."""

    h_window: float
    h_op: float
    h_air: float
    mass_m2: float
    area_m2: float
    capacity_j_k: float
    internal_w: float


def annex_c(
    shell: Shell,
    outdoor_c: np.ndarray,
    behind_c: np.ndarray,
    gains_w: np.ndarray,
    set_c: np.ndarray,
    limit_w: float,
    start_c: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Heating and air temperature of ISO 13790:2008 annex C, equations C.1 to C.11 and the steps of C.4.2.

    Args:
        behind_c: temperature behind the opaque parts, weighted with their conductances.
        gains_w: sun less what goes to the sky, without internal gains.
    """
    total = 4.5 * shell.area_m2
    h_is, h_ms = 3.45 * total, 9.1 * shell.mass_m2
    h_em = 1.0 / (1.0 / shell.h_op - 1.0 / h_ms)
    h_1 = 1.0 / (1.0 / shell.h_air + 1.0 / h_is)
    h_2 = h_1 + shell.h_window
    h_3 = 1.0 / (1.0 / h_2 + 1.0 / h_ms)
    mass = start_c
    heats, airs = [], []

    def step(at: float, outdoor: float, behind: float, sun: float, heat: float) -> tuple[float, float]:
        both = 0.5 * shell.internal_w + sun
        to_mass = shell.mass_m2 / total * both
        to_star = (1.0 - shell.mass_m2 / total - shell.h_window / (9.1 * total)) * both
        to_air = 0.5 * shell.internal_w + heat
        from_air = h_1 * (to_air / shell.h_air + outdoor)
        whole = to_mass + h_em * behind + h_3 * (to_star + shell.h_window * outdoor + from_air) / h_2
        per_hour, half = shell.capacity_j_k / 3600.0, 0.5 * (h_3 + h_em)
        after = (at * (per_hour - half) + whole) / (per_hour + half)
        middle = 0.5 * (after + at)
        surface = h_ms * middle + to_star + shell.h_window * outdoor + from_air
        surface /= h_ms + shell.h_window + h_1
        air = (h_is * surface + shell.h_air * outdoor + to_air) / (h_is + shell.h_air)
        return air, after

    for outdoor, behind, sun, want in zip(outdoor_c, behind_c, gains_w, set_c, strict=True):
        free, _ = step(mass, outdoor, behind, sun, 0.0)
        heat = 0.0
        if free < want:
            trial = 10.0 * shell.area_m2
            heat = min(trial * (want - free) / (step(mass, outdoor, behind, sun, trial)[0] - free), limit_w)
        air, mass = step(mass, outdoor, behind, sun, heat)
        heats.append(heat)
        airs.append(air)
    return np.array(heats), np.array(airs)
