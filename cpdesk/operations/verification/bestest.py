"""ANSI/ASHRAE Standard 140: the detailed model against the acceptance criteria and the results of other programs.

Counted are annual loads, peaks and floating temperatures. A figure with an acceptance criterion (edition 2023) must
meet it. The others are held against the lowest and highest of the six programs of edition 2020, which the standard
gives as examples and not as criteria: they pass within 5 % (or 1 K) of that range, and `inside` says whether they lie
in it. Monthly loads, sun and differences between cases are shown beside what those programs found.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from cpdesk.base.progress import Step
from cpdesk.energy.multizone.read import read_building
from cpdesk.energy.multizone.results import Peak, Result, ZoneResult
from cpdesk.energy.multizone.solve import assess
from cpdesk.energy.weather.epw import decode, read_epw
from cpdesk.energy.weather.year import Weather
from cpdesk.operations.verification.bestest_cases import Range, case_names, differences, document, ranges
from cpdesk.operations.verification.cases import RangeCase, Verification

WEATHER: Final = "weather/725650TYCST.epw"
_COUNTED: Final = (
    "heating_mwh", "cooling_mwh", "peak_heating_kw", "peak_cooling_kw",
    "temperature_max_c", "temperature_min_c", "temperature_mean_c",
)  # fmt: skip
_NEAR_SHARE: Final = 0.05
_NEAR_K: Final = 1.0
_SIDES: Final = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}


@dataclass(frozen=True)
class RangeVerification(Verification):
    """A validation with figures that are shown beside those that count."""

    shown: tuple[RangeCase, ...] = field(default=())


Figures = Mapping[str, tuple[float, str]]
"""Value and moment by quantity."""


def verify_bestest(data: Path, *, only: Sequence[str] = (), step: Step | None = None) -> RangeVerification:
    """Run the cases (all, or those named) with DATA/weather/725650TYCST.epw and compare."""
    path = data / WEATHER
    if not path.exists():
        return RangeVerification("bestest", (), (f"{path}: not there",))
    weather = read_epw(decode(path.read_bytes()))
    wanted = [case for case in case_names() if not only or case in only]
    found: dict[str, Figures] = {}
    for number, (case, figures) in enumerate(_run_all(wanted, weather), 1):
        found[case] = figures
        if step is not None:
            step(number, len(wanted))
    return RangeVerification("bestest", tuple(_counted(found)), (), tuple(_shown(found)))


def _run_all(cases: Sequence[str], weather: Weather) -> Iterator[tuple[str, Figures]]:
    workers = min(len(cases), os.cpu_count() or 1)
    if workers < 2 or getattr(sys, "frozen", False):  # a frozen program would start itself again and again
        for case in cases:
            yield _run(case, weather)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_run, cases, [weather] * len(cases))


def _run(case: str, weather: Weather) -> tuple[str, Figures]:
    """One case; module level, so that another process can be given it."""
    return case, figures_of(case, assess(read_building(document(case), name=case), weather))


def figures_of(case: str, result: Result) -> Figures:
    """All figures the standard asks for. Loads are those of the first zone; where a zone floats (FF, the sun zone of
    960) its temperatures are given."""
    figures: dict[str, tuple[float, str]] = {"residual": (result.residual_max, "")}
    room, last = result.zones[0], result.zones[-1]
    if not case.endswith("FF"):
        figures |= _loads(room)
    if case.endswith("FF") or last is not room:
        figures["temperature_max_c"] = (last.warmest.value, _moment(last.warmest))
        figures["temperature_min_c"] = (last.coldest.value, _moment(last.coldest))
        figures["temperature_mean_c"] = (last.mean_air_c, "")
    figures |= {f"incident_{side}_kwh_m2": (kwh, "") for side, kwh in _incident(room.name, result).items()}
    for side in ("south", "west"):
        transmitted = [window for window in result.windows if window.surface == side]
        if transmitted:
            kwh = float(np.sum([window.transmitted_w.sum() for window in transmitted])) / 1000.0
            figures[f"transmitted_{side}_kwh_m2"] = (kwh / (6.0 * len(transmitted)), "")
    return figures


def _loads(zone: ZoneResult) -> dict[str, tuple[float, str]]:
    heat, cool = zone.heating_peak_w, zone.cooling_peak_w
    figures = {
        "heating_mwh": (zone.heating_kwh / 1000.0, ""),
        "cooling_mwh": (zone.cooling_kwh / 1000.0, ""),
        "peak_heating_kw": (heat.value / 1000.0, _moment(heat)),
        "peak_cooling_kw": (cool.value / 1000.0, _moment(cool)),
    }
    for month in range(12):
        figures[f"heating_{month + 1:02d}_kwh"] = (float(zone.heating_monthly_kwh[month]), "")
        figures[f"cooling_{month + 1:02d}_kwh"] = (float(zone.cooling_monthly_kwh[month]), "")
    return figures


def _moment(peak: Peak) -> str:
    return f"{peak.month:02d}-{peak.day:02d} {peak.hour_of_day:02d}:00" if peak.value else ""


def _incident(zone: str, result: Result) -> dict[str, float]:
    sums = {name: float(hourly.sum()) / 1000.0 for (owner, name), hourly in result.sun_on_surfaces_w_m2.items()
            if owner == zone}  # fmt: skip
    return {("horizontal" if name == "roof" else name): kwh for name, kwh in sums.items()
            if name in _SIDES or name == "roof"}  # fmt: skip


def _counted(found: Mapping[str, Figures]) -> Iterator[RangeCase]:
    for case, figures in found.items():
        for quantity in _COUNTED:
            limits = ranges().get((case, quantity))
            if quantity in figures and limits is not None:
                yield _compare(limits, *figures[quantity])


def _shown(found: Mapping[str, Figures]) -> Iterator[RangeCase]:
    for case, figures in found.items():
        for quantity, (value, when) in figures.items():
            limits = ranges().get((case, quantity))
            if quantity not in _COUNTED and (limits is not None or quantity == "residual"):
                yield _compare(limits or Range(case, quantity, 0.0, 1e-9, "heat balance"), value, when)
            elif limits is None and quantity in _COUNTED:
                yield RangeCase(f"{case} {quantity}", False, f"{value:.3f}", "", case=case, quantity=quantity,
                                value=value, when=when, basis="none")  # fmt: skip
    for left, right in differences():
        if left in found and right in found:
            for quantity in ("heating_mwh", "cooling_mwh"):
                limits = ranges().get((f"{left}-{right}", quantity))
                if limits is not None:
                    yield _compare(limits, found[left][quantity][0] - found[right][quantity][0], "")


def _compare(limits: Range, value: float, when: str) -> RangeCase:
    by_examples = limits.basis == "examples"
    bound = limits.low if value < limits.low else limits.high
    tolerance = _NEAR_K if limits.quantity.endswith("_c") else _NEAR_SHARE * abs(bound)
    off = max(limits.low - value, value - limits.high, 0.0)
    allowed = ("1 K" if limits.quantity.endswith("_c") else "5 %") if by_examples else ""
    return RangeCase(
        name=f"{limits.case} {limits.quantity}",
        passed=off <= (tolerance if by_examples else 0.0),
        found=f"{value:.3g}" if limits.quantity == "residual" else f"{value:.3f}",
        expected=f"{limits.low:g} … {limits.high:g}{f' ± {allowed}' if allowed else ''} ({limits.basis})",
        case=limits.case,
        quantity=limits.quantity,
        value=value,
        low=limits.low,
        high=limits.high,
        inside=off == 0.0,
        basis=limits.basis,
        when=when,
    )
