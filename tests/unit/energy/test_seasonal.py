"""The seasonal method at its edges."""

from __future__ import annotations

import pytest

from cpdesk.energy.zone.seasonal import Season, seasonal_need, utilisation

SEASON = Season(
    transmission_w_m2k=3.0, ventilation_w_m2k=0.9, inside_c=16, outside_c=0, days=121, sun_kwh_m2=20,
    internal_kwh_m2=11, capacity_wh_m2k=70,
)  # fmt: skip


def test_utilisation_is_continuous_through_one() -> None:
    at_one = utilisation(1.0, 2.5)
    assert at_one == pytest.approx(2.5 / 3.5)
    assert utilisation(1 + 1e-6, 2.5) == pytest.approx(at_one, abs=1e-5)
    assert utilisation(1 - 1e-6, 2.5) == pytest.approx(at_one, abs=1e-5)


def test_no_gains_are_used_fully_and_need_is_the_loss() -> None:
    found = seasonal_need(Season(3.0, 0.9, 16, 0, 121, 0, 0, 70))
    assert found.utilisation == 1.0
    assert found.need_kwh_m2 == pytest.approx(0.024 * 3.9 * 16 * 121)


def test_warm_outdoors_needs_nothing() -> None:
    assert seasonal_need(Season(3.0, 0.9, 16, 18, 121, 20, 11, 70)).need_kwh_m2 == 0.0


def test_need_never_exceeds_loss_and_gains_help() -> None:
    found = seasonal_need(SEASON)
    assert found.loss_kwh_m2 - found.gains_kwh_m2 <= found.need_kwh_m2 <= found.loss_kwh_m2
    assert found.heat_loss_index_w_m2 == pytest.approx(3.9 * 16 - 3.8)


def test_negative_gains_are_losses() -> None:
    """A dark house whose walls lose to the sky: gains below zero add to the need in full."""
    found = seasonal_need(Season(3.0, 0.9, 16, 0, 121, -10, 0, 70))
    assert found.utilisation == 1.0
    assert found.need_kwh_m2 == pytest.approx(found.loss_kwh_m2 + 10.0)
