"""How fast a house is computed and reports are printed; and the names of all benches of work."""

from __future__ import annotations

import dataclasses
import itertools
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from cpdesk.base.clock import SystemClock
from cpdesk.base.ids import IdMaker
from cpdesk.base.paths import Paths
from cpdesk.base.progress import Step
from cpdesk.base.resources import resource_path
from cpdesk.context import load_energy_tables, open_context
from cpdesk.energy.audit.household import audit
from cpdesk.energy.house.construct import build
from cpdesk.energy.weather.climate import make_weather
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.model.building import BuildingFacts
from cpdesk.operations.bench import peer
from cpdesk.operations.bench.forms import measure_form
from cpdesk.operations.bench.stopwatch import BenchResult, median, time_each_ms
from cpdesk.operations.demo.answers import fill, make_up_visit
from cpdesk.operations.demo.village import import_sample_village, survey_household
from cpdesk.operations.describe import describe_record
from cpdesk.operations.district import one_thread
from cpdesk.operations.facts import building_facts, read_answers
from cpdesk.operations.households import HouseholdQuery, household_ids
from cpdesk.operations.reporting import household_report

_AUDITS: Final = 7
_REPORTS: Final = 200
_HOUSES: Final = 5
_ROUNDS: Final = 2


def measure_energy(*, step: Step) -> BenchResult:
    """One hourly house-year (pyBuildingEnergy's beside it), full audits of several houses, ranges of 200 packages."""
    from cpdesk.energy.audit.bench import house_year
    from cpdesk.energy.certainty.bench import uncertainty

    tables = load_energy_tables()
    facts = _made_up_facts()
    year = house_year(build(facts[0], tables), tables)
    year()
    years = time_each_ms(lambda _: year(), 15)
    buildings = itertools.cycle([build(one, tables) for one in facts])
    audit(next(buildings), tables)
    counts: list[int] = []

    def one_audit(index: int) -> None:
        counts.append(audit(next(buildings), tables).combinations)
        step(index + 1, _AUDITS)

    spent = time_each_ms(one_audit, _AUDITS)
    draw = uncertainty(build(facts[1], tables), tables, packages=200, draws=200)
    draw()
    drawn = time_each_ms(lambda _: draw(), 3)
    metrics = {
        "village_1000_s": village_ms(facts),  # ms a house are s for a thousand: measured on the made-up houses
        "house_year_ms": median(years),
        "uncertainty_ms": median(drawn),
        "audit_ms": median(spent),
        "audit_combinations": median([float(count) for count in counts]),
    }
    if not peer.is_there():
        return BenchResult("energy", metrics, {"cli.bench.no_peer": "pybuildingenergy"})
    metrics["peer_house_year_ms"] = peer.house_year_ms(make_weather(tables, "plain"))
    return BenchResult("energy", metrics)


def village_ms(facts: list[BuildingFacts]) -> float:
    """Processor milliseconds for one surveyed house of a district run with its options, in a process as the run has."""
    with one_thread(), ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_village_ms, facts).result()


def _village_ms(facts: list[BuildingFacts]) -> float:
    from cpdesk.energy.district.run import assess, normal_weather
    from cpdesk.model.district import House, Scenario

    tables, scenario = load_energy_tables(), Scenario("bench", budget_yuan={"total": 1e6})
    weather = normal_weather(tables)
    houses = [House(str(at), one) for at, one in enumerate(facts)]
    assess(houses[:1], tables, scenario, weather_of=weather)
    start = time.process_time()
    assess(houses * _ROUNDS, tables, scenario, weather_of=weather)
    return 1000.0 * (time.process_time() - start) / len(houses) / _ROUNDS


def _made_up_facts() -> list[BuildingFacts]:
    form = load_form(resource_path("forms/farmhouse.xml").read_text(encoding="utf-8"))
    clock = SystemClock()
    found = []
    for seed, year in enumerate((1975, 1986, 1996, 2004, 2012)):
        session = Session(form, clock=clock, new_id=IdMaker(clock).new)
        on = clock.now().date()
        visit = make_up_visit(seed=seed, build_year=year, residents=3, heating="coal_boiler", on=on)
        fill(session, visit, save=lambda values: None)
        reading = read_answers(form, session.counting_answers())
        found.append(dataclasses.replace(building_facts(reading), township_code="110114118"))
    return found


def measure_report(*, step: Step) -> BenchResult:
    """200 four-page household reports with charts and photographs, content made and pages drawn."""
    with tempfile.TemporaryDirectory(prefix="cpdesk-bench-") as folder:
        paths = Paths.under(Path(folder))
        ctx = open_context(paths, bytes(32), describe=describe_record, create=True)
        try:
            ctx.settings.set("person", "bench")  # the form asks who was there
            import_sample_village(ctx, paths.data / "register.xlsx", households=_HOUSES)
            households = household_ids(ctx, HouseholdQuery())
            surveys = [survey_household(ctx, one, seed=number) for number, one in enumerate(households, 1)]
            reports = [household_report(ctx, survey) for survey in surveys]
            sizes: list[int] = []

            def draw(index: int) -> None:
                sizes.append(len(reports[index % len(reports)].pdf()))
                step(index + 1, _REPORTS)

            draw(0)
            spent = sum(time_each_ms(draw, _REPORTS))
            contents = time_each_ms(lambda index: household_report(ctx, surveys[index]), len(surveys))
        finally:
            ctx.close()
    metrics = {
        "batch_200_s": spent / 1000,
        "page_set_ms": spent / _REPORTS,
        "content_with_audit_ms": median(contents),
        "kilobytes_each": median([size / 1000 for size in sizes]),
    }
    return BenchResult("report", metrics)


MEASURES: Final[Mapping[str, Callable[..., BenchResult]]] = {
    "form": measure_form,
    "energy": measure_energy,
    "report": measure_report,
}
