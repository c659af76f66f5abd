"""A desk as a person has it: real store, real forms, made-up households."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.paths import Paths
from cpdesk.context import Context
from cpdesk.operations.desk import first_start
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost

PIN = "135790"
QUICK = PinCost(memory_kib=1024, passes=1, lanes=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))


@pytest.fixture
def make_desk(tmp_path: Path, clock: FixedClock) -> Iterator[Callable[[str], Context]]:
    made: list[Context] = []

    def make(person: str) -> Context:
        paths = Paths.under(tmp_path / person)
        store = FileKeyStore(paths.config)
        ctx, _ = first_start(paths, pin=PIN, person=person, clock=clock, key_store=store, cost=QUICK)
        made.append(ctx)
        return ctx

    yield make
    for ctx in made:
        ctx.close()


@pytest.fixture
def desk(make_desk: Callable[[str], Context]) -> Context:
    return make_desk("周敏")
