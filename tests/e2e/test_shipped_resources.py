"""The program finds its forms, tables and texts in each of the three ways it is shipped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROBE = """
import json, sys
{before}
import cpdesk
from cpdesk.base.errors import EnvironmentFault
from cpdesk.base.i18n import Translator, declared_texts
from cpdesk.base.resources import resource_path, resources_root
print(json.dumps({{
    "package": cpdesk.__file__,
    "root": str(resources_root()),
    "texts": len(declared_texts()),
    "text": Translator("zh")("setting.language"),
    "error": EnvironmentFault("CP-2001", path="x").message("en"),
    "font": resource_path("fonts/NotoSansSC-Regular.ttf").stat().st_size,
}}))
"""


def probe(python_path: Path, folder: Path, before: str = "") -> dict[str, object]:
    environment = {**os.environ, "PYTHONPATH": str(python_path), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(before=before)],
        capture_output=True, encoding="utf-8", env=environment, cwd=folder, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    assert found["text"] == "界面语言"
    assert found["error"] == "The disk is full; x could not be written."
    return found


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without the network from the packages that are installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(checkout)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (made,) = folder.glob("cpdesk-*-py3-none-any.whl")
    return made


def test_from_the_checkout(checkout: Path, tmp_path: Path) -> None:
    found = probe(checkout, tmp_path)
    assert found["root"] == str(checkout / "resources")


def test_from_the_wheel(wheel: Path, checkout: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target", str(target)]
    installed = subprocess.run([*command, str(wheel)], capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    found = probe(target, tmp_path)
    assert found["package"] == str(target / "cpdesk" / "__init__.py")
    assert found["root"] == str(target / "cpdesk" / "resources")
    assert found["texts"] == probe(checkout, tmp_path)["texts"]


def test_from_a_frozen_program(checkout: Path, tmp_path: Path) -> None:
    """The boot loader unpacks resources into a folder that `sys._MEIPASS` names; the code lies in an archive."""
    archive, unpacked = tmp_path / "code.zip", tmp_path / "unpacked"
    with zipfile.ZipFile(archive, "w") as code:
        for path in (checkout / "cpdesk").rglob("*.py"):
            code.write(path, path.relative_to(checkout))
    shutil.copytree(checkout / "resources", unpacked / "resources")
    found = probe(archive, tmp_path, before=f"sys._MEIPASS = {str(unpacked)!r}")
    assert str(found["package"]).startswith(str(archive))
    assert found["root"] == str(unpacked / "resources")


def test_the_wheel_holds_the_program_and_its_data_and_nothing_else(wheel: Path, checkout: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.split("/")[0] for name in names}
    assert folders == {"cpdesk", next(name for name in folders if name.endswith(".dist-info"))}
    shipped = {name.removeprefix("cpdesk/resources/") for name in names if name.startswith("cpdesk/resources/")}
    if shutil.which("git") is None:
        found = [path for path in (checkout / "resources").rglob("*") if path.is_file()]
        expected = {path.relative_to(checkout / "resources").as_posix() for path in found}
    else:
        tracked = subprocess.run(["git", "ls-files", "-z", "resources"], cwd=checkout, capture_output=True, check=False)
        expected = {name.removeprefix("resources/") for name in tracked.stdout.decode().split("\0") if name}
    assert expected
    assert expected - shipped == set()
    assert [name for name in names if name.endswith("LICENSE")]
