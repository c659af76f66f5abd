"""Walls alone: steady flow by hand, decay of one capacity, the periodic solution of ISO 13786."""

from __future__ import annotations

import cmath
import math
from dataclasses import replace

import numpy as np
import pytest
from multizone_samples import FIXED, FIXED_OUT, SITE, building, layer, room, wall

from cpdesk.energy.multizone.conduction import chain
from cpdesk.energy.multizone.ground import ground_layers, steady_u_w_m2k
from cpdesk.energy.multizone.solve import assess
from cpdesk.energy.multizone.spec import (
    Adiabatic,
    Construction,
    Film,
    Ground,
    KnownTemperature,
    Layer,
    Schedule,
    Thermostat,
)


def test_steady_heat_flow_is_u_times_area_times_difference(steady):
    layered = Construction("layered", (layer("brick", 0.8, 0.24, 1800.0, 900.0), Layer("board", 0.9)))
    u_value = 1.0 / (1 / 25 + 0.24 / 0.8 + 0.9 + 1 / 8)
    result = assess(building(room(wall(construction=layered)), warm_up_days=60), steady(-5.0))
    zone = result.zones[0]
    assert zone.heating_w[-1] == pytest.approx(u_value * 100.0 * 25.0, rel=1e-6)
    assert result.losses_kwh["room", "surface", "wall"] == pytest.approx(u_value * 100 * 25 * 8.76, rel=1e-4)
    inside = result.surfaces[0].inside_c[-1]
    assert inside == pytest.approx(20.0 - u_value * 25.0 / 8.0, abs=1e-5)


def test_a_wall_of_u_value_lets_pass_what_its_layers_would(steady):
    resistance = 1.0 / 0.5 - 0.17
    by_u = Construction("by u", (Layer("by u", resistance),), u_value_w_m2k=0.5, areal_capacity_j_m2k=110_000.0)
    result = assess(building(room(wall(construction=by_u)), warm_up_days=60), steady(-5.0))
    assert result.zones[0].heating_w[-1] == pytest.approx(100 * 25 / (resistance + 1 / 25 + 1 / 8), rel=1e-6)


def test_one_capacity_decays_exponentially(steady):
    """Air and furniture behind a pure resistance: T = T_out + (T0 - T_out) e^(-t/tau)."""
    light = Construction("light", (Layer("light", 2.0),))
    heat = Schedule((20.0,) * 24 + (float("nan"),) * 8736)
    zone = room(
        wall(construction=light, inside_film=Film(combined_w_m2k=1e6), outside_film=Film(combined_w_m2k=1e6)),
        thermostat=Thermostat(heat),
        furniture_j_k=5.0e6,
    )
    made = building(zone)
    result = assess(made, steady(0.0))
    capacity = 5.0e6 + 100.0 * made.site.air_density_kg_m3 * 1006.0
    tau_h = capacity * 2.0 / 100.0 / 3600.0
    begin = np.arange(24, 72) - 24.0
    expected = 20.0 * tau_h * (np.exp(-begin / tau_h) - np.exp(-(begin + 1) / tau_h))
    assert result.zones[0].air_c[24:72] == pytest.approx(expected, rel=2e-5)


def _transfer(thickness: float, conductivity: float, density: float, heat: float, period_s: float) -> np.ndarray:
    """ISO 13786:2017, equation 14: heat transfer matrix of a slab."""
    depth = math.sqrt(conductivity * period_s / (math.pi * density * heat))
    x = thickness / depth
    z = complex(x, x)
    factor = conductivity / depth * complex(1, 1)
    return np.array([[cmath.cosh(z), -cmath.sinh(z) / factor], [-factor * cmath.sinh(z), cmath.cosh(z)]])


@pytest.mark.parametrize("thickness", [0.1, 0.24, 0.37])
def test_a_daily_wave_passes_a_slab_as_iso_13786_says(steady, thickness):
    slab = Construction("slab", (layer("brick", 0.8, thickness, 1800.0, 900.0),))
    hours = np.arange(8760)
    turn = 2 * np.pi * hours / 24
    zone = room(wall(construction=slab), volume_m3=0.001, thermostat=Thermostat(Schedule((20.0,)), Schedule((20.0,))))
    result = assess(building(zone, warm_up_days=60), steady(20.0 + 10.0 * np.cos(turn)))
    wanted = result.zones[0].heating_w - result.zones[0].cooling_w
    wave = 2 * np.mean(wanted[:8736] * np.exp(-1j * turn[:8736])) / 100.0
    # Between a swinging outdoor and a steady indoor temperature: q_inside = -theta_outside / Z12.
    inside = np.array([[1, -1 / 8], [0, 1]])
    outside = np.array([[1, -1 / 25], [0, 1]])
    z = outside @ _transfer(thickness, 0.8, 1800.0, 900.0, 86400.0) @ inside
    held = np.sinc(1 / 24)  # outdoor temperature stands still for an hour
    expected = 10.0 * held / z[0, 1]
    # Hourly means of the heat are once more a mean over an hour; steps begin at the hour, waves at its middle.
    assert abs(wave) == pytest.approx(abs(expected) * held, rel=0.015)
    late = np.angle(wave * np.conj(expected)) * 24 / (2 * np.pi)
    assert late == pytest.approx(0.0, abs=0.15)


def test_layers_are_cut_finer_the_slower_they_are():
    concrete = chain(Construction("c", (layer("concrete", 0.51, 0.2, 1400.0, 1000.0),)))
    quilt = chain(Construction("q", (layer("quilt", 0.04, 0.066, 12.0, 840.0),)))
    assert len(concrete.capacity_j_m2k) >= 8
    assert len(quilt.capacity_j_m2k) <= 3
    assert math.fsum(concrete.capacity_j_m2k) == pytest.approx(0.2 * 1400 * 1000)
    assert math.fsum(1 / g for g in concrete.conductance_w_m2k) == pytest.approx(0.2 / 0.51)


def test_an_adiabatic_box_keeps_its_heat(steady):
    zone = room(wall(other_side=Adiabatic()), thermostat=Thermostat(Schedule((20.0,) * 1440 + (float("nan"),) * 7320)))
    result = assess(building(zone), steady(-20.0))
    assert result.zones[0].air_c[1440:] == pytest.approx(np.full(7320, 20.0), abs=1e-6)
    stored = 100.0 * 0.24 * 1800.0 * 900.0 + 100.0 * SITE.air_density_kg_m3 * 1006.0
    begun = result.zones[0].air_c[0]
    assert begun <= 20.0 and result.heating_kwh * 3.6e6 == pytest.approx(stored * 35.0, rel=1e-6)
    assert result.residual_max < 1e-9


def test_a_known_temperature_behind_the_wall(steady):
    below = wall(other_side=KnownTemperature((10.0,) * 12), outside_film=Film())
    result = assess(building(room(below), warm_up_days=60), steady(-20.0))
    assert result.zones[0].heating_w[-1] == pytest.approx(100.0 * 10.0 / (0.3 + 1 / 8), rel=1e-6)
    assert result.losses_kwh["room", "surface", "wall"] == pytest.approx(8.76 * 1000.0 / 0.425, rel=1e-4)


def test_a_slab_on_ground_loses_what_iso_13370_says(steady):
    """Steady outdoors: the yearly mean flow is U A (20 - outdoors)."""
    construction = Construction("slab", (layer("concrete", 1.5, 0.1, 2000.0, 1000.0), Layer("insulation", 1.0)))
    ground = Ground(exposed_perimeter_m=40.0, soil_conductivity_w_mk=1.5)
    floor = wall("floor", tilt_deg=180.0, construction=construction, other_side=ground,
                 inside_film=Film(combined_w_m2k=1 / 0.17))  # fmt: skip
    result = assess(building(room(floor), warm_up_days=120), steady(0.0))
    u_value = steady_u_w_m2k(ground, 100.0, construction.resistance_m2k_w)
    width = 100.0 / 20.0
    thick = 0.37 + 1.5 * (0.17 + construction.resistance_m2k_w + 0.04)
    assert u_value == pytest.approx(2 * 1.5 / (math.pi * width + thick) * math.log(math.pi * width / thick + 1))
    assert result.zones[0].heating_w[-1] == pytest.approx(u_value * 100.0 * 20.0, rel=2e-3)
    under = ground_layers(ground, 100.0, construction)
    assert 0.0 < under.swing_share <= 1.0


def test_fixed_films_are_what_the_file_says(steady):
    doubled = replace(wall(), inside_film=Film(combined_w_m2k=16.0), outside_film=FIXED_OUT)
    one = assess(building(room(wall()), warm_up_days=60), steady(0.0)).zones[0].heating_w[-1]
    two = assess(building(room(doubled), warm_up_days=60), steady(0.0)).zones[0].heating_w[-1]
    assert 2000.0 / one - 2000.0 / two == pytest.approx(1 / 8 - 1 / 16, rel=1e-6)
    assert FIXED.combined_w_m2k == 8.0
