"""Ideal heating and cooling of all zones at once: who holds a set point, who runs at full power, who rests.

Zones joined by walls answer each other's heat. The temperatures that thermostats feel are linear in the powers,
theta = theta0 + G q, with all entries of G positive. The powers are found by an active set over the zones: guess the
mode of each, solve the linear system of those that hold their set point, correct the modes that contradict themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.energy.weather.climate import Floats

_REST, _HEAT, _COOL, _HEAT_FULL, _COOL_FULL = range(5)
_TOLERANCE_K: Final = 1e-9
_TOLERANCE_W: Final = 1e-9
_ROUNDS_A_ZONE: Final = 12


@dataclass(frozen=True, slots=True)
class Plant:
    """Limits of each zone in W, (zones,); infinite where there is none."""

    heating_max_w: Floats
    cooling_max_w: Floats


@dataclass(frozen=True, slots=True)
class Answers:
    """K/W of each thermostat (row) to a watt of heating and of cooling in each zone; plain lists, for zones are few."""

    heat: list[list[float]]
    cool: list[list[float]]

    def rise(self, zone: int, power_w: list[float]) -> float:
        """What all powers together do to a thermostat, K."""
        heat, cool = self.heat[zone], self.cool[zone]
        return sum((heat[other] if watt > 0.0 else cool[other]) * watt for other, watt in enumerate(power_w) if watt)


class Control:
    """Keeps the modes of the last step, which are mostly those of the next.

    Attributes:
        hour: of the year, for what is said when it fails.
    """

    def __init__(self, plant: Plant) -> None:
        self._heating_max_w: list[float] = plant.heating_max_w.tolist()
        self._cooling_max_w: list[float] = plant.cooling_max_w.tolist()
        self.hour = 0
        self._modes = [_REST] * len(plant.heating_max_w)

    def powers_w(
        self, felt_c: list[float], low_c: list[float], high_c: list[float], answers: Answers
    ) -> list[float] | None:
        """Power of each zone, heating positive, cooling negative; None where all rest.

        Args:
            felt_c: temperatures the thermostats would feel without any power. low_c, high_c: set points, -inf and inf
                where off.

        Raises:
            InputFault: CP-1320 when no modes fit together.
        """
        if all(
            low - _TOLERANCE_K <= felt <= high + _TOLERANCE_K
            for low, felt, high in zip(low_c, felt_c, high_c, strict=True)
        ):
            return None
        if len(felt_c) == 1:
            return [self._alone(felt_c[0], low_c[0], high_c[0], answers)]
        return self._together(felt_c, low_c, high_c, answers)

    def _alone(self, felt_c: float, low_c: float, high_c: float, answers: Answers) -> float:
        if felt_c < low_c:
            return min((low_c - felt_c) / answers.heat[0][0], self._heating_max_w[0])
        return -min((felt_c - high_c) / answers.cool[0][0], self._cooling_max_w[0])

    def _together(self, felt_c: list[float], low_c: list[float], high_c: list[float], answers: Answers) -> list[float]:
        modes = self._modes
        count = len(modes)
        for zone in range(count):
            off = (modes[zone] in (_HEAT, _HEAT_FULL) and low_c[zone] == -math.inf) or (
                modes[zone] in (_COOL, _COOL_FULL) and high_c[zone] == math.inf
            )
            if off:
                modes[zone] = _REST
        for round_number in range(_ROUNDS_A_ZONE * count):
            power = self._solve(felt_c, low_c, high_c, answers)
            reached = [now + answers.rise(zone, power) for zone, now in enumerate(felt_c)]
            better = [
                self._better(zone, power[zone], reached[zone], low_c[zone], high_c[zone]) for zone in range(count)
            ]
            wrong = [zone for zone in range(count) if better[zone] != modes[zone]]
            if not wrong:
                return power
            # All at once is quick; one at a time (the first) cannot run in circles.
            for zone in wrong if round_number < 2 * count else wrong[:1]:
                modes[zone] = better[zone]
        raise InputFault("CP-1320", zones=count, hour=self.hour + 1)

    def _solve(self, felt_c: list[float], low_c: list[float], high_c: list[float], answers: Answers) -> list[float]:
        """Powers of these modes: full ones at their limit, those that hold a set point from a linear system."""
        modes = self._modes
        power = [
            self._heating_max_w[zone]
            if mode == _HEAT_FULL
            else -self._cooling_max_w[zone]
            if mode == _COOL_FULL
            else 0.0
            for zone, mode in enumerate(modes)
        ]
        holding = [zone for zone, mode in enumerate(modes) if mode in (_HEAT, _COOL)]
        if not holding:
            return power
        missing = [
            (low_c[zone] if modes[zone] == _HEAT else high_c[zone]) - felt_c[zone] - answers.rise(zone, power)
            for zone in holding
        ]
        if len(holding) == 1:
            zone = holding[0]
            power[zone] = missing[0] / (answers.heat if modes[zone] == _HEAT else answers.cool)[zone][zone]
            return power
        matrix = [
            [(answers.heat if modes[other] == _HEAT else answers.cool)[zone][other] for other in holding]
            for zone in holding
        ]
        for zone, value in zip(holding, np.linalg.solve(np.array(matrix), np.array(missing)).tolist(), strict=True):
            power[zone] = value
        return power

    def _better(self, zone: int, now_w: float, felt_c: float, low_c: float, high_c: float) -> int:
        """The mode of a zone that does not contradict this power and temperature."""
        mode = self._modes[zone]
        if mode == _HEAT and now_w >= -_TOLERANCE_W:
            return _HEAT_FULL if now_w > self._heating_max_w[zone] * (1.0 + 1e-12) else _HEAT
        if mode == _COOL and now_w <= _TOLERANCE_W:
            return _COOL_FULL if -now_w > self._cooling_max_w[zone] * (1.0 + 1e-12) else _COOL
        if mode in (_HEAT, _COOL):
            return _REST
        if mode == _HEAT_FULL:
            return _HEAT_FULL if felt_c <= low_c + _TOLERANCE_K else _HEAT
        if mode == _COOL_FULL:
            return _COOL_FULL if felt_c >= high_c - _TOLERANCE_K else _COOL
        return _HEAT if felt_c < low_c - _TOLERANCE_K else _COOL if felt_c > high_c + _TOLERANCE_K else _REST
