"""The day of a survey is the day in Changping."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cpdesk.base.clock import FixedClock, SystemClock, today_beijing


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 16, 0, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 12, 31, 20, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_day_changes_at_midnight_in_beijing(at: datetime, day: date) -> None:
    assert today_beijing(FixedClock(at)) == day


def test_day_does_not_depend_on_the_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    assert today_beijing(FixedClock(datetime(2026, 11, 22, 17, 0, tzinfo=UTC))) == date(2026, 11, 23)


def test_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2026, 11, 22, tzinfo=UTC))
    before = clock.monotonic_s()
    clock.advance(minutes=2)
    assert clock.monotonic_s() - before == 120
    assert clock.now() == datetime(2026, 11, 22, 0, 2, tzinfo=UTC)


def test_system_clock_knows_its_zone_and_never_runs_backwards() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic_s() <= clock.monotonic_s()
