"""Which states of a house can matter: the others are beaten by one that costs less and needs less, whatever the plant.

Fuel, money and carbon of a combination rise with the heat its state needs, by day and in the valley, at the usual and
at the wished set points, and with the electricity a heat pump makes of it. A state that costs at least as much as
another, in own money and as a yearly payment, needs more of all of these, and is not warmer on the coldest days (by
0.05 K), is in no frontier and is best by no criterion.

A house has some 10,000 to 700,000 states. Their heat is a smooth function of a dozen coordinates (conductances,
apertures, air), so that polynomials through a few hundred states solved hour by hour give the heat of all others: of
second degree within about one percent, of third degree, fitted to what the first leaves over, within about one in a
thousand. They decide nothing by themselves: a state is left out only when it is beaten by more than a margin, which is
three times the error that 95 % of 80 states keep which the fit did not know.
All that stay are solved hour by hour and compared
once more with what was solved. Every printed figure and the frontier come from solved states
only. That the margin is wide enough is not proved but tested against solving every state
(`tests/unit/energy/retrofit/test_retrofit_screen.py`).

Points of the frontier may fall through. Of two states the one that needs less may, where a yuan buys more heat in the
valley, keep a little more carbon as warmth. Measured in 18 cases (docs/method.md, 6) no unsolved state saves 1.3 kg of
CO2 a year more than the frontier for the same money, at unchanged temperatures 0.4 kg.

What is sampled is drawn with a fixed seed: the same house always gives the same states.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.money.prices import annuity, has_valley_tariff
from cpdesk.energy.money.prices import rows_of as rows_of_tariff
from cpdesk.energy.money.programmes import granted
from cpdesk.energy.retrofit.measures import EXTRA_COLUMNS, night_and_air
from cpdesk.energy.retrofit.setting import Digits, Setting, all_digits, rows_of
from cpdesk.energy.retrofit.solving import Solved, solve_states
from cpdesk.energy.systems.plants import ALL, VALLEY, Plant, final_energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.envelope import AIR, AIR_STEADY, WINDOW, WINDOW_NIGHT

SMALL: Final = 1200  # states up to which all are solved
_QUANTILE: Final = 0.95  # of the errors on states the fit does not know
_MARGIN: Final = 3.0  # over that error
_LEAST: Final = 1e-4  # of the largest value: the margin's least
_UNKNOWN: Final = 80  # states of a sample that the fit does not know
_CHUNK: Final = 8192
_TRIES: Final = 2
_WEIGHTS: Final = 10.0 ** np.array(sorted(np.linspace(-2.5, 2.5, 24), key=abs))  # the middle ones beat most
_SHRINK: Final = 0.8
_ASKED: Final = 1200  # states that are asked which others they beat
_CUBED: Final = 9  # strongest coordinates, whose third powers and triple products count
_PUMPS_MAX: Final = 2
_VALLEY: Final = ("heating_day", "heating_valley", "valley_subsidy")
_RIDGE: Final = 1e-7
_ONE_THREAD: Final = 2**18  # multiplications up to which OpenBLAS keeps to one thread: to wake others costs more
_ALIKE_K: Final = 0.05  # rooms this much colder count as warm as others

Single = NDArray[np.float32]
Numbers = NDArray[np.intp]
"""States by their number in mixed radix of the setting's shape."""


def surviving(setting: Setting) -> Digits:
    """The states that can matter: the house as it is, every measure alone, then those that nothing beats."""
    if setting.states <= SMALL:
        return all_digits(setting)
    return Screen(setting).survivors()


def singles(setting: Setting) -> Digits:
    """The house as it is, then every envelope measure by itself."""
    found = [[0] * len(setting.groups)]
    for at, group in enumerate(setting.groups):
        for number in range(1, len(group) + 1):
            digits = [0] * len(setting.groups)
            digits[at] = number
            found.append(digits)
    return np.array(found, np.int16).reshape(len(found), len(setting.groups))


@dataclass(frozen=True, slots=True)
class _Fit:
    """Weights (terms, outputs) of a polynomial, and the error most states keep that it did not know."""

    weights: Single
    error: Floats


class Screen:
    """Coordinates and costs of all states of a setting, and those that were solved.

    Attributes:
        costs: (columns, N) that must not be higher in a state that beats another.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.costs = np.stack(cost_columns(setting)).astype(np.float32)
        self._where = _coordinates(setting)
        self._known: dict[int, Floats] = {}
        self._draw = np.random.default_rng(0)
        self._fixed = self.numbers(singles(setting))

    def numbers(self, digits: Digits) -> Numbers:
        """Numbers of states by their digits."""
        found: Numbers = np.ravel_multi_index(tuple(digits.T.astype(np.intp)), self.setting.shape)
        return found

    def digits(self, numbers: Numbers) -> Digits:
        """Digits of states by their number."""
        return np.array(np.unravel_index(numbers, self.setting.shape), np.int16).T

    def solve(self, numbers: Numbers) -> Floats:
        """(states, outputs): needs of states solved hour by hour; each state is solved once."""
        new = np.array([one for one in dict.fromkeys(numbers.tolist()) if one not in self._known], np.intp)
        if len(new):
            solved = solve_states(self.setting, rows_of(self.setting, self.digits(new)))
            for at, row in zip(new.tolist(), outputs(self.setting, solved), strict=True):
                self._known[at] = row
        return np.array([self._known[int(one)] for one in numbers])

    def survivors(self) -> Digits:
        """States that nothing beats by the margin; the margin is checked on those that stay."""
        states = np.arange(self.setting.states)
        squares = _squares(len(self._where))
        rough = self._fit(states, squares, self._fixed, drawn=round(1.4 * len(squares)))
        needs = _predicted(self._where, rough.weights, squares)
        alive = np.union1d(unbeaten(self.costs, needs, _MARGIN * rough.error), self._fixed)
        costs, needs = self.costs[:, alive], needs[:, alive]
        terms = squares + _cubes(_strongest(rough, len(self._where)))
        if len(alive) > 2 * len(terms):
            front = alive[unbeaten(costs, needs, np.zeros(len(needs)))]
            found = self._narrowed(alive, costs, needs, terms, rough, front)
        else:
            known = self.solve(alive).T.astype(np.float32)
            found = alive[unbeaten(costs, known, _LEAST * np.abs(known).max(axis=1))]
        return self.digits(np.concatenate([self._fixed, np.setdiff1d(found, self._fixed)]))

    def _narrowed(
        self, alive: Numbers, costs: Single, needs: Single, terms: Sequence[Term], rough: _Fit, front: Numbers
    ) -> Numbers:
        """Fit what the rough needs leave over, solve what nothing beats, and compare once more."""
        known = np.union1d(front, self._fixed)
        self.solve(known)
        fit = self._fit(alive, terms, known, rough, drawn=round(1.4 * len(terms)))
        needs = needs + _predicted(self._where[:, alive], fit.weights, terms)
        margin = np.maximum(_MARGIN * fit.error, _LEAST * np.abs(needs).max(axis=1))
        exact = np.zeros(len(alive), dtype=bool)
        for _ in range(_TRIES):
            left = unbeaten(costs, needs, margin)
            new = left[~exact[left]]
            if not len(new):
                break
            needs[:, new] = self.solve(alive[new]).T  # what was solved is known without an error
            exact[new] = True
        return alive[left]

    def _fit(
        self, states: Numbers, terms: Sequence[Term], known: Numbers, rough: _Fit | None = None, *, drawn: int
    ) -> _Fit:
        """Solve a sample of some states, fit it with those known, and see how far the fit is from further ones.

        With a rough fit, what that leaves over is fitted.
        """
        new = self._draw.choice(states, size=min(len(states), drawn + _UNKNOWN), replace=False)
        new = new[~np.isin(new, known)]
        sample = np.concatenate([known, new])
        where, values = self._where[:, sample].astype(float), self.solve(sample)
        if rough is not None:
            values = values - _features(where, _squares(len(where))).T @ rough.weights.astype(float)
        features = _features(where, terms).T
        last = len(sample) - min(_UNKNOWN, len(new) - len(new) // 2)
        fitted = features[:last]
        least = _RIDGE * last * np.eye(len(terms))  # coordinates of the states that are left may hang together
        weights = np.linalg.solve(fitted.T @ fitted + least, fitted.T @ values[:last])
        apart = np.abs(features[last:] @ weights - values[last:])
        error = np.quantile(apart, _QUANTILE, axis=0) if len(apart) else np.zeros(values.shape[1])
        return _Fit(weights.astype(np.float32), error)


def unbeaten(costs: Single, needs: Single, margin: Floats) -> Numbers:
    """Places of the states that no other beats: dearer in every cost, and needier by the margin in every need.

    Args:
        costs: (costs, N); needs: (outputs, N), the last one how cold the rooms get; margin: (outputs,).
    """
    columns = np.vstack([costs, needs])
    slack = np.concatenate([np.zeros(len(costs)), margin[:-1], [-_ALIKE_K]]).astype(np.float32)
    cost = sum((_scaled(column) for column in costs), np.zeros(1, np.float32))
    need = _scaled(needs[0]) + _scaled(needs[len(needs) // 2])
    numbers = np.arange(columns.shape[1])
    for weight in _WEIGHTS:
        kept = _not_beaten(columns, slack, int(np.argmin(cost + np.float32(weight) * need)))
        if kept.sum() < _SHRINK * len(kept):  # smaller arrays pay for copying them
            columns, cost, need, numbers = columns[:, kept], cost[kept], need[kept], numbers[kept]
    order = np.argsort(cost + need, kind="stable")
    columns, numbers = columns[:, order], numbers[order]
    alive = np.ones(len(numbers), dtype=bool)
    at = asked = 0
    while at < len(numbers) and asked < _ASKED:  # good ones are asked first, since they beat most
        if alive[at]:
            alive &= _not_beaten(columns, slack, at)
            asked = int(np.count_nonzero(alive[: at + 1]))
            if np.count_nonzero(alive) < _SHRINK * len(alive):
                columns, numbers, at = columns[:, alive], numbers[alive], asked - 1
                alive = np.ones(len(numbers), dtype=bool)
        at += 1
    return np.sort(numbers[alive])


def _scaled(column: NDArray[np.floating]) -> Single:
    spread = float(np.ptp(column))
    result: Single = ((column - column.min()) / (spread or 1.0)).astype(np.float32)
    return result


def _not_beaten(columns: Single, slack: Single, best: int) -> NDArray[np.bool_]:
    """Which states the state `best` does not beat."""
    kept = np.ones(columns.shape[1], dtype=bool)
    least = columns[:, best] + slack
    both = (columns[0] >= least[0]) & (columns[-2] >= least[-2])  # money and a need: few are left
    beaten = np.flatnonzero(both)
    for column, limit in zip(columns[1:], least[1:], strict=True):
        if not len(beaten):
            return kept
        beaten = beaten[column[beaten] >= limit]
    kept[beaten] = False
    kept[best] = True  # without a margin a state would beat itself
    return kept


def outputs(setting: Setting, solved: tuple[Solved, Solved]) -> Floats:
    """(states, outputs) of solved states: usual set points first, then wished ones, last how cold the rooms get."""
    tables, weights = setting.tables, setting.weights
    cheap = 1.0 - _valley_price(tables)
    parts: list[Floats] = []
    for name in ("usual", "wish"):
        kept, new = getattr(solved[0], name), getattr(solved[1], name)
        for one in (kept,) if solved[1] is solved[0] else (kept, new):
            parts += [one.sums[ALL], one.sums[ALL] - cheap * one.sums[VALLEY]]
        for plant in _pumps(setting):
            used = final_energy(plant, new.sums, weights, tables, capacity_w=solved[1].limit_w)
            parts += [used.kwh["electricity"], used.kwh["electricity"] - cheap * used.valley_kwh]
    return np.stack([*parts, -solved[1].wish.coldest_c], axis=1)


def _valley_price(tables: EnergyTables) -> float:
    """Least price of the valley over that of the day: any bill lies between all at one price and this."""
    if not has_valley_tariff(tables):
        return 1.0
    price = {item: sum(row.price_yuan for row in rows_of_tariff(tables, "electricity", item)) for item in _VALLEY}
    return max(0.0, (price["heating_valley"] + price["valley_subsidy"]) / price["heating_day"])


def _pumps(setting: Setting) -> list[Plant]:
    """One plant for each kind of new heat pump."""
    found: Mapping[str, Plant] = {
        plant.systems[0].type: plant
        for plant in reversed(setting.plants)
        if not plant.code.startswith("keep") and setting.tables.systems[plant.systems[0].type].heat_pump
    }
    return list(found.values())[:_PUMPS_MAX]


def cost_columns(setting: Setting) -> list[Floats]:
    """Own money and its yearly payment with upkeep of all states, (N,) each.

    Measures that the same programmes pay for count as one measure, which changes no cap and no share. Where a programme
    pays for envelope and plant together, cost and yearly payment by such class are given instead: own money never falls
    when one of them rises.
    """
    tables, rate = setting.tables, setting.tables.rule("discount_rate")
    classes: dict[tuple[str, ...], str] = {}
    costs: dict[str, Floats] = {}
    yearly: dict[str, Floats] = {}
    upkeep = np.zeros(1)
    for group in setting.groups:
        upkeep = _product_sum(upkeep, [0.0, *(option.measure.maintenance_yuan for option in group)])
    for option in (option for group in setting.groups for option in group):
        classes.setdefault(_programmes(setting, option.id), option.id)
    for key, name in classes.items():
        cost, payment = np.zeros(1), np.zeros(1)
        for group in setting.groups:
            held = [_programmes(setting, option.id) == key for option in group]
            each = [option.cost_yuan[1] * there for option, there in zip(group, held, strict=True)]
            cost = _product_sum(cost, [0.0, *each])
            lives = [annuity(rate, option.measure.life_a) for option in group]
            payment = _product_sum(payment, [0.0, *(one / life for one, life in zip(each, lives, strict=True))])
        costs[name], yearly[name] = cost, payment
    if _entangled(setting):
        return [*costs.values(), *yearly.values(), upkeep]
    own, payment = sum(costs.values(), np.zeros(1)), sum(yearly.values(), np.zeros(1)) + upkeep
    for grant in granted(costs, setting.building.floor_area_m2, tables) if costs else ():
        for name, paid in grant.paid.items():
            own = own - paid
            share = np.divide(paid, costs[name], out=np.zeros_like(paid), where=costs[name] > 0)
            payment = payment - yearly[name] * share
    return [own, payment]


def _product_sum(so_far: NDArray[Any], choices: Sequence[float] | Floats) -> NDArray[Any]:
    """Sums over a further group, in mixed radix."""
    found: NDArray[Any] = so_far[:, None] + np.array(choices, so_far.dtype)[None, :]
    return found.ravel()


def _programmes(setting: Setting, code: str) -> tuple[str, ...]:
    return tuple(row.id for row in setting.tables.subsidies if code in row.measures)


def _entangled(setting: Setting) -> bool:
    """Whether what a programme pays for the envelope depends on the plant, or on another programme's cap."""
    envelope = {option.id for group in setting.groups for option in group}
    plants = {option.id for options in setting.plant_options for option in options}
    for row in setting.tables.subsidies:
        if row.household_cap_yuan is not None or row.exclusive_group or row.applies_to == "rest":
            return True
        if envelope & set(row.measures) and plants & set(row.measures):
            return True
    return False


def _coordinates(setting: Setting) -> Single:
    """(coordinates, N): what the needs of a state depend on, each between -1 and 1.

    Row columns only add, so that their main directions over all choices add too; air and the windows at night, which do
    not, are coordinates of their own.
    """
    width = setting.columns.width
    stacked = np.vstack(setting.differences)
    steady = np.array([at for at in range(width) if at not in (AIR, AIR_STEADY, WINDOW_NIGHT)])
    scale = np.abs(stacked[:, steady]).max(axis=0)
    used = steady[scale > 1e-9]
    scale = scale[scale > 1e-9]
    _, strength, directions = np.linalg.svd(stacked[:, used] / scale, full_matrices=False)
    directions = directions[strength > 1e-6 * strength[0]]
    along = [(differences[:, used] / scale) @ directions.T for differences in setting.differences]
    low, high = (sum(side(one, axis=0) for one in along) for side in (np.min, np.max))
    middle, half = (low + high) / 2.0, np.maximum((high - low) / 2.0, 1e-12)
    columns: list[NDArray[Any]] = [np.array([-one], np.float32) for one in middle / half]
    apart = [WINDOW, AIR, *range(width, width + EXTRA_COLUMNS)]
    plain: list[NDArray[Any]] = [np.array([setting.base[column]], np.float32) for column in apart]
    for differences, step in zip(setting.differences, along, strict=True):
        columns = [_product_sum(one, step[:, at] / half[at]) for at, one in enumerate(columns)]
        plain = [
            _product_sum(one, differences[:, column]) if differences[:, column].any() else np.repeat(one, len(step))
            for one, column in zip(plain, apart, strict=True)
        ]
    night, air = night_and_air(
        np.stack(plain[:2], axis=1), np.stack(plain[2:], axis=1), setting.building, setting.tables
    )
    rest = [one for one in (air, night - plain[0]) if np.ptp(one) > 1e-6]
    return np.stack([*columns, *(2.0 * _scaled(one) - 1.0 for one in rest)])


Term = tuple[int, ...]
"""A product of coordinates; the empty one is the constant."""


def _squares(count: int) -> tuple[Term, ...]:
    """Terms up to the second degree."""
    return tuple(term for degree in range(3) for term in itertools.combinations_with_replacement(range(count), degree))


def _cubes(chosen: Sequence[int]) -> tuple[Term, ...]:
    """Terms of the third degree in some coordinates."""
    return tuple(itertools.combinations_with_replacement(sorted(chosen), 3))


def _strongest(fit: _Fit, count: int) -> list[int]:
    """The coordinates that move the first need most."""
    return [int(at) for at in np.argsort(-np.abs(fit.weights[1 : count + 1, 0]))[:_CUBED]]


def _features(where: NDArray[np.floating], terms: Sequence[Term]) -> NDArray[np.floating]:
    """(terms, N): every term is a shorter one times a coordinate."""
    found = np.empty((len(terms), where.shape[1]), where.dtype)
    place = {term: at for at, term in enumerate(terms)}
    for at, term in enumerate(terms):
        if not term:
            found[at] = 1.0
        else:
            np.multiply(found[place[term[:-1]]], where[term[-1]], out=found[at])
    return found


def _predicted(where: Single, weights: Single, terms: Sequence[Term]) -> Single:
    """(outputs, N): the polynomials at all states, in pieces that stay in the processor's cache."""
    found = np.empty((weights.shape[1], where.shape[1]), np.float32)
    turned = np.ascontiguousarray(weights.T)
    width = max(32, _ONE_THREAD // turned.size)
    for start in range(0, where.shape[1], _CHUNK):
        features = _features(np.ascontiguousarray(where[:, start : start + _CHUNK]), terms)
        for at in range(0, features.shape[1], width):
            end = min(at + width, features.shape[1])
            found[:, start + at : start + end] = turned @ features[:, at:end]
    return found
