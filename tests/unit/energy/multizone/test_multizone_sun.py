"""Glass, plates before windows, and where the sun ends inside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from multizone_samples import BRICK, building, room, wall

from cpdesk.energy.multizone.enclosure import radiant_areas_m2, sun_inside, views
from cpdesk.energy.multizone.glass import hemispherical, pane_optics, simple_optics
from cpdesk.energy.multizone.layout import lay_out
from cpdesk.energy.multizone.solve import assess
from cpdesk.energy.multizone.spec import (
    Film,
    Gap,
    OtherZone,
    Overhang,
    Pane,
    PaneGlazing,
    SimpleGlazing,
    Thermostat,
    Window,
)

CLEAR = Pane(0.003)
OPEN = Window("open", 6.0, SimpleGlazing(2.7, 0.76), 3.0, 2.0)


def test_one_clear_pane_by_hand():
    """At normal incidence: r = ((n-1)/(n+1))^2, a = e^(-K d), T = a (1-r)^2 / (1 - r^2 a^2)."""
    optics = pane_optics(PaneGlazing((CLEAR,)))
    face, passed = (0.526 / 2.526) ** 2, np.exp(-19.6 * 0.003)
    through = passed * (1 - face) ** 2 / (1 - (face * passed) ** 2)
    assert optics.transmittance[0] == pytest.approx(through, rel=1e-12)
    assert optics.transmittance[-1] == pytest.approx(0.0, abs=1e-9)
    assert np.all(np.diff(optics.transmittance) < 1e-9)


def test_two_panes_with_all_reflections_by_hand():
    one, two = pane_optics(PaneGlazing((CLEAR,))), pane_optics(PaneGlazing((CLEAR, CLEAR), (Gap(0.012),)))
    through = one.transmittance[0]
    reflected = 1 - through - one.absorptance[0, 0]
    assert two.transmittance[0] == pytest.approx(through**2 / (1 - reflected**2), rel=1e-12)


def test_light_is_neither_lost_nor_made_in_glass():
    """Transmitted, absorbed and reflected light add up; from both sides the same passes."""
    coated = Pane(0.003, transmittance=0.452, reflectance_front=0.359, reflectance_back=0.397)
    for panes in ((CLEAR,), (CLEAR, CLEAR), (coated, CLEAR), (CLEAR, CLEAR, CLEAR)):
        optics = pane_optics(PaneGlazing(panes, (Gap(0.012),) * (len(panes) - 1)))
        kept = optics.transmittance + optics.absorptance.sum(axis=0)
        assert np.all(kept <= 1 + 1e-12) and np.all(optics.absorptance > -1e-12)
        assert optics.back_transmittance == pytest.approx(optics.diffuse_transmittance, rel=1e-9)


def test_a_pane_of_measured_figures_is_bare_glass_of_the_same_figures():
    bare = pane_optics(PaneGlazing((CLEAR,)))
    reflected = float(1 - bare.transmittance[0] - bare.absorptance[0, 0])
    measured = replace(CLEAR, refractive_index=1.0, extinction_1_m=0.0, transmittance=float(bare.transmittance[0]),
                       reflectance_front=reflected, reflectance_back=reflected)  # fmt: skip
    assert pane_optics(PaneGlazing((measured,))).transmittance == pytest.approx(bare.transmittance, abs=1e-9)


def test_the_half_sphere_of_an_even_property_is_itself():
    assert hemispherical(np.full(91, 0.37)) == pytest.approx(0.37, rel=1e-12)
    cosine = np.cos(np.radians(np.arange(91.0)))
    assert hemispherical(cosine) == pytest.approx(2 / 3, rel=1e-3)


def test_simple_glazing_brings_its_g_under_standard_films(steady):
    """Transmitted and inward part together are g at normal incidence."""
    optics = simple_optics(SimpleGlazing(2.7, 0.76))
    outwards = 1 / (1 / 2.7 - 0.13)
    share = (1 / 0.13) / (1 / 0.13 + outwards)
    assert optics.transmittance[0] + share * optics.absorptance[0, 0] == pytest.approx(0.76, rel=1e-12)
    table = SimpleGlazing(2.7, 0.76, g_by_angle=((0.0, 0.76), (60.0, 0.6), (90.0, 0.0)))
    given = simple_optics(table)
    assert given.transmittance[60] + share * given.absorptance[0, 60] == pytest.approx(0.6, rel=1e-12)


def test_an_overhang_takes_what_its_shadow_covers(plain):
    """Its edge lies depth x tan(profile angle) below it, by hand for every ten minutes of the year."""
    free = wall(windows=(replace(OPEN, overhang=Overhang(1.0, 0.5, 200.0, 200.0)),), outside_film=Film(), sun=True)
    shaded, bare = (
        assess(building(room(one), warm_up_days=2), plain).windows[0] for one in (free, replace(free, windows=(OPEN,)))
    )
    path, beam = plain.sun, plain.direct_w_m2
    cosine = np.maximum(-path.north, 0.0)
    drop = np.divide(path.up, cosine, out=np.zeros_like(cosine), where=cosine > 0)
    covered = np.clip(drop - 0.5, 0.0, 2.0) / 2.0
    taken = np.zeros(8760)
    taken[path.lit] = (cosine * covered).sum(axis=1) / path.count
    expected = beam * taken * 6.0
    around_noon = np.zeros(8760, dtype=bool)
    around_noon[11:8760:24] = True
    lost = (bare.reaching_w - shaded.reaching_w)[around_noon]
    # Plates take of the beam what the hand says, of light around the sun the same share, and of the sky a share.
    assert np.all(lost >= expected[around_noon] - 1e-6)
    winter = np.arange(8760) < 24 * 20
    assert taken[winter & around_noon].max() < 0.1
    summer = np.flatnonzero(around_noon)[170]
    assert shaded.reaching_w[summer] < 0.75 * bare.reaching_w[summer]


def _box():
    free = {"inside_film": Film(), "outside_film": Film(), "sun": True}
    return (
        wall("south", 21.6, windows=(replace(OPEN, area_m2=6.0),), **free),
        wall("north", 21.6, azimuth_deg=0.0, **free),
        wall("east", 16.2, azimuth_deg=90.0, **free),
        wall("west", 16.2, azimuth_deg=270.0, **free),
        wall("roof", 48.0, tilt_deg=0.0, **free),
        wall("floor", 48.0, tilt_deg=180.0, **(free | {"sun": False})),
    )


def test_faces_see_all_of_the_others_and_nothing_of_their_own_plane(plain):
    net, _ = lay_out(building(room(*_box())), plain.temperature_c)
    seen = views(net.inner)
    area = np.array([face.area_m2 for face in net.inner])
    assert seen.sum(axis=1) == pytest.approx(np.ones(len(area)), abs=1e-12)
    exchange = area[:, None] * seen
    assert exchange == pytest.approx(exchange.T, rel=1e-9)
    assert seen[0, 1] == 0.0  # the wall and its own window
    assert np.all(radiant_areas_m2(net.inner) > 0.8 * area)


def test_all_sun_that_enters_is_absorbed_or_leaves_again(plain):
    made = building(room(*_box()))
    net, _ = lay_out(made, plain.temperature_c)
    shares = sun_inside(net)
    kept = shares.beam.sum(axis=0) + shares.beam_panes.sum(axis=0)
    # What is left goes out through the glass: less than what its area would let out at the first bounce.
    assert np.all(kept < 1.0) and np.all(kept > 0.95)
    floor = next(n for n, face in enumerate(net.inner) if face.owner[1] == "floor")
    assert shares.beam[floor, 0] > 0.6
    window = assess(made, plain).windows[0]
    assert window.lost_w.sum() < 0.05 * window.transmitted_w.sum()
    assert window.transmitted_w.sum() + window.absorbed_w.sum() < window.reaching_w.sum()


def test_given_shares_are_taken_as_they_are(plain):
    shares = (0.1, 0.1, 0.1, 0.1, 0.2, 0.4)
    walls = tuple(replace(one, inside_solar_share=share) for one, share in zip(_box(), shares, strict=True))
    net, _ = lay_out(building(room(*walls)), plain.temperature_c)
    beam = sun_inside(net).beam[:, 0]
    assert beam[[face.glazing is None for face in net.inner]] == pytest.approx(shares)


def test_a_sunspace_takes_sun_passes_some_on_and_balances(plain):
    glass = Window("door", 4.0, PaneGlazing((CLEAR,)), 2.0, 2.0)
    free = {"inside_film": Film(), "outside_film": Film(), "sun": True}
    between = wall("between", 20.0, other_side=OtherZone("sunspace"), windows=(glass,), **free)
    house = room(between, wall("north", 20.0, azimuth_deg=0.0, **free), wall("top", 40.0, tilt_deg=0.0, **free),
                 wall("bottom", 40.0, tilt_deg=180.0, **(free | {"sun": False})), name="house")  # fmt: skip
    front = wall("front", 20.0, windows=(Window("big", 16.0, PaneGlazing((CLEAR,)), 8.0, 2.0),), **free)
    sunspace = replace(
        room(front, wall("lid", 12.0, tilt_deg=0.0, **free),
             wall("ground", 12.0, tilt_deg=180.0, **(free | {"sun": False})), name="sunspace"),
        thermostat=Thermostat(), volume_m3=30.0,
    )  # fmt: skip
    result = assess(building(house, sunspace), plain)
    shut = replace(house, surfaces=(replace(between, windows=()), *house.surfaces[1:]))
    without = assess(building(shut, sunspace), plain)
    assert result.residual_max < 1e-9
    assert result.zone("sunspace").mean_air_c > float(plain.temperature_c.mean()) + 3.0
    assert {window.window for window in result.windows} == {"big"}
    net, _ = lay_out(building(house, sunspace), plain.temperature_c)
    shares = sun_inside(net)
    big = next(n for n, pane in enumerate(net.panes) if pane.window.name == "big")
    into_house = sum(shares.beam[n, big] for n, face in enumerate(net.inner) if face.zone == 0)
    assert 0.005 < into_house < 0.2
    assert without.heating_kwh != pytest.approx(result.heating_kwh, rel=1e-6)
    assert BRICK.resistance_m2k_w == pytest.approx(0.3)


def test_heat_balances_hold_every_hour_with_everything_at_once(plain):
    window = replace(OPEN, glazing=PaneGlazing((CLEAR, CLEAR), (Gap(0.012),)), frame_share=0.2,
                     overhang=Overhang(0.6), area_m2=6.0)  # fmt: skip
    walls = (replace(_box()[0], windows=(window,)), *_box()[1:])
    result = assess(building(room(*walls)), plain)
    assert float(result.residual.max()) < 1e-9
    assert float(result.zones[0].residual.max()) < 1e-9
    assert {kind for _, kind, _ in result.losses_kwh} >= {"surface", "window", "frame"}
