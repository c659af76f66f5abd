"""A site's row in lists shows its newest survey."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cpdesk.model.records import RecordKind, Status
from cpdesk.store.lists import Query
from cpdesk.store.store import Store

KEY = bytes(range(32))
STREAM = "110114118"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "desk", KEY) as store:
        yield store


def household(store: Store) -> str:
    return store.records.create_record(RecordKind.HOUSEHOLD, "household", "1", STREAM, {"a": "1"}, actor="z")[0]


def survey(store: Store, site: str) -> str:
    made = store.records.create_record(RecordKind.SURVEY, "farmhouse", "1", STREAM, {"a": "1"}, actor="z", site=site)
    return made[0]


def test_site_shows_status_and_figures_of_its_newest_survey(store: Store) -> None:
    site = household(store)
    assert store.records.rows([site])[0].status is Status.NONE
    first = survey(store, site)
    store.records.set_status(first, Status.COMPLETE, "z")
    store.records.remember(first, {"saving_yuan": 1340})
    row = store.records.rows([site])[0]
    assert (row.status, row.columns["visit"], row.columns["saving_yuan"]) == (Status.COMPLETE, first, 1340)
    second = survey(store, site)
    row = store.records.rows([site])[0]
    assert (row.status, row.columns["visit"]) == (Status.DRAFT, second)
    assert "saving_yuan" not in row.columns
    store.records.delete(second, "z")
    assert store.records.rows([site])[0].columns["saving_yuan"] == 1340


def test_a_change_of_the_site_keeps_what_its_survey_gave(store: Store) -> None:
    site = household(store)
    store.records.remember(survey(store, site), {"area_m2": 96.5})
    store.records.save(site, {"a": "2"}, "z")
    row = store.records.rows([site])[0]
    assert (row.status, row.columns["area_m2"]) == (Status.DRAFT, 96.5)
    assert store.records.get(site).status is Status.NONE


def test_sites_are_counted_and_sorted_by_their_surveys(store: Store) -> None:
    sites = [household(store) for _ in range(3)]
    for site, saving in zip(sites[:2], (200, 900), strict=True):
        store.records.remember(survey(store, site), {"saving_yuan": saving})
    counts = store.records.count_by_status(Query(kind=RecordKind.HOUSEHOLD))
    assert counts == {Status.DRAFT: 2, Status.NONE: 1}
    ordered = store.records.page(Query(kind=RecordKind.HOUSEHOLD, sort="saving_yuan", descending=True))
    assert ordered == [sites[1], sites[0], sites[2]]


def test_forgetting_a_figure(store: Store) -> None:
    made = survey(store, household(store))
    store.records.remember(made, {"saving_yuan": 5})
    store.records.remember(made, {"saving_yuan": None})
    assert "saving_yuan" not in store.records.rows([made])[0].columns
