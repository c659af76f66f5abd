"""What the window loads before its list of households stands: nothing that only reports, tables or sync need."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PySide6", reason="the window needs PySide6")

from cpdesk.base.paths import Paths
from cpdesk.operations import desk, register
from cpdesk.store.keystores import FileKeyStore
from cpdesk.store.vault import PinCost

ROOT = Path(__file__).resolve().parents[2]
LATE = frozenset(
    {"openpyxl", "httpx", "numpy", "reportlab", "PIL", "pyqtgraph", "pypdfium2", "pyxform", "sqlalchemy", "typer"}
)
UNLOCK = """
import json, sys
import cpdesk.ui.app
print(json.dumps(sorted(name.split('.')[0] for name in sys.modules)))
"""
DESK = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from cpdesk.base.paths import Paths
from cpdesk.ui.app import Program, make_application

paths = Paths.under(Path(sys.argv[1]))
app = make_application(["cpdesk"])
program = Program(app, paths)
program.settings.set("sync_every_minutes", 0)
program.start()
program.unlock_page.pin_entered.emit("258036")
watch = QTimer()

def look():
    if program.window is not None and program.window.households.model.rowCount() == 1 \\
            and program.window.households.model.row(0) is not None:
        watch.stop()
        print(json.dumps(sorted(name.split('.')[0] for name in sys.modules)))
        program.shell.close()
        app.quit()

watch.timeout.connect(look)
watch.start(5)
app.exec()
"""


def modules_after(code: str, *arguments: str) -> set[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_unlock_page_loads_nothing_it_does_not_show():
    loaded = modules_after(UNLOCK)
    assert "PySide6" in loaded
    assert loaded & LATE == set()


@pytest.fixture
def desk_folder(tmp_path):
    """A desk with one made-up household."""
    paths = Paths.under(tmp_path)
    cheap = PinCost(passes=1, memory_kib=8192, lanes=1)
    ctx, _ = desk.first_start(paths, pin="258036", person="周敏", key_store=FileKeyStore(paths.config), cost=cheap)
    answers = {"township_code": "110114110", "village": "瓦窑村", "household_no": "001", "householder_name": "张样例"}
    register.add_household(ctx, answers)
    ctx.close()
    return tmp_path


def test_list_of_households_loads_nothing_it_does_not_show(desk_folder):
    loaded = modules_after(DESK, str(desk_folder))
    assert "sqlcipher3" in loaded
    assert loaded & LATE == set()
