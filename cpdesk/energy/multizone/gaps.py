"""Heat through the gas between two panes: convection and conduction, and radiation.

Nusselt number of upright gaps: ISO 15099:2003, 5.3.3.2 (for 90 degrees); of leaning and level ones: EN 673:2011, 5.3.
Properties of gases: EN 673:2011, Table 1, linear in temperature around 10 degC, density as an ideal gas.
"""

from __future__ import annotations

import math
from typing import Final

from cpdesk.energy.multizone.films import STEFAN_BOLTZMANN_W_M2K4, ZERO_C_K
from cpdesk.energy.multizone.network import GasLink

_GRAVITY_M_S2: Final = 9.81
_TEN_C_K: Final = 283.15
_GASES: Final = {
    # At 10 degC: density kg/m3, viscosity Pa s and its slope per K, conductivity W/mK and its slope, heat J/kgK.
    "air": (1.232, 1.761e-5, 5.0e-8, 2.496e-2, 8.0e-5, 1008.0),
    "argon": (1.699, 2.164e-5, 6.3e-8, 1.684e-2, 5.0e-5, 519.0),
    "krypton": (3.560, 2.400e-5, 7.0e-8, 0.900e-2, 2.8e-5, 245.0),
}


class GasGap:
    """One gap; plain numbers, because a building has few of them and they are asked every hour."""

    def __init__(self, link: GasLink) -> None:
        self._link = link
        self._gas = _GASES[link.gap.gas]
        self._thickness_m = link.gap.thickness_m
        self._slender = link.height_m / link.gap.thickness_m

    def conductance_w_k(self, outer_c: float, inner_c: float) -> float:
        """Of gas and radiation together at the temperatures of the two faces."""
        density, viscosity, by_k, conductivity, more_by_k, heat = self._gas
        warmer_inside = inner_c - outer_c
        outer, inner = outer_c + ZERO_C_K, inner_c + ZERO_C_K
        mean = (outer + inner) / 2.0
        viscosity += by_k * (mean - _TEN_C_K)
        conductivity += more_by_k * (mean - _TEN_C_K)
        density *= _TEN_C_K / mean
        grashof = _GRAVITY_M_S2 * self._thickness_m**3 * abs(warmer_inside) * (density / viscosity) ** 2 / mean
        nusselt = self._nusselt(grashof * viscosity * heat / conductivity, warmer_inside)
        radiative = STEFAN_BOLTZMANN_W_M2K4 * (outer * outer + inner * inner) * (outer + inner)
        link = self._link
        return link.area_m2 * (nusselt * conductivity / self._thickness_m + link.effective_emittance * radiative)

    def _nusselt(self, rayleigh: float, warmer_inside_k: float) -> float:
        """At least 1. Leaning and level gaps stir only where the lower face is the warmer one."""
        off = abs(self._link.tilt_deg - 90.0)
        if off > 22.5:
            below_k = warmer_inside_k if self._link.tilt_deg < 90.0 else -warmer_inside_k
            if below_k <= 0.0:
                return 1.0
            return max(1.0, 0.16 * math.pow(rayleigh, 0.28) if off > 67.5 else 0.10 * math.pow(rayleigh, 0.31))
        if rayleigh <= 1e4:
            upright = 1.0 + 1.7596678e-10 * math.pow(rayleigh, 2.2984755)
        elif rayleigh <= 5e4:
            upright = 0.028154 * math.pow(rayleigh, 0.4134)
        else:
            upright = 0.0673838 * math.cbrt(rayleigh)
        return max(1.0, upright, 0.242 * math.pow(rayleigh / self._slender, 0.272))
