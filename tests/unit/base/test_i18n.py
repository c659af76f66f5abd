"""Texts and errors in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpdesk.base import i18n
from cpdesk.base.errors import AccessFault, CpdeskError, EnvironmentFault, InputFault, IntegrityFault
from cpdesk.base.i18n import Translator


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty catalogue in place of the shipped one."""
    for kind in ("texts", "errors"):
        (tmp_path / "i18n" / kind).mkdir(parents=True)
    monkeypatch.setattr(i18n, "resources_root", lambda: tmp_path)
    for cached in (i18n._texts, i18n._errors):
        cached.cache_clear()
    monkeypatch.setattr(i18n, "_texts", i18n._texts.__wrapped__)
    monkeypatch.setattr(i18n, "_errors", i18n._errors.__wrapped__)
    return tmp_path / "i18n"


def test_looks_up_both_languages() -> None:
    assert Translator("zh")("setting.language") == "界面语言"
    assert Translator("en")("setting.language") == "Language of the interface"


def test_fills_placeholders_and_groups_thousands(catalogue: Path) -> None:
    (catalogue / "texts" / "a.csv").write_text('key,zh,en\ncount,"{n:,} 户","{n:,} households"\n', encoding="utf-8")
    assert Translator("zh")("count", n=12345) == "12,345 户"
    assert Translator("en")("count", n=12345) == "12,345 households"


def test_a_text_without_fields_keeps_its_braces(catalogue: Path) -> None:
    (catalogue / "texts" / "a.csv").write_text("key,zh,en\nhint,写成 {x},write {x}\n", encoding="utf-8")
    assert Translator("zh")("hint") == "写成 {x}"


def test_an_unknown_key_or_language_is_said() -> None:
    with pytest.raises(IntegrityFault) as caught:
        Translator()("no.such.key")
    assert "no.such.key" in caught.value.message()
    assert not Translator().has("no.such.key")
    with pytest.raises(ValueError, match="'fr'"):
        Translator("fr")


def test_one_key_in_two_files_is_refused_with_both_places(catalogue: Path) -> None:
    for name in ("a", "b"):
        (catalogue / "texts" / f"{name}.csv").write_text("key,zh,en\nsame,一,one\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"b\.csv:2: same is declared in a\.csv:2"):
        Translator()("same")


def test_a_row_with_a_comma_too_many_is_refused_with_its_place(catalogue: Path) -> None:
    (catalogue / "texts" / "a.csv").write_text("key,zh,en\nsame,一,one,two\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.csv:2: 4 cells"):
        Translator()("same")


def test_an_error_speaks_both_languages_and_names_the_value() -> None:
    error = EnvironmentFault("CP-2001", path="调查.db")
    assert "调查.db" in error.message("zh")
    assert "磁盘满了" in error.message("zh")
    assert error.remedy("en").startswith("Free 200 MB")
    assert str(error).startswith("CP-2001: The disk is full; 调查.db")


def test_a_missing_field_or_code_never_hides_the_fault() -> None:
    assert "—" in InputFault("CP-1002", table="fuels.csv").message("zh")
    assert InputFault("CP-9999", place="B7").message("zh") == "CP-9999 {'place': 'B7'}"


def test_all_kinds_of_fault_are_for_people() -> None:
    for kind in (InputFault, EnvironmentFault, IntegrityFault, AccessFault):
        assert issubclass(kind, CpdeskError)
