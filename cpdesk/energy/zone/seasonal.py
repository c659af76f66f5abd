"""The seasonal method: ISO 13790:2008 with one season, in the simplified form of TABULA; to be followed by hand.

    q_ht   = 0.024 (h_tr + h_ve) (theta_i - theta_e) days F_red              kWh/m2
    gamma  = (q_sol + q_int) / q_ht,     a = 0.8 + tau / 30 h
    eta    = (1 - gamma^a) / (1 - gamma^(a + 1)),   a / (a + 1) at gamma = 1
    q_h_nd = q_ht - eta (q_sol + q_int)

Conductances are per m2 of reference area, in W/(m2 K). The heat-loss index of the Chinese codes (JGJ 26) is the mean
heat flow of the season per m2, less 3.8 W/m2 of internal gains.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Season:
    """What the seasonal method needs, per m2 of reference area.

    Attributes:
        transmission_w_m2k, ventilation_w_m2k: heat transfer coefficients.
        inside_c, outside_c: mean temperatures; `days` of the heating season.
        sun_kwh_m2, internal_kwh_m2: gains of the season.
        capacity_wh_m2k: of the mass; `reduction` F_red of partial and intermittent heating.
    """

    transmission_w_m2k: float
    ventilation_w_m2k: float
    inside_c: float
    outside_c: float
    days: float
    sun_kwh_m2: float
    internal_kwh_m2: float
    capacity_wh_m2k: float
    reduction: float = 1.0


@dataclass(frozen=True, slots=True)
class SeasonNeed:
    """Result of the seasonal method in kWh/m2; the index in W/m2."""

    loss_kwh_m2: float
    gains_kwh_m2: float
    utilisation: float
    need_kwh_m2: float
    heat_loss_index_w_m2: float


def seasonal_need(season: Season) -> SeasonNeed:
    """Heat need of one season; never negative.

    Example: h_tr 2.155, h_ve 0.510, 20 / 3.9 degC, 212 days, F_red 0.911, gains 24.2 kWh/m2, 45 Wh/(m2 K) give
    175.89 kWh/m2 (docs/method.md, section 4).
    """
    conductance = season.transmission_w_m2k + season.ventilation_w_m2k
    difference = season.inside_c - season.outside_c
    loss = 0.024 * conductance * difference * season.days * season.reduction
    gains = season.sun_kwh_m2 + season.internal_kwh_m2
    if loss <= 0.0:
        return SeasonNeed(max(loss, 0.0), gains, 0.0, 0.0, 0.0)
    eta = utilisation(gains / loss, 0.8 + season.capacity_wh_m2k / conductance / 30.0)
    need = max(0.0, loss - eta * gains)
    index = max(0.0, conductance * difference - 3.8)
    return SeasonNeed(loss, gains, eta, need, index)


def utilisation(gamma: float, a: float) -> float:
    """Utilisation factor of gains (ISO 13790, 12.2.1.1); 1 without gains, continuous through gamma = 1."""
    if gamma <= 0.0:
        return 1.0
    if abs(gamma - 1.0) < 1e-9:
        return a / (a + 1.0)
    return float((1.0 - gamma**a) / (1.0 - gamma ** (a + 1.0)))
