"""Submissions of a phone against a real server process: records, sites, photographs, repetition, edits, quarantine."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from openrosa_phone import NANKOU, WELL, YANSHOU, Server, form_xml, running, submission

from cpdesk.base.errors import InputFault
from cpdesk.forms.publish import compile_xlsform
from cpdesk.server.openrosa.admin import OpenRosaAdmin
from cpdesk.sync.client import sync_once

ONE, TWO, THREE, FOUR = (f"1111111{digit}-2222-4333-8444-555555555555" for digit in "1234")
ENTITY = f'<entity dataset="well" create="1" id="{WELL}"><label>W-1</label></entity>'


CHANGE_MD = """
| survey   | type                          | name   | label::中文 (zh) | save_to |
|          | select_one_from_file well.csv | site   | 哪个井           |         |
|          | text                          | w_name | 名称             | w_name  |
| settings | form_title                    | form_id      | version |
|          | 改井名（样例）                | wells_change | 1       |
| entities | list_name                     | entity_id    |
|          | well                          | ${site}      |
"""


def change_of_well(instance: str, name: str, *, base: int) -> bytes:
    entity = f'<entity dataset="well" id="{WELL}" update="1" baseVersion="{base}" trunkVersion="" branchId=""/>'
    return (
        f'<data id="wells_change" version="1"><site>{WELL}</site><w_name>{name}</w_name>'
        f"<meta>{entity}<instanceID>uuid:{instance}</instanceID></meta></data>"
    ).encode()


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    with running(tmp_path, database_url) as found:
        found.publish(form_xml(), "wells_quick", "3", "热力井巡查（样例）")
        yield found


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def post(server: Server, path: str, xml: bytes, *files: tuple[str, bytes], incomplete: bool = False) -> httpx.Response:
    parts: list[tuple[str, tuple[str | None, bytes, str | None]]] = [
        ("xml_submission_file", ("sample.xml", xml, "text/xml"))
    ]
    parts += [(name, (name, content, "image/jpeg")) for name, content in files]
    if incomplete:
        parts.append(("*isIncomplete*", (None, b"yes", None)))
    return httpx.post(f"{server.url}{path}/submission", files=parts, headers={"X-OpenRosa-Version": "1.0"})  # type: ignore[arg-type]


def test_a_submission_becomes_a_survey_and_a_site_that_desks_pull(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
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


def test_the_same_again_changes_nothing_and_another_content_is_refused(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
    first = post(server, path, submission(ONE))
    again = post(server, path, submission(ONE))
    other = post(server, path, submission(ONE, depth="4"))
    assert [first.status_code, again.status_code, other.status_code] == [201, 201, 409]
    assert "已经交过" in other.text
    assert len(server.pulled().records()) == 1


def test_photographs_come_in_several_posts_and_the_answers_wait_for_none(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
    extra = "<defect><what>锈</what><shot>b.jpg</shot></defect><defect><what>水</what><shot>c.jpg</shot></defect>"
    xml = submission(ONE, photo="a.jpg", extra=extra)
    a, b, c = (random.Random(seed).randbytes(200_000) for seed in (1, 2, 3))
    first = post(server, path, xml, ("a.jpg", a), incomplete=True)
    assert first.status_code == 202
    replica, transport = server.desk()
    sync_once(replica, transport)
    (survey,) = replica.records()
    assert replica.visible(survey)["photo"] == f"{sha(a)}.jpg"
    assert not [path for path in replica.visible(survey) if path.endswith("/shot")]
    assert post(server, path, xml, ("b.jpg", b), incomplete=True).status_code == 202
    assert post(server, path, xml, ("b.jpg", b), ("c.jpg", c)).status_code == 201
    sync_once(replica, transport)
    fields = replica.visible(survey)
    shots = {fields[path.replace("/shot", "/what")]: fields[path] for path in fields if path.endswith("/shot")}
    assert shots == {"锈": f"{sha(b)}.jpg", "水": f"{sha(c)}.jpg"}
    for content in (a, b, c):
        assert replica.blob_content(sha(content)) == content
    assert post(server, path, xml, ("b.jpg", c)).status_code == 409


def test_an_edit_on_the_phone_changes_the_same_record_and_keeps_items(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
    extra = "<defect><what>锈</what><shot/></defect><defect><what>水</what><shot/></defect>"
    assert post(server, path, submission(ONE, extra=extra)).status_code == 201
    replica, transport = server.desk()
    sync_once(replica, transport)
    (survey,) = replica.records()
    before = replica.visible(survey)
    water = next(path for path, text in before.items() if text == "水")
    replica.change(survey, {"depth": "9"}, stream=NANKOU, form="wells_quick")
    sync_once(replica, transport)
    edited = "<defect><what>锈</what><shot/></defect><defect><what>漏</what><shot/></defect>"
    assert post(server, path, submission(TWO, depth="5", extra=edited, replaces=ONE)).status_code == 201
    sync_once(replica, transport)
    after = replica.visible(survey)
    assert replica.records() == {survey}
    assert after[water] == "漏"
    assert {path for path in after if path.endswith("]")} == {path for path in before if path.endswith("]")}
    assert after["depth"] == "9"  # a desk changed it unseen by the phone: both stand, in a conflict
    assert [(one.path, one.current, one.proposed) for one in replica.conflicts.values()] == [("depth", "9", "5")]
    assert after["@status"] == "submitted"


def test_what_does_not_fit_is_kept_whole_and_can_be_taken_later(server: Server) -> None:
    user = server.app_user()
    path = user.paths[NANKOU]
    unknown_form = post(server, path, submission(ONE, form="nobody"))
    assert unknown_form.status_code == 404
    assert "没有表单" in unknown_form.text
    wanted = {
        "version_unknown 9": submission(ONE, version="9"),
        "question_unknown surprise": submission(TWO, extra="<surprise>1</surprise>"),
        "answer_of_another_type depth": submission(THREE, depth="deep"),
        "edited_unknown uuid:nobody": submission(FOUR, replaces="nobody"),
    }
    for xml in wanted.values():
        answer = post(server, path, xml, ("a.jpg", b"sample"))
        assert answer.status_code == 201
        assert "管理员" in answer.text
    assert server.pulled().records() == set()
    with OpenRosaAdmin(server.config) as admin:
        kept = {one.reason: one.instance for one in admin.quarantine()}
        assert set(kept) == set(wanted)
        assert {reason: admin.quarantined_xml(instance) for reason, instance in kept.items()} == wanted
        with pytest.raises(InputFault, match="CP-1698"):
            admin.retake(kept["version_unknown 9"])
        server.publish(form_xml().replace('version="3"', 'version="9"'), "wells_quick", "9")
        admin.retake(kept["version_unknown 9"])
        admin.retake(kept["answer_of_another_type depth"], submission(THREE, depth="7"))
        assert len(admin.quarantine()) == 2
    desk = server.pulled()
    assert sorted(desk.visible(record)["depth"] for record in desk.records()) == ["3", "7"]
    assert post(server, path, submission(THREE, depth="deep")).status_code == 201  # the original, repeated
    assert len(server.pulled().records()) == 2


def test_a_site_changed_unseen_becomes_a_conflict_and_a_doubled_number_is_held(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
    assert post(server, path, submission(ONE, entity=ENTITY)).status_code == 201
    other = ENTITY.replace(WELL, WELL.replace("0001", "0002"))
    assert post(server, path, submission(TWO, entity=other)).status_code == 201
    with OpenRosaAdmin(server.config) as admin:
        assert [one.reason for one in admin.quarantine()] == ["site_number_taken well/w_code"]
    second = server.app_user(person="样例手机二").paths[NANKOU]
    assert post(server, second, submission(THREE, code="W-9", entity=ENTITY)).status_code == 201
    desk = server.pulled()
    assert desk.visible(WELL)["w_code"] == "W-1"
    assert [(one.path, one.current, one.proposed) for one in desk.conflicts.values()] == [("w_code", "W-1", "W-9")]


def test_a_site_seen_as_it_stands_is_changed_and_says_by_which_survey(server: Server) -> None:
    path = server.app_user().paths[NANKOU]
    replica, transport = server.desk()
    old = {"w_code": "W-1", "w_name": "旧名", "township_code": NANKOU}
    replica.change(WELL, old, stream=NANKOU, kind="well", form="well")
    sync_once(replica, transport)
    server.publish(compile_xlsform(CHANGE_MD, name="wells_change"), "wells_change", "1")
    manifest = httpx.get(f"{server.url}{path}/forms/wells_change/1/manifest").text
    assert 'type="entityList"' in manifest
    (address,) = re.findall(r"<downloadUrl>([^<]+)</downloadUrl>", manifest)
    assert httpx.get(address).text.splitlines() == ["name,label,__version", f"{WELL},W-1 旧名,1"]
    assert post(server, path, change_of_well(ONE, "样例井", base=1)).status_code == 201
    sync_once(replica, transport)
    assert replica.visible(WELL)["w_name"] == "样例井"
    assert replica.conflicts == {}
    (survey,) = replica.records() - {WELL}
    assert f"@survey.{survey}" in replica.visible(WELL)
    other = server.app_user(person="样例手机二").paths[NANKOU]
    assert post(server, other, change_of_well(TWO, "又一名", base=1)).status_code == 201  # of what it saw before
    sync_once(replica, transport)
    found = [(one.original, one.current, one.proposed) for one in replica.conflicts.values()]
    assert found == [("旧名", "样例井", "又一名")]


def test_registers_hold_one_township_and_only_what_the_form_reads(server: Server) -> None:
    replica, transport = server.desk(NANKOU, YANSHOU)
    wells = {"w_code": "W-7", "w_name": "样例井七", "w_kind": "valve", "w_depth_m": "2.5", "township_code": NANKOU}
    replica.change(replica.new_id(), wells, stream=NANKOU, kind="well", form="well")
    replica.change(replica.new_id(), {**wells, "w_code": "Y-1"}, stream=YANSHOU, kind="well", form="well")
    sync_once(replica, transport)
    user = server.app_user(NANKOU)
    url = server.url + user.paths[NANKOU]
    manifest = httpx.get(f"{url}/forms/wells_quick/3/manifest")
    found = dict(re.findall(r"<hash>md5:([0-9a-f]+)</hash><downloadUrl>([^<]+)</downloadUrl>", manifest.text))
    ((md5, address),) = found.items()
    content = httpx.get(address)
    assert hashlib.md5(content.content, usedforsecurity=False).hexdigest() == md5
    head, *rows = content.text.splitlines()
    assert head == "name,label,__version,w_kind"
    assert rows == ["W-7,W-7 样例井七,1,valve"]
    unchanged = httpx.get(address, headers={"If-None-Match": content.headers["etag"]})
    assert unchanged.status_code == 304
    elsewhere = httpx.get(address.replace(NANKOU, YANSHOU), headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"})
    assert elsewhere.status_code == 403
    assert "may not read or write" in elsewhere.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><data id='wells_quick'>&b;</data>", 400),
        (b"<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><data id='wells_quick'>&x;</data>", 400),
        (b"<data id='wells_quick' version='3'><w_code>", 400),
        (b"<data id='wells_quick' version='3'><w_code>1</w_code></data>", 400),
        (b"not xml", 400),
        (b"<data>" + b" " * 4_000_000 + b"</data>", 413),
    ],
)
def test_hostile_xml_is_refused_with_words_and_leaves_nothing(server: Server, body: bytes, status: int) -> None:
    path = server.app_user().paths[NANKOU]
    answer = post(server, path, body, ("a.jpg", b"sample"))
    assert answer.status_code == status, answer.text
    assert "<OpenRosaResponse" in answer.text
    parts = server.config.blobs / "parts"
    assert list(parts.iterdir()) == []
    with OpenRosaAdmin(server.config) as admin:
        assert admin.quarantine() == []


def test_a_body_of_a_hundred_megabytes_is_refused_before_it_is_on_the_disk(server: Server) -> None:
    path = server.app_user().paths[NANKOU]

    def body() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="a.jpg"; filename="a.jpg"\r\n\r\n'
        for _ in range(100):
            yield bytes(1_000_000)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    try:
        status = httpx.post(f"{server.url}{path}/submission", content=body(), headers=headers).status_code
    except httpx.WriteError:
        status = 413  # the server had closed the line already
    assert status == 413
    assert list((server.config.blobs / "parts").iterdir()) == []
