"""Forms that the district publishes come to the desks with the next round, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from cpdesk.context import Context
from cpdesk.forms.session import Session
from cpdesk.operations.publishing import publish_form, read_package
from cpdesk.operations.syncing import enrol_desk, sync_now
from cpdesk.server.admin import Admin, create_database
from cpdesk.server.config import ServerConfig
from cpdesk.server.openrosa.admin import OpenRosaAdmin
from cpdesk.server.run import running_server

STREAM = "110114104"
FORM = """
| survey |
| | type | name | label::中文 (zh) | choice_filter | image |
| | text | town | 镇 | | map.png |
| | select_one_from_file wells.csv | well | 井 | town = ${town} | |
| settings |
| | form_title | form_id | version | default_language |
| | 井室 | wells | VERSION | 中文 (zh) |
"""
WELLS = "name,label,town\nw1,一号井,a\nw2,二号井,b\n"


def form_file(folder: Path, version: str, wells: str = WELLS, title: str = "井室") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "wells.md"
    file.write_text(FORM.replace("VERSION", version).replace("井室", title), encoding="utf-8")
    (folder / "wells.csv").write_text(wells, encoding="utf-8")
    (folder / "map.png").write_bytes(b"\x89PNG")
    return file


@dataclass
class District:
    """A running server, and the folder a form is written in before it is published."""

    config: ServerConfig
    url: str
    admin: Admin
    phones: OpenRosaAdmin
    folder: Path

    def publish(self, version: str, **said: str) -> None:
        package = read_package(form_file(self.folder / version, version, **said))
        self.admin.publish_form(
            form="wells", version=version, title=package.form.title(), content=package.xml.encode("utf-8")
        )
        self.phones.put_form_files("wells", version, package.files)

    def enrol(self, desk: Context) -> Context:
        enrol_desk(desk, self.url, self.admin.new_enrolment_code(role="surveyor", streams=[STREAM], person="周敏"))
        return desk


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    config = ServerConfig(tmp_path / "server", port=0, requests_burst=10_000)
    create_database(config)
    with ExitStack() as stack:
        url = stack.enter_context(running_server(config))
        admin, phones = stack.enter_context(Admin(config)), stack.enter_context(OpenRosaAdmin(config))
        yield District(config, url, admin, phones, tmp_path / "forms")


def wells_of(desk: Context, version: str) -> list[str]:
    form = desk.forms.version("wells", version)
    session = Session(form, clock=desk.clock, new_id=desk.new_id, files=desk.forms.files("wells", version))
    session.set("town", "a")
    return [choice.label for choice in session.state("well").choices]


def test_a_published_form_arrives_with_its_files(district: District, desk: Context) -> None:
    district.enrol(desk)
    district.publish("1")
    report, changes = sync_now(desk)
    assert changes.forms and not report.problems
    assert desk.forms.newest("wells").version == "1"
    assert list(desk.store.forms.files.names("wells", "1")) == ["map.png", "wells.csv"]
    assert wells_of(desk, "1") == ["一号井"]
    assert not sync_now(desk)[1].forms


def test_what_the_district_published_last_is_the_newest_here(district: District, desk: Context) -> None:
    publish_form(desk, form_file(district.folder / "own", "9"))
    district.publish("2")
    district.publish("1")
    sync_now(district.enrol(desk))
    assert desk.forms.newest("wells").version == "1"
    assert {version for form, version, _ in desk.store.forms.list() if form == "wells"} == {"9", "1", "2"}
    publish_form(desk, form_file(district.folder / "own", "10"))
    assert desk.forms.newest("wells").version == "10"
    assert sync_now(desk)[1].forms
    assert desk.forms.newest("wells").version == "1"


def test_a_file_that_the_district_renews_replaces_the_old_one(district: District, desk: Context) -> None:
    district.publish("1")
    sync_now(district.enrol(desk))
    assert wells_of(desk, "1") == ["一号井"]
    district.publish("1", wells=WELLS + "w3,三号井,a\n")
    assert sync_now(desk)[1].forms
    assert wells_of(desk, "1") == ["一号井", "三号井"]


def test_another_content_under_a_version_is_told_and_stops_nothing(district: District, desk: Context) -> None:
    publish_form(desk, form_file(district.folder / "own", "1", title="旧井室"))
    district.publish("1")
    district.publish("2")
    report, _ = sync_now(district.enrol(desk))
    assert [problem.code for problem in report.problems] == ["CP-1506"]
    assert desk.forms.version("wells", "1").title() == "旧井室"
    assert desk.forms.newest("wells").version == "2"


def test_a_form_that_no_program_reads_is_told_and_the_others_come(district: District, desk: Context) -> None:
    district.admin.publish_form(form="broken", version="1", title="坏", content=b"<h:html")
    district.publish("1")
    report, _ = sync_now(district.enrol(desk))
    assert [problem.code[:5] for problem in report.problems] == ["CP-12"]
    assert desk.forms.newest("wells").version == "1"


def test_desks_of_two_districts_need_no_folder_of_the_other(
    district: District, make_desk: Callable[[str], Context]
) -> None:
    first, second = make_desk("周敏"), make_desk("李强")
    district.publish("1")
    sync_now(district.enrol(first))
    shutil.rmtree(district.folder)
    sync_now(district.enrol(second))
    assert wells_of(first, "1") == wells_of(second, "1")
