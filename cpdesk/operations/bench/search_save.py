"""How fast two characters are found, and how fast a field is safe on the disk, in a full encrypted store."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from cpdesk.base.progress import Step
from cpdesk.context import Context
from cpdesk.model.records import RecordKind
from cpdesk.operations.bench.full_store import full_store
from cpdesk.operations.bench.stopwatch import BenchResult, median, percentile, time_each_ms
from cpdesk.store.lists import Query

RECORDS: Final[Mapping[str, int]] = {"search": 1_000_000, "save": 100_000}
_ROUNDS: Final = 400


class Measure(Protocol):
    def __call__(self, *, records: int, step: Step) -> BenchResult: ...


def measure_search(*, records: int, step: Step) -> BenchResult:
    """Two neighbouring characters of names that are there, the first 50 finds with their rows, as the list asks."""

    def work(ctx: Context) -> dict[str, float]:
        rng = random.Random(11)  # noqa: S311 - sample data
        ids = ctx.store.records.page(Query(kind=RecordKind.HOUSEHOLD), limit=5000)
        names = [str(row.columns["name"]) for row in ctx.store.records.rows(rng.sample(ids, min(_ROUNDS, len(ids))))]
        pairs = [name[start : start + 2] for name in names for start in (rng.randrange(max(1, len(name) - 1)),)]
        finds: list[int] = []

        def search(index: int) -> None:
            finds.append(len(ctx.store.records.find_rows(pairs[index], kind=RecordKind.HOUSEHOLD, limit=50)))

        search(0)
        spent = time_each_ms(search, len(pairs))
        shown = {"finds_median": median(finds), "p50_ms": median(spent), "p95_ms": percentile(spent, 95)}
        return {"records": records, **shown, "max_ms": max(spent)}

    return BenchResult("search", _in_full_store(records, step, work))


def measure_save(*, records: int, step: Step) -> BenchResult:
    """One answer, from the call until it is on the disk with its signed operation."""

    def work(ctx: Context) -> dict[str, float]:
        survey, _ = ctx.store.records.create_record(
            RecordKind.SURVEY, "farmhouse", "1", "110114118", {f"group/q{n}": str(n) for n in range(120)}, actor="bench"
        )

        def save(index: int) -> None:
            ctx.store.records.save(survey, {f"group/q{index % 120}": f"{index} m"}, "bench")

        save(-1)
        spent = time_each_ms(save, _ROUNDS)
        return {"records": records, "p50_ms": median(spent), "p95_ms": percentile(spent, 95), "max_ms": max(spent)}

    return BenchResult("save", _in_full_store(records, step, work))


def _in_full_store(records: int, step: Step, work: Callable[[Context], dict[str, float]]) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="cpdesk-bench-") as folder:
        ctx, _ = full_store(Path(folder), records, step=step)
        try:
            return work(ctx)
        finally:
            ctx.close()


MEASURES: Final[Mapping[str, Measure]] = {"search": measure_search, "save": measure_save}
