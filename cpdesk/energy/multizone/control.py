"""Ideal heating and cooling of all zones at once: who holds a set point, who runs at full power, who rests.

Zones joined by walls answer each other's heat. The temperatures that thermostats feel are linear in the powers,
theta = theta0 + G q, with all entries of G positive. The powers are found by an active set over the zones: guess the
mode of each, solve the linear system of those that hold their set point, correct the modes that contradict themselves.
"""

from __future__ import annotations

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


class Control:
    """Keeps the modes of the last step, which are mostly those of the next.

    Attributes:
        hour: of the year, for what is said when it fails.
    """

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self.hour = 0
        self._modes = [_REST] * len(plant.heating_max_w)

    def powers_w(self, felt_c: Floats, low_c: Floats, high_c: Floats, heat: Floats, cool: Floats) -> Floats | None:
        """Power of each zone, heating positive, cooling negative, (zones,); None where all rest.

        Args:
            felt_c: temperatures the thermostats would feel without any power. low_c, high_c: set points, -inf and inf
                where off. heat, cool: (zones, zones) K/W answers to heating and to cooling.

        Raises:
            InputFault: CP-1320 when no modes fit together.
        """
        if len(felt_c) == 1:
            felt, low, high = float(felt_c[0]), float(low_c[0]), float(high_c[0])
            return None if low <= felt <= high else np.array([self._alone(felt, low, high, heat[0, 0], cool[0, 0])])
        if bool(((felt_c >= low_c - _TOLERANCE_K) & (felt_c <= high_c + _TOLERANCE_K)).all()):
            return None
        return self._together(felt_c, low_c, high_c, heat, cool)

    def _alone(self, felt_c: float, low_c: float, high_c: float, heat: float, cool: float) -> float:
        if felt_c < low_c:
            return float(min((low_c - felt_c) / heat, self._plant.heating_max_w[0]))
        return -float(min((felt_c - high_c) / cool, self._plant.cooling_max_w[0]))

    def _together(self, felt_c: Floats, low_c: Floats, high_c: Floats, heat: Floats, cool: Floats) -> Floats:
        modes = self._modes
        count = len(modes)
        for zone in range(count):
            off = (modes[zone] in (_HEAT, _HEAT_FULL) and low_c[zone] == -np.inf) or (
                modes[zone] in (_COOL, _COOL_FULL) and high_c[zone] == np.inf
            )
            if off:
                modes[zone] = _REST
        for round_number in range(_ROUNDS_A_ZONE * count):
            power = self._solve(modes, felt_c, low_c, high_c, heat, cool)
            answer = np.where(power[None, :] >= 0.0, heat, cool)
            reached = felt_c + answer @ power
            better = [self._better(zone, power, reached, low_c, high_c) for zone in range(count)]
            wrong = [zone for zone in range(count) if better[zone] != modes[zone]]
            if not wrong:
                return power
            # All at once is quick; one at a time (the first) cannot run in circles.
            for zone in wrong if round_number < 2 * count else wrong[:1]:
                modes[zone] = better[zone]
        raise InputFault("CP-1320", zones=count, hour=self.hour + 1)

    def _solve(
        self, modes: list[int], felt_c: Floats, low_c: Floats, high_c: Floats, heat: Floats, cool: Floats
    ) -> Floats:
        power = np.zeros(len(modes))
        holding = [zone for zone, mode in enumerate(modes) if mode in (_HEAT, _COOL)]
        for zone, mode in enumerate(modes):
            if mode == _HEAT_FULL:
                power[zone] = self._plant.heating_max_w[zone]
            elif mode == _COOL_FULL:
                power[zone] = -self._plant.cooling_max_w[zone]
        if holding:
            answer = np.array([(heat if mode in (_HEAT, _HEAT_FULL) else cool)[:, zone]
                               for zone, mode in enumerate(modes)]).T  # fmt: skip
            target = np.array([low_c[zone] if modes[zone] == _HEAT else high_c[zone] for zone in holding])
            missing = target - felt_c[holding] - answer[holding] @ power
            power[holding] = np.linalg.solve(answer[np.ix_(holding, holding)], missing)
        return power

    def _better(self, zone: int, power: Floats, reached: Floats, low_c: Floats, high_c: Floats) -> int:
        """The mode of a zone that does not contradict these powers and temperatures."""
        mode, now, felt = self._modes[zone], power[zone], reached[zone]
        if mode == _HEAT and now >= -_TOLERANCE_W:
            return _HEAT_FULL if now > self._plant.heating_max_w[zone] * (1.0 + 1e-12) else _HEAT
        if mode == _COOL and now <= _TOLERANCE_W:
            return _COOL_FULL if -now > self._plant.cooling_max_w[zone] * (1.0 + 1e-12) else _COOL
        if mode in (_HEAT, _COOL):
            return _REST
        if mode == _HEAT_FULL:
            return _HEAT_FULL if felt <= low_c[zone] + _TOLERANCE_K else _HEAT
        if mode == _COOL_FULL:
            return _COOL_FULL if felt >= high_c[zone] - _TOLERANCE_K else _COOL
        below, above = felt < low_c[zone] - _TOLERANCE_K, felt > high_c[zone] + _TOLERANCE_K
        return _HEAT if below else _COOL if above else _REST
