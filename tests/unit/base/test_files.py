"""A file is the old one or the new one, and a fault of the disk is named as such."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cpdesk.base import files
from cpdesk.base.errors import EnvironmentFault


def test_writes_into_a_new_folder_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "新文件夹" / "记录.json"
    files.write_atomically(path, b"old")
    files.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in path.parent.iterdir()] == ["记录.json"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_half_way_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "settings.json"
    files.write_atomically(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(EnvironmentFault) as caught:
        files.write_atomically(path, b"new")
    monkeypatch.undo()
    assert caught.value.code == "CP-2001"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(EnvironmentFault) as caught:
        files.write_atomically(folder / "a.json", b"x")
    assert caught.value.code == "CP-2002"
    assert str(folder) in caught.value.message()


def test_a_file_where_a_folder_should_be_is_the_disks_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(EnvironmentFault) as caught:
        files.write_atomically(tmp_path / "taken" / "a.json", b"x")
    assert caught.value.code == "CP-2003"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "CP-2001"),
        (errno.EDQUOT, "CP-2001"),
        (errno.EACCES, "CP-2002"),
        (errno.EPERM, "CP-2002"),
        (errno.EROFS, "CP-2002"),
        (errno.ENOENT, "CP-2004"),
        (errno.EIO, "CP-2003"),
    ],
)
def test_each_fault_of_the_system_has_its_code(number: int, code: str) -> None:
    fault = files.fault_of(OSError(number, "reason"), Path("survey.db"))
    assert fault.code == code
    assert "survey.db" in fault.message("zh")
    assert "survey.db" in fault.message("en")


def test_an_error_of_the_program_is_not_hidden_as_the_disks(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), files.disk_faults(tmp_path):
        _ = 1 // 0
