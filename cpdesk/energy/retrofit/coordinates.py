"""All states of a setting as sums of two halves, and polynomials over them.

Row columns of the envelope only add, but for air and for the windows at night, which a few groups of measures make
together. With these groups in one half and the others in the other, every coordinate of a state is a sum

    x(a, b) = x_a + x_b

and a polynomial of second degree in it is p(a) + q(b) + x_a S x_b: a matrix product for all states at once, without
their coordinates ever being written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.retrofit.dominance import Single
from cpdesk.energy.retrofit.measures import EXTRA_COLUMNS, night_and_air
from cpdesk.energy.retrofit.setting import Digits, Setting
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.envelope import AIR, AIR_STEADY, WINDOW, WINDOW_NIGHT

_MIXED: Final = (AIR, AIR_STEADY, WINDOW_NIGHT)

Numbers = NDArray[np.intp]
"""States by their number: of the first half in mixed radix, times the second half's states, plus that of the second."""


class Coordinates:
    """Numbers and coordinates of all states.

    Attributes:
        order: groups of the first half, then of the second; `shape` their choices.
        first, second: (states, coordinates) of the halves; their sums lie between about -1 and 1.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        width = setting.columns.width
        apart = [WINDOW, AIR, *range(width, width + EXTRA_COLUMNS)]
        mixing = [bool(one[:, apart].any()) for one in setting.differences]
        places = range(len(mixing))
        self.order = tuple(sorted(places, key=lambda at: not mixing[at]))
        self.shape = tuple(setting.shape[at] for at in self.order)
        self._cut = sum(mixing)
        self._split = int(np.prod(self.shape[self._cut :], dtype=np.int64))
        self.first, self.second = self._halves()

    @property
    def count(self) -> int:
        """How many coordinates a state has."""
        return int(self.first.shape[1])

    def numbers(self, digits: Digits) -> Numbers:
        """Numbers of states by their digits."""
        found: Numbers = np.ravel_multi_index(tuple(digits.T[list(self.order)].astype(np.intp)), self.shape)
        return found

    def digits(self, numbers: Numbers) -> Digits:
        """Digits of states by their number."""
        found = np.empty((len(numbers), len(self.order)), np.int16)
        found[:, list(self.order)] = np.array(np.unravel_index(numbers, self.shape), np.int16).T
        return found

    def in_order(self, column: Floats) -> Floats:
        """(N,) of all states in the setting's mixed radix, by their number."""
        return column.reshape(self._setting.shape).transpose(self.order).ravel()

    def of(self, numbers: Numbers) -> Single:
        """(coordinates, N) of some states."""
        found: Single = (self.first[numbers // self._split] + self.second[numbers % self._split]).T.astype(np.float32)
        return found

    def polynomial(self, weights: Floats) -> Single:
        """(N,) a polynomial of second degree at all states.

        Args:
            weights: (terms of `features`,).
        """
        alone, slope, square = _parts(weights, self.count)
        one, two = (half @ slope + ((half @ square) * half).sum(axis=1) for half in (self.first, self.second))
        found = (2.0 * self.first @ square).astype(np.float32) @ self.second.T.astype(np.float32)
        found += (alone + one)[:, None].astype(np.float32)
        found += two[None, :].astype(np.float32)
        result: Single = found.ravel()
        return result

    def _halves(self) -> tuple[Floats, Floats]:
        """Main directions of all choices; air and the windows at night are coordinates of their own."""
        setting = self._setting
        width = setting.columns.width
        stacked = np.vstack(setting.differences)
        steady = np.array([at for at in range(width) if at not in _MIXED])
        scale = np.abs(stacked[:, steady]).max(axis=0)
        used, scale = steady[scale > 1e-9], scale[scale > 1e-9]
        _, strength, directions = np.linalg.svd(stacked[:, used] / scale, full_matrices=False)
        directions = directions[strength > 1e-6 * strength[0]]
        along = [(one[:, used] / scale) @ directions.T for one in setting.differences]
        low, high = (sum(side(one, axis=0) for one in along) for side in (np.min, np.max))
        half = np.maximum((high - low) / 2.0, 1e-12)
        of_first, of_second = self.order[: self._cut], self.order[self._cut :]
        first, second = (
            summed([along[at] / half for at in groups], np.zeros(len(directions))) for groups in (of_first, of_second)
        )
        apart = [WINDOW, AIR, *range(width, width + EXTRA_COLUMNS)]
        plain = summed([setting.differences[at][:, apart] for at in of_first], setting.base[apart])
        night, air = night_and_air(plain[:, :2], plain[:, 2:], setting.building, setting.tables)
        rest = [one for one in (air, night - plain[:, 0]) if np.ptp(one) > 1e-6]
        mixed = [2.0 * (one - one.min()) / np.ptp(one) - 1.0 for one in rest]
        first = np.column_stack([first - (low + high) / 2.0 / half, *mixed])
        return first, np.column_stack([second, np.zeros((len(second), len(mixed)))])


def summed(choices: Sequence[Floats], start: Floats) -> Floats:
    """(states, columns): sums over one choice, (choices, columns), of every group, in mixed radix."""
    found = start[None, :]
    for one in choices:
        found = (found[:, None, :] + one[None, :, :]).reshape(-1, len(start))
    return found


def term_count(count: int) -> int:
    """How many terms a polynomial of second degree in so many coordinates has."""
    return (count + 1) * (count + 2) // 2


def features(where: Single) -> Single:
    """(terms, N): one, the coordinates (coordinates, N), and their products, each pair once."""
    count = len(where)
    pairs = [where[at] * where[at:] for at in range(count)]
    found: Single = np.vstack([np.ones((1, where.shape[1]), where.dtype), where, *pairs])
    return found


def _parts(weight: Floats, count: int) -> tuple[float, Floats, Floats]:
    """Constant, slope (coordinates,) and symmetric matrix of a polynomial of second degree."""
    square = np.zeros((count, count))
    square[np.triu_indices(count)] = weight[1 + count :]
    return float(weight[0]), weight[1 : 1 + count], (square + square.T) / 2.0
