"""A farmhouse surveyed on a phone is the same record as one surveyed on a desk: form, paths and pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from openrosa_phone import NANKOU, Server, form_xml, running, submission

from cpdesk.context import Context
from cpdesk.forms.submission import submission_xml
from cpdesk.model.records import RecordKind, Status
from cpdesk.operations.demo.village import survey_household
from cpdesk.operations.photos import photo_content
from cpdesk.operations.sites import add_site, survey_of
from cpdesk.operations.surveys import open_survey
from cpdesk.operations.syncing import enrol_desk, sync_now
from cpdesk.server.openrosa.reading import is_file, template_of

HOUSE = {"township_code": NANKOU, "village": "样例村", "household_no": "001", "householder_name": "样例户"}


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    with running(tmp_path, database_url) as found:
        yield found


def leaves(answers: dict[str, str]) -> Counter[tuple[str, str]]:
    """Answers by question, whatever the ids of items are; remarks and marks are a desk's own."""
    plain = {path: text for path, text in answers.items() if "#" not in path and not path.endswith("]")}
    return Counter((template_of(path), text) for path, text in plain.items())


def test_a_farmhouse_filled_on_a_phone_opens_on_a_desk_as_it_was(
    server: Server, make_desk: Callable[[str], Context]
) -> None:
    phone, desk = make_desk("样例手机"), make_desk("周敏")
    with server.admin() as admin:
        enrol_desk(desk, server.url, admin.new_enrolment_code(role="surveyor", streams=[NANKOU], person="周敏"))
    house, _ = add_site(desk, RecordKind.HOUSEHOLD, HOUSE)
    sync_now(desk)
    survey = survey_household(phone, add_site(phone, RecordKind.HOUSEHOLD, HOUSE)[0], seed=7)
    opened = open_survey(phone, survey)
    sent = opened.session.submission_answers()
    photos = {text: photo_content(phone, text) for path, text in sent.items() if is_file(opened.form, path) and text}
    xml = submission_xml(opened.form, opened.session)
    published = phone.store.forms.get(opened.form.id, opened.form.version)
    assert published is not None
    server.publish(published.xml, opened.form.id, opened.form.version)
    files = [("xml_submission_file", ("a.xml", xml, "text/xml"))]
    files += [(name, (name, content, "image/jpeg")) for name, content in photos.items()]
    path = server.app_user().paths[NANKOU]
    answer = httpx.post(f"{server.url}{path}/submission", files=files, timeout=30)
    assert answer.status_code == 201
    assert "已收到，谢谢。" in answer.text
    sync_now(desk)
    came = survey_of(desk, house)
    assert came is not None
    record = desk.store.records.get(came)
    assert record.status is Status.SUBMITTED
    assert (record.form, record.version) == (opened.form.id, opened.form.version)
    there = dict(record.answers)
    pictures = {path: text for path, text in there.items() if is_file(opened.form, path)}
    assert len(photos) > 0
    assert {text: photo_content(desk, text) for text in pictures.values()} == photos
    expected = {path: text for path, text in sent.items() if not is_file(opened.form, path) and text}
    assert leaves({path: text for path, text in there.items() if path not in pictures}) == leaves(expected)
    assert desk.forms.newest(opened.form.id).version == opened.form.version
    blocking = [problem.path for problem in open_survey(desk, came).session.validate() if problem.blocks]
    assert blocking == []


def test_many_phones_at_once_and_one_phone_that_sends_twice_at_once(server: Server) -> None:
    server.publish(form_xml(), "wells_quick", "3")
    paths = [server.app_user(person=f"样例手机{number}").paths[NANKOU] for number in range(4)]
    numbers = [number for number in range(24) for _ in range(2)]

    def send(number: int) -> int:
        xml = submission(f"{number:08d}-0000-4000-8000-000000000000", code=f"W-{number}")
        url = f"{server.url}{paths[number % 4]}/submission"
        return httpx.post(url, files={"xml_submission_file": ("a.xml", xml, "text/xml")}, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, numbers)) == {201}
    desk = server.pulled()
    assert sorted(desk.visible(record)["w_code"] for record in desk.records()) == sorted(f"W-{n}" for n in range(24))
    with server.admin() as admin:
        assert {row.flag for row in admin.devices()} == {""}
