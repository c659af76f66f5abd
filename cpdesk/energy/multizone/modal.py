"""The network in its own modes: one exact step of the linear part, whatever its stiffness.

    C dT/dt = -K T + s,   K symmetric

Nodes without capacity are eliminated exactly (static condensation). C^-1/2 K C^-1/2 = V L V' turns what is left into
independent modes z' = -l z + f. For sources that are constant over a step of dt both the state at its end and the mean
over it are exact:

    z1 = e^(-l dt) z0 + dt p1(l dt) f,   mean z = p1(l dt) z0 + dt p2(l dt) f,   p1(x) = (1 - e^-x)/x, p2 = (1 - p1)/x

so that C (T1 - T0)/dt = -K mean T + s holds to rounding: the heat balance closes in every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cpdesk.energy.weather.climate import Floats

_SERIES_BELOW = 1e-4


@dataclass(frozen=True, slots=True)
class Modal:
    """One step.

    Attributes:
        decay, gain: (modes,) z1 = decay z0 + gain f. force: (modes, nodes) f = force s.
        mean_state, mean_source: (seen, modes), (seen, nodes) mean temperatures of the seen nodes.
        end_state, end_source: (sensors, modes), (sensors, nodes) at the end of the step.
        to_nodes: (nodes, modes), to_nodes_static: (nodes, nodes): temperatures of all nodes at one moment.
        from_nodes: (modes, nodes) the modes of given temperatures.
    """

    decay: Floats
    gain: Floats
    force: Floats
    mean_state: Floats
    mean_source: Floats
    end_state: Floats
    end_source: Floats
    to_nodes: Floats
    from_nodes: Floats


def make_modal(capacity: Floats, matrix: Floats, seen: list[int], sensors: Floats, step_s: float) -> Modal:
    """Factorise.

    Args:
        capacity: (nodes,) J/K. matrix: K (nodes, nodes) W/K, symmetric. seen: nodes whose means are wanted.
        sensors: (sensors, nodes) weights of temperatures.
    """
    nodes = len(capacity)
    heavy, light = np.flatnonzero(capacity > 0.0), np.flatnonzero(capacity <= 0.0)
    root = np.sqrt(capacity[heavy])
    inverse = np.linalg.inv(matrix[np.ix_(light, light)])
    across = inverse @ matrix[np.ix_(light, heavy)]
    reduced = matrix[np.ix_(heavy, heavy)] - matrix[np.ix_(heavy, light)] @ across
    scaled = reduced / root[:, None] / root[None, :]
    rate, modes = np.linalg.eigh((scaled + scaled.T) / 2.0)
    times = np.maximum(rate, 0.0) * step_s
    one, two = _phi(times)
    spread = np.zeros((len(heavy), nodes))
    spread[:, heavy] = np.eye(len(heavy))
    spread[:, light] = -across.T
    force = (modes.T / root[None, :]) @ spread
    to_nodes = np.zeros((nodes, len(heavy)))
    to_nodes[heavy] = modes / root[:, None]
    to_nodes[light] = -across @ to_nodes[heavy]
    static = np.zeros((nodes, nodes))
    static[np.ix_(light, light)] = inverse
    decay, gain = np.exp(-times), step_s * one
    from_nodes = np.zeros((len(heavy), nodes))
    from_nodes[:, heavy] = modes.T * root[None, :]
    return Modal(
        decay=decay,
        gain=gain,
        force=force,
        mean_state=to_nodes[seen] * one,
        mean_source=(to_nodes[seen] * (step_s * two)) @ force + static[seen],
        end_state=sensors @ (to_nodes * decay),
        end_source=sensors @ ((to_nodes * gain) @ force + static),
        to_nodes=to_nodes,
        from_nodes=from_nodes,
    )


def _phi(x: Floats) -> tuple[Floats, Floats]:
    """(1 - e^-x) / x and (1 - that) / x; series where x is small."""
    small = x < _SERIES_BELOW
    safe = np.where(small, 1.0, x)
    one = np.where(small, 1.0 - x / 2.0 + x * x / 6.0, -np.expm1(-safe) / safe)
    two = np.where(small, 0.5 - x / 6.0 + x * x / 24.0, (1.0 - one) / safe)
    return one, two
