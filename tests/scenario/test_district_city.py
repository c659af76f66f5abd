"""A city run on Dask: two workers, one of them killed in the middle, and the result of the single process."""

from __future__ import annotations

import os
import signal
import time
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.context import load_energy_tables
from cpdesk.energy.district.codec import decode
from cpdesk.energy.district.estimate import Registered, registered_facts
from cpdesk.energy.tables import EnergyTables
from cpdesk.model.assessment import as_json
from cpdesk.model.building import Answer, BillFacts, BuildingFacts, UseFacts, WallFacts, WindowFacts
from cpdesk.model.district import House, HouseFigures, Scenario
from cpdesk.model.records import Quality
from cpdesk.operations import district

pytest.importorskip("distributed", reason="the extra `city` is not installed")
pytest.importorskip("pyarrow", reason="the extra `city` is not installed")

from cpdesk.operations import district_city

SCENARIO = Scenario("city", measures=("wall_eps100", "win_pvc", "ashp_water", "pv_3"), budget_yuan={"total": 90_000.0})


@pytest.fixture(scope="module")
def tables() -> EnergyTables:
    return load_energy_tables()


@pytest.fixture(scope="module")
def houses(tables: EnergyTables) -> list[House]:
    figures = district.district_figures()
    found = []
    for number in range(24):
        known = Registered(
            build_year=1962.0 + number, gross_area_m2=80.0 + 5 * (number % 7), heater="coal_boiler",
            township="110114116",
        )  # fmt: skip
        facts = registered_facts(known, tables, figures)
        found.append(
            House(f"c{number:03}", facts, "110114116", f"村{number % 3}", str(number), surveyed=number % 4 == 0)
        )
    block = replace(found[0].facts.blocks[0], depth_m=Answer(400.0))
    return [*found, replace(found[0], id="c999", facts=replace(found[0].facts, blocks=(block,)))]


@pytest.fixture
def chunks(houses: list[House], tmp_path: Path) -> Path:
    folder = tmp_path / "facts"
    for at in range(0, len(houses), 4):
        district_city.write_houses(folder / f"part{at:04}.parquet", houses[at : at + 4])
    return folder


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing(
    chunks: Path, houses: list[House], tables: EnergyTables, tmp_path: Path
) -> None:
    import distributed

    figures = district.district_figures()
    alone = district.run_district(district.Stock(tuple(houses)), tables, SCENARIO, figures=figures, workers=1)
    killed: list[int] = []
    with (
        warnings.catch_warnings(),
        district.one_thread(),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=60
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        warnings.simplefilter("ignore")  # Dask says that it lost a worker: that is the point
        first = {worker.pid for worker in cluster.workers.values()}

        def kill_one(done: int, _total: int) -> None:
            if done == 2:
                killed.append(min(first))
                os.kill(killed[0], signal.SIGKILL)

        shared = district_city.run_city(
            chunks, tmp_path / "out", tables, SCENARIO, figures=figures, client=client, step=kill_one
        )
        deadline = time.monotonic() + 30
        while killed[0] in {worker.pid for worker in cluster.workers.values()} and time.monotonic() < deadline:
            time.sleep(0.1)
        now = {worker.pid for worker in cluster.workers.values()}
    assert killed and killed[0] not in now
    assert shared.result == alone
    assert shared.houses == len(houses) and len(shared.result.aside) == 1
    assert (tmp_path / "out" / "result.json").stat().st_size > 1000


def test_facts_come_back_from_a_chunk_as_they_were(houses: list[House], tmp_path: Path) -> None:
    full = BuildingFacts(
        blocks=(
            replace(
                houses[0].facts.blocks[0],
                windows={"front": WindowFacts(count=Answer(3.0, Quality.MEASURED), frame=Answer("wood"))},
                walls={"back": WallFacts(mm=Answer(370.0))}, leaks={"hand": Answer("some")},
            ),
        ),
        bills=BillFacts(coal_briquette_t=Answer(3.4, Quality.BILL)),
        uses=UseFacts(residents=Answer(3.0)), season_start=Answer((11, 10)), survey_year=2026,
    )  # fmt: skip
    house = replace(houses[0], facts=full, refused=("wall",))
    district_city.write_houses(tmp_path / "one.parquet", [house, houses[1]])
    assert district_city.read_houses(tmp_path / "one.parquet") == [house, houses[1]]
    with pytest.raises(ValueError, match="unknown"):
        decode(BuildingFacts, {**as_json(full), "colour": "red"})


def test_a_run_that_is_begun_again_takes_what_is_there(
    houses: list[House], tables: EnergyTables, tmp_path: Path
) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    district_city.write_houses(source, houses[:2])
    assert district_city.compute_chunk(source, target, tables, SCENARIO) == 2
    before = target.read_bytes()
    assert district_city.compute_chunk(source, target, tables, replace(SCENARIO, warmer_k=3.0)) == 2
    assert target.read_bytes() == before


def test_an_imported_year_counts_in_a_city_too(houses: list[House], tables: EnergyTables, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    district_city.write_houses(source, houses[:1])
    normal = district.weather_maker(tables, {})("plain", 0.0)
    colder = replace(normal, temperature_c=normal.temperature_c - 5.0)
    files = dict.fromkeys(("plain", "foothill", "hill"), colder)
    needs = []
    for name, used in (("normal", {}), ("colder", files)):
        assert district_city.compute_chunk(source, tmp_path / name, tables, SCENARIO, used) == 1
        outcome = district_city.read_outcomes(tmp_path / name)[0]
        assert isinstance(outcome, HouseFigures)
        needs.append(outcome.need_kwh)
    assert needs[1] > 1.1 * needs[0]
    stamps = {district_city._stamp_of(used) for used in ({}, files, {"plain": normal})}
    assert len(stamps) == 3  # results of other weather are not taken for these


def test_what_is_no_chunk_or_not_installed_is_told(
    tables: EnergyTables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = district.district_figures()
    with pytest.raises(InputFault, match="CP-1394"):
        district_city.run_city(tmp_path, tmp_path / "out", tables, SCENARIO, figures=figures)
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"not parquet")
    with pytest.raises(InputFault, match="CP-1392"):
        district_city.read_houses(bad)
    monkeypatch.setattr(district_city.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputFault, match="CP-1391") as caught:
        district_city.run_city(tmp_path, tmp_path / "out", tables, SCENARIO, figures=figures)
    assert "cpdesk[city]" in caught.value.remedy("zh")
