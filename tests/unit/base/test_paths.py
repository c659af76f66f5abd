"""Where data lies, and where the program's own files are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpdesk.base import resources
from cpdesk.base.errors import IntegrityFault
from cpdesk.base.paths import Paths


def test_one_variable_moves_all_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPDESK_HOME", str(tmp_path / "stick"))
    paths = Paths.of_user()
    for folder in (paths.data, paths.config, paths.cache, paths.logs):
        assert folder.parent == tmp_path / "stick"


def test_without_it_the_systems_own_folders_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CPDESK_HOME")
    paths = Paths.of_user()
    for folder in (paths.data, paths.config, paths.cache, paths.logs):
        assert folder.is_absolute()
        assert "cpdesk" in str(folder)


def test_a_shipped_file_is_found_and_a_missing_one_named() -> None:
    assert resources.resource_path("i18n/errors/base.csv").is_file()
    with pytest.raises(IntegrityFault) as caught:
        resources.resource_path("forms/no-such-form.md")
    assert caught.value.code == "CP-3001"
    assert "forms/no-such-form.md" in caught.value.message()
