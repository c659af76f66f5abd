"""The thermal network of the rooms and their buffers, solved for one hour's step of N states.

ISO 13790:2008 annex C has the nodes air, surface s and mass m; opaque parts hang on the mass through
H_em = 1 / (1/H_op - 1/H_ms). The same is written here with one more node F, the inner face of the opaque parts:

    (H_ms - H_op) F = H_ms m - sum H_j T_j          heat from mass and surface: H_ms (s - F) per hour for the mass

F is the mean inner temperature that H_em extrapolates to; each part loses H_j (F - T_j) to what lies behind it. Without
buffers this is annex C to the last digit (equations C.2 to C.11; tested against them).

A buffer k (unheated rooms, attic, sunspace) is a node without capacity between F, s and air on the one side and
outdoors, ground and its own sun on the other (ISO 13789:2017, 8.4, by balance; ISO 13790 annex E):

    T_k (sum of its conductances) = H_op,k F + H_w,k s + H_air,k a + H_ue Te + H_g T_ground + sun - sky

All nodes but the mass are eliminated once per state and kind of hour. What is left has the form of annex C,

    air = d m + E + f q          m' = a m + B + c q

so that buffers cost nothing in the march through the hours.

The mass of a sunspace matters, for its doors stand open at noon: its sun and its outdoor air come as drivers delayed
by its time constant (`energy.zone.drivers.late`). Cold rooms and attics store heat too, but nobody opens them by the
sun, and what they delay changes no season (measured: less than 0.05 %; docs/decisions).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.drivers import DAY, GROUND_WAVE, LATE, LEAK, NIGHT, ONE, OPENED, OUTDOOR, SUN, Drivers
from cpdesk.energy.zone.envelope import (
    AIR,
    AIR_STEADY,
    AREA,
    BUFFERS,
    CAPACITY,
    DOOR,
    FIXED,
    FLOOR,
    FRONT_DOOR,
    FRONT_SKY_WALL,
    FRONT_SKY_WINDOW,
    FRONT_WALL,
    FRONT_WINDOW,
    GAINS,
    GROUND,
    GROUND_PERIODIC,
    INSIDE,
    MASS,
    OPEN,
    OUTSIDE,
    PERIODIC,
    ROOF,
    SKY,
    SKY_ROOF,
    SKY_WALL,
    SKY_WINDOW,
    SUNSPACE_SHADE,
    WALL,
    WINDOW,
    WINDOW_NIGHT,
    buffer_column,
    inner_faces,
)

_H_MS: Final = 9.1  # W/(m2 K), 12.2.2
_H_IS: Final = 3.45  # W/(m2 K), 7.2.2.2
_SURFACE_RATIO: Final = 4.5  # A_tot / A_f, 7.2.2.2
AIR_NODE, SURFACE, FACE, FIRST_BUFFER = range(4)


@dataclass(frozen=True, slots=True)
class Coupling:
    """One buffer of N states: (N,) conductances in W/K; `sources` (drivers, N) what drives it, in W.

    Attributes:
        sun: (drivers, N) its sun, without delay; `stored` what its mass adds now to sun and outdoor air.
    """

    kind: str
    there: Floats
    opaque: Floats
    window: Floats
    door: Floats
    air: Floats
    outside: Floats
    sun: Floats
    stored: Floats
    sources: Floats

    @property
    def glass(self) -> Floats:
        """Windows and doors, on the surface node."""
        return self.window + self.door


@dataclass(frozen=True, slots=True)
class Network:
    """Conductances (N,) in W/K and sources (drivers, N) in W of N states in one kind of hour.

    Attributes:
        h_op: all opaque parts; `outdoors` those to outdoor air; `window`, `door` those to outdoor air.
        air: constant part of the air change; `leak` what the leakage's driver multiplies.
        gains: half the internal gains and all sun, less what goes to the sky (annex C: 0.5 phi_int + phi_sol).
        sun, sun_opaque: (drivers, N) of them the sun through windows and on opaque parts.
        glass_share: part of `gains` that annex C lets out through a window, per W/K.
    """

    h_is: Floats
    h_ms: Floats
    h_op: Floats
    outdoors: Floats
    window: Floats
    door: Floats
    air: Floats
    leak: Floats
    internal: Floats
    gains: Floats
    sun: Floats
    sun_opaque: Floats
    behind: Floats
    mass_share: Floats
    star_share: Floats
    glass_share: Floats
    capacity: Floats
    buffers: tuple[Coupling, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Coefficients of one hour's step for N states; `e_rows`, `b_rows` are (drivers, N).

    Attributes:
        nodes: (nodes, drivers + 2, N): every node from the drivers, the mass's mean over the hour and the heating.
    """

    a: Floats
    c: Floats
    d: Floats
    f: Floats
    e_rows: Floats
    b_rows: Floats
    nodes: Floats
    network: Network


def make_network(rows: Floats, drivers: Drivers, kind: int) -> Network:
    """The network of N states in hours of a kind (DAY, NIGHT, OPENED).

    Raises:
        InputFault: CP-1308 where the envelope loses more than the mass can take.
    """
    row = np.ascontiguousarray(rows.T)
    count = (len(drivers.rows) - SUN) // 2
    blocks = row[FIXED:].reshape(4 + len(BUFFERS), count, -1)
    h_op = row[WALL] + row[ROOF] + row[FLOOR]
    total_area = _SURFACE_RATIO * row[AREA]
    h_ms = _H_MS * row[MASS]
    _check(h_op, h_ms)
    drawn = np.ones_like(h_op)
    if kind == NIGHT:
        drawn = np.divide(row[WINDOW_NIGHT], row[WINDOW], out=np.ones_like(h_op), where=row[WINDOW] > 0)
    glazed = row[buffer_column("sunspace", OUTSIDE)] > 0
    kept = 1.0 - np.where(glazed, row[SUNSPACE_SHADE], 0.0)
    leak = np.maximum(row[AIR] - row[AIR_STEADY], 0.0)
    size = SUN + count * (2 if glazed.any() else 1), len(rows)
    sun, sun_opaque, bright = np.zeros(size), np.zeros(size), slice(SUN, SUN + count)
    sun[bright] = blocks[0] - (1.0 - kept) * blocks[2]
    sun_opaque[bright] = blocks[1] - (1.0 - kept) * blocks[3]
    gains = sun + sun_opaque
    front_sky = np.where(glazed, row[FRONT_SKY_WALL] + row[FRONT_SKY_WINDOW], 0.0)
    gains[ONE] += 0.5 * row[GAINS] - row[SKY_WINDOW] - row[SKY_WALL] - row[SKY_ROOF] + front_sky
    glass_share = 1.0 / (_H_MS * total_area)
    buffers = _buffers(row, blocks, drivers, drawn, kept, kind, gains * glass_share)
    opaque = sum((item.opaque for item in buffers), np.zeros_like(h_op))
    window = row[WINDOW] * drawn - sum((item.window for item in buffers), np.zeros_like(h_op))
    door = row[DOOR] - sum((item.door for item in buffers), np.zeros_like(h_op))
    outdoors = row[WALL] + row[ROOF] - opaque
    behind = np.zeros_like(gains)
    behind[OUTDOOR] = outdoors
    behind[ONE] = (row[FLOOR] - row[PERIODIC]) * drivers.mean_c
    behind[GROUND_WAVE] = row[PERIODIC]
    mass_share = row[MASS] / total_area
    return Network(
        h_is=_H_IS * total_area, h_ms=h_ms, h_op=h_op, outdoors=outdoors, window=window, door=door,
        air=row[AIR] - leak + drivers.leak_mean * leak, leak=leak, internal=row[GAINS], gains=gains, sun=sun,
        sun_opaque=sun_opaque, behind=behind, mass_share=mass_share,
        star_share=1.0 - mass_share - (row[WINDOW] * drawn + row[DOOR]) * glass_share, glass_share=glass_share,
        capacity=row[CAPACITY] / 3600.0, buffers=buffers,
    )  # fmt: skip


def _check(h_op: Floats, h_ms: Floats) -> None:
    if np.any(h_op >= h_ms):
        worst = int(np.argmax(h_op - h_ms))
        place = {"place_zh": "—", "place_en": "—"}
        raise InputFault("CP-1308", h_op=f"{h_op[worst]:.0f}", h_ms=f"{h_ms[worst]:.0f}", **place)


def _buffers(
    row: Floats, blocks: Floats, drivers: Drivers, drawn: Floats, kept: Floats, kind: int, let_out: Floats
) -> tuple[Coupling, ...]:
    """The buffers that at least one state has; `let_out` is what annex C loses of the gains per W/K of window."""
    found = []
    zero = np.zeros(row.shape[1])
    faces = inner_faces(row.T)
    for number, name in enumerate(BUFFERS):
        first = buffer_column(name, 0)
        there = (row[first + OUTSIDE] > 0).astype(float)
        if not there.any():
            continue
        front = name == "sunspace"
        window = there * row[FRONT_WINDOW] * drawn if front else zero
        door = there * row[FRONT_DOOR] if front else zero
        air = there * (row[first + INSIDE] + (row[first + OPEN] if kind == OPENED else 0.0))
        sun, stored = np.zeros_like(let_out), np.zeros_like(let_out)
        own, count = blocks[4 + number], blocks.shape[1]
        # What the sun brings into the rooms, through their windows and their front wall, does not warm the sunspace.
        sun[SUN : SUN + count] = np.maximum(own - kept * (blocks[2] + blocks[3]), 0.0) if front else own
        if front:
            stored[OUTDOOR], stored[LATE] = -row[first + OUTSIDE], row[first + OUTSIDE]
            stored[SUN : SUN + count], stored[SUN + count :] = -sun[SUN : SUN + count], sun[SUN : SUN + count]
        sources = sun + stored + (window + door) * let_out
        sources[OUTDOOR] += row[first + OUTSIDE]
        sources[ONE] += (row[first + GROUND] - row[first + GROUND_PERIODIC]) * drivers.mean_c - row[first + SKY]
        sources[GROUND_WAVE] += row[first + GROUND_PERIODIC]
        opaque = there * (row[FRONT_WALL] if front else faces[name])
        outside = row[first + OUTSIDE] + row[first + GROUND]
        found.append(
            Coupling(name, there, opaque, window, door, air, outside, there * sun, there * stored, there * sources)
        )
    return tuple(found)


def make_steps(rows: Floats, drivers: Drivers, kind: int) -> Steps:
    """The network of N states solved for one step: every node from drivers, mass and heating.

    Raises:
        InputFault: CP-1308 where the envelope loses more than the mass can take.
    """
    net = make_network(rows, drivers, kind)
    count = len(net.gains)
    nodes = _solved(*_equations(net, count))
    of_mass, of_heat = nodes[:, count], nodes[:, count + 1]
    pull = net.h_ms * (nodes[SURFACE] - nodes[FACE])
    half = -0.5 * pull[count]
    divisor = net.capacity + half
    b_rows = (net.mass_share * net.gains + pull[:count]) / divisor
    a, c = (net.capacity - half) / divisor, pull[count + 1] / divisor
    air = nodes[AIR_NODE]
    return Steps(
        a=a,
        c=c,
        d=0.5 * of_mass[AIR_NODE] * (1.0 + a),
        f=of_heat[AIR_NODE] + 0.5 * of_mass[AIR_NODE] * c,
        e_rows=air[:count] + 0.5 * air[count] * b_rows,
        b_rows=b_rows,
        nodes=nodes,
        network=net,
    )


def buffer_gains_w(row: Floats, drivers: Drivers) -> Floats:
    """(hours,) what sun on buffers, less their heat to the sky, spares the rooms: (1 - b) of it (ISO 13790, 11.2.2).

    While the doors of a sunspace stand open, b is smaller; its mass has delayed the sun.
    """
    total = np.zeros(drivers.rows.shape[1])
    for kind in (DAY, OPENED):
        hours = (drivers.kind == OPENED) == (kind == OPENED)
        for item in make_network(row[None, :], drivers, kind).buffers:
            inside = float((item.opaque + item.glass + item.air)[0])
            kept = inside / (inside + float(item.outside[0]))
            sun = (item.sun + item.stored)[SUN:, 0] @ drivers.rows[SUN : len(item.sun), hours]
            total[hours] += kept * (sun - row[buffer_column(item.kind, SKY)])
    return total


def _equations(net: Network, count: int) -> tuple[Floats, Floats]:
    """Matrix (nodes, nodes, N) and right sides (nodes, drivers + mass + heating, N) of the nodes without capacity."""
    size, states = FIRST_BUFFER + len(net.buffers), len(net.h_op)
    matrix, right = np.zeros((size, size, states)), np.zeros((size, count + 2, states))
    glass = net.window + net.door
    matrix[AIR_NODE, AIR_NODE] = net.h_is + net.air
    matrix[AIR_NODE, SURFACE] = matrix[SURFACE, AIR_NODE] = -net.h_is
    matrix[SURFACE, SURFACE] = net.h_is + net.h_ms + glass
    matrix[FACE, FACE] = net.h_ms - net.h_op
    right[AIR_NODE, OUTDOOR], right[AIR_NODE, LEAK], right[AIR_NODE, ONE] = net.air, -net.leak, 0.5 * net.internal
    right[AIR_NODE, count + 1] = 1.0
    right[SURFACE, :count] = net.star_share * net.gains
    right[SURFACE, OUTDOOR] += glass
    right[SURFACE, count] = net.h_ms
    right[FACE, :count] = -net.behind
    right[FACE, count] = net.h_ms
    for at, item in enumerate(net.buffers, FIRST_BUFFER):
        matrix[AIR_NODE, AIR_NODE] += item.air
        matrix[SURFACE, SURFACE] += item.glass
        matrix[AIR_NODE, at], matrix[SURFACE, at], matrix[FACE, at] = -item.air, -item.glass, item.opaque
        matrix[at, AIR_NODE], matrix[at, SURFACE], matrix[at, FACE] = -item.air, -item.glass, -item.opaque
        inside = item.air + item.glass + item.opaque
        matrix[at, at] = np.where(item.there > 0, inside + item.outside, 1.0)
        right[at, :count] = item.sources
    return matrix, right


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Gauss and Jordan for N small systems at once, buffers first; no pivot is zero while H_op < H_ms."""
    size = len(matrix)
    for pivot in reversed(range(size)):
        right[pivot] /= matrix[pivot, pivot]
        matrix[pivot] = matrix[pivot] / matrix[pivot, pivot]
        for other in range(size):
            if other != pivot and matrix[other, pivot].any():
                factor = matrix[other, pivot].copy()
                matrix[other] -= factor * matrix[pivot]
                right[other] -= factor * right[pivot]
    return right
