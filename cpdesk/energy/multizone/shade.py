"""How much of a window the sun reaches past an overhang and side fins, and how much of the sky and the ground it sees.

Exact: the window is cut into upright strips; in each the shadows of the plates are intervals with known ends, and their
union is taken off. A fin's shadow that ends inside a strip counts by the part it covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.multizone.spec import Fin, Window

Floats = NDArray[np.float64]
_STRIPS: Final = 48
_RINGS: Final = 18
_SECTORS: Final = 72
_GRAZING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Axes:
    """Of a plane, in (east, north, up): to the right as seen from outside, up along the plane, outwards."""

    right: Floats
    upwards: Floats
    outwards: Floats

    def along(self, east: Floats, north: Floats, up: Floats) -> tuple[Floats, Floats, Floats]:
        """Parts of directions along right, upwards and outwards."""
        right, upwards, outwards = (
            axis[0] * east + axis[1] * north + axis[2] * up for axis in (self.right, self.upwards, self.outwards)
        )
        return right, upwards, outwards


def axes(azimuth_deg: float, tilt_deg: float) -> Axes:
    """The axes of a plane whose outward normal has this azimuth and this angle with the zenith."""
    azimuth, tilt = np.radians(azimuth_deg), np.radians(tilt_deg)
    outwards = np.array([np.sin(tilt) * np.sin(azimuth), np.sin(tilt) * np.cos(azimuth), np.cos(tilt)])
    right = np.array([-np.cos(azimuth), np.sin(azimuth), 0.0])
    return Axes(right, np.cross(outwards, right), outwards)


def is_shaded(window: Window) -> bool:
    """Whether plates stand before the window and its size is known."""
    plates = window.overhang is not None or window.fin_left is not None or window.fin_right is not None
    return plates and window.width_m is not None and window.height_m is not None


def lit_share(window: Window, right: Floats, upwards: Floats, outwards: Floats) -> Floats:
    """Share of the window that sees the direction (any shape); 0 from behind. The parts are those of `Axes.along`."""
    if not is_shaded(window):
        return np.where(outwards > 0.0, 1.0, 0.0)
    assert window.width_m is not None and window.height_m is not None
    width, height = window.width_m, window.height_m
    out = np.maximum(outwards, _GRAZING)[..., None]
    across, climb = right[..., None], upwards[..., None]
    at = (np.arange(_STRIPS) + 0.5) / _STRIPS * width
    low = np.full(np.broadcast_shapes(out.shape, at.shape), height)
    if window.overhang is not None:
        plate = window.overhang
        room = np.where(across > 0.0, width + plate.beyond_right_m - at, plate.beyond_left_m + at)
        way = np.minimum(plate.depth_m / out, room / np.maximum(np.abs(across), _GRAZING))
        edge = height + plate.above_m - climb * way
        low = np.where(climb > 0.0, np.clip(edge, 0.0, height), height)
    covered: Floats = height - low
    if window.fin_left is not None:
        covered += _fin_m(window.fin_left, at, across < 0.0, np.abs(across), climb, out, low, width, height)
    if window.fin_right is not None:
        covered += _fin_m(window.fin_right, width - at, across > 0.0, np.abs(across), climb, out, low, width, height)
    result: Floats = np.where(outwards > 0.0, 1.0 - covered.mean(axis=-1) / height, 0.0)
    return np.clip(result, 0.0, 1.0)


def _fin_m(
    fin: Fin,
    away: Floats,
    facing: NDArray[np.bool_],
    across: Floats,
    climb: Floats,
    out: Floats,
    low: Floats,
    width: float,
    height: float,
) -> Floats:
    """Height of each strip that the fin shades below `low`, where the overhang's shadow begins."""
    way = (fin.beside_m + away) / np.maximum(across, _GRAZING)
    reach = fin.depth_m / out * across - fin.beside_m
    strip = width / _STRIPS
    part = np.clip((reach - (away - strip / 2.0)) / strip, 0.0, 1.0)
    bottom = np.clip(-fin.beyond_bottom_m - climb * way, 0.0, low)
    top = np.clip(height + fin.beyond_top_m - climb * way, 0.0, low)
    result: Floats = np.where(facing, part * np.maximum(top - bottom, 0.0), 0.0)
    return result


def diffuse_shares(window: Window, azimuth_deg: float, tilt_deg: float) -> tuple[float, float]:
    """Of even light from the sky and from the ground, the share that plates let through."""
    if not is_shaded(window):
        return 1.0, 1.0
    frame = axes(azimuth_deg, tilt_deg)
    # Rings of equal weight sin cos about the normal, so that all directions count the same.
    lean = np.arcsin(np.sqrt((np.arange(_RINGS) + 0.5) / _RINGS))
    turn = (np.arange(_SECTORS) + 0.5) / _SECTORS * 2.0 * np.pi
    right = np.sin(lean)[:, None] * np.cos(turn)[None]
    upwards = np.sin(lean)[:, None] * np.sin(turn)[None]
    outwards = np.repeat(np.cos(lean)[:, None], _SECTORS, axis=1)
    height = right * frame.right[2] + upwards * frame.upwards[2] + outwards * frame.outwards[2]
    lit = lit_share(window, right, upwards, outwards)
    sky = height > 0.0
    return (
        float(lit[sky].mean()) if sky.any() else 1.0,
        float(lit[~sky].mean()) if (~sky).any() else 1.0,
    )
