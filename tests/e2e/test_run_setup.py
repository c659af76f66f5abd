"""`run.py` on a small checkout: sets up offline from wheels made here, starts again at once, says plainly what fails.

Making an environment takes seconds, so the tests of this file share one checkout, in the order they stand here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MAIN = "import json, sys, greeting\nprint(json.dumps({'words': sys.argv[1:], 'greeting': greeting.WORD}))\n"
FAKE_PYTEST = "import json, sys\nprint(json.dumps({'pytest': sys.argv[1:]}))\nsys.exit(3)\n"


def make_wheel(folder: Path, name: str, files: dict[str, str], version: str = "1.0") -> str:
    """Write a wheel; returns its line for a lock."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text.encode())}")
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """A checkout of a program with one dependency, and a wheelhouse that has it."""
    home = tmp_path_factory.mktemp("setup")
    folder, wheelhouse = home / "检出 checkout", home / "wheelhouse"
    (folder / "cpdesk").mkdir(parents=True)
    wheelhouse.mkdir()
    shutil.copy(checkout / "run.py", folder)
    (folder / "cpdesk" / "__init__.py").write_text("")
    (folder / "cpdesk" / "__main__.py").write_text(MAIN)
    greeting = make_wheel(wheelhouse, "greeting", {"greeting.py": "WORD = '你好'\n"})
    fake = make_wheel(wheelhouse, "pytest", {"pytest/__init__.py": "", "pytest/__main__.py": FAKE_PYTEST})
    (folder / "requirements.lock").write_text(greeting)
    (folder / "requirements-dev.lock").write_text(greeting + fake)
    return folder


@pytest.fixture
def small(shared: Path) -> Iterator[Path]:
    """The shared checkout; a test may change its lock."""
    lock = shared / "requirements.lock"
    kept = lock.read_text()
    yield shared
    lock.write_text(kept)


def begin(folder: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CPDESK_", "PIP_"))}
    environment |= {"CPDESK_WHEELHOUSE": str(folder.parent / "wheelhouse"), "PYTHONIOENCODING": "utf-8", **settings}
    return subprocess.Popen(
        [sys.executable, str(folder / "run.py"), *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment, cwd=folder.parent,
    )  # fmt: skip


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    process = begin(folder, *words, **settings)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_sets_up_once_then_starts_at_once(small: Path) -> None:
    impatient = begin(small, "forms")  # a second click while the first start is setting up
    first = run(small, "demo", "--out", "a b")
    out, err = impatient.communicate(timeout=300)
    assert json.loads(out)["words"] == ["forms"], err
    assert (first.stderr + err).count("Setting up") == 1
    assert json.loads(first.stdout) == {"words": ["demo", "--out", "a b"], "greeting": "你好"}
    assert "正在准备" in first.stderr + err
    second = run(small, "forms", CPDESK_WHEELHOUSE=str(small))  # a folder without wheels: nothing can be installed
    assert json.loads(second.stdout)["words"] == ["forms"]
    assert second.stderr == ""


def test_an_update_comes_into_the_environment_that_is_there(small: Path) -> None:
    newer = make_wheel(small.parent / "wheelhouse", "greeting", {"greeting.py": "WORD = '您好'\n"}, "2.0")
    (small / "requirements.lock").write_text(newer)
    failed = run(small, "forms", CPDESK_WHEELHOUSE=str(small))
    assert failed.returncode == 1
    assert "lacks a package" in failed.stderr
    assert json.loads(run(small, "forms").stdout)["greeting"] == "您好"


def test_the_test_command_hands_words_and_exit_code_on(small: Path) -> None:
    done = run(small, "test", "--slow", "-k", "rank")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["pytest"][-3:] == ["--slow", "-k", "rank"]
    assert run(small, "forms").stderr == "", "the development packages hold all the program needs"


def test_without_a_display_the_demonstration_runs_and_says_where(small: Path) -> None:
    done = run(small, DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="offscreen")
    assert json.loads(done.stdout)["words"] == ["demo", "--out", str(small / "demo-out")]
    assert str(small / "demo-out") in done.stderr


def test_a_package_that_is_not_the_one_on_the_list_is_refused(small: Path) -> None:
    make_wheel(small.parent / "wheelhouse", "greeting", {"greeting.py": "WORD = '不是'\n"}, "3.0")
    (small / "requirements.lock").write_text("greeting==3.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    done = run(small, "forms")
    assert done.returncode == 1
    assert "not the one on the list" in done.stderr
    assert "对不上" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_network_the_remedy_is_named(small: Path) -> None:
    (small / "requirements.lock").write_text("distant==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    # a closed port of this machine stands for a source that cannot be reached
    done = run(
        small, "forms",
        CPDESK_WHEELHOUSE="", PIP_CONFIG_FILE=os.devnull, PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="1",
    )  # fmt: skip
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "CPDESK_WHEELHOUSE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wheelhouse_that_is_not_there_is_named(small: Path) -> None:
    done = run(small, "forms", CPDESK_WHEELHOUSE=str(small / "nowhere"))
    assert done.returncode == 1
    assert str(small / "nowhere") in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said_with_the_way_out(small: Path) -> None:
    closed = small.parent / "closed"
    closed.mkdir(mode=0o500)
    done = run(small, "forms", CPDESK_VENV=str(closed / "packages"))
    assert done.returncode == 1
    assert str(closed / "packages") in done.stderr
    assert "CPDESK_VENV" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_set_up_that_was_cut_off_is_made_again(small: Path) -> None:
    (small / ".venv" / "cpdesk-setup-unfinished").touch()
    (small / ".venv" / "half-written").touch()
    done = run(small, "forms")
    assert done.returncode == 0, done.stderr
    assert "Setting up" in done.stderr
    assert not (small / ".venv" / "half-written").exists()


def test_a_checkout_that_was_moved_finds_itself_again(shared: Path) -> None:
    moved = shared.with_name("搬到 moved")
    shared.rename(moved)
    done = run(moved, "forms")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["words"] == ["forms"]
