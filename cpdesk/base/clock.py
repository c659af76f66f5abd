"""Time as the program sees it. Calculations never read the machine's clock: a `Clock` is passed in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, Protocol

BEIJING: Final = timezone(timedelta(hours=8), "UTC+8")
"""Dates of surveys are whole days in UTC+8, whatever the machine's zone says."""


class Clock(Protocol):
    """Wall time in UTC and a monotonic second count for durations."""

    def now(self) -> datetime: ...
    def monotonic_s(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()


@dataclass
class FixedClock:
    """A clock that stands still until told to move: for demonstrations with stable dates and for tests."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.at.timestamp()

    def advance(self, **delta: float) -> None:
        self.at += timedelta(**delta)


def today_beijing(clock: Clock) -> date:
    """The calendar day in Changping."""
    return clock.now().astimezone(BEIJING).date()
