#!/usr/bin/env python3
"""Set up cpdesk in its own folder and start it, with nothing but Python 3.11 to 3.13.

    python3 run.py                        open the program; without a display, run `demo`
    python3 run.py test [--slow] [...]    run the test suite on all cores, four at most (further words go to pytest;
                                          `-n 0` runs it in one process)
    python3 run.py COMMAND [...]          any cpdesk command, e.g. `python3 run.py demo --out village`

Packages go into `.venv` beside this file, fixed by the hashes of requirements.lock; pip's own configuration decides
where they come from. System libraries that are missing are installed when this runs as root, otherwise the one command
to type is shown. A second start is instant; a set-up that was cut off is made again.

Environment: CPDESK_WHEELHOUSE=DIR installs offline from a folder of wheels; CPDESK_VENV=DIR is used instead of `.venv`.

Standard library only, and no syntax newer than Python 3.7, so that an old Python can say what it lacks.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHONS = ((3, 11), (3, 12), (3, 13))
UNFINISHED = "cpdesk-setup-unfinished"
STAMP = "cpdesk-setup.json"
PARALLEL = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadfile")
"""How the test suite is shared out: files whole, as their tests share what takes long to make; a process takes 1 GB."""
SPACE_NEEDED_MB = 1000

QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
}
PIP_FAULTS = (
    (
        r"No space left on device|Errno 28",
        "磁盘满了，装不下需要的软件包。请腾出 {mb} MB 后再运行一次。",
        "The disk is full. Free {mb} MB and run this again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "下载到的软件包和清单对不上，没有安装。请再试一次；还不行，请检查所用的镜像或离线安装包。",
        "A package is not the one on the list and was not installed. Try again; if it stays, look at the mirror or the "
        "wheelhouse in use.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "连接软件源时证书没有通过验证。请检查电脑的日期，或在 pip 配置里填上单位的证书（cert）。",
        "The package source's certificate was not accepted. Check the computer's date, or name your organisation's "
        "certificate in pip's configuration (cert).",
    ),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable"
        r"|name resolution|ConnectionResetError|Connection refused",
        "连不上软件源。请检查网络或代理；没有网络时，用 CPDESK_WHEELHOUSE=文件夹 指定离线安装包。",
        "The package source cannot be reached. Check the network or proxy; without a network, name a folder of wheels "
        "with CPDESK_WHEELHOUSE=DIR.",
    ),
    (
        r"No matching distribution|Could not find a version",
        "所用的软件源或离线安装包里缺一个软件包（见下）。请换一个源，或补齐离线安装包。",
        "The package source or wheelhouse lacks a package (see below). Use another source or complete the wheelhouse.",
    ),
    (
        r"Permission denied|Errno 13",
        "没有权限写入安装目录。请把整个文件夹放到自己能写的地方，或用 CPDESK_VENV=文件夹 另选一处。",
        "No right to write the packages. Move the whole folder to a place of yours, or choose one with "
        "CPDESK_VENV=DIR.",
    ),
)


class SetupFault(Exception):
    """Something this machine lacks, in both languages, with what to do about it and details for a specialist."""

    def __init__(self, zh: str, en: str, details: str = "") -> None:
        super().__init__(en)
        self.zh, self.en, self.details = zh, en, details


def say(zh: str, en: str) -> None:
    """One message in Chinese and English, on the error stream so that a command's own output stays clean."""
    print(zh, en, sep="\n", file=sys.stderr, flush=True)


def main(words: list[str]) -> int:
    """Set up what the words need, then become that command; returns an exit code where it cannot."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        if sys.version_info[:2] not in PYTHONS:
            return become([find_python(), str(Path(__file__).resolve()), *words])
        testing = words[:1] == ["test"]
        python = set_up(dev=testing, window=testing or words[:1] in ([], ["desk"], ["screenshots"]))
        return become(command_line(python, words))
    except KeyboardInterrupt:
        say("已中断。下次运行会重新准备。", "Interrupted. The next start sets up again.")
        return 130
    except (SetupFault, OSError) as error:
        fault = disk_fault(error) if isinstance(error, OSError) else error
        say("✗ " + fault.zh, "✗ " + fault.en)
        if fault.details:
            print(fault.details, file=sys.stderr)
    return 1


def command_line(python: Path, words: list[str]) -> list[str]:
    """What to run with the environment's Python."""
    if words[:1] == ["test"]:
        os.chdir(str(ROOT))
        return [str(python), "-m", "pytest", *PARALLEL, *words[1:]]
    if not words and has_display():
        words = ["desk"]
    elif not words:
        folder = ROOT / "demo-out"
        say(
            f"没有图形界面，改为运行演示村（demo），结果放在 {folder}",
            f"No display: running the demonstration village (demo); results go to {folder}",
        )
        words = ["demo", "--out", str(folder)]
    return [str(python), "-m", "cpdesk", *words]


def become(command: list[str]) -> int:
    """Replace this process by the command (on Windows: run it and return its exit code)."""
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)
    raise AssertionError("execv does not return")


def find_python() -> str:
    """A Python that cpdesk runs on, other than this one, from the search path."""
    for major, minor in reversed(PYTHONS):
        found = shutil.which(f"python{major}.{minor}")
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return found
    mine = platform.python_version()
    raise SetupFault(
        f"这里的 Python 是 {mine}，cpdesk 需要 3.11、3.12 或 3.13。请安装其一后再运行，或改用自带 Python 的安装包。",
        f"This is Python {mine}; cpdesk needs 3.11, 3.12 or 3.13. Install one of them and run this again, or use the "
        "installer, which brings its own.",
    )


def has_display() -> bool:
    """Whether a window can be shown."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


# --- set-up ---------------------------------------------------------------------------------------------------------


def set_up(dev: bool, window: bool) -> Path:
    """Make the environment ready and return its Python; does nothing when it is ready already."""
    folder = Path(os.environ.get("CPDESK_VENV") or ROOT / ".venv").absolute()
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = is_ready(folder, python, lock)
    wheelhouse = wheelhouse_folder()
    install_system_packages(missing_system_packages(window, need_pip=not ready, wheelhouse=wheelhouse))
    if not ready:
        with one_at_a_time(folder):
            if not is_ready(folder, python, lock):  # another start may have done it meanwhile
                prepare(folder, python, lock, wheelhouse)
    return python


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let a second start wait for the first one's set-up (where the system has such locks)."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".lock").open("w") as handle:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(folder: Path, python: Path, lock: Path, wheelhouse: Path | None) -> None:
    """Make the environment or bring it up to the lock."""
    say("第一次运行，正在准备（约需几分钟）……", "Setting up (this takes a few minutes once) …")
    make_environment(folder, python)
    updating = (folder / STAMP).exists()
    (folder / UNFINISHED).touch()
    try:
        install(python, lock, wheelhouse)
    except SetupFault:
        if updating:  # pip has put the old packages back; only a set-up that was killed is made from nothing
            (folder / UNFINISHED).unlink()
        raise
    tie_checkout(python)
    write_stamp(folder, lock)
    (folder / UNFINISHED).unlink()
    say("准备好了。", "Ready.")


def is_ready(folder: Path, python: Path, lock: Path) -> bool:
    """Whether the environment was finished, here, and holds exactly what the lock says."""
    if (folder / UNFINISHED).exists() or not python.exists():
        return False
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        made_here = stamp["python"] == platform.python_version() and stamp["checkout"] == str(ROOT)
        return bool(made_here and stamp["locks"][lock.name] == digest(lock))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_stamp(folder: Path, lock: Path) -> None:
    """Note what was installed; the development lock holds all of the other one."""
    locks = {lock.name: digest(lock)}
    if lock.name == "requirements-dev.lock":
        locks["requirements.lock"] = digest(ROOT / "requirements.lock")
    stamp = {"python": platform.python_version(), "checkout": str(ROOT), "locks": locks}
    (folder / STAMP).write_text(json.dumps(stamp, indent=2), encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_environment(folder: Path, python: Path) -> None:
    """Make the virtual environment, unless a sound one is there that only lacks packages."""
    if folder.exists():
        if not (folder / UNFINISHED).exists() and runs_same_python(python):
            return
        shutil.rmtree(str(folder))
    free_mb = shutil.disk_usage(str(folder.parent)).free // 1_000_000
    if free_mb < SPACE_NEEDED_MB:
        raise SetupFault(
            f"磁盘只剩 {free_mb} MB，安装需要 {SPACE_NEEDED_MB} MB。请腾出空间后再运行。",
            f"Only {free_mb} MB are free; {SPACE_NEEDED_MB} MB are needed. Free some space and run this again.",
        )
    folder.mkdir(parents=True)
    (folder / UNFINISHED).touch()  # first of all: whatever cuts this off, the next start sees it
    options = [] if has_module("ensurepip") else ["--without-pip"]
    code, output = run_quietly([sys.executable, "-m", "venv", *options, str(folder)])
    if code != 0:
        raise SetupFault(f"建不了 Python 环境（{folder}）。", f"The environment {folder} could not be made.", output)


def runs_same_python(python: Path) -> bool:
    """Whether an environment's Python starts and has the version of this one."""
    try:
        code, output = run_quietly([str(python), "-c", "import platform; print(platform.python_version())"])
    except OSError:
        return False
    return code == 0 and output.strip() == platform.python_version()


def tie_checkout(python: Path) -> None:
    """Let the environment's Python find the `cpdesk` package beside this file."""
    _, where = run_quietly([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    # as a line of code in ASCII: older Pythons read paths in the machine's own encoding
    line = f"import sys; sys.path.append({str(ROOT)!a})\n"
    (Path(where.strip()) / "cpdesk-checkout.pth").write_text(line, encoding="ascii")


def run_quietly(command: list[str], environment: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and whole output of a command."""
    done = subprocess.run(
        command,
        check=False,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout


# --- packages -------------------------------------------------------------------------------------------------------


def wheelhouse_folder() -> Path | None:
    """The folder of wheels to install from, when one is named."""
    named = os.environ.get("CPDESK_WHEELHOUSE")
    if not named:
        return None
    folder = Path(named).absolute()
    if not folder.is_dir():
        raise SetupFault(
            f"CPDESK_WHEELHOUSE 指的文件夹不存在：{folder}",
            f"CPDESK_WHEELHOUSE names a folder that does not exist: {folder}",
        )
    return folder


def pip_command(python: Path, wheelhouse: Path | None) -> list[str] | None:
    """How to call a pip that installs into the environment: its own, this Python's, or one from the wheelhouse."""
    own = [str(python), "-m", "pip"]
    if run_quietly([*own, "--version"])[0] == 0:
        return own
    if has_module("ensurepip") and run_quietly([str(python), "-m", "ensurepip"])[0] == 0:
        return own
    if has_module("pip"):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    for wheel in sorted(wheelhouse.glob("pip-*.whl")) if wheelhouse else []:
        return [sys.executable, str(wheel / "pip"), "--python", str(python)]
    return None


def install(python: Path, lock: Path, wheelhouse: Path | None) -> None:
    """Install the lock's packages, wheels only, each checked against its hash."""
    pip = pip_command(python, wheelhouse)
    if pip is None:
        raise SetupFault("这台电脑没有 pip。", "There is no pip on this computer.")
    command = [*pip, "install", "--requirement", str(lock), "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    if wheelhouse:
        command += ["--no-index", "--find-links", str(wheelhouse)]
    environment = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8"}
    count = len(re.findall(r"(?m)^[a-z0-9].*==", lock.read_text(encoding="utf-8")))
    lines = []
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.append(line.rstrip())
            show_progress(lines, count)
    if process.wait() != 0:
        raise pip_fault(lines)


def show_progress(lines: list[str], count: int) -> None:
    """One line that counts the packages, on a terminal only."""
    if sys.stderr.isatty() and lines[-1].startswith("Collecting "):
        done = sum(line.startswith("Collecting ") for line in lines)
        print(f"\r  {done}/{count} {lines[-1][11:]:<40.40}", end="", file=sys.stderr, flush=True)
        if done == count:
            print(file=sys.stderr)


def pip_fault(lines: list[str]) -> SetupFault:
    """What pip's words mean to a person."""
    text = "\n".join(lines)
    details = "\n".join("    " + line for line in lines[-12:])
    for pattern, zh, en in PIP_FAULTS:
        if re.search(pattern, text):
            return SetupFault(zh.format(mb=SPACE_NEEDED_MB), en.format(mb=SPACE_NEEDED_MB), details)
    return SetupFault("软件包没有装上，pip 的说明如下：", "The packages could not be installed; pip says:", details)


def has_module(name: str) -> bool:
    """Whether this Python has a module, also one that was installed a moment ago."""
    importlib.invalidate_caches()
    return importlib.util.find_spec(name) is not None


# --- system libraries -----------------------------------------------------------------------------------------------


def missing_system_packages(window: bool, need_pip: bool, wheelhouse: Path | None) -> list[str]:
    """Debian packages this machine lacks."""
    missing = []
    pip_in_wheelhouse = wheelhouse is not None and any(wheelhouse.glob("pip-*.whl"))
    if need_pip and not (has_module("ensurepip") or has_module("pip") or pip_in_wheelhouse):
        missing.append("python3-venv")
    if window and platform.system() == "Linux":
        libraries = dict(QT_LIBRARIES)
        if os.environ.get("DISPLAY"):
            libraries.update(X11_LIBRARIES)
        missing += [package for library, package in libraries.items() if not can_load(library)]
    return missing


def can_load(library: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_system_packages(packages: list[str]) -> None:
    """Install them with apt-get as root; otherwise say the one command that does."""
    if not packages:
        return
    names = " ".join(packages)
    apt = shutil.which("apt-get")
    if apt is None:
        raise SetupFault(
            f"这台电脑缺少系统软件（Debian 的名称）：{names}。请用本系统的软件管理器安装后再运行。",
            f"This computer lacks system packages (Debian's names): {names}. Install them with the system's package "
            "manager and run this again.",
        )
    line = "apt-get update && apt-get install -y --no-install-recommends " + names
    if os.geteuid() != 0:
        line = "sudo sh -c " + shlex.quote(line) if shutil.which("sudo") else "su -c " + shlex.quote(line)
        raise SetupFault(
            "缺少系统软件。请输入下面这一条命令（需要管理员密码），然后再运行一次：\n    " + line,
            "System packages are missing. Type this one command (it asks for the administrator's password), then run "
            "this again:\n    " + line,
        )
    say("正在安装系统软件：" + names, "Installing system packages: " + names)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    code, output = run_quietly(["sh", "-c", line], environment)
    if code != 0:
        raise SetupFault(
            "系统软件没有装上。请检查网络和软件源，再输入：\n    " + line,
            "The system packages could not be installed. Check the network and the package source, then type:\n    "
            + line,
            "\n".join("    " + text for text in output.splitlines()[-12:]),
        )


def disk_fault(error: OSError) -> SetupFault:
    """An operating-system error in words."""
    place = error.filename or ROOT
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SetupFault(
            f"磁盘满了。请腾出 {SPACE_NEEDED_MB} MB 后再运行。",
            f"The disk is full. Free {SPACE_NEEDED_MB} MB and run this again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SetupFault(
            f"不能写入 {place}。请把整个文件夹放到自己能写的地方，或用 CPDESK_VENV=文件夹 另选一处。",
            f"{place} cannot be written. Move the whole folder to a place of yours, or choose one with "
            "CPDESK_VENV=DIR.",
        )
    return SetupFault(f"读写 {place} 时出错：{error}", f"The system failed at {place}: {error}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
