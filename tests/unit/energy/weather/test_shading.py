"""Shadows on windows against geometry by hand, against points one by one, and against view factors of tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, make_weather
from cpdesk.energy.weather.shading import _in_plane, _lit_share, _plates, diffuse_view, sunlit_share
from cpdesk.energy.weather.sky import tilted


@dataclass(frozen=True)
class Overhang:
    depth_m: float
    above_m: float = 0.0
    beyond_left_m: float = 0.0
    beyond_right_m: float = 0.0


@dataclass(frozen=True)
class Fin:
    depth_m: float
    beside_m: float = 0.0
    beyond_top_m: float = 0.0
    beyond_bottom_m: float = 0.0


LONG = 1e4


def lit_from(height_deg: float, turn_deg: float, width: float, height: float, **plates: object) -> float:
    """Sunlit share of a window that faces south for a sun of this height, `turn_deg` west of south."""
    high, turn = np.radians(height_deg), np.radians(180 + turn_deg)
    sun = np.cos(high) * np.sin(turn), np.cos(high) * np.cos(turn), np.sin(high)
    across, upward, out = _in_plane(*(np.array([part]) for part in sun), 180.0, 90.0)
    all_plates = {"overhang": None, "left": None, "right": None} | plates
    return float(_lit_share(_plates(width, height, **all_plates), across, upward, out)[0])  # type: ignore[arg-type]


def test_shadow_of_long_eaves_by_hand() -> None:
    """0.5 m deep, 0.2 m above a 1.5 m window, sun 45 degrees high in the middle: the shadow ends 0.5 m below the eaves,
    0.3 m below the window's top; 60 degrees aside it falls twice as deep."""
    eaves = Overhang(0.5, 0.2, LONG, LONG)
    assert lit_from(45, 0, 1.2, 1.5, overhang=eaves) == pytest.approx(1 - 0.3 / 1.5)
    assert lit_from(45, 60, 1.2, 1.5, overhang=eaves) == pytest.approx(1 - 0.8 / 1.5)
    assert lit_from(10, 0, 1.2, 1.5, overhang=eaves) == 1.0  # 0.5 tan 10 = 0.09 m stays in the gap
    assert lit_from(85, 0, 1.2, 1.5, overhang=eaves) == pytest.approx(0.0, abs=1e-9)


def test_shadow_of_short_eaves_leaves_a_corner() -> None:
    """Eaves as wide as the window, sun 45 degrees high and aside: the shadow of 1 m eaves is a parallelogram. It slides
    1 m sideways and falls sqrt 2 m; on a 2 x 2 window it covers 2 sqrt 2 less the triangle beside it, sqrt 2 / 2."""
    share = lit_from(45, 45, 2.0, 2.0, overhang=Overhang(1.0))
    assert share == pytest.approx(1 - (2 * np.sqrt(2) - np.sqrt(2) / 2) / 4)
    assert lit_from(45, -45, 2.0, 2.0, overhang=Overhang(1.0)) == pytest.approx(share)


def test_fins_shade_from_their_own_side() -> None:
    """A fin 0.4 m deep at the left (west of a south window), sun 45 degrees west: 0.4 m in shadow, all up."""
    fin = Fin(0.4, 0.0, LONG, LONG)
    assert lit_from(30, 45, 2.0, 1.0, left=fin) == pytest.approx(0.8)
    assert lit_from(30, 45, 2.0, 1.0, right=fin) == 1.0
    assert lit_from(30, -45, 2.0, 1.0, right=fin) == pytest.approx(0.8)
    assert lit_from(30, 45, 2.0, 1.0, left=Fin(0.4, 0.1, LONG, LONG)) == pytest.approx(0.85)
    # A fin no higher than the window: 45 degrees high by profile the shadow's upper edge falls as it slides.
    profile = np.degrees(np.arctan(np.cos(np.radians(45))))
    assert lit_from(float(profile), 45, 2.0, 1.0, left=Fin(0.4)) == pytest.approx(1 - (0.4 * 1.0 - 0.4 * 0.4 / 2) / 2)


SIZES = st.floats(0.0, 2.0)


@settings(max_examples=150, deadline=None)
@given(
    height_deg=st.floats(1, 89),
    turn_deg=st.floats(-88, 88),
    width=st.floats(0.3, 4.0),
    height=st.floats(0.3, 3.0),
    top=st.tuples(SIZES, SIZES, SIZES, SIZES),
    left=st.tuples(SIZES, SIZES, SIZES, SIZES),
    right=st.tuples(SIZES, SIZES, SIZES, SIZES),
)
def test_shadow_is_that_of_points_one_by_one(
    height_deg: float,
    turn_deg: float,
    width: float,
    height: float,
    top: tuple[float, float, float, float],
    left: tuple[float, float, float, float],
    right: tuple[float, float, float, float],
) -> None:
    share = lit_from(height_deg, turn_deg, width, height, overhang=Overhang(*top), left=Fin(*left), right=Fin(*right))
    many = 120
    x = (np.arange(many) + 0.5)[:, None] / many * width
    y = (np.arange(many) + 0.5)[None, :] / many * height
    slide = -np.tan(np.radians(turn_deg))
    drop = np.tan(np.radians(height_deg)) / np.cos(np.radians(turn_deg))
    depth, above, beyond_left, beyond_right = top
    out = (height + above - y) / drop
    at = x + out * slide
    dark = (out <= depth) & (at >= -beyond_left) & (at <= width + beyond_right)
    for (depth, beside, over, under), edge in ((left, -left[1]), (right, width + right[1])):
        if abs(slide) < 1e-12 or (slide > 0) != (edge > 0):
            continue
        out = (edge - x) / slide
        at = y + out * drop
        dark = dark | ((out <= depth) & (out >= 0) & (at >= -under) & (at <= height + over))
        assert beside >= 0
    assert share == pytest.approx(1 - dark.mean(), abs=0.03)
    assert -1e-9 <= share <= 1 + 1e-9


@pytest.mark.parametrize("ratio", [0.2, 0.5, 1.0, 2.0])
def test_view_of_the_sky_past_long_eaves(ratio: float) -> None:
    """View factor from a wall to a plate at a right angle with a common edge: (1 + r - sqrt(1 + r^2)) / 2."""
    plate = (1 + ratio - np.sqrt(1 + ratio**2)) / 2
    view = diffuse_view(90, 1.0, 1.0, overhang=Overhang(ratio, 0.0, LONG, LONG))
    assert view.sky == pytest.approx(1 - plate / 0.5, abs=0.005)
    assert view.ground == pytest.approx(1.0)


def test_view_past_a_short_plate() -> None:
    """Square window, square plate of its width over it: view factor 0.2000 (perpendicular squares, common edge)."""
    view = diffuse_view(90, 1.0, 1.0, overhang=Overhang(1.0))
    assert view.sky == pytest.approx(1 - 0.20004 / 0.5, abs=0.005)
    beside = diffuse_view(90, 1.0, 1.0, left=Fin(1.0))
    assert beside.sky + beside.ground == pytest.approx(2 * (1 - 0.20004), abs=0.005)
    assert beside.sky == pytest.approx(beside.ground, abs=0.005)


def test_the_horizon_hides_sky_and_low_sun(tables: EnergyTables) -> None:
    """A wall sees the share 1 - (2 h + sin 2 h) / pi of an even sky above an even horizon of height h."""
    high = np.radians(20)
    view = diffuse_view(90, 1.0, 1.0, horizon_deg=20)
    assert view.sky == pytest.approx(1 - (2 * high + np.sin(2 * high)) / np.pi, abs=0.005)
    weather = make_weather(tables, "plain")
    share = sunlit_share(weather, 180, 90, 1, 1, horizon_deg=20)
    sun = weather.sun
    assert np.all(
        share[(weather.zenith_deg > 78) & (sun.up_share == 1) & (np.abs(weather.azimuth_deg - 180) < 85)] == 0
    )
    assert np.all(share[weather.zenith_deg < 60] == 1)


@cache
def plain() -> Weather:
    from cpdesk.base.resources import resource_path
    from cpdesk.base.tables import read_table

    return make_weather(EnergyTables.load(lambda path, columns: read_table(resource_path(path), columns)), "plain")


def test_eaves_let_winter_sun_in_and_keep_summer_sun_out() -> None:
    weather = plain()
    share = sunlit_share(weather, 180, 90, 1.5, 1.5, overhang=Overhang(0.6, 0.4, LONG, LONG))
    beam = tilted(weather, 180, 90).beam_w_m2
    january, july = slice(0, 744), slice(4344, 5088)
    assert (share * beam)[january].sum() / beam[january].sum() > 0.9
    assert (share * beam)[july].sum() / beam[july].sum() < 0.35
    assert np.all((share >= -1e-9) & (share <= 1 + 1e-9))


@settings(max_examples=15, deadline=None)
@given(depth=st.floats(0.0, 2.0), more=st.floats(0.0, 1.0), azimuth=st.floats(0, 360))
def test_deeper_plates_never_let_in_more(depth: float, more: float, azimuth: float) -> None:
    less = sunlit_share(plain(), azimuth, 90, 1.2, 1.4, overhang=Overhang(depth, 0.2), left=Fin(depth, 0.1))
    deeper = sunlit_share(
        plain(), azimuth, 90, 1.2, 1.4, overhang=Overhang(depth + more, 0.2), left=Fin(depth + more, 0.1)
    )
    assert np.all(deeper <= less + 1e-9)
