"""Heat loss of a pair of pre-insulated pipes laid side by side in the ground, in the steady state.

Resistances after EN 13941-1 annex on heat loss of buried single pipes: insulation, ground with the surface resistance
as added cover, and the coupling of the two pipes through the ground (method of images).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from cpdesk.base.errors import InputFault

SURFACE_RESISTANCE_M2K_W: Final = 0.0685
"""Between ground and air, EN 13941-1."""


@dataclass(frozen=True, slots=True)
class BuriedPair:
    """Two equal pipes at one depth.

    Attributes:
        pipe_diameter_m: outside of the steel pipe. casing_diameter_m: outside of the insulation.
        cover_m: from the surface to the pipes' centre lines. spacing_m: between the centre lines.
        insulation_w_mk, ground_w_mk: conductivities.
    """

    pipe_diameter_m: float
    casing_diameter_m: float
    cover_m: float
    spacing_m: float
    insulation_w_mk: float
    ground_w_mk: float


@dataclass(frozen=True, slots=True)
class PairLoss:
    """Heat lost in W for each metre of trench; a return pipe warmed by its neighbour can have a negative share."""

    supply_w_m: float
    return_w_m: float

    @property
    def total_w_m(self) -> float:
        return self.supply_w_m + self.return_w_m


def pair_loss(pair: BuriedPair, *, supply_c: float, return_c: float, ground_c: float) -> PairLoss:
    """Heat loss of both pipes.

    With R the resistance of a pipe's insulation and ground and M the mutual one (m·K/W), the heat flows solve
    `supply - ground = R q_s + M q_r`, `return - ground = M q_s + R q_r`.

    Raises:
        InputFault: CP-1401 a dimension that no trench has, with its name and range.

    >>> pair = BuriedPair(0.114, 0.2, 1.0, 0.35, 0.027, 1.6)
    >>> round(pair_loss(pair, supply_c=80, return_c=50, ground_c=8).total_w_m, 1)
    29.9
    """
    _check(pair)
    own = _insulation_mk_w(pair) + _ground_mk_w(pair)
    mutual = _mutual_mk_w(pair)
    over_supply, over_return = supply_c - ground_c, return_c - ground_c
    determinant = own**2 - mutual**2
    return PairLoss(
        supply_w_m=(own * over_supply - mutual * over_return) / determinant,
        return_w_m=(own * over_return - mutual * over_supply) / determinant,
    )


def _insulation_mk_w(pair: BuriedPair) -> float:
    return math.log(pair.casing_diameter_m / pair.pipe_diameter_m) / (2 * math.pi * pair.insulation_w_mk)


def _ground_mk_w(pair: BuriedPair) -> float:
    return math.acosh(2 * _cover_m(pair) / pair.casing_diameter_m) / (2 * math.pi * pair.ground_w_mk)


def _mutual_mk_w(pair: BuriedPair) -> float:
    return math.log(1 + (2 * _cover_m(pair) / pair.spacing_m) ** 2) / (4 * math.pi * pair.ground_w_mk)


def _cover_m(pair: BuriedPair) -> float:
    """Cover with the surface resistance counted as ground."""
    return pair.cover_m + SURFACE_RESISTANCE_M2K_W * pair.ground_w_mk


def _check(pair: BuriedPair) -> None:
    limits = {
        "pipe_diameter_m": (0.01, 2.0),
        "casing_diameter_m": (pair.pipe_diameter_m, 3.0),
        "cover_m": (pair.casing_diameter_m / 2, 20.0),
        "spacing_m": (pair.casing_diameter_m, 10.0),
        "insulation_w_mk": (0.01, 3.0),
        "ground_w_mk": (0.1, 10.0),
    }
    for name, (low, high) in limits.items():
        value = getattr(pair, name)
        if not low <= value <= high:
            raise InputFault("CP-1401", name=name, value=value, low=low, high=high)
