"""The shipped form is damaged on the disk: the version published before serves, or a clear fault says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpdesk import context
from cpdesk.base.errors import IntegrityFault
from cpdesk.context import Context
from cpdesk.operations.register import add_household
from cpdesk.operations.surveys import begin_survey, open_survey

ANSWERS = {
    "township_code": "110114118",
    "village": "黑寨村",
    "household_no": "001",
    "householder_name": "样例户主",
}


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "farmhouse.xml"
    path.write_text("<h:html xmlns:h='http://www.w3.org/1999/xhtml'><h:head>", encoding="utf-8")

    def read(form: str) -> tuple[str, object]:
        xml = path.read_text(encoding="utf-8")
        return xml, context.load_form(xml)

    monkeypatch.setattr(context, "shipped_form", read)
    return path


def test_without_a_published_version_the_fault_says_what_to_do(desk: Context, damaged: Path) -> None:
    household, _ = add_household(desk, ANSWERS)
    with pytest.raises(IntegrityFault) as caught:
        begin_survey(desk, household)
    assert caught.value.code == "CP-3003"
    assert caught.value.remedy("zh")


def test_a_version_published_before_serves_and_the_file_stays(
    desk: Context, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    published = desk.forms.newest("farmhouse").version
    monkeypatch.setattr(context, "shipped_form", lambda form: ("", context.load_form("<broken")))
    again = context.FormLibrary(desk.store.forms)
    assert again.newest("farmhouse").version == published
    household, _ = add_household(desk, ANSWERS)
    survey, _ = begin_survey(desk, household)
    assert open_survey(desk, survey).form.version == published
