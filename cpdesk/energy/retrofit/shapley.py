"""Order-free shares of measures in what their package saves: the Shapley value of the saving.

    phi_i = sum over S without i of  |S|! (n - |S| - 1)! / n!  x  (v(S with i) - v(S))

v(S) is the saving of the measures in S, from states solved hour by hour; all 2^n sets of a package are solved (Shapley
1953, A value for n-person games). The shares sum to the saving of the package, equal measures get equal shares, and one
that never changes anything gets none. Packages of more than `MOST` measures are not of this world; their smallest
measures by cost would be taken as one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from cpdesk.energy.retrofit.grid import Grid
from cpdesk.energy.retrofit.measures import Option
from cpdesk.energy.retrofit.packages import Choice, kept, options_of, plant_of
from cpdesk.energy.retrofit.sun_heating import SunHeating
from cpdesk.energy.weather.climate import Floats

MOST: Final = 10


def shapley(values: Floats) -> Floats:
    """Shares of n players from the values of all 2^n sets, bit i of the index telling whether i is in it.

    Args:
        values: (2^n,) or (2^n, m); the empty set first.

    Returns:
        (n,) or (n, m); their sum is values[-1] - values[0].
    """
    values = np.asarray(values, dtype=float)
    count = len(values).bit_length() - 1
    sets = np.arange(len(values))
    sizes = np.array([int(one).bit_count() for one in sets])
    weights = np.array([math.factorial(size) * math.factorial(max(count - size - 1, 0)) for size in range(count + 1)])
    shares = []
    for player in range(count):
        without = sets[(sets >> player) & 1 == 0]
        weight = weights[sizes[without]] / math.factorial(count)
        gain = values[without | (1 << player)] - values[without]
        shares.append(np.tensordot(weight, gain, axes=1))
    return np.array(shares).reshape(count, *values.shape[1:])


def clusters(options: Sequence[Option]) -> list[list[int]]:
    """Places of the options by player: one each, the cheapest taken together where there are more than `MOST`."""
    order = sorted(range(len(options)), key=lambda at: -options[at].cost_yuan[1])
    apart, together = order[: MOST - 1], order[MOST - 1 :]
    return [[at] for at in sorted(order)] if len(order) <= MOST else [*([at] for at in sorted(apart)), sorted(together)]


def sets_of(grid: Grid, choice: Choice) -> list[tuple[tuple[int, ...], int]]:
    """Digits and plant of every set of a package's players, bit by bit."""
    held = options_of(grid, choice.state, choice.plant)
    players = clusters([option for *_, option in held])
    found = []
    for number in range(2 ** len(players)):
        digits = [0] * len(grid.setting.groups)
        plant: list[Option] = []
        for at, player in enumerate(players):
            if number >> at & 1:
                for place in player:
                    group, digit, option = held[place]
                    if group is None:
                        plant.append(option)
                    else:
                        digits[group] = digit
        found.append((tuple(digits), plant_of(grid.setting, plant)))
    return found


def digits_of_sets(grid: Grid, choices: Sequence[Choice]) -> list[tuple[int, ...]]:
    """States that the shares of some packages need."""
    return [digits for choice in choices for digits, _ in sets_of(grid, choice)]


def shares(grid: Grid, choice: Choice, sun: SunHeating) -> Floats:
    """(measures, 3): shares in the saving at unchanged temperatures, in the saving, and in carbon (kg).

    Between the sets and the package stands what the household keeps as warmth: as in the marginals, it is spread in
    proportion to the saving, so that the shares sum to the package's figures exactly.
    """
    held = options_of(grid, choice.state, choice.plant)
    players = clusters([option for *_, option in held])
    present = kept(sun, 0, 0, 0.0)
    values = np.array([_value(sun, digits, plant) for digits, plant in sets_of(grid, choice)])
    by_player = shapley(values)
    after = kept(sun, choice.state, choice.plant, choice.warmth)
    same, carbon = by_player[:, 0], by_player[:, 1]
    saving, whole = present["cost"] - after["cost"], float(same.sum())
    share = same / whole if abs(whole) > 1e-9 else np.full(len(same), 1.0 / max(len(same), 1))
    # Of the sun the sets know what the search does; the package knows the hours.
    same = same + share * (present["cost"] - kept(sun, choice.state, choice.plant, 0.0)["cost"] - whole)
    warm = present["co2_kg"] - after["co2_kg"] - float(carbon.sum())
    columns = np.column_stack([same, share * saving, carbon + share * warm])
    found = np.zeros((len(held), 3))
    for player, row in zip(players, columns, strict=True):
        parts = np.array([held[at][2].cost_yuan[1] for at in player])
        found[player] = row[None, :] * _parts(parts)[:, None]
    return found


def _value(sun: SunHeating, digits: tuple[int, ...], plant: int) -> tuple[float, float]:
    """What a set leaves of the cost and of the carbon, below zero: only differences count."""
    state, figures = sun.grid.place(digits), sun.grid.usual[plant]
    return sun.near_yuan(state, plant) - float(figures.cost[state]), -float(figures.co2_kg[state])


def _parts(costs: Floats) -> Floats:
    """How measures taken together divide what they bring: by cost."""
    result: Floats = costs / costs.sum() if costs.sum() > 0 else np.full(len(costs), 1.0 / len(costs))
    return result
