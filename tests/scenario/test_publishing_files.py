"""A form and its files from the folder of whoever wrote it to a survey, and through its versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpdesk.base.errors import EnvironmentFault, InputFault
from cpdesk.context import Context
from cpdesk.forms.session import Session
from cpdesk.model.records import Changes
from cpdesk.operations.publishing import convert_form, publish_form, read_package

FORM = """
| survey |
| | type | name | label::中文 (zh) | choice_filter | image |
| | text | town | 镇 | | map.png |
| | select_one_from_file wells.csv | well | 井 | town = ${town} | |
| | select_one_external roads | road | 路 | town = ${town} | |
| external_choices |
| | list_name | name | label::中文 (zh) | label | town |
| | roads | r1 | 一路 | One | a |
| settings |
| | form_title | form_id | version | default_language |
| | 井室 | wells | VERSION | 中文 (zh) |
"""
WELLS = "name,label,town\nw1,一号井,a\nw2,二号井,b\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "forms" / "wells.md"
    file.parent.mkdir()
    file.write_text(FORM.replace("VERSION", "1"), encoding="utf-8")
    (file.parent / "wells.csv").write_text(WELLS, encoding="gbk")
    (file.parent / "wells-media").mkdir()
    (file.parent / "wells-media" / "map.png").write_bytes(b"\x89PNG")
    return file


def opened(desk: Context, version: str) -> Session:
    form = desk.forms.version("wells", version)
    return Session(form, clock=desk.clock, new_id=desk.new_id, files=desk.forms.files("wells", version))


def labels(session: Session, question: str) -> list[str]:
    return [choice.label for choice in session.state(question).choices]


def test_a_form_is_published_with_its_files(desk: Context, source: Path) -> None:
    form, changes = publish_form(desk, source)
    assert changes.forms and form.version == "1"
    assert list(desk.store.forms.files.names("wells", "1")) == ["itemsets.csv", "map.png", "wells.csv"]
    session = opened(desk, "1")
    session.set("town", "a")
    assert labels(session, "well") == ["一号井"] and labels(session, "road") == ["一路"]
    assert dict(session.state("town").media) == {"image": "map.png"}
    assert publish_form(desk, source)[1] == Changes()


def test_each_version_keeps_the_files_it_was_published_with(desk: Context, source: Path) -> None:
    publish_form(desk, source)
    before = opened(desk, "1")
    source.write_text(FORM.replace("VERSION", "2"), encoding="utf-8")
    (source.parent / "wells.csv").write_text(WELLS + "w3,三号井,a\n", encoding="utf-8")
    publish_form(desk, source)
    assert desk.forms.newest("wells").version == "2"
    found = {}
    for version, session in (("1", before), ("1 again", opened(desk, "1")), ("2", opened(desk, "2"))):
        session.set("town", "a")
        found[version] = labels(session, "well")
    assert found == {"1": ["一号井"], "1 again": ["一号井"], "2": ["一号井", "三号井"]}


def test_a_changed_file_needs_a_new_version(desk: Context, source: Path) -> None:
    publish_form(desk, source)
    (source.parent / "wells.csv").write_text(WELLS + "w3,三号井,a\n", encoding="utf-8")
    with pytest.raises(InputFault) as caught:
        publish_form(desk, source)
    assert caught.value.code == "CP-1243"


def test_a_wrong_file_is_named_before_anything_is_published(desk: Context, source: Path) -> None:
    (source.parent / "wells.csv").write_text("name,label,town\nw1,一号井\n", encoding="utf-8")
    with pytest.raises(InputFault) as caught:
        publish_form(desk, source)
    assert caught.value.code == "CP-1235" and "wells.csv" in caught.value.message("zh")
    assert desk.store.forms.list() == []


def test_missing_files_are_named_and_come_later(desk: Context, source: Path) -> None:
    (source.parent / "wells.csv").unlink()
    assert read_package(source).missing == ("wells.csv",)
    publish_form(desk, source)
    (source.parent / "wells.csv").write_text(WELLS, encoding="utf-8")
    publish_form(desk, source)
    session = opened(desk, "1")
    session.set("town", "b")
    assert labels(session, "well") == ["二号井"]


def test_a_converted_form_is_whole_again(desk: Context, source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "w.xml"
    convert_form(source, target)
    assert sorted(path.name for path in (tmp_path / "out" / "w-media").iterdir()) == [
        "itemsets.csv",
        "map.png",
        "wells.csv",
    ]
    again = read_package(target)
    assert again.missing == () and again.form.id == "wells"
    publish_form(desk, target)
    assert desk.store.forms.get("wells", "1") is not None


def test_a_form_cannot_reach_for_other_files(desk: Context, source: Path) -> None:
    secret = source.parent.parent / "secret.csv"
    secret.write_text(WELLS, encoding="utf-8")
    form = FORM.replace("VERSION", "1").replace("map.png", "../secret.csv")
    source.write_text(form, encoding="utf-8")
    assert "secret.csv" not in read_package(source).files
    xml = convert_form(source, source.parent / "w.xml").xml.replace(
        "jr://file-csv/wells.csv", "jr://file-csv/..%2Fx\\.."
    )
    (source.parent / "w.xml").write_text(xml, encoding="utf-8")
    assert read_package(source.parent / "w.xml").missing


def test_files_that_cannot_be_read_are_named(desk: Context, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault):
        read_package(tmp_path / "none.md")
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(InputFault) as caught:
        read_package(tmp_path / "bad.md")
    assert caught.value.code == "CP-1232"
