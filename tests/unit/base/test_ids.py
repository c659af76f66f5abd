"""Ids sort by the time they were made, whatever the clock does."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@given(steps=st.lists(st.integers(min_value=-5_000, max_value=5_000), min_size=1, max_size=60))
def test_ids_increase_strictly_while_the_clock_jumps(steps: list[int]) -> None:
    clock = FixedClock(START)
    maker = IdMaker(clock)
    made = [maker.new()]
    for step in steps:
        clock.at += timedelta(milliseconds=step)
        made.append(maker.new())
    assert made == sorted(set(made))


def test_ids_increase_past_the_counter_of_one_millisecond() -> None:
    maker = IdMaker(FixedClock(START), random_bits=lambda bits: (1 << bits) - 1)
    made = [maker.new() for _ in range(5000)]
    assert made == sorted(set(made))


def test_id_is_an_rfc_9562_version_7() -> None:
    made = uuid.UUID(IdMaker(FixedClock(START)).new())
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_id_carries_the_millisecond_it_was_made() -> None:
    made = uuid.UUID(IdMaker(FixedClock(START)).new())
    assert made.int >> 80 == int(START.timestamp() * 1000)
