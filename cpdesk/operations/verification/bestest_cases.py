"""The cases of ANSI/ASHRAE Standard 140 as building files: one base, and what each case changes in it.

`resources/verify/bestest/base.json` is case 600 whole; `cases.json` says for every other case from which one it comes
(`from`), what it sets by path, and whether it makes the same changes as a third one (`like`). Made from the published
description of the test (edition 2020), not from anybody's input files.
"""

from __future__ import annotations

import copy
import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cpdesk.base.resources import resource_path

_FOLDER: Final = "verify/bestest"
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+|\*)\]")


@dataclass(frozen=True, slots=True)
class Range:
    """Where a figure of a case should lie.

    Attributes:
        case: 600, 900FF, or a difference as 610-600.
        quantity: with its unit, as `heating_mwh`.
        basis: acceptance (criteria of the 2023 edition) or examples (lowest and highest of the programs of the
            2020 edition).
    """

    case: str
    quantity: str
    low: float
    high: float
    basis: str


@cache
def case_names() -> tuple[str, ...]:
    """All cases, in the order of the file."""
    return tuple(_entries())


def what(case: str) -> str:
    """One line on what a case shows."""
    return str(_entries()[case]["what"])


def document(case: str) -> dict[str, Any]:
    """The whole building file of a case, a fresh copy."""
    entry = _entries()[case]
    if not entry["from"]:
        found: dict[str, Any] = json.loads(resource_path(f"{_FOLDER}/base.json").read_text(encoding="utf-8"))
        return found
    found = document(entry["from"])
    for path, value in _changes(entry).items():
        _put(found, _steps(path), value)
    return {**found, "name": f"BESTEST {case}", "note": f"ANSI/ASHRAE Standard 140-2020, case {case}: {entry['what']}"}


def write_documents(folder: Path) -> list[Path]:
    """Each case as a JSON file of its own, for `cpdesk building assess`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for case in case_names():
        path = folder / f"bestest_{case}.json"
        path.write_text(json.dumps(document(case), indent=2) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


@cache
def ranges() -> Mapping[tuple[str, str], Range]:
    """Ranges by case and quantity; an acceptance criterion goes before the examples."""
    found: dict[tuple[str, str], Range] = {}
    with resource_path(f"{_FOLDER}/ranges.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            key = (row["case"], row["quantity"])
            found.setdefault(key, Range(*key, float(row["low"]), float(row["high"]), row["basis"]))
    return found


def differences() -> tuple[tuple[str, str], ...]:
    """Pairs of cases whose difference the standard compares."""
    names = dict.fromkeys(case for case, _ in ranges() if "-" in case)
    pairs = (name.partition("-") for name in names)
    return tuple((left, right) for left, _, right in pairs)


@cache
def _entries() -> dict[str, dict[str, Any]]:
    entries = json.loads(resource_path(f"{_FOLDER}/cases.json").read_text(encoding="utf-8"))
    return {entry["case"]: entry for entry in entries}


def _changes(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What a case sets: as the case it is like, then its own."""
    like = _changes(_entries()[entry["like"]]) if "like" in entry else {}
    return copy.deepcopy({**like, **entry.get("set", {})})


def _steps(path: str) -> list[Any]:
    """`zones[0].surfaces[*].name` as zones, 0, surfaces, *, name."""
    return [name or (index if index == "*" else int(index)) for name, index in _STEP.findall(path)]


def _put(found: dict[str, Any], steps: list[Any], value: object) -> None:
    """Set a value at a path; `*` means every entry of a list, and an index one past the end appends."""
    for place in _places(found, steps[:-1]):
        last = steps[-1]
        if isinstance(place, list) and last == len(place):
            place.append(copy.deepcopy(value))
        else:
            place[last] = copy.deepcopy(value)


def _places(found: Any, steps: list[Any]) -> Iterator[Any]:
    if not steps:
        yield found
    elif steps[0] == "*":
        for entry in found:
            yield from _places(entry, steps[1:])
    elif isinstance(found, list) or steps[0] in found:
        yield from _places(found[steps[0]], steps[1:])
