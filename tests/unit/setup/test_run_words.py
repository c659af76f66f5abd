"""What `run.py` decides and says, without installing anything."""

from __future__ import annotations

import errno
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture
def run(checkout: Path) -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("run_under_test", checkout / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module


def test_a_user_gets_one_command_that_can_be_typed(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    which = {"apt-get": "/usr/bin/apt-get", "sudo": "/usr/bin/sudo"}
    monkeypatch.setattr(run.shutil, "which", which.get)
    line = "apt-get update && apt-get install -y --no-install-recommends python3-venv libegl1"
    for expected in (f"sudo sh -c '{line}'", f"su -c '{line}'"):
        with pytest.raises(run.SetupFault) as caught:
            run.install_system_packages(["python3-venv", "libegl1"])
        assert caught.value.zh.splitlines()[-1].strip() == expected
        assert caught.value.en.splitlines()[-1].strip() == expected
        which.pop("sudo", None)


def test_without_apt_the_packages_are_named(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.shutil, "which", lambda _: None)
    with pytest.raises(run.SetupFault) as caught:
        run.install_system_packages(["libegl1"])
    assert "libegl1" in caught.value.zh
    assert "libegl1" in caught.value.en


@pytest.mark.parametrize(
    ("window", "display", "expected"),
    [
        (False, ":0", []),
        (True, "", ["libegl1"]),
        (True, ":0", ["libegl1", "libxcb-cursor0"]),
    ],
)
def test_only_what_is_missing_and_needed_is_asked_for(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, window: bool, display: str, expected: list[str]
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(run.platform, "system", lambda: "Linux")
    monkeypatch.setattr(run, "can_load", lambda name: name not in ("libEGL.so.1", "libxcb-cursor.so.0"))
    assert run.missing_system_packages(window=window, need_pip=False, wheelhouse=None) == expected


def test_pip_is_asked_for_only_when_nothing_brings_one(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "has_module", lambda _: False)
    assert run.missing_system_packages(window=False, need_pip=True, wheelhouse=tmp_path) == ["python3-venv"]
    (tmp_path / "pip-26.3-py3-none-any.whl").touch()
    assert run.missing_system_packages(window=False, need_pip=True, wheelhouse=tmp_path) == []
    assert run.missing_system_packages(window=False, need_pip=False, wheelhouse=None) == []


def test_a_library_that_is_not_there_cannot_be_loaded(run: ModuleType) -> None:
    assert not run.can_load("libno-such-library.so.7")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "not the one on the list"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] failed'))", "certificate"),
        ("WARNING: Retrying after connection broken by 'NewConnectionError(... refused)'", "cannot be reached"),
        ("Caused by NameResolutionError: Failed to resolve", "cannot be reached"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "lacks a package"),
        ("ERROR: [Errno 13] Permission denied: 'x'", "No right to write"),
        ("something nobody expected", "pip says"),
    ],
)
def test_pips_words_become_plain_ones_with_its_own_below(run: ModuleType, line: str, word: str) -> None:
    # pip ends nearly every failure with this line; it must not hide the cause
    fault = run.pip_fault([line, "ERROR: No matching distribution found" if "lacks" in word else "ERROR: failed"])
    assert word in fault.en
    assert fault.zh
    assert line in fault.details


def test_an_old_python_is_told_what_is_needed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(run.platform, "python_version", lambda: "3.9.2")
    monkeypatch.setattr(run.shutil, "which", lambda _: None)
    assert run.main([]) == 1
    said = capsys.readouterr().err
    assert "3.9.2" in said
    assert "需要 3.11" in said
    assert "needs 3.11" in said


@pytest.mark.parametrize(
    ("number", "word"),
    [(errno.ENOSPC, "full"), (errno.EACCES, "CPDESK_VENV"), (errno.EROFS, "CPDESK_VENV"), (5, "failed")],
)
def test_faults_of_the_disk_are_words(run: ModuleType, number: int, word: str) -> None:
    assert word in run.disk_fault(OSError(number, "reason", "venv")).en


def test_too_little_space_is_said_before_anything_is_made(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run.shutil, "disk_usage", lambda _: SimpleNamespace(free=3_000_000))
    with pytest.raises(run.SetupFault, match="Only 3 MB"):
        run.make_environment(tmp_path / "venv", tmp_path / "venv" / "bin" / "python")
    assert list(tmp_path.iterdir()) == []


def test_the_window_needs_a_display(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.platform, "system", lambda: "Linux")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not run.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert run.has_display()
    assert run.command_line(Path("python"), [])[-1] == "desk"
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert not run.has_display()
