"""States of a setting solved hour by hour: with the present plant's power and with a new one's, usual and wished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.retrofit.setting import Setting, design_load_w
from cpdesk.energy.systems.plants import limit_w
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.states import Solution, solve
from cpdesk.model.building import Schedule

OFF_C: Final = -50.0


def set_points(schedule: Schedule, *, wish: bool) -> tuple[float, float]:
    """Day and night set points; at the wish the night rises as much as the day."""
    rise = schedule.wish_c - schedule.day_c if wish else 0.0
    return schedule.day_c + rise, OFF_C if schedule.night_c is None else schedule.night_c + rise


@dataclass(frozen=True, slots=True)
class Solved:
    """Heat of the states with one heat limit (W), at usual and at wished set points."""

    usual: Solution
    wish: Solution
    limit_w: Floats


Both = tuple[Solved, Solved]
"""States with the present plant's power, and with a new plant's."""


def solve_states(setting: Setting, rows: Floats) -> tuple[Solved, Solved]:
    """States with the present plant's power, and with a new plant sized to the load.

    A stronger plant heats differently only where the present one was asked for more than it can give: the other states
    are solved once.
    """
    tables, schedule = setting.tables, setting.building.schedule
    count, same = len(rows), schedule.wish_c <= schedule.day_c
    present = np.full(count, limit_w(setting.building.systems, tables))
    sized = tables.rule("sizing_factor") * design_load_w(rows, schedule.wish_c, tables, setting.drivers)
    kept = _both(setting, rows, present, same=same)
    found = Solved(*kept, present)
    if all(plant.code.startswith("keep") for plant in setting.plants):
        return found, found
    weak = np.flatnonzero((present < sized) & (np.maximum(kept[0].wanted_w, kept[1].wanted_w) > present))
    usual, wish = kept
    if len(weak):
        again = _both(setting, rows[weak], sized[weak], same=same)
        usual = _placed(usual, again[0], weak)
        wish = usual if same else _placed(wish, again[1], weak)
    return found, Solved(usual, wish, np.maximum(present, sized))


def _both(setting: Setting, rows: Floats, limit: Floats, *, same: bool) -> tuple[Solution, Solution]:
    """States at the usual and at the wished set points in one march."""
    usual, wish = (set_points(setting.building.schedule, wish=wish) for wish in (False, True))
    count = len(rows)
    if same:
        one = solve_at(setting, rows, limit, wish=False)
        return one, one
    day, night = (np.repeat(np.array([one, two]), count) for one, two in zip(usual, wish, strict=True))
    both = solve(np.vstack([rows, rows]), setting.drivers, day, night, np.tile(limit, 2), setting.weights.rows)
    return _cut(both, slice(0, count)), _cut(both, slice(count, None))


_BY_STATE: Final = ("peak_w", "coldest_c", "mean_c", "wanted_w")


def _cut(found: Solution, cut: slice | NDArray[np.intp]) -> Solution:
    return Solution(found.sums[:, cut], *(getattr(found, name)[cut] for name in _BY_STATE))


def _placed(found: Solution, again: Solution, where: NDArray[np.intp]) -> Solution:
    """A solution with some of its states replaced."""
    copy = Solution(found.sums.copy(), *(getattr(found, name).copy() for name in _BY_STATE))
    copy.sums[:, where] = again.sums
    for name in _BY_STATE:
        getattr(copy, name)[where] = getattr(again, name)
    return copy


def joined(one: Solved, two: Solved) -> Solved:
    """States of both."""
    usual, wish = (_appended(getattr(one, name), getattr(two, name)) for name in ("usual", "wish"))
    return Solved(usual, wish, np.concatenate([one.limit_w, two.limit_w]))


def picked(one: Solved, places: NDArray[np.intp]) -> Solved:
    """Some of the states."""
    usual, wish = (_cut(item, places) for item in (one.usual, one.wish))
    return Solved(usual, usual if one.wish is one.usual else wish, one.limit_w[places])


def both(change: Callable[..., Solved], *pairs: Both) -> Both:
    """A change of states with either power; that of the present plant serves for a new one where they are the same."""
    kept = change(*(pair[0] for pair in pairs))
    return kept, kept if all(pair[0] is pair[1] for pair in pairs) else change(*(pair[1] for pair in pairs))


def _appended(one: Solution, two: Solution) -> Solution:
    sums = np.concatenate([one.sums, two.sums], axis=1)
    return Solution(sums, *(np.concatenate([getattr(one, name), getattr(two, name)]) for name in _BY_STATE))


def solve_at(setting: Setting, rows: Floats, limit: Floats, *, wish: bool) -> Solution:
    """States at the usual or at the wished set points, with (N,) heat limits in W."""
    day, night = set_points(setting.building.schedule, wish=wish)
    ones = np.ones(len(rows))
    return solve(rows, setting.drivers, day * ones, night * ones, limit, setting.weights.rows)
