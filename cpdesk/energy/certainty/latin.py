"""Draws: a Latin hypercube of standard normal numbers (McKay, Beckman and Conover 1979), the same for the same seed.

Every column holds the middles of as many equally likely slices as there are draws, each once; the columns are made
nearly uncorrelated by the rank method of Iman and Conover (1982). A column's order depends on its key and the seed, and
keys are worked in their alphabetical order, so that the order of the inputs changes nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from cpdesk.energy.weather.climate import Floats


@lru_cache(maxsize=8)
def _slices(draws: int) -> Floats:
    """Middles of equally likely slices of the standard normal distribution, ascending."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((number + 0.5) / draws) for number in range(draws)])


def latin_hypercube(keys: Sequence[str], draws: int, seed: int) -> Floats:
    """(draws, len(keys)) standard normal numbers."""
    order = sorted(range(len(keys)), key=lambda at: keys[at])
    slices = _slices(draws)
    found = np.empty((draws, len(keys)))
    for at in order:
        generator = np.random.default_rng([seed, zlib.crc32(keys[at].encode())])
        found[:, at] = slices[generator.permutation(draws)]
    if 1 < len(keys) < draws - 1:
        mixed = found[:, order]
        loose = np.linalg.solve(np.linalg.cholesky(np.corrcoef(mixed, rowvar=False)), mixed.T).T
        ranks = np.argsort(np.argsort(loose, axis=0, kind="stable"), axis=0, kind="stable")
        found[:, order] = slices[ranks]
    return found


def quantiles(values: Floats, shares: Sequence[float], weights: Floats | None = None) -> list[float]:
    """Quantiles of weighted draws: linear between the middles of their weights."""
    if weights is None:
        return [float(value) for value in np.quantile(values, shares, method="hazen")]
    order = np.argsort(values, kind="stable")
    held = weights[order]
    middles = np.cumsum(held) - 0.5 * held
    return [float(value) for value in np.interp(np.asarray(shares) * held.sum(), middles, values[order])]
