"""Rows of the tables of systems and other uses of energy; every row keeps its status and its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emitter:
    """What gives heat from water to a room.

    Attributes:
        exponent: of its heat over the excess temperature of the water (EN 442-2).
        flow_c: water temperature at the design load behind a heat pump; `min_flow_c` the least.
        spread_k: flow less return at the design load.
        section_w: heat of one section of a radiator whose water is 64.5 K warmer than the room, W.
    """

    code: str
    exponent: float
    flow_c: float
    spread_k: float
    min_flow_c: float
    section_w: float | None
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Device:
    """One figure of a device (`pv.losses`), with the range it may have."""

    id: str
    low: float
    value: float
    high: float
    unit: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Appliance:
    """An appliance or vehicle of a household: kWh a year with range, power while it runs, its daily shape."""

    code: str
    low_kwh: float
    kwh: float
    high_kwh: float
    power_w: float
    profile: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of a day's energy by the hour, from midnight on; only their proportions count."""

    code: str
    shape: tuple[float, ...]
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Cooker:
    """A way of cooking: carrier, heat into the pot over energy, with range."""

    code: str
    carrier: str
    low: float
    efficiency: float
    high: float
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class WaterHeater:
    """A way of making hot water: carrier, heat over energy with range, loss of standing a year, electric power."""

    code: str
    carrier: str
    low: float
    efficiency: float
    high: float
    standby_kwh: float
    power_w: float
    status: str
    source: str


def day_shape(cell: str) -> tuple[float, ...]:
    """Twenty-four numbers separated by spaces, none below zero and not all zero."""
    try:
        found = tuple(float(word) for word in cell.split())
    except ValueError:
        found = ()
    if len(found) != 24 or min(found) < 0 or sum(found) <= 0:
        raise ValueError("24 numbers from zero up")
    return found
