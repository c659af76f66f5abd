"""Opening the vault takes as long for a PIN with right first digits as for any other wrong one."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.errors import AccessFault
from cpdesk.store.vault import PinCost, Vault

RIGHT, RIGHT_BUT_ONE, ALL_WRONG = "483920", "483921", "938471"


class Drawer:
    """A key store in memory."""

    name_of_kind = "drawer"

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def set(self, name: str, secret: bytes) -> None:
        self._kept[name] = secret


def test_a_nearly_right_pin_takes_as_long_as_any_other(tmp_path: Path) -> None:
    """Processor time, the two in turn, so that what else the machine does weighs on both. Argon2id takes nearly all."""
    clock = FixedClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    vault = Vault(tmp_path, Drawer(), clock)
    vault.create(RIGHT, PinCost(passes=1, memory_kib=16_384, lanes=1))
    spent: dict[str, list[float]] = {RIGHT_BUT_ONE: [], ALL_WRONG: []}
    for _ in range(25):
        for pin, times in spent.items():
            clock.advance(days=1)
            began = time.process_time()
            with pytest.raises(AccessFault, match="CP-4001"):
                vault.unlock(pin)
            times.append(time.process_time() - began)
    near, far = (statistics.median(times) for times in spent.values())
    assert abs(near - far) < 0.2 * far
