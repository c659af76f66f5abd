"""A city on Dask: the same functions over Parquet chunks of households, on many machines.

Each chunk of facts is one task that reads its file, computes its houses and writes its results under a temporary name
before they take their own: a chunk whose worker dies is computed again by another, and a run that is begun again takes
the chunks that are there. `conclude` then reads all results in the order of their files. Scheduler and workers see the
same folders.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from cpdesk.base.errors import InputFault
from cpdesk.base.files import write_atomically
from cpdesk.base.progress import Step
from cpdesk.energy.district.codec import decode
from cpdesk.energy.district.figures import DistrictFigures
from cpdesk.energy.district.run import Outcome, assess, conclude
from cpdesk.energy.district.scenario import scenario_document
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather
from cpdesk.model.assessment import as_json
from cpdesk.model.district import DistrictResult, House, HouseFigures, Options, Scenario, SetAside
from cpdesk.operations.district import one_thread, weather_maker

NO_FILES: Final[Mapping[str, Weather]] = MappingProxyType({})

_COLUMNS: Final = ("id", "township", "village", "label", "surveyed", "poor", "refused", "facts")
_OPTIONS: Final = tuple(item.name for item in fields(Options))
_HOUSE: Final = tuple(item.name for item in fields(HouseFigures) if item.name != "options")
_ASIDE: Final = tuple(item.name for item in fields(SetAside))


@dataclass(frozen=True)
class CityRun:
    """What a city run did; `summary` is the result without its houses."""

    chunks: int
    houses: int
    summary: Mapping[str, Any]
    result: DistrictResult


def write_houses(path: Path, houses: Sequence[House]) -> None:
    """A chunk of households as Parquet; facts are JSON as `model.assessment.as_json` writes them."""
    _need("pyarrow")
    rows = [
        {
            **{name: getattr(house, name) for name in _COLUMNS[:6]},
            "refused": list(house.refused),
            "facts": json.dumps(as_json(house.facts), ensure_ascii=False, sort_keys=True),
        }
        for house in houses
    ]
    _write(path, rows, _COLUMNS)


def read_houses(path: Path) -> list[House]:
    """A chunk of households.

    Raises:
        InputFault: CP-1392 it is no such table.
    """
    from cpdesk.model.building import BuildingFacts

    rows = _read(path, _COLUMNS)
    try:
        return [
            House(
                id=row["id"], facts=decode(BuildingFacts, json.loads(row["facts"])), township=row["township"],
                village=row["village"], label=row["label"], surveyed=row["surveyed"], poor=row["poor"],
                refused=tuple(row["refused"]),
            )
            for row in rows
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise _no_chunk(path, str(error)) from None


def compute_chunk(
    source: Path, target: Path, tables: EnergyTables, scenario: Scenario, files: Mapping[str, Weather] = NO_FILES
) -> int:
    """One task: the houses of a chunk, computed and written; gives how many. A chunk that is there is left alone.

    Args:
        files: weather by terrain instead of the normals.
    """
    if target.exists():
        return _rows_of(target)
    outcomes = assess(read_houses(source), tables, scenario, weather_of=weather_maker(tables, files))
    rows: list[dict[str, Any]] = []
    for outcome in outcomes:
        if isinstance(outcome, HouseFigures):
            row = {name: getattr(outcome, name) for name in _HOUSE}
            options = {name: list(getattr(outcome.options, name)) for name in _OPTIONS}
            options["measures"] = [" ".join(codes) for codes in outcome.options.measures]
            rows.append({"house": json.dumps(row), "options": json.dumps(options), "aside": ""})
        else:
            rows.append({"house": "", "options": "", "aside": json.dumps(as_json(outcome))})
    _write(target, rows, ("house", "options", "aside"))
    return len(rows)


def read_outcomes(path: Path) -> list[Outcome]:
    """Results of a chunk."""
    found: list[Outcome] = []
    for row in _read(path, ("house", "options", "aside")):
        if row["aside"]:
            found.append(SetAside(**json.loads(row["aside"])))
            continue
        columns = json.loads(row["options"])
        columns["measures"] = [tuple(codes.split()) for codes in columns["measures"]]
        options = Options(**{name: tuple(columns[name]) for name in _OPTIONS})
        found.append(HouseFigures(options=options, **json.loads(row["house"])))
    return found


def run_city(
    source: Path,
    target: Path,
    tables: EnergyTables,
    scenario: Scenario,
    *,
    figures: DistrictFigures,
    files: Mapping[str, Weather] = NO_FILES,
    scheduler: str = "",
    workers: int | None = None,
    client: Any = None,
    step: Step = lambda done, total: None,
) -> CityRun:
    """All chunks of a folder on Dask, then the conclusion over all houses.

    Args:
        files: weather by terrain instead of the normals.
        scheduler: address of a running cluster; a cluster of processes on this machine is begun without it.
        client: of a cluster that the caller holds.

    Raises:
        InputFault: CP-1391 the parts for city runs are not installed; CP-1392 a chunk that is none; CP-1394 no chunks.
    """
    for part in ("dask", "distributed", "pyarrow"):
        _need(part)
    chunks = sorted(source.glob("*.parquet"))
    if not chunks:
        raise InputFault("CP-1394", folder=source.name)
    asked = json.dumps(scenario_document(scenario), sort_keys=True) + repr(tables) + _stamp_of(files)
    made = hashlib.sha256(asked.encode()).hexdigest()[:12]
    results = [target / f"{chunk.stem}.{made}.{_stamp(chunk)}.parquet" for chunk in chunks]
    target.mkdir(parents=True, exist_ok=True)
    with _client(scheduler, workers, client) as connected:
        import distributed

        each: Any = distributed.as_completed
        shared = connected.scatter((tables, scenario, dict(files)), broadcast=True)
        waiting = [
            connected.submit(_task, str(chunk), str(result), shared, pure=False, retries=3)
            for chunk, result in zip(chunks, results, strict=True)
        ]
        for done, future in enumerate(each(waiting), 1):
            future.result()
            step(done, len(chunks))
    outcomes = [outcome for result in results for outcome in read_outcomes(result)]
    found = conclude(outcomes, tables, scenario, figures)
    summary = {key: value for key, value in as_json(found).items() if key not in ("houses", "ranking", "aside")}
    write_atomically(target / "result.json", json.dumps(summary, ensure_ascii=False, indent=2).encode())
    return CityRun(len(chunks), len(outcomes), summary, found)


def _task(source: str, target: str, shared: tuple[EnergyTables, Scenario, dict[str, Weather]]) -> int:
    return compute_chunk(Path(source), Path(target), *shared)


def _stamp_of(files: Mapping[str, Weather]) -> str:
    """Changes when the weather does."""
    parts = [
        terrain.encode() + np.stack([one.temperature_c, one.wind_m_s, one.global_w_m2, one.direct_w_m2]).tobytes()
        for terrain, one in sorted(files.items())
    ]
    return "".join(hashlib.sha256(part).hexdigest() for part in parts)


@contextmanager
def _client(scheduler: str, workers: int | None, client: Any) -> Iterator[Any]:
    """A client: the caller's, of a running cluster, or of one on this machine."""
    if client is not None:
        yield client
        return
    import distributed

    make: Any = distributed
    if scheduler:
        with make.Client(scheduler) as connected:
            yield connected
        return
    with (
        one_thread(),
        make.LocalCluster(
            n_workers=workers or os.cpu_count() or 1, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        make.Client(cluster) as connected,
    ):
        yield connected


def _stamp(chunk: Path) -> str:
    """Changes when the chunk does."""
    return hashlib.sha256(chunk.read_bytes()).hexdigest()[:12]


def _need(part: str) -> None:
    if importlib.util.find_spec(part) is None:
        raise InputFault("CP-1391", missing=part)


def _write(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    import io

    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({name: [row[name] for row in rows] for name in columns})
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table, buffer, compression="zstd")
    write_atomically(path, buffer.getvalue())


def _read(path: Path, columns: Sequence[str]) -> list[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        found: list[dict[str, Any]] = pyarrow.parquet.read_table(path, columns=list(columns)).to_pylist()
    except (pyarrow.ArrowException, OSError, KeyError) as error:
        raise _no_chunk(path, str(error).splitlines()[0]) from None
    missing = [name for name in columns if found and name not in found[0]]
    if missing:
        raise _no_chunk(path, ", ".join(missing))
    return found


def _rows_of(path: Path) -> int:
    import pyarrow.parquet

    return int(pyarrow.parquet.read_metadata(path).num_rows)


def _no_chunk(path: Path, reason: str) -> InputFault:
    return InputFault("CP-1392", file=path.name, reason=reason, columns="、".join(_COLUMNS))
