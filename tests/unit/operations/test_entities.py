"""What entities of a form may do to sites: nothing that the server would refuse, nothing out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.base.paths import Paths
from cpdesk.context import Context, open_context
from cpdesk.forms.entities import EntityChange
from cpdesk.model.records import Record, RecordKind, Status
from cpdesk.operations.describe import describe_record
from cpdesk.operations.entities import lessons_of
from cpdesk.operations.sites import add_site

ID = "01a1f6ae-9900-70c2-9852-8937c83f897e"
STREAM = "110114118"


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    clock = FixedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    made = open_context(Paths.under(tmp_path), bytes(32), describe=describe_record, clock=clock, create=True)
    yield made
    made.close()


def survey(site: str | None = None) -> Record:
    return Record("s1", RecordKind.SURVEY, "heatnet", "1", STREAM, Status.DRAFT, "", {}, site=site)


def well(identity: str = ID, dataset: str = "well", **values: str) -> EntityChange:
    return EntityChange(dataset, identity, "update", "", {"w_code": "W-1", **values})


def test_a_new_site_gets_the_township_of_the_survey_and_becomes_its_site(ctx: Context) -> None:
    lessons = lessons_of(ctx, survey(), [well()])
    assert lessons.site == ID
    assert [(one.kind, one.values) for one in lessons.learned] == [
        (RecordKind.WELL, {"w_code": "W-1", "township_code": STREAM})
    ]
    assert lessons_of(ctx, survey(), [well(ID.upper())]).site == ID


@pytest.mark.parametrize(
    "change",
    [
        well("W-1"),
        well(""),
        well(dataset="pump"),
        well(dataset="survey"),
        EntityChange("well", ID, "create", "", {"w_depth_m": "2"}),
    ],
)
def test_what_can_be_no_site_is_left_out(ctx: Context, change: EntityChange) -> None:
    lessons = lessons_of(ctx, survey(), [change])
    assert (lessons.learned, lessons.site) == ((), None)


def test_a_site_of_another_township_or_kind_is_out_of_reach(ctx: Context) -> None:
    far, _ = add_site(ctx, RecordKind.WELL, {"township_code": "110114104", "w_code": "W-1"})
    pipe, _ = add_site(ctx, RecordKind.SEGMENT, {"township_code": STREAM, "s_code": "S-1"})
    assert lessons_of(ctx, survey(), [well(far)]).learned == ()
    assert lessons_of(ctx, survey(), [well(pipe)]).learned == ()


def test_blank_values_and_facts_of_the_record_are_not_laid_on_a_site(ctx: Context) -> None:
    change = EntityChange("well", ID, "create", "", {"w_code": "W-1", "w_name": "", "@deleted": "1", "a b": "1"})
    (one,) = lessons_of(ctx, survey(), [change]).learned
    assert one.values == {"w_code": "W-1", "township_code": STREAM}


def test_a_survey_that_tells_of_another_site_becomes_that_ones_and_of_two_stays_where_it_is(ctx: Context) -> None:
    other = "01a1f6ae-9900-70c2-9852-8937c83f8000"
    assert lessons_of(ctx, survey(other), [well()]).site == ID
    both = [well(), well("01a1f6ae-9900-70c2-9852-8937c83f8111", w_code="W-2")]
    assert lessons_of(ctx, survey(other), both).site == other
