"""The district run on this machine: the stock from the register and the surveys, all cores, scenario files."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cpdesk.base.errors import CpdeskError, InputFault
from cpdesk.base.files import disk_faults, write_atomically
from cpdesk.base.progress import Step
from cpdesk.base.resources import resource_path
from cpdesk.base.tables import read_table
from cpdesk.context import Context
from cpdesk.energy.district.estimate import Registered, registered_facts
from cpdesk.energy.district.figures import DistrictFigures
from cpdesk.energy.district.house import WeatherOf
from cpdesk.energy.district.run import Outcome, assess, conclude
from cpdesk.energy.district.scenario import read_scenario, scenario_document
from cpdesk.energy.tables import EnergyTables
from cpdesk.energy.weather.climate import Weather, at_altitude, make_weather
from cpdesk.model.building import Answer
from cpdesk.model.district import DistrictResult, House, Scenario, Sensitivity, SetAside
from cpdesk.model.records import Quality
from cpdesk.operations.facts import building_facts, read_answers, wishes_of
from cpdesk.operations.households import HouseholdQuery, household_ids, household_lines
from cpdesk.operations.places import township_terrain
from cpdesk.operations.surveys import open_survey
from cpdesk.operations.weather_files import imported_weather, weather_for

_CHUNK: Final = 8
_THREADS: Final = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_POOR: Final = frozenset({"dibao", "low", "wubao"})


@dataclass(frozen=True)
class Stock:
    """Houses to compute, and those whose survey could not even be read."""

    houses: tuple[House, ...]
    aside: tuple[SetAside, ...] = ()
    sample: bool = False


def district_figures(overrides: Path | None = None) -> DistrictFigures:
    """The district's own figures; a table of the same name in `overrides` stands in for the shipped one."""

    def read(relative: str, columns: Mapping[str, Any]) -> list[dict[str, Any]]:
        own = overrides / relative.rsplit("/", 1)[-1] if overrides is not None else None
        return read_table(own if own is not None and own.exists() else resource_path(relative), columns)

    return DistrictFigures.load(read)


def stock_of(ctx: Context, *, township: str = "", village: str = "", step: Step = lambda done, total: None) -> Stock:
    """All households of the register: by their survey where there is one, else by the register.

    Raises:
        InputFault: CP-1390 none is there.
    """
    lines = household_lines(ctx, household_ids(ctx, HouseholdQuery(township_code=township, village=village)))
    if not lines:
        raise InputFault("CP-1390")
    figures = district_figures(ctx.paths.config / "tables")
    houses: list[House] = []
    aside: list[SetAside] = []
    for number, line in enumerate(lines, 1):
        register = ctx.store.records.get(line.id).answers
        try:
            house = _surveyed(ctx, line.survey, register) if line.survey and line.answered else None
            house = house or _estimated(register, ctx.energy, figures)
            houses.append(replace(house, id=line.id, village=line.village, label=line.number))
        except CpdeskError as error:
            aside.append(
                SetAside(line.id, line.number, line.village, error.code, error.message("zh"), error.message("en"),
                         error.remedy("zh"), error.remedy("en"))
            )  # fmt: skip
        step(number, len(lines))
    return Stock(tuple(houses), tuple(aside), any(line.sample for line in lines))


def _surveyed(ctx: Context, survey: str, register: Mapping[str, str]) -> House:
    opened = open_survey(ctx, survey)
    reading = read_answers(opened.form, opened.session.counting_answers())
    facts = building_facts(reading)
    township = facts.township_code or register.get("township_code", "")
    support = reading.text("people.support") or register.get("support", "")
    wishes = wishes_of(reading, record=survey)
    known = facts.support or _registered(support)
    return House(
        id="", facts=replace(facts, township_code=township, support=known), township=township, poor=_poor(support),
        refused=tuple(sorted(wishes.refused)),
    )  # fmt: skip


def _estimated(register: Mapping[str, str], tables: EnergyTables, figures: DistrictFigures) -> House:
    known = Registered(
        build_year=_number(register.get("build_year")),
        gross_area_m2=_number(register.get("floor_area_m2")),
        heater=figures.heater(register.get("heating_last", "")),
        terrain=register.get("terrain", "") or township_terrain(register.get("township_code", "")),
        altitude_m=_number(register.get("altitude_m")),
        heritage=register.get("heritage", ""),
        township=register.get("township_code", ""),
    )
    support = register.get("support", "")
    facts = replace(registered_facts(known, tables, figures), support=_registered(support))
    return House(id="", facts=facts, township=known.township, surveyed=False, poor=_poor(support))


def _registered(support: str) -> Answer[str] | None:
    """What the register says of the household's support."""
    return Answer(support, Quality.BILL) if support else None


def _poor(support: str) -> bool | None:
    codes = set(support.split())
    return bool(codes & _POOR) if codes else None


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def read_scenario_file(path: Path, tables: EnergyTables) -> Scenario:
    """A scenario from its file.

    Raises:
        InputFault: CP-1389 no JSON; CP-1385 to CP-1387 as `read_scenario`.
        EnvironmentFault: CP-2002 to CP-2004 the file cannot be read.
    """
    with disk_faults(path):
        content = path.read_bytes()
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputFault("CP-1389", file=path.name, line=error.lineno) from None
    except UnicodeDecodeError:
        raise InputFault("CP-1389", file=path.name, line=1) from None
    return read_scenario(document, tables)


def imported(ctx: Context) -> dict[str, Weather]:
    """The weather files in use, by terrain."""
    return {one.terrain: weather_for(ctx, one.terrain, None) for one in imported_weather(ctx)}


def weather_maker(tables: EnergyTables, files: Mapping[str, Weather]) -> WeatherOf:
    """The year of a terrain at an altitude, as audits take it; each is made once."""
    known: dict[tuple[str, float], Weather] = {}

    def of(terrain: str, height_m: float) -> Weather:
        key = (terrain, height_m)
        if key not in known:
            file = files.get(terrain)
            known[key] = (
                make_weather(tables, terrain, height_m) if file is None else at_altitude(file, height_m, tables)
            )
        return known[key]

    return of


def run_district(
    stock: Stock,
    tables: EnergyTables,
    scenario: Scenario,
    *,
    figures: DistrictFigures,
    files: Mapping[str, Weather] | None = None,
    workers: int | None = None,
    step: Step = lambda done, total: None,
    cancel: Callable[[], bool] = lambda: False,
) -> DistrictResult:
    """The stock under a scenario on `workers` processes (all cores when not given); the result does not depend on them.

    Raises:
        InputFault: CP-1393 it was cancelled.
    """
    outcomes = assess_on_cores(
        stock.houses, tables, scenario, files=files or {}, workers=workers, step=step, cancel=cancel
    )
    return conclude([*outcomes, *stock.aside], tables, scenario, figures)


def assess_on_cores(
    houses: Sequence[House],
    tables: EnergyTables,
    scenario: Scenario,
    *,
    files: Mapping[str, Weather],
    workers: int | None,
    step: Step,
    cancel: Callable[[], bool],
) -> list[Outcome]:
    """Every house by itself, in chunks over a pool of processes.

    Even one worker is a process of its own: linear algebra then runs on one thread everywhere, and its last bits do not
    depend on how many cores a machine has.

    Raises:
        InputFault: CP-1393 it was cancelled.
    """
    chunks = chunked(houses)
    count = max(1, min(workers or os.cpu_count() or 1, len(chunks)))
    found: dict[int, list[Outcome]] = {}
    done = 0
    if not chunks:
        return []
    with one_thread():
        pool = ProcessPoolExecutor(
            count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin,
            initargs=(tables, scenario, dict(files)),
        )  # fmt: skip
        try:
            running: dict[Future[list[Outcome]], int] = {
                pool.submit(_chunk, chunk): at for at, chunk in enumerate(chunks)
            }
            while running:
                ready, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in ready:
                    at = running.pop(future)
                    found[at] = future.result()
                    done += len(chunks[at])
                    step(done, len(houses))
                if cancel():
                    raise InputFault("CP-1393", done=done, total=len(houses))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [outcome for at in range(len(chunks)) for outcome in found[at]]


def chunked(houses: Sequence[House]) -> list[tuple[House, ...]]:
    """Chunks of a few surveyed houses; of those with equal facts from the register all in one, since the first of them
    is the only one that is computed."""
    alike: dict[str, list[House]] = {}
    rest: list[House] = []
    for house in houses:
        if house.surveyed:
            rest.append(house)
        else:
            alike.setdefault(repr((house.facts, house.refused)), []).append(house)
    chunks = [tuple(rest[at : at + _CHUNK]) for at in range(0, len(rest), _CHUNK)]
    return chunks + [tuple(group) for group in alike.values()]


_work: dict[str, Any] = {}


def _begin(tables: EnergyTables, scenario: Scenario, files: dict[str, Weather]) -> None:
    """What all chunks of a process share."""
    _work.update(tables=tables, scenario=scenario, weather=weather_maker(tables, files))


def _chunk(houses: tuple[House, ...]) -> list[Outcome]:
    return assess(houses, _work["tables"], _work["scenario"], weather_of=_work["weather"])


@contextmanager
def one_thread() -> Iterator[None]:
    """Processes that begin in here do linear algebra on one thread each."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def sensitivity(
    base: DistrictResult, run: Callable[[Scenario], DistrictResult], *, step: Step = lambda done, total: None
) -> tuple[Sensitivity, ...]:
    """The split under one changed circumstance at a time: budget, subsidy, electricity and coal price, grid, warmth."""
    scenario = base.scenario
    changed = _changes(scenario)
    found = [_told("energy.district.as_asked", "", base)]
    for number, (key, change, other) in enumerate(changed, 1):
        found.append(_told(key, change, run(other)))
        step(number, len(changed))
    return tuple(found)


def _changes(scenario: Scenario) -> list[tuple[str, str, Scenario]]:
    found: list[tuple[str, str, Scenario]] = []
    for change, factor in (("-20 %", 0.8), ("+20 %", 1.2)):
        if scenario.budget_yuan:
            budget = {payer: factor * value for payer, value in scenario.budget_yuan.items()}
            found.append(("energy.district.sense_budget", change, replace(scenario, budget_yuan=budget)))
        subsidy = replace(scenario, subsidy_factor=factor * scenario.subsidy_factor)
        found.append(("energy.district.sense_subsidy", change, subsidy))
        for carrier in ("electricity", "coal"):
            prices = {**scenario.price_factors, carrier: factor * scenario.price_factors.get(carrier, 1.0)}
            key = f"energy.district.sense_price_{carrier}"
            found.append((key, change, replace(scenario, price_factors=prices)))
        grid = {**scenario.carbon_factors, "electricity": factor * scenario.carbon_factors.get("electricity", 1.0)}
        found.append(("energy.district.sense_grid", change, replace(scenario, carbon_factors=grid)))
    for change, rise in (("-1 K", -1.0), ("+1 K", 1.0)):
        found.append(("energy.district.sense_warmth", change, replace(scenario, warmer_k=scenario.warmer_k + rise)))
    return found


def _told(key: str, change: str, result: DistrictResult) -> Sensitivity:
    split = result.split
    return Sensitivity(
        key, change, split.status, split.carbon_kg, split.own_yuan + split.subsidy_yuan, split.saving_yuan,
        len(split.picks),
    )  # fmt: skip


def write_book(path: Path, content: bytes) -> None:
    """Write a workbook or a scenario file whole or not at all.

    Raises:
        EnvironmentFault: CP-2002 to CP-2004 the file cannot be written.
    """
    write_atomically(path, content)


def example_scenario() -> dict[str, Any]:
    """A scenario with every key, to be changed."""
    scenario = Scenario(
        name="2027 年改造计划（样例）",
        budget_yuan={"total": 2_000_000.0, "government": 900_000.0},
        village_power_kw={"*": 400.0},
        poor_share_min=0.1,
        uptake=0.6,
        least_carbon_share=0.1,
        without=("gshp",),
        price_factors={"electricity": 1.0},
    )
    document = scenario_document(scenario)
    return {key: value for key, value in document.items() if value is not None and value != ""}
