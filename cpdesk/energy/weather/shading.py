"""What overhangs, fins and the horizon take from a rectangular window: beam by the hour, and views of sky and ground.

The shadows of level and upright plates on the plane of the window are parallelograms. The part of the window they cover
is exact: across the width of the window the covered height is a chain of straight pieces, whose corners lie where two
edges cross, so that the middle of each piece times its width adds up to the area.

Co-ordinates on the window, seen from outside: x to the right, y up, from the lower left corner; z out of the wall.
The diffuse views are those of an even sky and an even ground: the same shadows, summed over all directions.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple, Protocol

import numpy as np

from cpdesk.energy.weather.calendar import HOURS, Floats
from cpdesk.energy.weather.year import Weather


class Overhang(Protocol):
    """A level plate over a window; lengths in m, left and right as seen from outside."""

    @property
    def depth_m(self) -> float:
        """From the glass outwards."""

    @property
    def above_m(self) -> float:
        """Of its underside over the window's top."""

    @property
    def beyond_left_m(self) -> float:
        """How far it runs beyond the window's left edge."""

    @property
    def beyond_right_m(self) -> float:
        """How far it runs beyond the window's right edge."""


class Fin(Protocol):
    """An upright plate beside a window; lengths in m."""

    @property
    def depth_m(self) -> float:
        """From the glass outwards."""

    @property
    def beside_m(self) -> float:
        """From the window's edge."""

    @property
    def beyond_top_m(self) -> float:
        """How far it runs above the window's top."""

    @property
    def beyond_bottom_m(self) -> float:
        """How far it runs below the window's bottom."""


class DiffuseView(NamedTuple):
    """How much of the diffuse light of an even sky and of the ground still reaches the window, 0 to 1."""

    sky: float
    ground: float


class SunlitSteps(NamedTuple):
    """Cosine of incidence (negative while the sun is behind) and share of the beam that passes the plates, each (L, 6)
    as in `weather.sun.SunPath`."""

    cosine: Floats
    lit: Floats


class _Plates(NamedTuple):
    """Numbers of window and plates; a plate that is not there has no depth."""

    width: float
    height: float
    overhang: tuple[float, float, float, float]
    left: tuple[float, float, float, float]
    right: tuple[float, float, float, float]


_NONE: Final = (0.0, 0.0, 0.0, 0.0)
_HEIGHTS, _TURNS = 45, 90  # directions of the diffuse views: 2 degrees by 4 degrees


def _plates(width_m: float, height_m: float, overhang: Overhang | None, left: Fin | None, right: Fin | None) -> _Plates:
    top = _NONE
    if overhang is not None:
        top = (overhang.depth_m, overhang.above_m, overhang.beyond_left_m, overhang.beyond_right_m)
    sides = [
        _NONE if fin is None else (fin.depth_m, fin.beside_m, fin.beyond_top_m, fin.beyond_bottom_m)
        for fin in (left, right)
    ]
    return _Plates(width_m, height_m, top, sides[0], sides[1])


def sunlit_share(
    weather: Weather,
    azimuth_deg: float,
    tilt_deg: float,
    width_m: float,
    height_m: float,
    *,
    overhang: Overhang | None = None,
    left: Fin | None = None,
    right: Fin | None = None,
    horizon_deg: float = 0.0,
) -> Floats:
    """Share of the beam on a window that passes the plates, (8760,), 0 to 1; 1 while the sun is behind it.

    Multiply `Tilted.beam_w_m2` and `Tilted.circumsolar_w_m2` with it.

    Args:
        horizon_deg: height of hills, trees or houses before the window; below it there is no beam.
    """
    steps = sunlit_steps(
        weather, azimuth_deg, tilt_deg, width_m, height_m,
        overhang=overhang, left=left, right=right, horizon_deg=horizon_deg,
    )  # fmt: skip
    strength = np.maximum(steps.cosine, 0.0)
    whole = strength.sum(axis=1)
    share = np.ones(HOURS)
    share[weather.sun.lit] = np.divide(
        (strength * steps.lit).sum(axis=1), whole, out=np.ones(len(whole)), where=whole > 0.0
    )
    return share


def sunlit_steps(
    weather: Weather,
    azimuth_deg: float,
    tilt_deg: float,
    width_m: float,
    height_m: float,
    *,
    overhang: Overhang | None = None,
    left: Fin | None = None,
    right: Fin | None = None,
    horizon_deg: float = 0.0,
) -> SunlitSteps:
    """The same by ten-minute steps of the hours with sun, for what changes with the angle as well."""
    path = weather.sun
    across, upward, out = _in_plane(path.east, path.north, path.up, azimuth_deg, tilt_deg)
    before = (out > 0.0) & (path.up > np.sin(np.radians(horizon_deg)))
    lit = np.zeros_like(out)
    plates = _plates(width_m, height_m, overhang, left, right)
    lit[before] = _lit_share(plates, across[before], upward[before], out[before])
    return SunlitSteps(out, lit)


def diffuse_view(
    tilt_deg: float,
    width_m: float,
    height_m: float,
    *,
    overhang: Overhang | None = None,
    left: Fin | None = None,
    right: Fin | None = None,
    horizon_deg: float = 0.0,
) -> DiffuseView:
    """Views of an even sky and of the ground past the plates, over those without them.

    The plates are dark; what stands at the horizon hides the sky and counts as ground neither here nor there.
    """
    return _diffuse_view(_plates(width_m, height_m, overhang, left, right), tilt_deg, horizon_deg)


@lru_cache(maxsize=256)
def _diffuse_view(plates: _Plates, tilt_deg: float, horizon_deg: float) -> DiffuseView:
    """Summed over directions around the window's normal, evenly in cos^2, so that each weighs the same."""
    rings = (np.arange(_HEIGHTS) + 0.5) / _HEIGHTS
    slope, level = np.sqrt(rings), np.sqrt(1.0 - rings)  # out of the normal, along it
    turns = 2 * np.pi * (np.arange(_TURNS) + 0.5) / _TURNS
    across = np.outer(slope, np.cos(turns)).ravel()
    upward = np.outer(slope, np.sin(turns)).ravel()
    out = np.repeat(level, _TURNS)
    tilt = np.radians(tilt_deg)
    height = upward * np.sin(tilt) + out * np.cos(tilt)
    lit = _lit_share(plates, across, upward, out)
    above, below = height > 0.0, height <= 0.0
    seen = above & (height > np.sin(np.radians(horizon_deg)))
    sky = float(lit[seen].sum() / above.sum()) if above.any() else 1.0
    ground = float(lit[below].sum() / below.sum()) if below.any() else 1.0
    return DiffuseView(sky, ground)


def _in_plane(
    east: Floats, north: Floats, up: Floats, azimuth_deg: float, tilt_deg: float
) -> tuple[Floats, Floats, Floats]:
    """Directions in the co-ordinates of a window: to the right, up along it, out of it."""
    azimuth, tilt = np.radians(azimuth_deg), np.radians(tilt_deg)
    forward = east * np.sin(azimuth) + north * np.cos(azimuth)
    across = north * np.sin(azimuth) - east * np.cos(azimuth)
    upward = up * np.sin(tilt) - forward * np.cos(tilt)
    out = up * np.cos(tilt) + forward * np.sin(tilt)
    return across, upward, out


def _lit_share(plates: _Plates, across: Floats, upward: Floats, out: Floats) -> Floats:
    """Share of the window that directions (n,) reach, out > 0."""
    if plates.overhang[0] <= 0.0 and plates.left[0] <= 0.0 and plates.right[0] <= 0.0:
        return np.ones(len(out))
    slide = across / out  # how far a shadow moves to the left for each metre of depth
    drop = upward / out  # and down
    # The sun stands on one side: only that side's fin throws a shadow on the window.
    from_left = slide < 0.0
    fin = np.where(from_left[None, :], np.array(plates.left)[:, None], np.array(plates.right)[:, None])
    return 1.0 - _covered(plates, slide, drop, from_left, fin) / (plates.width * plates.height)


def _covered(plates: _Plates, slide: Floats, drop: Floats, from_left: np.ndarray, fin: Floats) -> Floats:
    """Covered area of the window in m2 for (n,) directions."""
    width, height = plates.width, plates.height
    depth, above, beyond_left, beyond_right = plates.overhang
    level = height + above
    # Edges as y = offset + slope x. The overhang's two sides, then the fin's two ends; flat ones have slope 0.
    steep = np.where(np.abs(slide) > 1e-9, slide, np.where(slide < 0.0, -1e-9, 1e-9))
    slope = drop / steep
    fin_depth, beside, beyond_top, beyond_bottom = fin
    fin_x = np.where(from_left, -beside, width + beside)
    zero = np.zeros_like(slide)
    overhang_left = level + slope * beyond_left  # through (-beyond_left, level)
    overhang_right = level - slope * (width + beyond_right)
    fin_top = height + beyond_top - slope * fin_x
    fin_bottom = -beyond_bottom - slope * fin_x
    edges = [
        (zero, zero), (zero + height, zero), (zero + level, zero), (level - depth * drop, zero),
        (overhang_left, slope), (overhang_right, slope), (fin_top, slope), (fin_bottom, slope),
    ]  # fmt: skip
    corners = [zero, zero + width, fin_x, fin_x - fin_depth * slide]
    corners += [zero - beyond_left, zero + width + beyond_right,
                -beyond_left - depth * slide, width + beyond_right - depth * slide]  # fmt: skip
    for (offset, one), (other, two) in combinations(edges, 2):
        if one is two:
            continue  # parallel
        between = np.where(np.abs(one - two) > 1e-12, one - two, np.inf)
        corners.append((other - offset) / between)
    cuts = np.sort(np.clip(np.stack(corners), 0.0, width), axis=0)
    middle = 0.5 * (cuts[1:] + cuts[:-1])
    over = _overhang_span(middle, plates, slide, drop)
    side = _fin_span(middle, height, fin, fin_x, slide, drop)
    both = np.maximum(np.minimum(over[1], side[1]) - np.maximum(over[0], side[0]), 0.0)
    covered = np.maximum(over[1] - over[0], 0.0) + np.maximum(side[1] - side[0], 0.0) - both
    result: Floats = (covered * np.diff(cuts, axis=0)).sum(axis=0)
    return result


def _overhang_span(x: Floats, plates: _Plates, slide: Floats, drop: Floats) -> tuple[Floats, Floats]:
    """Lowest and highest covered y at x (k, n) under the overhang; lowest above highest where nothing is covered."""
    depth, above, beyond_left, beyond_right = plates.overhang
    # The plate's point at depth z throws its shadow to x from x + z slide, which must lie on the plate.
    moving = np.abs(slide) > 1e-9
    safe = np.where(moving, slide, 1.0)
    one, two = (-beyond_left - x) / safe, (plates.width + beyond_right - x) / safe
    inside = (x >= -beyond_left) & (x <= plates.width + beyond_right)
    nearest = np.where(moving, np.minimum(one, two), np.where(inside, 0.0, np.inf))
    furthest = np.where(moving, np.maximum(one, two), np.where(inside, depth, -np.inf))
    nearest, furthest = np.maximum(nearest, 0.0), np.minimum(furthest, depth)
    there = (furthest > nearest) & (drop > 0.0)
    level = plates.height + above
    nearest, furthest = np.where(there, nearest, 0.0), np.where(there, furthest, 0.0)
    low = np.clip(level - furthest * drop, 0.0, plates.height)
    high = np.clip(level - nearest * drop, 0.0, plates.height)
    return np.where(there, low, plates.height), np.where(there, high, 0.0)


def _fin_span(
    x: Floats, height: float, fin: Floats, fin_x: Floats, slide: Floats, drop: Floats
) -> tuple[Floats, Floats]:
    """The same beside the fin."""
    depth, _, beyond_top, beyond_bottom = fin
    moving = np.abs(slide) > 1e-9
    away = np.where(moving, (fin_x - x) / np.where(moving, slide, 1.0), -1.0)  # depth from which the shadow falls on x
    there = (away >= 0.0) & (away <= depth) & (depth > 0.0)
    away = np.where(there, away, 0.0)
    low = np.clip(-beyond_bottom - away * drop, 0.0, height)
    high = np.clip(height + beyond_top - away * drop, 0.0, height)
    return np.where(there, low, height), np.where(there, high, 0.0)
