"""The locks hold everything, fixed and hashed, and say nothing of where it comes from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock")
REMEDY = "run `python tools/lock.py`"


def entries(path: Path) -> dict[str, list[str]]:
    """Requirement line (name, version, marker) → its hashes."""
    found: dict[str, list[str]] = {}
    for block in re.split(r"(?m)^(?=[a-z0-9])", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z0-9]", block):
            found[block.splitlines()[0].rstrip(" \\")] = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block)
    return found


def package(line: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>;\[ ]", line)[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_fixed_and_hashed(checkout: Path, name: str) -> None:
    locked = entries(checkout / name)
    assert len(locked) > 40
    for line, hashes in locked.items():
        assert re.match(r"[a-z0-9-]+==[0-9]\S*( ; .+)?$", line), f"{name}: {line}: {REMEDY}"
        assert hashes, f"{name}: {line} has no hash: {REMEDY}"


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_source(checkout: Path, name: str) -> None:
    text = (checkout / name).read_text(encoding="utf-8")
    for word in ("://", "index-url", "find-links", "trusted-host", " @ "):
        assert word not in text, f"{name} contains {word}: {REMEDY}"


def test_the_development_lock_holds_the_other_one_unchanged(checkout: Path) -> None:
    users, developers = (entries(checkout / name) for name in LOCKS)
    assert {line: developers.get(line) for line in users} == users, f"the locks disagree: {REMEDY}"


def test_the_locks_hold_what_pyproject_asks_for(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    needed = [*project["project"]["dependencies"], *extras["desk"], *extras["server"]]
    users, developers = ({package(line) for line in entries(checkout / name)} for name in LOCKS)
    assert {package(line) for line in needed} - users == set(), REMEDY
    assert {package(line) for line in project["dependency-groups"]["dev"]} - developers == set(), REMEDY


def test_qt_is_the_release_that_old_office_systems_run(checkout: Path) -> None:
    assert "pyside6-essentials==6.8.0.2" in entries(checkout / "requirements.lock")
