"""Made-up communities, end to end: the list, a visit, the register afterwards, and the next visit half a year later."""

from __future__ import annotations

from pathlib import Path

from cpdesk.base.clock import FixedClock
from cpdesk.context import Context
from cpdesk.model.records import Status
from cpdesk.operations.demo.community import import_sample_communities, import_sample_network, survey_communities
from cpdesk.operations.sites import SiteQuery, learned_from, site_ids, site_lines, visits
from cpdesk.operations.surveys import begin_survey, find_question, open_survey
from cpdesk.operations.visits import differences


def test_a_community_is_visited_twice(desk: Context, clock: FixedClock, tmp_path: Path) -> None:
    import_sample_network(desk, tmp_path / "network.xlsx")
    import_sample_communities(desk, tmp_path / "communities.xlsx")
    surveys = survey_communities(desk)
    lines = {line.number: line for line in site_lines(desk, site_ids(desk, SiteQuery("community")))}
    assert {number: line.status for number, line in lines.items()} == {
        "X-001": Status.SUBMITTED,
        "X-002": Status.SUBMITTED,
        "X-003": Status.NONE,
    }
    assert all(line.sample for line in lines.values())
    first = lines["X-001"]
    known = desk.store.records.get(first.id).answers
    assert (known["c_yard_state"], known["c_agree_pct"], known["last_survey"]) == ("s4", "82", "2026-11-20")
    assert learned_from(desk.store.records.history(first.id)[-1]) == surveys[0]

    clock.advance(days=180)
    survey, _ = begin_survey(desk, first.id)
    assert visits(desk, first.id) == [survey, surveys[0]]
    session = open_survey(desk, survey).session
    houses = session.children("c_building")
    assert [session.value_at(f"{house}/cb_body/cb_no") for house in houses] == ["1", "2"]
    assert session.value_at(f"{houses[1]}/cb_body/cb_length_m") == "46.2"
    assert session.value_at(find_question(session, "c_substation")) == "U-01"
    assert session.value_at(find_question(session, "cb_photo_s")) == "", "a picture is taken anew"
    told = differences(desk, survey)
    assert not any(one.change in ("added", "removed") and one.label.startswith("楼栋") for one in told)
    gone = {one.label: (one.before, one.now) for one in told if not one.place}
    assert gone["二次供水温度"] == ("47.5", ""), "readings are taken anew"
    assert "小区名称" not in gone
