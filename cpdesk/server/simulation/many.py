"""Many simulated histories, side by side on all processors."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from cpdesk.base.progress import Step
from cpdesk.operations.verification.cases import Case, Verification
from cpdesk.server.simulation.world import History, run_history


@dataclass(frozen=True)
class SyncVerification(Verification):
    """What the histories of all seeds gave together.

    Attributes:
        operations: acknowledged on desks. conflicts: opened by the server. faults: injected, by kind.
        trace: the trace of the only seed, step by step; of several seeds those that failed, one after another.
    """

    operations: int = 0
    conflicts: int = 0
    faults: tuple[tuple[str, int], ...] = ()
    seconds: float = 0.0
    seeds_per_second: float = 0.0
    trace: tuple[str, ...] = ()


def verify_sync(
    seeds: int = 20,
    operations: int = 60,
    first: int = 0,
    workers: int | None = None,
    step: Step = lambda done, total: None,
) -> SyncVerification:
    """One case a seed, beginning with `first`.

    Args:
        workers: processes; None = one a processor, 1 = this one.
    """
    started = time.perf_counter()
    cases: list[Case] = []
    faults: Counter[str] = Counter()
    trace: list[str] = []
    made = conflicts = 0
    for history in _histories(range(first, first + seeds), operations, workers):
        found = "; ".join(history.breaches[:3]) or f"{history.operations} operations, trace {history.trace}"
        cases.append(Case(f"seed {history.seed}", not history.breaches, found, "nothing lost, all equal"))
        faults.update(history.faults)
        made += history.operations
        conflicts += history.conflicts
        if history.breaches or seeds == 1:
            trace += [f"seed {history.seed}, {history.desks} desks", *history.steps, *history.breaches]
        step(len(cases), seeds)
    seconds = time.perf_counter() - started
    return SyncVerification(
        "sync",
        tuple(cases),
        operations=made,
        conflicts=conflicts,
        faults=tuple(sorted(faults.items())),
        seconds=round(seconds, 2),
        seeds_per_second=round(seeds / seconds, 3),
        trace=tuple(trace),
    )


def _histories(seeds: range, operations: int, workers: int | None) -> Iterator[History]:
    if workers == 1 or len(seeds) == 1:
        for seed in seeds:
            yield _judged(seed, operations)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_judged, seeds, [operations] * len(seeds))


def _judged(seed: int, operations: int) -> History:
    """A history that broke off is a breach like any other: it must not stop the rest. What a history leaves behind is
    collected after it: looking for it in between took a fifth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return run_history(seed, operations)
    except Exception as error:
        told = f"broke off: {type(error).__name__}: {error}"
        return History(seed, 0, 0, 0, {}, (told,), "", ())
    finally:
        if collecting:
            gc.enable()
        gc.collect()
