"""Sunlight through glazing: what passes and what each pane absorbs, by angle of incidence.

A pane of clear glass: Fresnel's reflection at both faces and Bouguer's absorption on the refracted way, each
polarisation by itself (Duffie and Beckman, "Solar Engineering of Thermal Processes", chapter 5). Panes behind one
another: exact sums of all reflections between them, one pane added at a time. A pane given by its transmittance and
equal reflectances at normal incidence is bare glass if some refractive index makes these figures; else it is coated and
follows the angle as E. U. Finlayson, D. K. Arasteh, C. Huizenga, M. D. Rubin and M. S. Reilly give it, "WINDOW 4.0:
Documentation of Calculation Procedures", LBL-33943 (1993): clear glass above a transmittance of 0.645, else bronze.
Diffuse light is the mean over the half sphere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cpdesk.energy.multizone.spec import Pane, PaneGlazing, SimpleGlazing

Floats = NDArray[np.float64]
_ANGLES_DEG: Final = np.linspace(0.0, 90.0, 91)
_ITERATIONS: Final = 50
_GLASS_INDEX: Final = (1.4, 1.7)
_CLEAR_ABOVE: Final = 0.645
_SHAPES: Final = {
    # Polynomials in the cosine of incidence, constant term first: transmittance over its normal value, and that plus
    # the rise of the reflectance.
    "clear": ((-0.0015, 3.355, -3.840, 1.460, 0.0288), (0.999, -0.563, 2.043, -2.532, 1.054)),
    "bronze": ((-0.002, 2.813, -2.341, -0.05725, 0.599), (0.997, -1.868, 6.513, -7.862, 3.225)),
}
_CLEAR: Final = Pane(thickness_m=0.004)
_NOTHING: Final = 1e-12
"""At 90 degrees all is reflected and nothing passes: keeps 0 / 0 away."""
_STANDARD_INSIDE_W_M2K: Final = 1.0 / 0.13
_STANDARD_OUTSIDE_W_M2K: Final = 1.0 / 0.04


@dataclass(frozen=True, slots=True)
class Optics:
    """Glazing for sunlight, by 91 angles of incidence from 0 to 90 degrees.

    Attributes:
        transmittance: (91,); absorptance: (places, 91), of light from outside, at the places heat is put in (panes from
            outside to inside; of simple glazing one place, the inner face, with what flows inwards alone).
        diffuse_transmittance, diffuse_absorptance: (), (places,) of diffuse light from outside.
        back_transmittance, back_absorptance: (), (places,) of diffuse light from inside.
    """

    transmittance: Floats
    absorptance: Floats
    diffuse_transmittance: float
    diffuse_absorptance: Floats
    back_transmittance: float
    back_absorptance: Floats

    def at(self, incidence_deg: Floats) -> tuple[Floats, Floats]:
        """Transmittance (hours,) and absorptance (places, hours) of a beam; 0 from behind."""
        angle = np.clip(incidence_deg, 0.0, 90.0)
        absorbed = np.array([np.interp(angle, _ANGLES_DEG, row) for row in self.absorptance])
        return np.interp(angle, _ANGLES_DEG, self.transmittance), absorbed.reshape(len(self.absorptance), angle.size)


@dataclass(frozen=True, slots=True)
class _Stack:
    """Panes behind one another: transmittance both ways, reflectance of front and back, absorptance of each pane for
    light from the front and from the back; arrays over (2 polarisations, angles), absorptance (panes, 2, angles)."""

    through: Floats
    front: Floats
    back: Floats
    absorbed_front: Floats
    absorbed_back: Floats


def pane_optics(glazing: PaneGlazing) -> Optics:
    """Of glazing given by panes."""
    stack = _pane(glazing.panes[0])
    for pane in glazing.panes[1:]:
        stack = _join(stack, _pane(pane))
    through = stack.through.mean(axis=0)
    front, back = stack.absorbed_front.mean(axis=1), stack.absorbed_back.mean(axis=1)
    return Optics(
        transmittance=through,
        absorptance=front,
        diffuse_transmittance=hemispherical(through),
        diffuse_absorptance=np.array([hemispherical(row) for row in front]),
        back_transmittance=hemispherical(through),
        back_absorptance=np.array([hemispherical(row) for row in back]),
    )


def simple_optics(glazing: SimpleGlazing) -> Optics:
    """Of glazing given by U and g.

    What is absorbed and flows inwards (g less the transmitted part) is put to the inner face, made larger by the share
    that would flow out again from there under the standard films that g is measured with.
    """
    clear = pane_optics(PaneGlazing(panes=(_CLEAR,) * glazing.panes))
    clear_g = _clear_g(glazing.panes)
    if glazing.g_by_angle:
        angle, value = np.array(glazing.g_by_angle, dtype=np.float64).T
        g = np.interp(_ANGLES_DEG, angle, value)
    else:
        g = glazing.g_normal * clear_g / clear_g[0]
    if glazing.transmittance_by_angle:
        angle, value = np.array(glazing.transmittance_by_angle, dtype=np.float64).T
        through = np.minimum(np.interp(_ANGLES_DEG, angle, value), g)
    else:
        share = np.divide(clear.transmittance, clear_g, out=np.ones_like(g), where=clear_g > 1e-9)
        through = g * np.minimum(share, 1.0)
    g_diffuse = hemispherical(g) if glazing.g_diffuse is None else glazing.g_diffuse
    through_diffuse = min(hemispherical(through) * g_diffuse / max(hemispherical(g), 1e-9), g_diffuse)
    inwards = _inward_share(glazing.u_value_w_m2k)
    return Optics(
        transmittance=through,
        absorptance=((g - through) / inwards)[None, :],
        diffuse_transmittance=through_diffuse,
        diffuse_absorptance=np.array([(g_diffuse - through_diffuse) / inwards]),
        back_transmittance=through_diffuse,
        back_absorptance=np.array([float(clear.back_absorptance.sum())]),
    )


def hemispherical(by_angle: Floats) -> float:
    """Mean over the half sphere of a property given at the 91 angles: integral of 2 f sin cos."""
    angle = np.radians(_ANGLES_DEG)
    weight = np.sin(2.0 * angle)
    return float(np.trapezoid(by_angle * weight, angle) / np.trapezoid(weight, angle))


def _inward_share(u_value_w_m2k: float) -> float:
    """Of heat put to the inner face, the share that goes to the room under standard films."""
    outwards = 1.0 / max(1.0 / u_value_w_m2k - 1.0 / _STANDARD_INSIDE_W_M2K, 1e-6)
    return _STANDARD_INSIDE_W_M2K / (_STANDARD_INSIDE_W_M2K + outwards)


def _clear_g(panes: int) -> Floats:
    """g of clear panes by angle: transmitted and, of each pane's absorption, what its place lets flow inwards
    (gaps of 0.17 m2K/W)."""
    optics = pane_optics(PaneGlazing(panes=(_CLEAR,) * panes))
    outside, inside, gap = 1.0 / _STANDARD_OUTSIDE_W_M2K, 1.0 / _STANDARD_INSIDE_W_M2K, 0.17
    whole = outside + inside + gap * (panes - 1)
    shares = np.array([(outside + gap * number) / whole for number in range(panes)])
    result: Floats = optics.transmittance + shares @ optics.absorptance
    return result


def _pane(pane: Pane) -> _Stack:
    if pane.transmittance is None or pane.reflectance_front is None or pane.reflectance_back is None:
        return _clear_stack(pane)
    bare = _uncoated(pane)
    if bare is not None:
        return _clear_stack(bare)
    cosine = np.cos(np.radians(_ANGLES_DEG))
    passing, reflecting = _SHAPES["clear" if pane.transmittance > _CLEAR_ABOVE else "bronze"]
    shape = np.clip(np.polynomial.polynomial.polyval(cosine, passing), 0.0, None)
    rise = np.polynomial.polynomial.polyval(cosine, reflecting) - shape
    through = np.repeat((pane.transmittance * shape / shape[0])[None], 2, axis=0)
    front, back = (
        np.minimum(np.repeat((r0 + (1.0 - r0) * np.clip(rise - rise[0], 0.0, 1.0))[None], 2, axis=0), 1.0 - through)
        for r0 in (pane.reflectance_front, pane.reflectance_back)
    )
    return _Stack(through, front, back, (1.0 - through - front)[None], (1.0 - through - back)[None])


def _clear_stack(pane: Pane) -> _Stack:
    through, reflected = _clear_pane(pane)
    absorbed = (1.0 - through - reflected)[None]
    return _Stack(through, reflected, reflected, absorbed, absorbed)


def _uncoated(pane: Pane) -> Pane | None:
    """The refractive index and extinction that give a pane's transmittance and reflectance at normal incidence; None
    where its two sides differ or no bare glass has these figures.

    With T = a (1 - r)^2 / (1 - r^2 a^2) and R = r (1 + a T): r = R / (1 + a T), and a by iteration.
    """
    through, reflected = pane.transmittance, pane.reflectance_front
    if through is None or reflected is None or reflected != pane.reflectance_back or through <= 0.0:
        return None
    passed = through
    for _ in range(_ITERATIONS):
        face = reflected / (1.0 + passed * through)
        passed = through * (1.0 - (face * passed) ** 2) / (1.0 - face) ** 2
    root = math.sqrt(face)
    index = (1.0 + root) / (1.0 - root)
    if not (0.0 < passed < 1.0 and _GLASS_INDEX[0] < index < _GLASS_INDEX[1]):
        return None
    return replace(
        pane, refractive_index=index, extinction_1_m=-math.log(passed) / pane.thickness_m, transmittance=None
    )


def _clear_pane(pane: Pane) -> tuple[Floats, Floats]:
    """Transmittance and reflectance of a pane with two bare faces, (2 polarisations, angles)."""
    angle = np.radians(_ANGLES_DEG)
    refracted = np.arcsin(np.sin(angle) / pane.refractive_index)
    cos_in, cos_to = np.cos(angle), np.cos(refracted)
    n = pane.refractive_index
    face = np.array(
        [((cos_in - n * cos_to) / (cos_in + n * cos_to)) ** 2, ((n * cos_in - cos_to) / (n * cos_in + cos_to)) ** 2]
    )
    passed = np.exp(-pane.extinction_1_m * pane.thickness_m / cos_to)[None]
    through = passed * (1.0 - face) ** 2 / np.maximum(1.0 - (face * passed) ** 2, _NOTHING)
    reflected = face * (1.0 + passed * through)
    return through, reflected


def _join(outer: _Stack, inner: _Stack) -> _Stack:
    """Two stacks behind one another with all reflections between them."""
    bounce = 1.0 / np.maximum(1.0 - outer.back * inner.front, _NOTHING)
    return _Stack(
        through=outer.through * inner.through * bounce,
        front=outer.front + outer.through**2 * inner.front * bounce,
        back=inner.back + inner.through**2 * outer.back * bounce,
        absorbed_front=np.concatenate(
            [
                outer.absorbed_front + outer.absorbed_back * outer.through * inner.front * bounce,
                inner.absorbed_front * outer.through * bounce,
            ]
        ),
        absorbed_back=np.concatenate(
            [
                outer.absorbed_back * inner.through * bounce,
                inner.absorbed_back + inner.absorbed_front * inner.through * outer.back * bounce,
            ]
        ),
    )
