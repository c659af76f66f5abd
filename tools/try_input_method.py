"""Types 你好 into the window through a real input method: fcitx5 or ibus with pinyin, on a display of its own.

    python tools/try_input_method.py fcitx5 [--picture FILE]
    python tools/try_input_method.py ibus [--picture FILE]

Needs Linux with Xvfb, dbus-run-session and xdotool, and the input method: `fcitx5 fcitx5-chinese-addons`, or
`ibus ibus-libpinyin`. Exit 0: 你好 arrived in the field. 1: something else did. 77: not installed here, and what.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SKIPPED = 77
ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("Xvfb", "dbus-run-session", "dbus-send", "xdotool")
DAEMONS = {"fcitx5": ("fcitx5",), "ibus": ("ibus-daemon", "ibus")}
WORDS = "你好"
FCITX_PROFILE = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=keyboard-us
Layout=

[Groups/0/Items/1]
Name=pinyin
Layout=

[GroupOrder]
0=Default
"""


def main() -> int:
    """On its own display and its own session bus: daemon, window, keys, and what arrived."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("method", choices=sorted(DAEMONS))
    reader.add_argument("--picture", type=Path, help="keeps a picture of the window")
    reader.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.inside:
        return _inside(asked.method, asked.picture)
    missing = [name for name in (*TOOLS, *DAEMONS[asked.method]) if shutil.which(name) is None]
    if not sys.platform.startswith("linux") or missing:
        sys.stderr.write(f"skipped: not installed here: {', '.join(missing) or 'Linux'}\n")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="cpdesk-input-") as home, _Display() as display:
        environment = {name: value for name, value in os.environ.items() if name not in _DECIDING}
        environment |= {"DISPLAY": display, "HOME": home, "CPDESK_HOME": home, "LANG": "C.UTF-8"}
        environment |= {"XDG_CONFIG_HOME": f"{home}/.config", "XDG_RUNTIME_DIR": home, "QT_QPA_PLATFORM": "xcb"}
        environment["XMODIFIERS"] = f"@im={asked.method.removesuffix('5')}"  # as im-config and its kin set it
        command = ["dbus-run-session", "--", sys.executable, __file__, asked.method, "--inside"]
        if asked.picture:
            command += ["--picture", str(asked.picture.resolve())]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False, timeout=180).returncode


_DECIDING = ("QT_IM_MODULE", "IBUS_USE_PORTAL", "XMODIFIERS", "GTK_IM_MODULE", "DBUS_SESSION_BUS_ADDRESS")


class _Display:
    """An Xvfb of our own; the server chooses a free number."""

    def __enter__(self) -> str:
        reads, writes = os.pipe()
        command = ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
        self._server = subprocess.Popen(command, pass_fds=(writes,), stderr=subprocess.DEVNULL)
        os.close(writes)
        with os.fdopen(reads) as answer:
            return f":{answer.readline().strip()}"

    def __exit__(self, *_fault: object) -> None:
        self._server.terminate()
        self._server.wait()


def _inside(method: str, picture: Path | None) -> int:
    daemons = _start_fcitx() if method == "fcitx5" else _start_ibus()
    try:
        time.sleep(4)
        if method == "fcitx5":
            _wait_for(_portal_answers, lambda pause_ms: time.sleep(pause_ms / 1000))
        else:
            _choose_pinyin()
        return _type_and_read(method, picture)
    finally:
        for daemon in daemons:
            daemon.terminate()
            daemon.wait()


def _start_fcitx() -> list[subprocess.Popen[bytes]]:
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "fcitx5"
    folder.mkdir(parents=True)
    (folder / "profile").write_text(FCITX_PROFILE, encoding="utf-8")
    return [subprocess.Popen(["fcitx5", "--disable=wayland,waylandim"], stderr=subprocess.DEVNULL)]


def _start_ibus() -> list[subprocess.Popen[bytes]]:
    command = ["ibus-daemon", "--xim", "--panel=disable", "--emoji-extension=disable"]
    return [subprocess.Popen(command, stderr=subprocess.DEVNULL)]


def _portal_answers() -> bool:
    """Whether somebody has taken the name that Qt will call; asked too early, the bus would start ibus' own portal."""
    command = ["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"]
    command += ["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.portal.IBus"]
    found = subprocess.run(command, check=True, timeout=30, capture_output=True, encoding="utf-8")
    return "true" in found.stdout


def _choose_pinyin() -> None:
    # `ibus engine NAME` says 1 where no keyboard layout can be set, though it has chosen; so its own word is asked for.
    subprocess.run(["ibus", "engine", "libpinyin"], check=False, timeout=30, capture_output=True)
    chosen = subprocess.run(["ibus", "engine"], check=True, timeout=30, capture_output=True, encoding="utf-8")
    if chosen.stdout.strip() != "libpinyin":
        raise RuntimeError(f"ibus stays with {chosen.stdout!r}")


def _type_and_read(method: str, picture: Path | None) -> int:
    """The program's own start, the first field that takes Chinese, keys from outside, and the field's value."""
    sys.path.insert(0, str(ROOT))
    from PySide6.QtTest import QTest

    from cpdesk.base.paths import Paths
    from cpdesk.ui.app import Program, make_application

    app = make_application(["cpdesk"])
    program = Program(app, Paths.of_user())
    program.start()
    first = program.unlock_page.first
    _wait_for(lambda: first.isVisible() and not program.worker.is_busy(), QTest.qWait)
    first.language_next.click()
    window = str(int(program.shell.winId()))
    subprocess.run(["xdotool", "windowfocus", "--sync", window], check=True, timeout=30)
    first.person.setFocus()
    QTest.qWait(1500)
    switch = ("ctrl+space",) if method == "fcitx5" else ()  # ibus was told its engine; fcitx5 begins with the keyboard
    for key in (*switch, "n", "i", "h", "a", "o", "space"):
        subprocess.run(["xdotool", "key", key], check=True, timeout=30)
        QTest.qWait(250)
    QTest.qWait(1500)
    arrived = first.person.text()
    if picture is not None:
        program.shell.grab().save(str(picture))
    chosen = {name: os.environ.get(name, "") for name in ("QT_IM_MODULE", "IBUS_USE_PORTAL")}
    sys.stdout.write(f"{method}: {chosen}, arrived: {arrived!r}\n")
    program.shell.close()
    return 0 if arrived == WORDS else 1


def _wait_for(holds: Callable[[], bool], pause: Callable[[int], object], patience_s: float = 30) -> None:
    end = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the window did not come up")
        pause(20)


if __name__ == "__main__":
    sys.exit(main())
