"""UUID version 7 (RFC 9562 section 5.7): ids that sort by the time they were made."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable

from cpdesk.base.clock import Clock


class IdMaker:
    """Makes UUIDv7 strings that increase strictly within one process, even when the clock stands still or goes back.

    The 12 bits after the millisecond are a counter (RFC 9562 section 6.2, method 1); when it overflows the millisecond
    is borrowed from the future, so order holds at any rate.
    """

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._last = -1

    def new(self) -> str:
        ticks = (int(self._clock.now().timestamp() * 1000) << 12) | self._random_bits(8)
        self._last = max(ticks, self._last + 1)
        millis, counter = self._last >> 12, self._last & 0xFFF
        value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | self._random_bits(62)
        return str(uuid.UUID(int=value))
