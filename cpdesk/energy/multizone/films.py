"""Film coefficients of surfaces: convection inside and outside, and what long-wave radiation adds.

Inside: G. N. Walton, "Thermal Analysis Research Program", NBSIR 83-2655 (1983): natural convection on vertical faces,
on level faces with the air stirred (warm floor, cold ceiling) and layered (cold floor, warm ceiling).
Outside: the same natural convection and wind after M. Yazdanian and J. H. Klems, "Measurement of the exterior
convective film coefficient for windows in low-rise buildings", ASHRAE Transactions 100 (1994), mean of windward and
leeward, for rough faces times the factor of DOE-2 (LBL-11353, 1980).
Both formulas are of air at sea level. Natural convection goes with the cube root of the Grashof number, thus with the
density to the power of 2/3: `thin_air_factor`. Wind's was measured at 1,340 m and is left as it is.
Constants: ISO 52016-1:2017 and ISO 13789:2017, Table 8: 2.5 level heat flow, 5.0 upwards, 0.7 downwards; 20 outside.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEFAN_BOLTZMANN_W_M2K4: Final = 5.670374e-8
ZERO_C_K: Final = 273.15
ISO_OUTSIDE_W_M2K: Final = 20.0
"""Convection outside at 4 m/s: 4 + 4 v (ISO 6946:2017, annex C)."""
_SEA_LEVEL_KG_M3: Final = 1.204  # 20 degC, 101,325 Pa
_UPRIGHT: Final = 1e-6
LEAST_NATURAL_W_M2K: Final = 0.1
"""Air at rest still conducts; keeps the coefficient from vanishing where both temperatures are equal."""
_SIDES: Final = ((3.26, 0.89), (3.55, 0.617))  # windward and leeward: a, b of a v^b; Yazdanian and Klems 1994
_ROUGHNESS: Final = {
    "very_rough": 2.17, "rough": 1.67, "medium_rough": 1.52, "medium_smooth": 1.13, "smooth": 1.11, "very_smooth": 1.0,
}  # fmt: skip


def iso_inside_w_m2k(tilt_deg: float) -> float:
    """Constant convection inside by the tilt of the outward normal (0 ceiling, 90 wall, 180 floor)."""
    if tilt_deg <= 60.0:
        return 5.0
    return 2.5 if tilt_deg < 120.0 else 0.7


def natural_factors(normal_up: Floats) -> tuple[Floats, Floats]:
    """Factors on the cube root of the temperature difference while the face is warmer and while it is colder than the
    air it meets, (faces,) each.

    Args:
        normal_up: cosine between the face's normal into this air and the zenith (1 a floor, -1 a ceiling).
    """
    lean = np.abs(normal_up)
    stirred, layered = 9.482 / (7.283 - lean), 1.810 / (1.382 + lean)
    upright = lean < _UPRIGHT
    warm = np.where(upright, 1.31, np.where(normal_up > 0.0, stirred, layered))
    cold = np.where(upright, 1.31, np.where(normal_up > 0.0, layered, stirred))
    return warm, cold


def natural_w_m2k(warmer_k: Floats, normal_up: Floats) -> Floats:
    """Natural convection of faces that are `warmer_k` warmer than the air, (faces,)."""
    warm, cold = natural_factors(normal_up)
    result: Floats = np.cbrt(np.abs(warmer_k)) * np.where(warmer_k > 0.0, warm, cold)
    return np.asarray(np.maximum(result, LEAST_NATURAL_W_M2K))


def thin_air_factor(density_kg_m3: float) -> float:
    """Natural convection in air of this density over that at sea level."""
    return float((density_kg_m3 / _SEA_LEVEL_KG_M3) ** (2.0 / 3.0))


def forced_w_m2k(wind_m_s: Floats) -> Floats:
    """What wind alone gives on a smooth face, mean of windward and leeward side; any shape."""
    speed = np.maximum(wind_m_s, 0.0)
    result: Floats = np.mean([a * speed**b for a, b in _SIDES], axis=0)
    return result


def outside_w_m2k(natural: Floats, forced: Floats, rough: Floats) -> Floats:
    """Natural and forced convection together: h_n + R (sqrt(h_n^2 + h_f^2) - h_n)."""
    result: Floats = natural + rough * (np.sqrt(natural**2 + forced**2) - natural)
    return result


def roughness_factor(name: str) -> float:
    """Factor on forced convection of a face that is not smooth."""
    return _ROUGHNESS[name]


def radiative_w_m2k(one_c: Floats, other_c: Floats) -> Floats:
    """Coefficient that makes sigma (T1^4 - T2^4) of the difference T1 - T2; exact, any shape."""
    one, other = one_c + ZERO_C_K, other_c + ZERO_C_K
    result: Floats = STEFAN_BOLTZMANN_W_M2K4 * (one * one + other * other) * (one + other)
    return result
