"""The linear response of a figure to the dimensions, from draws that were solved anyway.

y = a + x b by weighted least squares, x being z, or for a default code the standardised choice. What is learnt of a
dimension, or of a linear sum of them, then narrows the figure as in a Gaussian linear model (Kalman update).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cpdesk.energy.certainty.draws import Houses
from cpdesk.energy.certainty.unsure import CHOICE, Unsure
from cpdesk.energy.weather.climate import Floats

_RIDGE = 1e-6


def regressors(dimensions: Sequence[Unsure], z: Floats) -> Floats:
    """(draws, dimensions): z, and for choices the standardised choice."""
    found = z.copy()
    for at, item in enumerate(dimensions):
        if item.kind == CHOICE:
            spread = (item.weight * (1.0 - item.weight)) ** 0.5
            found[:, at] = (item.at(z[:, at]) - item.weight) / spread
    return found


@dataclass(frozen=True, slots=True)
class Fit:
    """y = at + x slope with a residual variance; all for (figures,) at once: slope is (figures, dimensions)."""

    at: Floats
    slope: Floats
    residual: Floats


def fit(x: Floats, y: Floats, weights: Floats) -> Fit:
    """Weighted least squares of (draws, figures) on (draws, dimensions)."""
    root = np.sqrt(weights / weights.sum())[:, None]
    design = np.column_stack([np.ones(len(x)), x]) * root
    normal = design.T @ design + _RIDGE * np.eye(design.shape[1])
    found = np.linalg.solve(normal, design.T @ (y * root))
    rest = (y - np.column_stack([np.ones(len(x)), x]) @ found) * root
    free = max(1.0 - x.shape[1] * float(np.sum((weights / weights.sum()) ** 2)), 0.1)
    return Fit(found[0], found[1:].T, np.einsum("ij,ij->j", rest, rest) / free)


@dataclass(frozen=True, slots=True)
class Response:
    """A figure's response, and how unsure the dimensions are.

    Attributes:
        slope: (dimensions,) in the figure's unit.
        covariance: (dimensions, dimensions) of the regressors.
        residual: variance that the line does not explain.
    """

    slope: Floats
    covariance: Floats
    residual: float

    @property
    def variance(self) -> float:
        """Variance of the figure."""
        return float(self.slope @ self.covariance @ self.slope) + self.residual

    def knowing(self, direction: Floats, noise: float) -> Response:
        """The same after `direction` x was observed with a noise of this variance."""
        seen = self.covariance @ direction
        held = float(direction @ seen) + noise
        if held <= 0.0:
            return self
        return replace(self, covariance=self.covariance - np.outer(seen, seen) / held)


def response(values: Floats, houses: Houses) -> Response:
    """The response of a (draws,) figure over weighted draws."""
    x = regressors(houses.dimensions, houses.z)
    found = fit(x, values[:, None], houses.weights)
    away = x - houses.weights @ x
    covariance = (away * houses.weights[:, None]).T @ away
    return Response(found.slope[0], covariance, float(found.residual[0]))
