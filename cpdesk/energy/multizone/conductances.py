"""Conductances of the links that vary, in an hour, from the temperatures at their ends."""

from __future__ import annotations

from typing import Final

import numpy as np

from cpdesk.energy.multizone.films import LEAST_NATURAL_W_M2K, natural_factors, radiative_w_m2k
from cpdesk.energy.multizone.gaps import GasGap
from cpdesk.energy.multizone.links import FilmTerms, Links
from cpdesk.energy.weather.climate import Floats

_NO_FILM: Final = FilmTerms()


class Conductances:
    """Films together in arrays; gas gaps, outdoor air and schedules one by one, for they are few."""

    def __init__(self, links: Links) -> None:
        varying = links.varying
        terms = [link.film or _NO_FILM for link in varying]
        self._constant = np.array([term.constant_w_k for term in terms])
        self._radiative = np.array([term.radiative_m2 for term in terms])
        self._natural = np.array([term.natural_m2 + term.windy_m2 * (1.0 - term.rough) for term in terms])
        self._windy = np.array([term.windy_m2 * term.rough for term in terms])
        self._wind = np.array([term.wind for term in terms])
        normal_up = np.array([term.normal_up for term in terms])
        warm, cold = natural_factors(normal_up)
        self._warm, self._cold = links.natural_factor * warm, links.natural_factor * cold
        self._forced_squared = links.forced_w_m2k**2
        self._gaps = [(number, GasGap(link.gas)) for number, link in enumerate(varying) if link.gas is not None]
        self._airs = [(number, link.air) for number, link in enumerate(varying) if link.air is not None]
        series = [(number, link.series_w_k) for number, link in enumerate(varying) if link.series_w_k is not None]
        self._scheduled = np.array([number for number, _ in series], dtype=np.int64)
        self._series = np.ascontiguousarray(np.array([row for _, row in series]).T) if series else None

    def at(self, hour: int, one_c: Floats, two_c: Floats, before_c: Floats) -> Floats:
        """W/K of every varying link; `one_c` the first end's temperature (the face's), `two_c` the second's, expected
        in the hour, and `before_c` the first end's when it begins, which fans decide by."""
        warmer = one_c - two_c
        natural = np.cbrt(np.abs(warmer)) * np.where(warmer > 0.0, self._warm, self._cold)
        natural = np.maximum(natural, LEAST_NATURAL_W_M2K)
        blown = np.sqrt(natural * natural + self._wind * self._forced_squared[hour])
        result: Floats = (
            self._constant
            + self._radiative * radiative_w_m2k(one_c, two_c)
            + self._natural * natural
            + self._windy * blown
        )
        for number, gap in self._gaps:
            result[number] = gap.conductance_w_k(float(one_c[number]), float(two_c[number]))
        for number, air in self._airs:
            result[number] = air.at(hour, float(before_c[number]))
        if self._series is not None:
            result[self._scheduled] = self._series[hour]
        return result
