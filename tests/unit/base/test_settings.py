"""Settings survive what happens to files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cpdesk.base.errors import InputFault
from cpdesk.base.i18n import Translator
from cpdesk.base.settings import DECLARED, Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_defaults_then_what_was_set(path: Path) -> None:
    settings = Settings(path)
    assert settings.get("language") == "zh"
    settings.set("language", "en")
    settings.set("sync_every_minutes", 5)
    again = Settings(path)
    assert again.get("language") == "en"
    assert again.get("sync_every_minutes") == 5


@pytest.mark.parametrize("content", ["{ half a fi", "[1, 2]", "", "\x00\x00"])
def test_a_damaged_file_is_kept_aside_and_defaults_serve(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    assert Settings(path).get("language") == "zh"
    assert not path.exists()
    assert path.with_suffix(".damaged.json").read_text(encoding="utf-8") == content


def test_a_file_that_is_not_text_is_kept_aside(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x80")
    assert Settings(path).get("theme") == "light"
    assert path.with_suffix(".damaged.json").read_bytes() == b"\xff\xfe\x80"


@pytest.mark.parametrize(
    ("name", "value"), [("language", "fr"), ("sync_every_minutes", "5"), ("sync_every_minutes", True), ("person", 3)]
)
def test_a_value_that_does_not_fit_is_refused_and_not_stored(path: Path, name: str, value: object) -> None:
    settings = Settings(path)
    with pytest.raises(InputFault) as caught:
        settings.set(name, value)
    assert caught.value.code == "CP-1004"
    assert name in caught.value.message()
    assert settings.get(name) == DECLARED[name].default
    assert not path.exists()


def test_a_stored_value_that_no_longer_fits_gives_the_default(path: Path) -> None:
    path.write_text(json.dumps({"theme": "sepia"}), encoding="utf-8")
    assert Settings(path).get("theme") == "light"


def test_settings_of_a_newer_program_are_kept(path: Path) -> None:
    path.write_text(json.dumps({"map_style": "paper"}), encoding="utf-8")
    Settings(path).set("person", "样例")
    assert json.loads(path.read_text(encoding="utf-8")) == {"map_style": "paper", "person": "样例"}


def test_every_setting_has_its_help() -> None:
    assert [name for name in DECLARED if not Translator().has(f"setting.{name}")] == []
