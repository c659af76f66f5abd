"""Slab on ground as ISO 52016-1:2017 takes it from ISO 13370:2017: 0.5 m of soil with its mass under the slab, then a
virtual layer, then a virtual temperature that swings with the year.

The virtual layer makes the whole as resistant as ISO 13370 says for steady heat flow; the virtual temperature is that
whose steady flow through the whole equals ISO 13370's yearly flow (annex C): outdoor mean less
H_pe / (A U) times the outdoor swing, a month late. It does not depend on the indoor temperature as long as that is
steady.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from cpdesk.energy.multizone.spec import Construction, Ground, Layer
from cpdesk.energy.weather.climate import HOURS, Floats

SOIL_M: Final = 0.5
_R_INSIDE: Final = 0.17
_R_OUTSIDE: Final = 0.04
_YEAR_S: Final = 3.15e7
_LEAST_M2K_W: Final = 0.01
_LATE_MONTHS: Final = 1.0
"""Delay of the flow behind the outdoor temperature; ISO 13370:2017, Table C.1 (slab on ground)."""


@dataclass(frozen=True, slots=True)
class GroundLayers:
    """Soil under the slab, the virtual layer, and what share of the outdoor swing reaches the virtual temperature."""

    soil: Layer
    virtual_m2k_w: float
    swing_share: float

    def virtual_c(self, outdoor_c: Floats) -> Floats:
        """Virtual temperature, (8760,), from the outdoor temperature's mean and yearly wave."""
        turn = 2.0 * np.pi * (np.arange(HOURS) + 0.5) / HOURS
        mean = float(outdoor_c.mean())
        cosine, sine = 2.0 * np.mean(outdoor_c * np.cos(turn)), 2.0 * np.mean(outdoor_c * np.sin(turn))
        late = turn - 2.0 * np.pi * _LATE_MONTHS / 12.0
        result: Floats = mean + self.swing_share * (cosine * np.cos(late) + sine * np.sin(late))
        return result


def steady_u_w_m2k(ground: Ground, area_m2: float, slab_m2k_w: float) -> float:
    """ISO 13370:2017, 7.1 to 7.3, with edge insulation as 2 psi / B' (annex B)."""
    soil = ground.soil_conductivity_w_mk
    perimeter = max(ground.exposed_perimeter_m, 1e-3)
    width = area_m2 / (0.5 * perimeter)
    thickness = ground.wall_thickness_m + soil * (_R_INSIDE + slab_m2k_w + _R_OUTSIDE)
    if thickness < width:
        u_value = 2.0 * soil / (math.pi * width + thickness) * math.log(math.pi * width / thickness + 1.0)
    else:
        u_value = soil / (0.457 * width + thickness)
    return max(u_value + 2.0 * ground.edge_psi_w_mk / width, 1e-3)


def ground_layers(ground: Ground, area_m2: float, construction: Construction) -> GroundLayers:
    """What lies under a slab of this construction."""
    slab = construction.resistance_m2k_w
    soil = ground.soil_conductivity_w_mk
    u_value = steady_u_w_m2k(ground, area_m2, slab)
    soil_layer = Layer(
        name="soil",
        resistance_m2k_w=SOIL_M / soil,
        thickness_m=SOIL_M,
        conductivity_w_mk=soil,
        density_kg_m3=1.0,
        specific_heat_j_kgk=ground.soil_capacity_j_m3k,
    )
    virtual = max(1.0 / u_value - _R_INSIDE - slab - SOIL_M / soil, _LEAST_M2K_W)
    thickness = ground.wall_thickness_m + soil * (_R_INSIDE + slab + _R_OUTSIDE)
    depth = math.sqrt(_YEAR_S * soil / (math.pi * ground.soil_capacity_j_m3k))
    periodic_w_k = 0.37 * ground.exposed_perimeter_m * soil * math.log(depth / thickness + 1.0)
    whole_u = 1.0 / (_R_INSIDE + slab + SOIL_M / soil + virtual)
    return GroundLayers(soil_layer, virtual, min(periodic_w_k / (area_m2 * whole_u), 1.0))
