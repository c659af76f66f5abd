"""What the heat of a state depends on: how it answers steady weather, and how fast.

At a steady set point an hour of annex C (`energy.zone.network`) settles at

    q = H (T - sum theta_j x_j)          1 / H = f + d c / (1 - a)          theta_j = E_j + d B_j / (1 - a)

with x_j the drivers: H is the conductance of the whole house in W/K, theta_j how warm a driver alone keeps the rooms.
The march of a season only adds how much the mass keeps from hour to hour. So the season's heat over H is a smooth,
almost linear function of a few numbers, though H itself is none of the measures: it is fitted ten times closer than the
heat is. The orientations are summed up by their mean sun: what these numbers leave out is fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.drivers import OUTDOOR, SUN, Drivers
from cpdesk.energy.zone.envelope import FIXED
from cpdesk.energy.zone.network import make_steps

_CHUNK = 2048  # states whose networks stay in the processor's cache


def steady(rows: Floats, drivers: Drivers, used: Sequence[int]) -> tuple[Floats, Floats]:
    """Conductance of N states in W/K, and (coordinates, N) of what else their season depends on.

    Args:
        rows: (N, columns) of `energy.zone.envelope`.
        used: kinds of hours in which the states differ, the first one the common one.
    """
    mean = drivers.rows[:, drivers.counted].mean(axis=1)
    count = (len(mean) - SUN) // 2
    weather = replace(drivers, rows=np.append(mean[:SUN], [1.0, 1.0])[:, None])
    parts = []
    for first in range(0, len(rows), _CHUNK):
        some = rows[first : first + _CHUNK]
        sun = some[:, FIXED:].reshape(len(some), -1, count) @ mean[SUN : SUN + count]
        parts.append(_steady(np.hstack([some[:, :FIXED], sun]), weather, used))
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts], axis=1)


def _steady(rows: Floats, weather: Drivers, used: Sequence[int]) -> tuple[Floats, Floats]:
    """With one orientation, of which the rows hold the sun in W."""
    found: list[Floats] = []
    conductance: Floats | None = None
    for kind in used:
        steps = make_steps(rows, weather, kind)
        settled = steps.d / (1.0 - steps.a)
        per_w = steps.f + settled * steps.c
        if conductance is not None:
            found += [1.0 / (per_w * conductance), steps.a]
            continue
        conductance = 1.0 / per_w
        theta = steps.e_rows + settled * steps.b_rows
        warm = theta * weather.rows[: len(theta)]
        found += [
            warm[SUN:].sum(axis=0), warm[:SUN].sum(axis=0), theta[OUTDOOR], steps.a, steps.f / per_w,
            np.log(conductance),
        ]  # fmt: skip
    assert conductance is not None  # there is always the common kind
    return conductance, np.stack(found)
