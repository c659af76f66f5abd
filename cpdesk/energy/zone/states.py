"""Many states of a house through a heating season at once: the zone of `energy.zone.hourly`, marched for all together.

With v the heat that would just hold the set point (W; below zero where it is warmer anyway), an hour of the zone is

    q = clip(v, 0, limit)          v' = alpha v - pi q + G          air = set - f (v - q)

where G is linear in what drives this hour and the next: one matrix product for many hours and states. What is left to
march are four short vector operations an hour, v' = min(alpha v, (alpha - pi) v) + G, as long as no state reaches its
limit, else six. Curtains change the coefficients at dusk and dawn only.

Large grids are marched in single precision, in changes from hour to hour so that no figure is a small difference of
large ones; their season sums agree with double precision within 1e-6 (tested, measured 3e-7), at half the time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.drivers import GROUND_WAVE, LATE, LEAK, ONE, OUTDOOR, SUN, Drivers
from cpdesk.energy.zone.envelope import FIXED, OUTSIDE, buffer_column
from cpdesk.energy.zone.hourly import Trace, kinds, start_c, trace
from cpdesk.energy.zone.network import Steps, make_steps

_CHUNK: Final = 8192  # states in one array, about: so long that the calls themselves hardly count
_BLOCK_H: Final = 48  # the warm-up is a whole number of blocks
_FEW: Final = 4  # states up to which one after the other in plain floats is quicker
_ONE_THREAD: Final = 2**18  # multiplications up to which OpenBLAS keeps to one thread
_DOUBLE_BELOW: Final = 1000  # states

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Solution:
    """Season results of N states.

    Attributes:
        sums: (weights, N): sums over the season of heating (W, one hour each, so Wh) times each row of weights.
        peak_w: highest hourly heating.
        coldest_c, mean_c: air temperature of the five coldest days and of the season, days of absence left out.
        wanted_w: highest hourly heating that would have held the set point, warm-up included; infinite where a state
            was solved alone and nobody looked.
    """

    sums: Floats
    peak_w: Floats
    coldest_c: Floats
    mean_c: Floats
    wanted_w: Floats


@dataclass(frozen=True, slots=True)
class _Run:
    """Hours in a row of one kind: `first` to `last` of the drivers, at `at` in their block; `dark` is without sun."""

    first: int
    last: int
    at: int
    kind: int
    kind_after: int
    dark: bool


@dataclass(frozen=True, slots=True)
class _Block:
    """Hours that are summed up together."""

    first: int
    last: int
    runs: tuple[_Run, ...]
    counted: bool
    coldest: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """What all chunks share: drivers of each hour beside their change to the next, and the blocks.

    Attributes:
        used: the kinds of hours in which states differ; kind: by hour the place in `used`.
        order: which drivers, then the set points of day and of absence, stand in `rows` and in what order: first the
            `dark` ones, which count at night too, ONE before all, whose change is nothing. What no state feels is
            left out.
    """

    drivers: Drivers
    rows: Array
    blocks: tuple[_Block, ...]
    used: tuple[int, ...]
    kind: NDArray[np.intp]
    order: tuple[int, ...]
    dark: int


def solve(
    rows: Floats, drivers: Drivers, set_day_c: Floats, set_night_c: Floats, limit_w: Floats, weights: Floats
) -> Solution:
    """March N states through the season.

    Args:
        rows: (N, columns) of `energy.zone.envelope`.
        set_day_c, set_night_c, limit_w: (N,) set points (-50 for off) and heating power at most.
        weights: (weights, hours) over all hours of the drivers.

    Raises:
        InputFault: CP-1308 where the envelope loses more than the mass can take.
    """
    if len(rows) <= _FEW:
        limits = zip(rows, set_day_c, set_night_c, limit_w, strict=True)
        return _joined([summed(trace(row, drivers, *map(float, rest)), drivers, weights) for row, *rest in limits])
    plan = _plan(rows, drivers, single=len(rows) >= _DOUBLE_BELOW)
    parts: list[Solution] = []
    pieces = max(1, round(len(rows) / _CHUNK))
    ends = [len(rows) * piece // pieces for piece in range(pieces + 1)]
    for start, stop in itertools.pairwise(ends):
        cut = slice(start, stop)
        parts.append(_solve(rows[cut], plan, set_day_c[cut], set_night_c[cut], limit_w[cut], weights))
    return _joined(parts)


def _joined(parts: list[Solution]) -> Solution:
    return Solution(
        sums=np.concatenate([part.sums for part in parts], axis=1),
        peak_w=np.concatenate([part.peak_w for part in parts]),
        coldest_c=np.concatenate([part.coldest_c for part in parts]),
        mean_c=np.concatenate([part.mean_c for part in parts]),
        wanted_w=np.concatenate([part.wanted_w for part in parts]),
    )


def summed(detail: Trace, drivers: Drivers, weights: Floats) -> Solution:
    """The season of a single state from its hours: what `solve` gives for it, without marching again."""
    counted = drivers.counted
    return Solution(
        sums=(weights[:, counted] @ detail.heating_w)[:, None],
        peak_w=np.array([detail.heating_w.max()]),
        coldest_c=np.array([detail.air_c @ drivers.coldest[counted]]),
        mean_c=np.array([detail.air_c[drivers.present[counted]].mean()]),
        wanted_w=np.array([np.inf]),
    )


def _plan(states: Floats, drivers: Drivers, *, single: bool) -> _Plan:
    order, dark = _order(states, drivers)
    return _planned(drivers, tuple(kinds(states, drivers)), order, dark, single)


@lru_cache(maxsize=8)
def _planned(drivers: Drivers, used: tuple[int, ...], order: tuple[int, ...], dark: int, single: bool) -> _Plan:
    """An audit solves its states in many lots with the same hours."""
    now = np.vstack([drivers.rows, drivers.day.astype(float), drivers.away.astype(float)])[list(order)]
    change = np.diff(now, axis=1, append=now[:, -1:])
    rows = np.vstack([now[:dark], change[1:dark], now[dark:], change[dark:]]).T
    bright: Array = np.any(rows[:, 2 * dark - 1 :], axis=1)
    kind = np.zeros(len(drivers.kind), dtype=np.intp)
    for place, number in enumerate(used):
        kind[drivers.kind == number] = place
    hours = len(kind)
    ends = [*range(0, hours, _BLOCK_H), hours]
    blocks = []
    for first, last in itertools.pairwise(ends):
        coldest = bool(drivers.coldest[first:last].any())
        runs = tuple(_runs(kind, first, last, bright))
        blocks.append(_Block(first, last, runs, bool(drivers.counted[first]), coldest))
    return _Plan(
        drivers,
        np.ascontiguousarray(rows, dtype=np.float32 if single else np.float64),
        tuple(blocks),
        used,
        kind,
        order,
        dark,
    )


def _order(states: Floats, drivers: Drivers) -> tuple[tuple[int, ...], int]:
    """Drivers that at least one state feels, those that count at night first; see `_Plan`."""
    count = len(drivers.vertical)
    apertures = states[:, FIXED:].any(axis=0).reshape(-1, count)
    glazed = bool(states[:, buffer_column("sunspace", OUTSIDE)].any())
    day, away = len(drivers.rows), len(drivers.rows) + 1
    dark = [ONE, OUTDOOR, GROUND_WAVE, day]
    dark += [LEAK] if drivers.rows[LEAK].any() else []
    dark += [away] if drivers.away.any() else []
    if glazed:
        dark += [LATE, *(SUN + count + int(at) for at in np.flatnonzero(apertures[-1]))]
    light = [SUN + int(at) for at in np.flatnonzero(apertures.any(axis=0))]
    return (*dark, *light), len(dark)


def _runs(kind: NDArray[np.intp], first: int, last: int, bright: Array) -> Iterator[_Run]:
    turns = [first + 1 + int(at) for at in np.flatnonzero(np.diff(kind[first:last]))]
    for start, stop in itertools.pairwise([first, *turns, last]):
        after = kind[min(stop, len(kind) - 1)]
        yield _Run(start, stop, start - first, int(kind[start]), int(after), not bright[start:stop].any())


@dataclass(frozen=True, slots=True)
class _Link:
    """From an hour with one set of coefficients to an hour with the same, or with the other one.

    Attributes:
        held: alpha - pi, for hours in which v is heated as wanted.
    """

    alpha: Array
    held: Array
    pi: Array
    rows: Array


def _links(modes: list[Steps], plan: _Plan, day_c: Floats, night_c: Floats, dtype: Any) -> list[list[_Link]]:
    """Coefficients by the kind of this hour and of the next; see the module's text."""
    drivers, dark = plan.drivers, plan.dark
    size = len(drivers.rows) + 2, len(day_c)
    wish = np.zeros(size)
    wish[ONE], wish[-2], wish[-1] = night_c, day_c - night_c, np.minimum(drivers.away_c, day_c) - night_c

    def picked(rows: Floats) -> Floats:
        whole = np.zeros(size)
        whole[: len(rows)] = rows
        found: Floats = whole[list(plan.order)]
        return found

    lack = [picked(wish) - picked(mode.e_rows) for mode in modes]
    moved = [picked(mode.b_rows) for mode in modes]
    found: list[list[_Link]] = []
    for now, one in enumerate(modes):
        found.append([])
        for then, two in enumerate(modes):
            pull = two.d / two.f
            ahead = lack[then] / two.f
            both = ahead - pull * (one.a / one.d * lack[now] + moved[now])
            rows = np.vstack([both[:dark], ahead[1:dark], both[dark:], ahead[dark:]])
            alpha, pi = one.a * pull * one.f / one.d, pull * one.c
            found[now].append(_Link(*(part.astype(dtype) for part in (alpha, alpha - pi, pi, rows))))
    return found


def _solve(
    rows: Floats, plan: _Plan, set_day_c: Floats, set_night_c: Floats, limit_w: Floats, weights: Floats
) -> Solution:
    """One chunk of states."""
    drivers, dtype = plan.drivers, plan.rows.dtype
    modes = [make_steps(rows, drivers, number) for number in plan.used]
    set_c = set_day_c if drivers.day[0] else set_night_c
    first = modes[int(plan.kind[0])]
    free = drivers.rows[: len(first.e_rows), 0] @ first.e_rows
    start_w = (set_c - free - first.d * start_c(set_day_c)) / first.f
    mean = drivers.present / drivers.present.sum()
    masks = [plan.kind == place for place in range(len(modes))]
    count = len(modes)
    sums = np.vstack([*(drivers.coldest * mask for mask in masks), *(mean * mask for mask in masks),
                      weights * drivers.counted])  # fmt: skip
    links = _links(modes, plan, set_day_c, set_night_c, dtype)
    march = _March(plan, links, start_w, limit_w, len(sums))
    heat, short = march.season(sums.astype(dtype), sums[: 2 * count].astype(dtype), count)
    air = []
    for at, weight in enumerate((drivers.coldest, mean)):
        away = weight @ drivers.away  # not zero only where people are away all season
        held = set_day_c * (weight @ drivers.day) + set_night_c * (weight @ ~drivers.day - away)
        missing = sum(mode.f * short[at * count + number] for number, mode in enumerate(modes))
        air.append(held + away * np.minimum(drivers.away_c, set_day_c) - missing)
    return Solution(
        sums=heat[2 * count :],
        peak_w=np.clip(march.highest, 0.0, limit_w),
        coldest_c=air[0],
        mean_c=air[1],
        wanted_w=np.maximum(march.highest, march.highest_before),
    )


def _product(left: Array, right: Array, out: Array) -> Array:
    """A product in pieces that a BLAS computes in one thread: to wake others costs more than so thin a product."""
    width = max(256, _ONE_THREAD // left.size)
    for start in range(0, right.shape[1], width):
        np.matmul(left, right[:, start : start + width], out=out[:, start : start + width])
    return out


class _March:
    """The hours of one chunk in turn, in arrays that are made once.

    Attributes:
        highest, highest_before: highest v of the counted hours and of the warm-up, W.
    """

    def __init__(self, plan: _Plan, links: list[list[_Link]], start_w: Floats, limit_w: Floats, sums: int) -> None:
        dtype, states = plan.rows.dtype, len(start_w)
        self._plan, self._links = plan, links
        self._v = np.empty((_BLOCK_H + 1, states), dtype)
        self._q = np.empty((_BLOCK_H, states), dtype)
        self._lines = list(self._v)
        self._ample = True
        self._spare = np.empty(states, dtype)
        self._pair = np.empty((2, states), dtype)
        self._sums = np.empty((sums, states), dtype)
        self._limit = limit_w.astype(dtype)
        self._v[0] = start_w
        self.highest = np.full(states, -np.inf)
        self.highest_before = np.full(states, -np.inf)

    def season(self, heat_rows: Array, short_rows: Array, skipped: int) -> tuple[Floats, Floats]:
        """Sums of q weighted with `heat_rows`, and of v - q weighted with `short_rows`.

        The first `skipped` rows of both are zero but for the coldest days.
        """
        states = len(self._limit)
        heat, short = np.zeros((len(heat_rows), states)), np.zeros((len(short_rows), states))
        for block in self._plan.blocks:
            length = block.last - block.first
            most = self._block(block)
            v, q = self._v[:length], self._q[:length]
            if block.counted:
                np.maximum(self.highest, most, out=self.highest)
                np.minimum(np.maximum(v, 0.0, out=q), self._limit, out=q)
                first = 0 if block.coldest else skipped
                hours = slice(block.first, block.last)
                heat[first:] += _product(heat_rows[first:, hours], q, self._sums[first : len(heat)])
                short[first:] += _product(short_rows[first:, hours], v, self._sums[first : len(short)])
            else:
                np.maximum(self.highest_before, most, out=self.highest_before)
            self._v[0] = self._v[length]
        return heat, short - heat[: len(short)]

    def _block(self, block: _Block) -> Array:
        """The highest v of a block's hours, all of which are marched: without limits, unless these turn out to bind."""
        most = self._marched(block)
        binds = bool((most > self._limit).any())
        if binds and self._ample:
            self._ample = False
            most = self._marched(block)
        self._ample = not binds
        return most

    def _marched(self, block: _Block) -> Array:
        for run in block.runs:
            self._run(run)
        most: Array = self._v[: block.last - block.first].max(axis=0)
        return most

    def _run(self, run: _Run) -> None:
        link, last = self._links[run.kind][run.kind], self._links[run.kind][run.kind_after]
        rows, length = self._plan.rows, run.last - run.first
        target = self._v[run.at + 1 : run.at + 1 + length]
        width = 2 * self._plan.dark - 1 if run.dark else rows.shape[1]
        _product(rows[run.first : run.last, :width], link.rows[:width], target)
        if last is not link:
            # Two rows for the one that is needed: a product with a single row would be shared among threads.
            target[-1] = _product(rows[run.last - 2 : run.last], last.rows, self._pair)[1]
            self._hours(run.at, length - 1, link)
            self._hours(run.at + length - 1, 1, last)
        else:
            self._hours(run.at, length, link)

    def _hours(self, first: int, count: int, link: _Link) -> None:
        """v of some hours from that of the hour before each, in place of G, which stands there.

        alpha v - pi q is the least of two lines of v; where a state may need more than its limit, of three.
        """
        drop, lines, (free, held) = link.pi * self._limit, self._lines, self._pair
        for at in range(first, first + count):
            v, after = lines[at], lines[at + 1]
            np.multiply(link.alpha, v, out=free)
            np.multiply(link.held, v, out=held)
            if not self._ample:
                np.subtract(free, drop, out=self._spare)
                np.maximum(held, self._spare, out=held)
            np.minimum(free, held, out=held)
            np.add(after, held, out=after)
