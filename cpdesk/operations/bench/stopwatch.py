"""Timing as every bench does it: several runs, medians and percentiles, and what machine it was."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

_LIBRARIES: Final = ("numpy", "sqlite-utils", "sqlcipher3-wheels", "PySide6-Essentials", "reportlab", "starlette")


def time_each_ms(work: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of `count` calls of `work(index)`, one by one."""
    spent = []
    for index in range(count):
        start = time.perf_counter()
        work(index)
        spent.append((time.perf_counter() - start) * 1000)
    return spent


def time_once_ms(work: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    return time_each_ms(lambda _: work(), 1)[0]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below `percent` of all values (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, min(len(ranked) - 1, -(-int(percent * len(ranked)) // 100) - 1))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def describe_machine() -> dict[str, str]:
    """Processor count, system and processor name."""
    return {
        "processors": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def describe_versions() -> dict[str, str]:
    """Versions of the libraries that decide the speed, as far as they are installed."""
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class BenchResult:
    """What a bench prints: metrics by name (the unit is the end of the name), machine and versions.

    Attributes:
        notes: what could not be measured here: key of the sentence that says so → what is missing.
    """

    name: str
    metrics: dict[str, float]
    notes: dict[str, str] = field(default_factory=dict)
    machine: dict[str, str] = field(default_factory=describe_machine)
    versions: dict[str, str] = field(default_factory=describe_versions)
