"""Which states of a house can matter: the others are beaten by one that costs less and needs less, whatever the plant.

Fuel, money and carbon of a combination rise with the heat its state needs, by day and in the valley, at the usual and
at the wished set points, and with the electricity a heat pump makes of it. A state that costs at least as much as
another, in own money and over the horizon, needs more of all of these, and is not warmer on the coldest days (by
0.05 K), is in no frontier and is best by no criterion.

A house has some 10,000 to 700,000 states. Three steps leave some hundred:

1. Of a sample that is solved hour by hour a polynomial of second degree in a dozen coordinates
   (`retrofit.coordinates`) gives the heat of all states within about half a percent.
2. For those that nothing beats by more than a margin, the network is solved for steady weather (`zone.steady`). Their
   heat over their conductance is nearly linear in what that gives: known within about one in a thousand.
3. Those that are left are solved hour by hour and compared once more. Every printed figure and the frontier come from
   solved states only.

A polynomial decides nothing by itself: a state is left out only when it is beaten by more than a margin, which is
three times the error that 95 % of 80 states keep which the fit did not know. That the margin is wide enough is not
proved but tested against solving every state (`tests/reference/test_energy_frontier.py`).

Points of the frontier may fall through. Of two states the one that needs less may, where a yuan buys more heat in the
valley, keep a little more carbon as warmth. Measured in 24 cases (docs/method.md, 6) no unsolved state saves 0.8 kg of
CO2 a year more than the frontier for the same money, 1.6 kg in a house on pellets with next to none.

What is sampled is drawn with a fixed seed: the same house always gives the same states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.money.prices import has_valley_tariff
from cpdesk.energy.money.prices import rows_of as rows_of_tariff
from cpdesk.energy.retrofit.coordinates import Coordinates, Numbers, features, term_count
from cpdesk.energy.retrofit.dominance import Single, unbeaten, unbeaten_roughly
from cpdesk.energy.retrofit.setting import Digits, Setting, all_digits, rows_of
from cpdesk.energy.retrofit.solving import Both, both, joined, picked, solve_states
from cpdesk.energy.retrofit.state_costs import cost_columns, payer_columns
from cpdesk.energy.systems.plants import ALL, VALLEY, Plant, final_energy
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Floats
from cpdesk.energy.zone.hourly import kinds
from cpdesk.energy.zone.steady import steady

SMALL: Final = 1200  # states up to which all are solved
_QUANTILE: Final = 0.95  # of the errors on states the fit does not know
_MARGIN: Final = 3.0  # over that error
_LEAST: Final = 1e-4  # of the largest value: the margin's least
_UNKNOWN: Final = 80  # states of a sample that the fit does not know
_SAMPLE: Final = 1.8  # states by term of the first polynomial
_FEW_ASKED: Final = 60  # states of the first step that are asked which others they beat
_PUMPS_MAX: Final = 2
_VALLEY: Final = ("heating_day", "heating_valley", "valley_subsidy")
_RIDGE: Final = 1e-7
_CHUNK: Final = 2048


def surviving(setting: Setting, payers: Sequence[str] = ()) -> tuple[Digits, Floats, Both]:
    """The states that can matter, their envelope rows, and their seasons, hour by hour.

    Args:
        payers: whose money counts against carbon alone (`total`, `own`, `government`); without any, all that an audit
            asks: own money, what it is worth over the horizon, bills, comfort.

    Returns:
        The house as it is, every measure alone, then those that nothing beats.
    """
    if setting.states <= SMALL:
        digits = all_digits(setting)
        rows = rows_of(setting, digits)
        return digits, rows, solve_states(setting, rows)
    return Screen(setting, payers).survivors()


def singles(setting: Setting) -> Digits:
    """The house as it is, then every envelope measure by itself."""
    found = [[0] * len(setting.groups)]
    for at, group in enumerate(setting.groups):
        for number in range(1, len(group) + 1):
            digits = [0] * len(setting.groups)
            digits[at] = number
            found.append(digits)
    return np.array(found, np.int16).reshape(len(found), len(setting.groups))


class Screen:
    """Coordinates and costs of all states of a setting, and those that were solved.

    Attributes:
        costs: (columns, N) that must not be higher in a state that beats another.
    """

    def __init__(self, setting: Setting, payers: Sequence[str] = ()) -> None:
        self.setting = setting
        self.where = Coordinates(setting)
        money = payer_columns(setting, payers) if payers else cost_columns(setting)
        self.costs = np.stack([self.where.in_order(column) for column in money]).astype(np.float32)
        self._bills = not payers
        self._places: dict[int, int] = {}
        self._rows = np.empty((0, len(setting.base)))
        self._solved: Both | None = None
        self._outputs = np.empty((0, 0))
        self._draw = np.random.default_rng(0)
        self._fixed = self.where.numbers(singles(setting))

    def solve(self, numbers: Numbers) -> Floats:
        """(states, outputs): needs of states solved hour by hour; each state is solved once."""
        new = np.array([one for one in dict.fromkeys(numbers.tolist()) if one not in self._places], np.intp)
        if len(new):
            rows = rows_of(self.setting, self.where.digits(new))
            more = solve_states(self.setting, rows)
            found = outputs(self.setting, more, bills=self._bills)
            self._places |= {number: len(self._places) + at for at, number in enumerate(new.tolist())}
            if self._solved is None:
                self._rows, self._outputs, self._solved = rows, found, more
            else:
                self._rows, self._outputs = np.vstack([self._rows, rows]), np.vstack([self._outputs, found])
                self._solved = both(joined, self._solved, more)
        return self._outputs[self._places_of(numbers)]

    def _places_of(self, numbers: Numbers) -> NDArray[np.intp]:
        return np.array([self._places[one] for one in numbers.tolist()], np.intp)

    def survivors(self) -> tuple[Digits, Floats, Both]:
        """States that nothing beats by the margin, solved; the house as it is and every measure alone come first."""
        sample = self._sample()
        alive = np.union1d(self._first(sample), self._fixed)
        found = self._second(alive, sample)
        numbers = np.concatenate([self._fixed, np.setdiff1d(found, self._fixed)])
        assert self._solved is not None  # the sample is
        at = self._places_of(numbers)
        return self.where.digits(numbers), self._rows[at], both(lambda one: picked(one, at), self._solved)

    def _sample(self) -> Numbers:
        """Every measure alone, and states drawn from all, in the order in which they were drawn."""
        states = self.setting.states
        drawn = round(_SAMPLE * term_count(self.where.count)) + _UNKNOWN
        new = self._draw.choice(states, size=min(states, drawn), replace=False)
        return np.concatenate([self._fixed, new[~np.isin(new, self._fixed)]])

    def _first(self, sample: Numbers) -> Numbers:
        """What nothing beats by the margin of a polynomial that is evaluated at all states."""
        values = self.solve(sample)
        fit = _fit(features(self.where.of(sample)).T.astype(float), values)
        margin = _MARGIN * fit.error
        low, spread = values.min(axis=0), np.ptp(values, axis=0)
        least = np.full(self.setting.states, np.inf, np.float32)
        most = np.full(self.setting.states, -np.inf, np.float32)
        *heat, cold_at = range(values.shape[1])
        for at in heat:
            unit = spread[at] or 1.0
            need = self.where.polynomial(fit.weights[:, at])
            need -= np.float32(low[at])
            need /= np.float32(unit)
            np.minimum(least, need, out=least)
            need += np.float32(margin[at] / unit)
            np.maximum(most, need, out=most)
        cold = self.where.polynomial(fit.weights[:, cold_at])
        alive = unbeaten_roughly(self.costs, cold, least, most)
        needs = _at(self.where.of(alive), fit.weights)
        found: Numbers = alive[unbeaten(self.costs[:, alive], needs, margin, _FEW_ASKED)]
        return found

    def _second(self, alive: Numbers, sample: Numbers) -> Numbers:
        """What nothing beats of what is left, by the heat over the conductance; solved where it is not beaten by the
        margin, and compared again."""
        space = _Space(self.setting, self.where, np.concatenate([alive, sample]), sample)
        outside = np.arange(len(alive), len(alive) + len(sample))
        fit = space.fit(outside, self.solve(sample))
        costs, needs = self.costs[:, alive], space.needs(fit, np.arange(len(alive)))
        left = unbeaten(costs, needs, _margin(fit, needs))
        front = left[unbeaten(costs[:, left], needs[:, left], np.zeros(len(needs)))]
        new = self._draw.choice(left, size=min(len(left), 2 * _UNKNOWN), replace=False)
        new = new[~np.isin(new, front)]
        numbers = np.concatenate([sample, alive[front], alive[new]])
        fit = space.fit(np.concatenate([outside, front, new]), self.solve(numbers))
        alive, costs, needs = alive[left], costs[:, left], space.needs(fit, left)
        margin = _margin(fit, needs)
        exact = np.isin(alive, numbers)
        needs[:, exact] = self.solve(alive[exact]).T  # what was solved is known without an error
        left = unbeaten(costs, needs, margin)
        alive, costs, needs = alive[left], costs[:, left], needs[:, left]
        needs[:, ~exact[left]] = self.solve(alive[~exact[left]]).T
        found: Numbers = alive[unbeaten(costs, needs, margin)]
        return found


@dataclass(frozen=True, slots=True)
class _Fit:
    """Weights (terms, outputs) of a fit, and the error that most states keep which it did not know."""

    weights: Floats
    error: Floats


def _fit(known: Floats, values: Floats, scale: Floats | None = None) -> _Fit:
    """Least squares of (N, outputs) values over (N, terms) of the same states; the last ones are not fitted but tell
    the error.

    Args:
        scale: (N,) what the values are divided by before they are fitted, but for the last one.
    """
    unit = np.ones_like(values)
    if scale is not None:
        unit[:, :-1] = scale[:, None]
    last = len(values) - min(_UNKNOWN, len(values) // 4)
    fitted = known[:last]
    least = _RIDGE * last * np.eye(known.shape[1])  # coordinates of the states that are left may hang together
    weights = np.linalg.solve(fitted.T @ fitted + least, fitted.T @ (values / unit)[:last]).astype(float)
    apart = np.abs((known[last:] @ weights) * unit[last:] - values[last:])
    error: Floats = np.quantile(apart, _QUANTILE, axis=0)
    return _Fit(weights, error)


def _margin(fit: _Fit, needs: Single) -> Floats:
    found: Floats = np.maximum(_MARGIN * fit.error, _LEAST * np.abs(needs).max(axis=1))
    return found


class _Space:
    """Some states in the coordinates in which heat over conductance is nearly linear.

    Terms are the second degree of what steady weather tells, the coordinates of the envelope, and their products.
    """

    def __init__(self, setting: Setting, where: Coordinates, numbers: Numbers, sample: Numbers) -> None:
        used = kinds(rows_of(setting, where.digits(sample)), setting.drivers)
        self._plain = where.of(numbers)
        parts = [
            steady(rows_of(setting, where.digits(numbers[first : first + _CHUNK])), setting.drivers, used)
            for first in range(0, len(numbers), _CHUNK)
        ]
        self._conductance = np.concatenate([part[0] for part in parts])
        found = np.concatenate([part[1] for part in parts], axis=1)
        low, high = found.min(axis=1, keepdims=True), found.max(axis=1, keepdims=True)
        there = (high - low)[:, 0] > 1e-9
        self._steady = (2.0 * (found - low)[there] / (high - low)[there] - 1.0).astype(np.float32)

    def _terms(self, places: NDArray[np.intp]) -> Single:
        """(terms, N) of the states at some places."""
        plain, steady_ = self._plain[:, places], self._steady[:, places]
        products = (steady_[:, None, :] * plain[None, :, :]).reshape(-1, plain.shape[1])
        found: Single = np.vstack([features(steady_), plain, products])
        return found

    def fit(self, places: NDArray[np.intp], values: Floats) -> _Fit:
        """Fit (N, outputs) of the states at some places; the last of them tell the error."""
        return _fit(self._terms(places).T.astype(float), values, self._conductance[places])

    def needs(self, fit: _Fit, places: NDArray[np.intp]) -> Single:
        """(outputs, N) of the states at some places."""
        weights = np.ascontiguousarray(fit.weights.T, np.float32)
        parts = [weights @ self._terms(places[at : at + _CHUNK]) for at in range(0, len(places), _CHUNK)]
        found: Single = np.concatenate(parts, axis=1)
        found[:-1] *= self._conductance[places].astype(np.float32)
        return found


def _at(where: Single, weights: Floats) -> Single:
    """(outputs, N): a polynomial of second degree at some states, in pieces that stay in the processor's cache."""
    turned = np.ascontiguousarray(weights.T, np.float32)
    parts = [turned @ features(where[:, at : at + _CHUNK]) for at in range(0, where.shape[1], _CHUNK)]
    found: Single = np.concatenate(parts, axis=1)
    return found


def outputs(setting: Setting, solved: Both, *, bills: bool = True) -> Floats:
    """(states, outputs) of solved states: usual set points first, then wished ones, last how cold the rooms get.

    Args:
        bills: with the heat in the valley, on which bills depend, and with the cold; both are left out otherwise.
    """
    tables, weights = setting.tables, setting.weights
    cheap = 1.0 - _valley_price(tables)
    parts: list[Floats] = []
    for name in ("usual", "wish"):
        kept, new = getattr(solved[0], name), getattr(solved[1], name)
        for one in (kept,) if solved[1] is solved[0] else (kept, new):
            parts += [one.sums[ALL], one.sums[ALL] - cheap * one.sums[VALLEY]][: 1 + bills]
        for plant in _pumps(setting):
            used = final_energy(plant, new.sums, weights, tables, capacity_w=solved[1].limit_w)
            electricity = used.kwh["electricity"]
            parts += [electricity, electricity - cheap * used.valley_kwh][: 1 + bills]
    cold = -solved[1].wish.coldest_c
    return np.stack([*parts, cold if bills else np.zeros_like(cold)], axis=1)


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
