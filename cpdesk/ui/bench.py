"""How long it takes from the start of the process to a usable window with a full list, and how much memory that is.

Each run is a process of its own: it unlocks the desk with the PIN and waits until the list knows all its rows and has
painted the first ones.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer

from cpdesk.base.paths import Paths
from cpdesk.base.settings import Settings
from cpdesk.context import STORE_FOLDER
from cpdesk.ui.app import Program, make_application

if TYPE_CHECKING:
    from cpdesk.operations.bench.stopwatch import BenchResult

_PIN: Final = "258036"
_RUNS: Final = 5
_PATIENCE_S: Final = 60
_STARTED: Final = "CPDESK_BENCH_STARTED"
_RECORDS: Final = "CPDESK_BENCH_RECORDS"


def measure_start(*, records: int, step: Callable[[int, int], None]) -> BenchResult:
    """Median of five cold processes; the first, which also fills the disk cache, is not counted."""
    # Late, since the process that is measured imports this module too.
    from cpdesk.operations.bench.full_store import full_store
    from cpdesk.operations.bench.stopwatch import BenchResult, median
    from cpdesk.store.keystores import key_store_here
    from cpdesk.store.vault import Vault

    with tempfile.TemporaryDirectory(prefix="cpdesk-bench-") as folder:
        paths = Paths.under(Path(folder))
        key, _ = Vault(paths.data / STORE_FOLDER, key_store_here(paths.config)).create(_PIN)
        Settings(paths.config / "settings.json").set("person", "bench")
        ctx, _ = full_store(Path(folder), records, step=step, key=key)
        ctx.close()
        runs = [_run(folder, records) for _ in range(_RUNS + 1)][1:]
    metrics = {name: median([run[name] for run in runs]) for name in runs[0]}
    return BenchResult("start", {"records": records, **metrics})


def _run(folder: str, records: int) -> dict[str, float]:
    # Compiled modules are kept, as beside an installed program: what a person starts is not compiled anew each time,
    # whatever the environment of the one who measures says.
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPYCACHEPREFIX": str(Path(folder) / "compiled"),
        "CPDESK_HOME": folder,
        "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        _RECORDS: str(records),
        _STARTED: repr(time.time()),
    }
    command = [sys.executable, "-c", "from cpdesk.ui.bench import main; main()"]
    done = subprocess.run(  # noqa: S603 - this program itself
        command, env=environment, capture_output=True, check=True, timeout=_PATIENCE_S
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """One run, in the process that is measured; prints its figures."""
    began, records = float(os.environ[_STARTED]), int(os.environ[_RECORDS])
    app = make_application(["cpdesk"])
    program = Program(app, Paths.of_user())
    program.start()
    asked_ms = _since_ms(began)
    program.unlock_page.pin_entered.emit(_PIN)
    figures: dict[str, float] = {}
    watch = QTimer()

    def look() -> None:
        model = program.window.households.model if program.window is not None else None
        if model is not None and model.rowCount() == records and model.row(0) is not None:
            watch.stop()
            figures.update(pin_page_ms=asked_ms, window_ms=_since_ms(began), cpu_ms=time.process_time() * 1000)
            QTimer.singleShot(500, finish)

    def finish() -> None:
        figures["rss_mb"] = _memory_mb()
        program.shell.close()
        app.quit()

    watch.timeout.connect(look)
    watch.start(2)
    app.exec()
    sys.stdout.write(json.dumps(figures))


def _since_ms(began: float) -> float:
    return (time.time() - began) * 1000


def _memory_mb() -> float:
    """Resident memory now, where the system says it; else the most there has been."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text(encoding="ascii").splitlines() if one.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
