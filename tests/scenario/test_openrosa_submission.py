"""Submissions of a phone against a real server process: records, sites, photographs, repetition, edits, quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openrosa_phone import WELL, Server, form_xml, running, submission

ONE = "11111111-2222-4333-8444-555555555555"
ENTITY = f'<entity dataset="well" create="1" id="{WELL}"><label>W-1</label></entity>'


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as found:
        found.publish(form_xml(), "wells_quick", "3", "热力井巡查（样例）")
        yield found


def post(server: Server, path: str, xml: bytes, *files: tuple[str, bytes], incomplete: bool = False) -> httpx.Response:
    parts: list[tuple[str, tuple[str | None, bytes, str | None]]] = [
        ("xml_submission_file", ("sample.xml", xml, "text/xml"))
    ]
    parts += [(name, (name, content, "image/jpeg")) for name, content in files]
    if incomplete:
        parts.append(("*isIncomplete*", (None, b"yes", None)))
    return httpx.post(f"{server.url}{path}/submission", files=parts, headers={"X-OpenRosa-Version": "1.0"})  # type: ignore[arg-type]


def test_a_submission_becomes_a_survey_and_a_site_that_desks_pull(server: Server) -> None:
    path = server.app_user().paths["110114104"]
    listed = httpx.get(f"{server.url}{path}/formList", headers={"X-OpenRosa-Version": "1.0"})
    assert listed.status_code == 200
    assert "<formID>wells_quick</formID>" in listed.text
    answer = post(server, path, submission(ONE, entity=ENTITY))
    assert answer.status_code == 201, answer.text
    desk = server.pulled()
    survey = next(record for record in desk.records() if record != WELL)
    fields = desk.visible(survey)
    assert fields["w_code"] == "W-1"
    assert fields["@status"] == "submitted"
    assert fields["@form_version"] == "3"
    assert fields["@site"] == WELL
    assert desk.visible(WELL)["w_name"] == "样例井"
    assert desk.visible(WELL)[f"@survey.{survey}"]
