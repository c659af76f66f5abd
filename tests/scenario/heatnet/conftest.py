"""Sessions of the heating-network form over a register of one segment, one well and one substation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from heatnet_visit import SEGMENT, STATION, WELL, Begin, answer, form, table

from cpdesk.base.clock import FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.forms.session import Session


@pytest.fixture
def begin() -> Begin:
    clock = FixedClock(datetime(2026, 11, 20, 2, tzinfo=UTC))
    files = {
        "segments.csv": table(SEGMENT), "wells.csv": table(WELL), "substations.csv": table(STATION),
        "components.csv": table(), "sites.csv": table(SEGMENT, WELL, STATION),
        "nodes.csv": table(WELL, {**WELL, "name": "J13", "label": "J13", "id": "well-2"}, STATION),
    }  # fmt: skip

    def begin(last: Mapping[str, str] | None = None, language: str = "zh", **answers: object) -> Session:
        new_id = IdMaker(clock).new
        session = Session(form(), {}, clock=clock, new_id=new_id, language=language, files=files, last_saved=last or {})
        answer(session, **answers)
        return session

    return begin


@pytest.fixture
def at_well(begin: Begin) -> Session:
    return begin(record_kind="inspect", i_target_kind="well", i_target="J12", i_crew="王刚、李明")


@pytest.fixture
def on_segment(begin: Begin) -> Session:
    return begin(record_kind="inspect", i_target_kind="segment", i_target="J12-J13", i_season="running")


@pytest.fixture
def in_station(begin: Begin) -> Session:
    return begin(record_kind="inspect", i_target_kind="substation", i_target="U03", i_season="running")
